"""ConfigMaps made by a kustomization's `configMapGenerator`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from obsgen.kustomize.kustomization import Kustomization, Run, file_at
from obsgen.kustomize.objects import Built
from obsgen.kustomize.trace import Trace, Traced, WholeFile, traced_map

Pair = tuple[str, Traced]

_LINE = 70


def make_config_map(run: Run, owner: Kustomization, entry: Traced) -> Built | None:
    """The ConfigMap of one generator entry; None, and a finding, if it has no name."""
    name = entry.get("name")
    if name is None or not _is_text(name.value):
        run.report("kustomize/bad-generator", "a generated ConfigMap needs a name", entry.trace.place())
        return None
    data: dict[str, Traced] = {}
    for key, content in _pairs(run, owner, entry):
        if key in data:
            message = f"key {key!r} is given twice in ConfigMap {name.value}"
            run.report("kustomize/bad-generator", message, content.trace.place(), "name one of them: key=path")
        data[key] = content
    options = [part for part in (owner.content.mapping("generatorOptions"), entry.mapping("options")) if part]
    hashed = not any(part.value.get("disableNameSuffixHash") for part in options)
    return Built(*_config_map(entry, data, options), hashed=hashed)


def _config_map(entry: Traced, data: dict[str, Traced], options: list[Traced]) -> Traced:
    metadata = {field: entry.at(field) for field in ("name", "namespace") if _is_text(entry.value.get(field))}
    for field in ("labels", "annotations"):
        if pairs := _merged(options, field):
            metadata[field] = traced_map(pairs, entry.trace)
    fields = {
        "apiVersion": Traced("v1", entry.trace),
        "kind": Traced("ConfigMap", entry.trace),
        "metadata": traced_map(metadata, entry.trace),
    }
    texts = {key: content for key, content in data.items() if isinstance(content.value, str)}
    binary = {key: Traced(_base64(part.value), part.trace) for key, part in data.items() if key not in texts}
    for field, part in (("data", texts), ("binaryData", binary)):
        if part:
            fields[field] = traced_map(part, entry.trace)
    if any(part.value.get("immutable") for part in options):
        fields["immutable"] = Traced(True, entry.trace)
    return traced_map(fields, entry.trace)


def merged_config_map(old: Built, new: Built, *, replaces: bool) -> Built:
    """What `behavior: replace` or `merge` makes of a ConfigMap: labels and annotations are merged either way."""
    fields = {key: new.traced.at(key) for key in new.object}
    metadata = {
        key: old.traced.at("metadata").at(key) for key in ("name", "namespace") if key in old.object["metadata"]
    }
    for field in ("labels", "annotations"):
        if pairs := _merged([old.traced.at("metadata"), new.traced.at("metadata")], field):
            metadata[field] = traced_map(pairs, new.trace)
    fields["metadata"] = traced_map(metadata, new.trace)
    for field in () if replaces else ("data", "binaryData"):
        if pairs := _merged([old.traced, new.traced], field):
            fields[field] = traced_map(pairs, new.trace)
    object_, trace = traced_map(fields, new.trace)
    return Built(object_, trace, old.former_ids, old.hashed and new.hashed)


def _merged(parts: list[Traced], field: str) -> dict[str, Traced]:
    found = [part.mapping(field) for part in parts]
    return {key: part.at(key) for part in found if part for key in part.value}


def _pairs(run: Run, owner: Kustomization, entry: Traced) -> Iterator[Pair]:
    for source in _texts(entry, "envs"):
        yield from _from_environment(run, owner, source)
    for source in _texts(entry, "literals"):
        key, _, value = source.value.partition("=")
        if not key or "=" not in source.value:
            run.report("kustomize/bad-generator", f"{source.value!r} is not key=value", source.trace.place())
            continue
        yield key, Traced(_unquoted(value), source.trace)
    for source in _texts(entry, "files"):
        yield from _from_file(run, owner, source)


def _texts(entry: Traced, field: str) -> Iterator[Traced]:
    found = entry.get(field)
    if found and isinstance(found.value, list):
        yield from (item for item in found.items() if isinstance(item.value, str))


def _from_file(run: Run, owner: Kustomization, source: Traced) -> Iterator[Pair]:
    key, _, name = source.value.rpartition("=")
    path = file_at(run, owner, Traced(name, source.trace))
    raw = run.raw(path) if path else None
    if raw is not None:
        yield key or Path(name).name, Traced(_text_or_bytes(raw), Trace(WholeFile(str(path))))


def _from_environment(run: Run, owner: Kustomization, source: Traced) -> Iterator[Pair]:
    path = file_at(run, owner, source)
    raw = run.raw(path) if path else None
    for number, line in enumerate((raw or b"").decode("utf-8-sig", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            key, _, value = line.lstrip().partition("=")
            yield key, Traced(value, Trace(WholeFile(str(path), number)))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


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
