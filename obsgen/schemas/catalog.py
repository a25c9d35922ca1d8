"""Which schemas there are, and reading one of them."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from obsgen.schemas import tree

if TYPE_CHECKING:
    import jsonschema_rs

_DATA = Path(__file__).parent / "data"
_NEAR = 0.8
"""How alike two names are, so that one is taken for a slip in the other."""
_OF_KUBERNETES = ".k8s.io"


@dataclass(frozen=True, eq=False)
class Schema:
    """The schema of one kind: a JSON Schema document (draft 7, closed) with what the index says of its origin.

    `facts` may hold `source`, `version`, `sha256`, `handWritten`, `served` (False: the API that published it no
    longer serves it), `celNotEvaluated` (number of CEL rules that nothing here evaluates) and `openFields`
    (number of fields that hold anything, by their API).
    """

    api_version: str
    kind: str
    document: dict[str, Any] = field(repr=False)
    facts: dict[str, Any] = field(repr=False)

    @cached_property
    def validator(self) -> jsonschema_rs.Draft7Validator:
        """The compiled validator; compiling is the costly part, so it waits for the first object."""
        import jsonschema_rs

        # Kubernetes' patterns are Go's: without look-around, so the engine that runs in linear time reads them all.
        patterns = jsonschema_rs.RegexOptions()
        # Values stay out of the library's own messages: they may be long, or secret.
        return jsonschema_rs.Draft7Validator(self.document, pattern_options=patterns, mask="the value", offline=True)


@cache
def lookup(api_version: str, kind: str) -> Schema | None:
    """The schema of a kind (`apps/v1`, `Deployment`); None if there is none. Only that kind's file is read."""
    facts = _index().get(f"{api_version}/{kind}")
    if facts is None:
        return None
    return Schema(api_version, kind, json.loads((_DATA / facts["file"]).read_bytes()), facts)


def fields(api_version: str, kind: str, route: tree.Route = ()) -> tuple[str, ...]:
    """The names of the fields that a kind has at a route; none if there is no schema for it."""
    schema = lookup(api_version, kind)
    return tree.fields(tree.at(schema.document, route)) if schema else ()


@cache
def known_kinds() -> dict[str, tuple[str, ...]]:
    """Every kind that has a schema, with its apiVersions in the order of their names."""
    kinds: dict[str, list[str]] = {}
    for name in sorted(_index()):
        api_version, _, kind = name.rpartition("/")
        kinds.setdefault(kind, []).append(api_version)
    return {kind: tuple(versions) for kind, versions in kinds.items()}


def nearest(api_version: str, kind: str) -> str:
    """A hint for a kind without a schema: the same kind elsewhere, or one of nearly the same name; else ''."""
    kinds = known_kinds()
    if kind in kinds:
        return f"{kind} is known as {' and '.join(kinds[kind])}, not as {api_version}"
    close = difflib.get_close_matches(kind, kinds, n=1, cutoff=_NEAR)
    return f"did you mean {close[0]} ({', '.join(kinds[close[0]])})?" if close else ""


def is_foreign(api_version: str, kind: str) -> bool:
    """Whether a kind without a schema is one of somebody else's operator, not a slip in one that is known.

    Its group is none that is known or nearly so, or one of those to which others add kinds of their own.
    """
    group = api_version.rpartition("/")[0]
    versions = known_kinds()
    groups = {version.rpartition("/")[0] for each in versions.values() for version in each}
    if group in groups:
        near = difflib.get_close_matches(kind, versions, n=3, cutoff=_NEAR)
        return "." in group and not any(version.startswith(f"{group}/") for each in near for version in versions[each])
    if "." not in group or (group.endswith(_OF_KUBERNETES) and kind in versions):
        return False
    close = difflib.get_close_matches(group, groups, n=1, cutoff=_NEAR)
    return not close or group.endswith(close[0])


def kubeconform_location() -> str:
    """The value for kubeconform's `-schema-location`: the same schemas, found by kubeconform's own template."""
    # For core kinds kubeconform's Group is their version, hence the folder `v1`.
    return f"{_DATA}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"


@cache
def _index() -> dict[str, dict[str, Any]]:
    index: dict[str, dict[str, Any]] = json.loads((_DATA / "index.json").read_bytes())
    return index
