"""Objects that components bring as templates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from obsgen.components.origin import Origin
from obsgen.components.structure import DROPPED, render_value
from obsgen.components.templating import TemplateError
from obsgen.findings import Faults, InputError
from obsgen.render.manifest import Identity, Manifest, Same, own_labels
from obsgen.render.queries.proofread import proofread_object
from obsgen.secrecy import exposed, secret_values
from obsgen.stack.model import Instance, Stack

_Template = tuple[int, str]
"""The place of an instance in its stack, and the name of one of its templates."""
CHECKSUM = "checksum"
"""The name under which pods find the checksum of the configuration that they read."""


def manifests(
    stack: Stack,
    names: Mapping[str, Any],
    number: int,
    finish: Callable[[Manifest], Manifest],
    maps: Iterable[Manifest],
) -> list[Manifest]:
    """Every object that the stack's components bring, finished; `names` are added to the context of all.

    Pods carry the checksum of the ConfigMaps that they name, so that they roll; `maps` are those of boards.
    What was made for another cluster with names of the same number is taken from there. InputError with the faults of
    all templates.
    """
    templates = [(i, name) for i, each in enumerate(stack.instances) for name in each.folder.manifests]
    make = partial(_finished, stack, number, finish)
    with Faults() as faults:
        first = dict(faults.each(templates, lambda each: (each, make({**names, CHECKSUM: ""}, *each))))
        found = [each for some in first.values() for each in some if each.part != "rules"]
        configuration = [each for each in (*found, *maps) if each.object["kind"] == "ConfigMap"]
        rolling = [each for each in first if _mentions_checksum(stack, *each)]
        digests = {each: _checksum(Same(tuple(_read_by(first[each], configuration)))) for each in rolling}
        first |= dict(faults.each(rolling, lambda each: (each, make({**names, CHECKSUM: digests[each]}, *each))))
        faults.attempt(lambda: _refuse_second(stack, first), None)
        return [manifest for each in templates for manifest in first.get(each, ())]


def _read_by(made: Iterable[Manifest], configuration: Iterable[Manifest]) -> Iterator[Manifest]:
    """The ConfigMaps that objects name; where they name none, those of their component."""
    objects, every = list(made), list(configuration)
    names = {name for each in objects for name in _config_maps(each.object)}
    components = {each.component for each in objects}
    for each in every:
        if each.identity[3] in names or (not names and each.component in components):
            yield each


def _config_maps(value: Any) -> Iterator[str]:
    """The names of the ConfigMaps that volumes and variables of pods are filled from."""
    if isinstance(value, list):
        yield from (name for each in value for name in _config_maps(each))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("configMap", "configMapRef", "configMapKeyRef") and isinstance(inner, dict):
                yield str(inner.get("name"))
            yield from _config_maps(inner)


@lru_cache(maxsize=64)
def _checksum(objects: Same) -> str:
    digest = hashlib.sha256()
    for each in objects.objects:
        digest.update(json.dumps([each.identity, each.object.get("data")]).encode())
    return digest.hexdigest()


def _mentions_checksum(stack: Stack, index: int, name: str) -> bool:
    """Whether a template, or a fragment that it may include, speaks of the checksum."""
    folder = stack.instances[index].folder
    return stack.once((CHECKSUM, index, name), lambda: CHECKSUM in f"{folder.manifests[name]}{folder.fragments}")


def _finished(
    stack: Stack,
    number: int,
    finish: Callable[[Manifest], Manifest],
    names: Mapping[str, Any],
    index: int,
    name: str,
) -> tuple[Manifest, ...]:
    """The objects of one template of one instance."""
    key = (number, names[CHECKSUM], index, name)
    made = partial(_of_template, stack, stack.instances[index], name, names)
    return stack.once(key, lambda: tuple(finish(each) for each in made()))


def _of_template(stack: Stack, instance: Instance, name: str, extra: Mapping[str, Any]) -> Iterator[Manifest]:
    template = instance.folder.manifests[name]
    origin = instance.folder.origin(f"manifests/{name}.yaml")
    context = context_of(instance, extra)
    if not origin.at("when").holds(template.when, context):
        return
    for one in origin.each(template.for_each, context):
        rendered = render_value(template.object, origin.at("object"), one)
        if rendered is not DROPPED:
            proofread_object(rendered, origin.at("object"))
            _refuse_values(rendered, origin.at("object"))
            yield _manifest(stack, instance, template.part, rendered)


def _refuse_values(rendered: Mapping[str, Any], origin: Origin) -> None:
    """A Secret may hold configuration, but nothing that is secret."""
    for field, key, _ in secret_values(rendered) if rendered.get("kind") == "Secret" else ():
        at = origin.at(field, key)
        raise InputError([exposed(f"the value of {key} in a Secret", at.locate(at.route, False))])


def _refuse_second(stack: Stack, made: Mapping[_Template, Iterable[Manifest]]) -> None:
    """Two servers of one component make two objects, and each needs a name of its own."""
    seen: set[Identity] = set()
    for (index, template), some in made.items():
        for manifest in some:
            if manifest.identity in seen:
                _, kind, namespace, name = manifest.identity
                message = f"{kind} {namespace}/{name} is made twice"
                origin = stack.instances[index].folder.origin(
                    f"manifests/{template}.yaml", "object", "metadata", "name"
                )
                hint = "put << name >> into its name, so that each server has its own"
                origin.refuse("component/manifest", message, hint)
            seen.add(manifest.identity)


def context_of(instance: Instance, extra: Mapping[str, Any]) -> dict[str, Any]:
    """What an instance's manifests and values may refer to."""
    context = {**instance.context, **extra, "file": _file_of(instance), "omit": DROPPED}
    return {**context, "fragment": _fragment_of(instance, context)}


def _fragment_of(instance: Instance, context: Mapping[str, Any]) -> Any:
    """The function `fragment('spec')`: a part that several manifests share, from fragments/spec.yaml, rendered."""

    def fragment(name: str) -> Any:
        fragments = instance.folder.fragments
        if name not in fragments:
            raise TemplateError(f"{instance.folder.name} has no fragment {name}", ", ".join(fragments))
        return render_value(fragments[name], instance.folder.origin(f"fragments/{name}.yaml"), context)

    return fragment


def _file_of(instance: Instance) -> Any:
    """The function `file('scripts/x.py')`: a file of the component as it is, not rendered."""

    def file(name: str) -> str:
        if name not in instance.folder.files:
            raise TemplateError(f"{instance.folder.name} has no file {name}", ", ".join(instance.folder.files))
        return instance.folder.text(name)

    return file


def _manifest(stack: Stack, instance: Instance, part: str, rendered: dict[str, Any]) -> Manifest:
    metadata = rendered["metadata"]
    own = metadata.get("labels") or {}
    labels = {**own_labels(stack, instance.folder.name), **own}
    ordered = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    rendered["metadata"] = {**ordered, "labels": dict(sorted(labels.items())), **_rest(metadata)}
    return Manifest(part, instance.folder.name, rendered)


def _rest(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key not in ("name", "namespace", "labels")}
