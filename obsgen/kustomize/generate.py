"""ConfigMaps made by a kustomization's `configMapGenerator`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from obsgen.kustomize.kustomization import Kustomization, Run, file_at
from obsgen.kustomize.nodes import Node, WholeFile, mapping_of
from obsgen.kustomize.objects import Built

Pair = tuple[str, Node]

_LINE = 70


def make_config_map(run: Run, owner: Kustomization, entry: Node) -> Built | None:
    """The ConfigMap of one generator entry; None, and a finding, if it has no name."""
    name = entry.text("name")
    if not name:
        run.report("kustomize/bad-generator", "a generated ConfigMap needs a name", entry.place())
        return None
    data: dict[str, Node] = {}
    for key, content in _pairs(run, owner, entry):
        if key in data:
            message = f"key {key!r} is given twice in ConfigMap {name}"
            run.report("kustomize/bad-generator", message, content.place(), "name one of them: key=path")
        data[key] = content
    options = [part for part in (owner.content.mapping("generatorOptions"), entry.mapping("options")) if part]
    hashed = not any(part.value.get("disableNameSuffixHash") for part in options)
    return Built(_config_map(entry, data, options), hashed=hashed)


def _config_map(entry: Node, data: dict[str, Node], options: list[Node]) -> Node:
    metadata = {field: entry.fields[field].copy() for field in ("name", "namespace") if entry.text(field)}
    fields = {
        "apiVersion": entry.with_value("v1"),
        "kind": entry.with_value("ConfigMap"),
        "metadata": mapping_of(metadata | _merged(options, ("labels", "annotations"), entry), entry),
    }
    texts = {key: content for key, content in data.items() if isinstance(content.value, str)}
    binary = {key: part.with_value(_base64(part.value)) for key, part in data.items() if key not in texts}
    for field, part in (("data", texts), ("binaryData", binary)):
        if part:
            fields[field] = mapping_of(part, entry)
    if any(part.value.get("immutable") for part in options):
        fields["immutable"] = entry.with_value(True)
    return mapping_of(fields, entry)


def merge_config_map(old: Built, new: Built, *, replaces: bool) -> None:
    """Makes of a ConfigMap what `behavior: replace` or `merge` does: labels and annotations are merged either way."""
    was, now = old.node, new.node
    kept = {key: part for key, part in was.fields["metadata"].fields.items() if key in ("name", "namespace")}
    pairs = _merged([was.fields["metadata"], now.fields["metadata"]], ("labels", "annotations"), now)
    data = {} if replaces else _merged([was, now], ("data", "binaryData"), now)
    old.node = mapping_of({**now.fields, **data, "metadata": mapping_of(kept | pairs, now)}, now)
    old.shared = False
    old.hashed = old.hashed and new.hashed


def _merged(parts: list[Node], fields: tuple[str, ...], like: Node) -> dict[str, Node]:
    """Mappings made of those that the parts have at these fields; the last part has the last word."""
    merged = {}
    for field in fields:
        found = [mapping.copy().fields for part in parts if (mapping := part.mapping(field))]
        if found:
            merged[field] = mapping_of({key: value for pairs in found for key, value in pairs.items()}, like)
    return merged


def _pairs(run: Run, owner: Kustomization, entry: Node) -> Iterator[Pair]:
    for source in _texts(entry, "envs"):
        yield from _from_environment(run, owner, source)
    for source in _texts(entry, "literals"):
        key, _, value = source.value.partition("=")
        if not key or "=" not in source.value:
            run.report("kustomize/bad-generator", f"{source.value!r} is not key=value", source.place())
            continue
        yield key, source.with_value(_unquoted(value))
    for source in _texts(entry, "files"):
        yield from _from_file(run, owner, source)


def _texts(entry: Node, field: str) -> Iterator[Node]:
    found = entry.get(field)
    yield from (item for item in (found.items if found else ()) if isinstance(item.value, str))


def _from_file(run: Run, owner: Kustomization, source: Node) -> Iterator[Pair]:
    key, _, name = source.value.rpartition("=")
    path = file_at(run, owner, source.with_value(name))
    raw = run.raw(path) if path else None
    if raw is not None:
        yield key or Path(name).name, Node(_text_or_bytes(raw), WholeFile(str(path)))


def _from_environment(run: Run, owner: Kustomization, source: Node) -> Iterator[Pair]:
    path = file_at(run, owner, source)
    raw = run.raw(path) if path else None
    for number, line in enumerate((raw or b"").decode("utf-8-sig", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            key, _, value = line.lstrip().partition("=")
            yield key, Node(value, WholeFile(str(path), number))


def _text_or_bytes(raw: bytes) -> Any:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _base64(raw: bytes) -> str:
    """Base64 in lines of 70, each ended, if there is more than one: kustomize's form."""
    text = base64.b64encode(raw).decode("ascii")
    if len(text) < _LINE:
        return text
    return "".join(text[start : start + _LINE] + "\n" for start in range(0, len(text), _LINE))


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text
