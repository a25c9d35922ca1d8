"""The versions that manifests say run: in objects of an operator, and by the tags of containers' images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from obsgen.components.catalogue import Catalogue
from obsgen.components.head import Component
from obsgen.components.versions import order
from obsgen.facts import Facts
from obsgen.repository.containers import containers, runs
from obsgen.repository.objects import KubeObject

_TAG = re.compile(r":v?(?P<version>\d+(?:\.\d+)+(?:\.post\d+)?)(?P<tail>-[^/:@]*)?(?:@.*)?$")
_SECOND = re.compile(r"-\d+(?:\.\d+)+")


def with_versions(
    facts: Facts, objects: Iterable[KubeObject], catalogue: Catalogue, versions: Mapping[str, Sequence[str]]
) -> Facts:
    """The facts, and what the objects say of components that the facts do not know; `versions` are taken instead."""
    found = seen(objects, catalogue)
    return facts.seeing({name: tuple(versions.get(name, each)) for name, each in found.items()}) if found else facts


def seen(objects: Iterable[KubeObject], catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """The versions of components among the objects, oldest first."""
    known = [(name, catalogue.exporter(name).component) for name in catalogue.names]
    told = [(name, each) for name, each in known if each.versions and each.images]
    operated = {kind for _, each in told for kind in each.kinds}
    found: dict[str, set[str]] = {}
    for object_ in objects:
        images = [str(each.value.get("image") or "") for each in containers(object_)]
        for name, component in told if images or object_.kind in operated else ():
            for version in _versions(object_, images, component):
                found.setdefault(name, set()).add(version)
    return {name: tuple(sorted(each, key=order)) for name, each in found.items()}


def _versions(object_: KubeObject, images: list[str], component: Component) -> Iterator[str]:
    own = [_own_image(object_, component)] if object_.kind in component.kinds else []
    for image in (*images, *own):
        if runs(image, component.images) and (version := _version(image, component)):
            yield version


def _own_image(object_: KubeObject, component: Component) -> str:
    """The image of what an operator runs for an object, which may say its version alone."""
    spec = object_.located.at("spec")
    image, version = (str(spec.at(key).value or "") for key in ("image", "version"))
    return image or f"{component.images[0]}:{version}"


def _version(image: str, component: Component) -> str:
    """The version that a tag says; of what has versions of two halves, both. Empty for tags that say none."""
    found = _TAG.search(image)
    if not found or not component.versions:
        return ""
    second = _SECOND.match(found["tail"] or "") if any("-" in each for each in component.versions.known) else None
    return found["version"] + (second[0] if second else "")
