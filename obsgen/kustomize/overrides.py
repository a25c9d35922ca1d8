"""What a kustomization says of objects wherever they come from: other images, and other numbers of replicas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from obsgen.findings import InputError
from obsgen.kustomize.fields import set_value, workload_field
from obsgen.kustomize.kustomization import Kustomization, Run
from obsgen.kustomize.merge import scalar_text
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.objects import Built, Objects
from obsgen.source import Route, load_text

# kustomize 5.8, api/internal/konfig/builtinpluginconsts: replicas.go, images.go; api/filters/imagetag: legacy.go.
_SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
_LISTS = ("containers", "initContainers")
_PODS: tuple[Route, ...] = (("spec",), ("spec", "template", "spec"))
_NO_IMAGES = "CustomResourceDefinition"
_PLAIN = re.compile(r"[\w./:@-]+", re.ASCII)
"""Names of images that are the same as regular expressions to Go and to Python; kustomize reads them as such."""
_BEHIND = r"(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z][a-zA-Z0-9]*:[a-zA-Z0-9_.{}-]*)?"


def override(run: Run, owner: Kustomization, objects: Objects) -> None:
    """Applies `replicas`, then `images`, to all objects."""
    for entry in owner.entries("replicas"):
        _scale(run, entry, objects)
    for entry in owner.entries("images"):
        if not is_followed(entry.value):
            what = "a tagSuffix" if entry.get("tagSuffix") else f"the expression {entry.text('name')!r}"
            run.leave_out(f"images: {what}", entry.place())
            continue
        for built in objects:
            _set_images(run, built, entry)


def is_followed(image: Any) -> bool:
    """Whether an entry of `images` says no more than what is done here."""
    return (
        isinstance(image, dict) and not image.get("tagSuffix") and bool(_PLAIN.fullmatch(str(image.get("name") or "")))
    )


def _scale(run: Run, entry: Node, objects: Objects) -> None:
    name, count = entry.text("name"), entry.get("count") or entry.with_value(0)
    found = [each for each in objects.named(name) if _kinds(each, name)]
    if not found:
        kinds = f"{', '.join(_SCALED[:-1])} or {_SCALED[-1]}"
        run.report("kustomize/no-target", f"there is no {kinds} {name} to scale", (entry.get("name") or entry).place())
    for each in found:
        kind = each.id.kind
        if kind not in _kinds(each, name):
            continue  # it was of such a kind once
        present = each.node.get("spec", "replicas")
        if type(count.value) is not int or (present and isinstance(present.value, str)):
            run.leave_out(f"replicas: what becomes of {each.id}", count.place())
        else:
            set_value(each.own(), workload_field("spec/replicas", kind), count)


def _kinds(built: Built, name: str) -> frozenset[str]:
    """The kinds of which an object is, or was, one of that name that can be scaled."""
    known = (built.id, *built.former_ids)
    return frozenset(each.kind for each in known if each.name == name and each.kind in _SCALED)


def _set_images(run: Run, built: Built, entry: Node) -> None:
    """Gives containers, and volumes that are images, another one; kustomize looks into some of them twice."""
    value = built.object
    if built.id.kind == _NO_IMAGES:
        return
    for route in (*_anywhere(value, ()), *_in_pods(value)):
        found = _at(built.node, route)
        if found is None or not found.shape:
            continue
        text = scalar_text(found)
        if found.shape != "scalar" or not isinstance(found.value, str):
            if found.shape != "scalar" or _is_named(text, entry):
                run.leave_out("images: an image that is no text", entry.place())
        elif _is_named(text, entry) and (other := _image(text, entry)) != text:
            if not _is_text(other):
                run.leave_out(f"images: {other!r}, which YAML takes for something else than a text", entry.place())
                continue
            _put(built.own(), route, _origin(entry).with_value(other))


def _anywhere(value: Any, route: Route) -> Iterator[Route]:
    """The images of all containers, in whatever they stand."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _anywhere(part, (*route, key))
            if key in _LISTS and isinstance(part, list):
                yield from ((*route, key, index, "image") for index, each in enumerate(part) if isinstance(each, dict))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _anywhere(part, (*route, index))


def _in_pods(value: Any) -> Iterator[Route]:
    """The images of containers and volumes where Pods, and what makes Pods, have them."""
    for pod in _PODS:
        for name, rest in (*((each, ("image",)) for each in _LISTS), ("volumes", ("image", "reference"))):
            listed = value
            for step in (*pod, name):
                listed = listed.get(step) if isinstance(listed, dict) else None
            found = enumerate(listed) if isinstance(listed, list) else ()
            yield from ((*pod, name, index, *rest) for index, each in found if isinstance(each, dict))


def _at(node: Node, route: Route) -> Node | None:
    for step in route:
        part = node.items[step] if isinstance(step, int) else node.fields.get(step)
        if part is None:
            return None
        node = part
    return node


def _put(node: Node, route: Route, to: Node) -> None:
    holder = _at(node, route[:-1])
    if holder is not None:
        holder.fields[route[-1]] = to


def _is_named(image: str, entry: Node) -> bool:
    return re.fullmatch(entry.text("name") + _BEHIND, image) is not None


def _image(image: str, entry: Node) -> str:
    """The image with the name, tag and digest that an entry says."""
    name, tag, digest = _split(image)
    name = entry.text("newName") or name
    if entry.text("newTag") or entry.text("digest"):
        tag, digest = entry.text("newTag"), entry.text("digest")
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _split(image: str) -> tuple[str, str, str]:
    """Name, tag and digest; a port of the registry is part of the name."""
    slash = max(image.find("/"), 0)
    host, rest = image[:slash], image[slash:]
    rest, _, digest = rest.partition("@")
    rest, _, tag = rest.partition(":")
    return host + rest, tag, digest


def _origin(entry: Node) -> Node:
    """What of an entry says which image it is."""
    found = (entry.get(key) for key in ("newTag", "digest", "newName"))
    return next((each for each in found if each), entry)


def _is_text(text: str) -> bool:
    """Whether YAML reads it as a text without quotes."""
    try:
        return isinstance(load_text(text, "image")[0].value, str)
    except (InputError, IndexError):
        return False
