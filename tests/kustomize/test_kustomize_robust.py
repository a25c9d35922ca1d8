"""Whatever stands in a kustomization and its files, a build ends with findings, not with a traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from kustomize_cases import GOOD
from kustomize_support import write

from obsgen.findings import Severity
from obsgen.kustomize.build import build

ODD: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "a\nb",
    [],
    [None],
    ["x"],
    [[]],
    {},
    {"x": None},
    {"name": 1},
    [{}],
    "/",
    "../base",
]


def spoilt(r: Random, value: Any) -> Any:
    """The value with something in it of another sort."""
    if isinstance(value, dict) and value and r.random() < 0.9:
        key = r.choice(list(value))
        return value | {key: spoilt(r, value[key])}
    if isinstance(value, list) and value and r.random() < 0.9:
        index = r.randrange(len(value))
        return [*value[:index], spoilt(r, value[index]), *value[index + 1 :]]
    if isinstance(value, str) and value.startswith(("{", "\n[")) and r.random() < 0.9:
        return "\n" + json.dumps(spoilt(r, json.loads(value)))
    return r.choice(ODD)


@settings(max_examples=5 * settings().max_examples)
@given(st.sampled_from(list(GOOD)), st.randoms(use_true_random=True))
def test_spoilt_files_are_found_faulty_or_harmless(name: str, r: Random) -> None:
    files = dict(GOOD[name][0])
    for _ in range(r.choice([1, 1, 2])):
        spoil = r.choice([path for path, content in files.items() if isinstance(content, dict)] or list(files)[:1])
        files[spoil] = spoilt(r, files[spoil])
    files = {path: "" if content is None else content for path, content in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), files)
        made = build(Path(folder) / "k")
    assert all(finding.severity in Severity and str(finding.place.file) for finding in made.findings)
    assert all(isinstance(built.object, dict) for built in made.objects)
