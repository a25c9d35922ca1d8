"""Whatever stands where in a tree, validation ends with findings in known files, never with a traceback."""

from __future__ import annotations

import json
import shutil
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obsgen.checks import validate
from obsgen.report import Options, formats, render
from obsgen.source import load_file

GOOD_TREE = Path(__file__).with_name("good_tree")
DOCUMENTS = {path.relative_to(GOOD_TREE): load_file(path)[0].value for path in sorted(GOOD_TREE.rglob("*.*"))}
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "x", "{{", "a\nb", "no", [], {}, [None], [[]], [{}], {"a": None}, {"": 1}]
)


def routes(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for step, inner in below for found in ((*route, step), *routes(inner, (*route, step)))]


SPOTS = [(name, route) for name, value in DOCUMENTS.items() for route in routes(value)]


def put(value: Any, route: tuple[Any, ...], new: Any) -> None:
    """Replaces what stands at a route, unless another change has taken the route away."""
    for step in route[:-1]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return
    is_item = isinstance(value, list) and isinstance(route[-1], int) and route[-1] < len(value)
    if isinstance(value, dict) or is_item:
        value[route[-1]] = new


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(SPOTS), ODD), min_size=1, max_size=4))
def test_odd_values_anywhere_are_told_not_crashed_on(changes: list[tuple[tuple[Path, tuple[Any, ...]], Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(shutil.copytree(GOOD_TREE, Path(folder, "tree")))
        changed = {name: json.loads(json.dumps(DOCUMENTS[name])) for (name, _), _ in changes}
        for (name, route), new in changes:
            put(changed[name], route, deepcopy(new))
        for name, value in changed.items():
            (tree / name).write_text(json.dumps(value), encoding="utf-8")
        report = validate([tree], "off")
        assert all((tree / finding.place.file).exists() for finding in report.findings)
        assert all(render(name, report, Options(verbose=True)) or name == "github" for name in formats())
