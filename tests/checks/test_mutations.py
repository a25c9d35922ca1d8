"""A good tree has no findings; each fault seeded into it is found, in its file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from mutations import MUTATIONS as OF_FORM
from mutations import Mutation
from mutations_delivery import DELIVERY_MUTATIONS
from mutations_path import PATH_MUTATIONS
from mutations_signals import SIGNAL_MUTATIONS

from obsgen.checks import validate
from obsgen.checks.discovery import plain_checks
from obsgen.findings import Finding
from obsgen.tools import Tool

MUTATIONS = (*OF_FORM, *DELIVERY_MUTATIONS, *SIGNAL_MUTATIONS, *PATH_MUTATIONS)
GOOD_TREE = Path(__file__).with_name("good_tree")
MEANINGS = {"empty", "histogram", "join", "label", "promql", "ratio", "signal", "sum", "type", "unit"}
"""Groups of checks that judge what an expression means."""
SAY_SOMETHING_ELSE = {"promql/cluster-lost", "signal/not-exposed"}
"""Checks whose findings say nothing that another finding at the place could say."""
NOT_IN_THE_TREE = {
    "label/not-attached",
    "argocd/size",
    "datasource/not-loaded",
    "object/other-namespace",
    "path/enforced-namespace",
    "path/forbidden",
    "path/pipeline",
    "path/sample-limit",
    "route/chart-default",
    "schema/size",
}
"""Checks that no small edit of the good tree can trip; they have examples."""
KNOWN_TO_TOOLS = {"octal number", "field that kustomize lacks", "path that misses", "tab in the indentation"} | {
    *("unclosed parenthesis", "bad for in a patch", "no expression", "alert twice", "unclosed template"),
}
"""Faults that kustomize or promtool find as well, in other words or at another line."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD_TREE, tmp_path / "tree"))


def test_the_good_tree_is_clean() -> None:
    report = validate([GOOD_TREE], "off")
    assert [str(finding) for finding in report.findings] == []
    assert [(level.name, level.failed, level.skipped) for level in report.levels[:3]] == [
        ("structure", 0, 0),
        ("schema", 0, 0),
        ("queries", 0, 0),
    ]
    assert (report.counts.rules, report.counts.panels) == (13, 4)


@pytest.mark.tools
def test_the_real_tools_agree(real_tool: Callable[[str], Tool]) -> None:
    for name in ("amtool", "kustomize", "kubeconform", "logql", "promtool"):
        real_tool(name)
    report = validate([GOOD_TREE], "require")
    assert report.findings == ()
    assert [use.version is not None for use in report.tools] == [True, True, True, True, True]


def test_there_are_many_kinds_of_faults_for_every_check() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 40
    assert {check.ID for check in plain_checks()} - NOT_IN_THE_TREE <= {mutation.id for mutation in MUTATIONS}


def seed(mutation: Mutation, tree: Path) -> str:
    """Makes the edit; the text as it was."""
    path = tree / mutation.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation.old) >= 1, "the good tree has changed: adapt the mutation"
    path.write_text(text.replace(mutation.old, mutation.new, 1) if mutation.old else text + mutation.new)
    return text


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_seeded_fault_is_found_where_it_is(mutation: Mutation, tree: Path) -> None:
    text = seed(mutation, tree)
    begin = text[: text.index(mutation.old) if mutation.old else None].count("\n") + 1
    at = mutation.at
    expected = f"{mutation.file}:{begin + int(at)}" if at.startswith("+") else at
    found = validate([tree], "off").findings
    places = {(f.id, f"{Path(f.place.file).relative_to(tree)}:{f.place.line}") for f in found}
    assert (mutation.id, expected) in places
    assert told_twice(found) == {}


def told_twice(found: Iterable[Finding]) -> dict[str, set[str]]:
    """What is said of one place by several checks of what expressions mean."""
    told: dict[str, set[str]] = {}
    for one in found:
        if one.id.partition("/")[0] in MEANINGS and one.id not in SAY_SOMETHING_ELSE:
            told.setdefault(str(one.place), set()).add(one.id)
    return {place: ids for place, ids in told.items() if len(ids) > 1}


@pytest.mark.tools
@pytest.mark.parametrize(
    "mutation", [mutation for mutation in MUTATIONS if mutation.name in KNOWN_TO_TOOLS], ids=lambda one: one.name
)
def test_the_real_tools_do_not_repeat_what_is_told(
    mutation: Mutation, tree: Path, real_tool: Callable[[str], Tool]
) -> None:
    for name in ("kustomize", "promtool"):
        real_tool(name)
    seed(mutation, tree)
    assert validate([tree], "auto").findings == validate([tree], "off").findings


def test_the_faults_that_tools_know_are_seeded() -> None:
    assert {mutation.name for mutation in MUTATIONS} >= KNOWN_TO_TOOLS
