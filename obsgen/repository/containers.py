"""Containers in objects, and which component's image each of them runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from obsgen.repository.objects import KubeObject, Located

_TAG = re.compile(r"@.*|:[^/]*$")


def containers(object_: KubeObject) -> Iterator[Located]:
    """The containers of whatever has some, also in templates of custom resources."""
    return _inside(object_.located)


def _inside(located: Located) -> Iterator[Located]:
    if isinstance(located.value, dict):
        for key in located.value:
            if key in ("containers", "initContainers"):
                yield from (each for each in located.at(key).items() if isinstance(each.value, dict))
            else:
                yield from _inside(located.at(key))
    elif isinstance(located.value, list):
        for each in located.items():
            yield from _inside(each)


def runs(image: str, known: Iterable[str]) -> bool:
    """Whether an image is one of some, whatever its registry and tag."""
    plain = _TAG.sub("", image)
    return any(plain == each or plain.endswith(f"/{each}") for each in known)
