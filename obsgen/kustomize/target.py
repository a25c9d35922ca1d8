"""What a patch's `target` selects: regular expressions on identity, equalities on labels and annotations."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from obsgen.kustomize.identity import ObjectId, object_id

FIELDS = ("group", "version", "kind", "name", "namespace")
"""The fields of a target that are regular expressions."""

_LITERAL = re.compile(r"(?:[A-Za-z0-9_/:-]|\\\.)+\Z")
_EQUALITY = re.compile(r"\s*([^=!(),\s]+)\s*==?\s*([^=!(),\s]*)\s*\Z")
# Repeated repetitions can take Python years where Go takes no notice; flags and lookarounds differ.
_UNLIKE = re.compile(r"[*+}][^(]*\)[*+{]|\(\?(?!:)")
_NOWHERE = "_non_namespaceable_"


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed target; an absent pattern matches everything."""

    patterns: Mapping[str, re.Pattern[str]]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    literal_name: str = ""

    def matches(self, value: Mapping[str, Any], first: ObjectId) -> bool:
        """Whether it selects an object, whose first identity counts as well as its present one."""
        now = object_id(value)
        return (
            self._fits("kind", now.kind)
            and (self._fits("name", first.name) or self._fits("name", now.name))
            and (self._fits("namespace", _where(first)) or self._fits("namespace", _where(now)))
            and self._fits("group", now.group)
            and self._fits("version", now.version)
            and self._has(value, "labels", self.labels)
            and self._has(value, "annotations", self.annotations)
        )

    def _fits(self, field: str, text: str) -> bool:
        pattern = self.patterns.get(field)
        return pattern is None or pattern.fullmatch(text) is not None

    def _has(self, value: Mapping[str, Any], field: str, wanted: Mapping[str, str]) -> bool:
        present = (value.get("metadata") or {}).get(field) or {}
        return wanted.items() <= present.items()


def parse_target(target: Mapping[str, Any]) -> Target:
    """A `target` as written in a kustomization; ValueError for an expression that is not understood here."""
    texts = {field: text for field, text in target.items() if isinstance(text, str) and text}
    name = texts.get("name", "")
    return Target(
        {field: _pattern(texts[field]) for field in FIELDS if field in texts},
        _equalities(texts.get("labelSelector", "")),
        _equalities(texts.get("annotationSelector", "")),
        name.replace("\\.", ".") if _LITERAL.match(name) else "",
    )


def exactly(identity: ObjectId) -> dict[str, str]:
    """The target that selects one object and no other: `name` is a pattern, and so is an empty group."""
    target = {
        # Without a group, a core Service's patch would hit a Knative Service of that name as well.
        "group": identity.group or "^$",
        "version": identity.version,
        "kind": identity.kind,
        "name": identity.name.replace(".", "\\."),
        "namespace": identity.namespace,
    }
    return {field: text for field, text in target.items() if text}


def _pattern(text: str) -> re.Pattern[str]:
    """An expression that Go and Python understand alike."""
    if _UNLIKE.search(text):
        raise ValueError(f"the expression {text!r}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text)
    except (re.error, FutureWarning, OverflowError) as problem:
        raise ValueError(f"{text!r} is no regular expression: {problem}") from None


def _equalities(selector: str) -> dict[str, str]:
    wanted = {}
    for part in filter(str.strip, selector.split(",")):
        found = _EQUALITY.match(part)
        if not found:
            raise ValueError(f"the selector {selector!r} is more than a list of key=value")
        wanted[found[1]] = found[2]
    return wanted


def _where(identity: ObjectId) -> str:
    return identity.namespace or _NOWHERE
