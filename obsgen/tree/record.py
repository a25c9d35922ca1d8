"""What obsgen remembers of a root: the record (what it wrote) and the journal (what it is about to write).

Both are JSON with one line per path, so that git merges and people can read them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from obsgen.findings import InputError, Place, error
from obsgen.tree.paths import bad_names

SCHEMA_VERSION = 1
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Step:
    """One path in the journal: its hash before, if the bytes were ours, and after; None means no file."""

    old: str | None
    new: str | None


def digest(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return sha256(data).hexdigest()


def dump_record(hashes: Mapping[str, str]) -> bytes:
    """The record's bytes for path → hash; the same mapping always gives the same bytes."""
    return _dump("files", dict(hashes))


def dump_journal(steps: Mapping[str, Step]) -> bytes:
    """The journal's bytes for path → step."""
    return _dump("steps", {path: [step.old, step.new] for path, step in steps.items()})


def load_record(data: bytes, file: str) -> dict[str, str]:
    """Path → hash; InputError `tree/record` when the bytes are not a record of this version."""
    return {path: _hash(value, file) for path, value in _load(data, "files", file).items()}


def load_journal(data: bytes, file: str) -> dict[str, Step]:
    """Path → step; InputError `tree/record` when the bytes are not a journal of this version."""
    return {path: _step(value, file) for path, value in _load(data, "steps", file).items()}


def _hash(value: object, file: str) -> str:
    if isinstance(value, str) and _HASH.fullmatch(value):
        return value
    raise _damaged(file, f"{value!r} is not a hash of 64 hex digits")


def _step(value: object, file: str) -> Step:
    if isinstance(value, list) and len(value) == 2:
        return Step(*(None if item is None else _hash(item, file) for item in value))
    raise _damaged(file, f"{value!r} is not a pair of hashes")


def _dump(key: str, entries: Mapping[str, object]) -> bytes:
    lines = ",\n".join(f"    {json.dumps(path)}: {json.dumps(entries[path])}" for path in sorted(entries))
    body = f"{{\n{lines}\n  }}" if lines else "{}"
    about = "Written by obsgen render, which owns these files. Do not edit."
    text = f'{{\n  "description": "{about}",\n  "schemaVersion": {SCHEMA_VERSION},\n  "{key}": {body}\n}}\n'
    return text.encode()


def _load(data: bytes, key: str, file: str) -> dict[str, object]:
    try:
        document = json.loads(data, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as exc:
        conflict = data.startswith(b"<<<<<<<") or b"\n<<<<<<<" in data
        raise _damaged(file, "it holds a merge conflict" if conflict else f"it is not JSON ({exc})") from exc
    version = document.get("schemaVersion") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        raise _damaged(file, f"its schemaVersion is {version!r}, this obsgen knows {SCHEMA_VERSION}")
    entries = document.get(key)
    if not isinstance(entries, dict):
        raise _damaged(file, f"it has no mapping {key!r}")
    # A record comes from a repository: a path that leads out of the tree must not become a removal.
    for path, reason in bad_names(entries).items():
        raise _damaged(file, f"path {path!r} {reason}")
    return entries


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key stands twice")
    return entries


def _damaged(file: str, reason: str) -> InputError:
    hint = (
        "delete this file and render again: files that already have the right bytes are adopted, "
        "the others are named and need --force"
    )
    return InputError([error("tree/record", f"what obsgen wrote here is not known: {reason}", Place(file), hint)])
