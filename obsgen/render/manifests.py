"""Objects that components bring as templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from obsgen.components.origin import Origin
from obsgen.components.structure import DROPPED, render_value
from obsgen.components.templating import TemplateError
from obsgen.conventions import object_labels
from obsgen.findings import Faults, InputError
from obsgen.render.manifest import Identity, Manifest
from obsgen.render.proofread import proofread_object
from obsgen.secrecy import exposed, secret_values
from obsgen.stack.model import Instance, Stack


def manifests(
    stack: Stack, extra: Mapping[str, Any], number: int, finish: Callable[[Manifest], Manifest]
) -> list[Manifest]:
    """Every object that the stack's components bring, finished; `extra` adds names to the context of all.

    What was made for another cluster with an `extra` of the same number and checksum is taken from there. InputError
    with the faults of all templates.
    """
    seen: set[Identity] = set()
    templates = [(i, name) for i, each in enumerate(stack.instances) for name in each.folder.manifests]
    with Faults() as faults:
        made = faults.each(templates, lambda each: _finished(stack, *each, extra, number, finish, seen))
        return [manifest for some in made for manifest in some]


def _finished(
    stack: Stack,
    index: int,
    name: str,
    extra: Mapping[str, Any],
    number: int,
    finish: Callable[[Manifest], Manifest],
    seen: set[Identity],
) -> tuple[Manifest, ...]:
    """The objects of one template of one instance."""
    instance = stack.instances[index]
    key = (number, extra["checksum"], index, name)
    made = stack.once(key, lambda: tuple(finish(each) for each in _of_template(stack, instance, name, extra)))
    for manifest in made:
        _refuse_second(manifest, seen, instance.folder.origin(f"manifests/{name}.yaml", "object", "metadata", "name"))
    return made


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


def _refuse_second(manifest: Manifest, seen: set[Identity], origin: Origin) -> None:
    """Two servers of one component make two objects, and each needs a name of its own."""
    if manifest.identity in seen:
        _, kind, namespace, name = manifest.identity
        message = f"{kind} {namespace}/{name} is made twice"
        origin.refuse("component/manifest", message, "put << name >> into its name, so that each server has its own")
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
    labels = {**object_labels(stack.name, instance.folder.name), **stack.settings.labels, **own}
    ordered = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    rendered["metadata"] = {**ordered, "labels": dict(sorted(labels.items())), **_rest(metadata)}
    return Manifest(part, instance.folder.name, rendered)


def _rest(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key not in ("name", "namespace", "labels")}
