"""Runbooks and other texts: told where nothing else says why they differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from parts import manifest, side
from written import ids, lines

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.overall.texts import texts

RULE = ("monitoring.coreos.com/v1", "PrometheusRule")
PROD = Unit("shop", "prod")


def tree(alerts: str = "A B C D", team: str = "core", **files: str) -> dict[str, str]:
    """A rendered tree with alerts, and other files below it by their paths, `__` for `/`."""
    rules = [{"alert": each, "expr": "up", "labels": {"team": team}} for each in alerts.split()]
    made = {
        "out/shop/.obsgen/record.json": "{}\n",
        "out/shop/overlays/prod/kustomization.yaml": "resources: [all.yaml]\n",
        "out/shop/overlays/prod/all.yaml": manifest(RULE, {"groups": [{"name": "g", "rules": rules}]}),
    }
    return made | {f"out/shop/{path.replace('__', '/')}": text for path, text in files.items()}


def told(folder: Path, old: dict[str, str], new: dict[str, str], *subjects: str) -> list[Change]:
    """What is told of texts; of the subjects something has been told already."""
    before = {Change("change/alert-looser", "▲", each, "x", Risk.REVIEW): {PROD} for each in subjects}
    found = list(texts(side(folder / "old", old), side(folder / "new", new), before))
    assert all(units == {PROD} for _, units in found)
    return [change for change, _ in found]


def runbooks(text: str, *names: str) -> dict[str, Any]:
    """Runbooks with one text."""
    return {f"runbooks__{each}.md": text for each in names}


def test_runbooks_that_read_differently_are_one_line(tmp_path: Path) -> None:
    old, new = (tree(**runbooks(each, "A", "B", "C", "D")) for each in ("one\n", "two\n"))
    (found,) = told(tmp_path, old, new)
    assert lines([found]) == ["~ 4 runbooks: read differently (safe)"]
    assert found.details == ("A", "B", "C", "D")


def test_those_of_alerts_that_have_a_line_are_left_out(tmp_path: Path) -> None:
    old, new = (tree(**runbooks(each, "A", "B")) for each in ("one\n", "two\n"))
    assert lines(told(tmp_path / "1", old, new, "A")) == ["~ runbook B: reads differently (safe)"]
    assert told(tmp_path / "2", old, new, "A", "B") == []


def test_other_line_breaks_are_no_other_text(tmp_path: Path) -> None:
    assert told(tmp_path, tree(**runbooks("one two\n", "A")), tree(**runbooks("one\ntwo\n", "A"))) == []


@pytest.mark.parametrize(("alerts", "expected"), [("A B", ["runbook-removed"]), ("B", [])])
def test_a_runbook_that_is_gone_matters_if_its_alert_stays(tmp_path: Path, alerts: str, expected: list[str]) -> None:
    found = told(tmp_path, tree(**runbooks("x", "A", "B")), tree(alerts, **runbooks("x", "B")))
    assert ids(found) == expected
    assert all(each.risk is Risk.REVIEW and each.what == "gone, and its alert stays" for each in found)


def test_a_new_runbook(tmp_path: Path) -> None:
    assert lines(told(tmp_path / "1", tree(), tree(**runbooks("x", "A")))) == ["+ runbook A: new (safe)"]
    assert told(tmp_path / "2", tree(), tree(**runbooks("x", "A")), "A") == []


def test_what_follows_from_other_files_is_never_told(tmp_path: Path) -> None:
    old, new = (tree(**{"README.md": each, "tests__notes.txt": each}) for each in ("one", "two"))
    assert told(tmp_path, old, new) == []


def test_other_texts_are_told_by_their_paths(tmp_path: Path) -> None:
    old = tree(**{"scripts__a.sh": "one", "scripts__b.sh": "one"})
    new = tree(**{"scripts__a.sh": "two", "scripts__c.sh": "one"})
    assert lines(told(tmp_path, old, new)) == [
        "~ out/shop/scripts/a.sh: changed (needs review)",
        "- out/shop/scripts/b.sh: gone (needs review)",
        "+ out/shop/scripts/c.sh: new (safe)",
    ]
    notes = (tree(**{"notes__a.md": each}) for each in ("one", "two"))
    assert lines(told(tmp_path / "notes", *notes)) == ["~ out/shop/notes/a.md: changed (safe)"]


def test_a_name_that_another_one_took_is_no_other_text(tmp_path: Path) -> None:
    old, new = (tree(team=each, **runbooks(f"Ask team {each}.\n", "A")) for each in ("core", "edge"))
    assert told(tmp_path, old, new) == []


def test_files_that_objects_hold_are_told_of_those(tmp_path: Path) -> None:
    sides = []
    for text in ("one", "two"):
        files = tree()
        files["out/shop/overlays/prod/kustomization.yaml"] = (
            "resources: [all.yaml]\nconfigMapGenerator: [{name: c, files: [a.conf]}]\n"
        )
        files["out/shop/overlays/prod/a.conf"] = text
        sides.append(files)
    assert told(tmp_path, *sides) == []


RUNBOOK = """# A

It is down.

| environment | server | fires | severity |
|---|---|---|---|
| prod | chat | for {prod} | critical |
{row}
Queries and commands are those of chat{others}.

## What to do

{text}
{section}"""
ROW = "| qa | chat | for 15m | critical |"
SECTION = "\n## On chat in qa (namespace ml)\n\n### What to do\n\nAsk.\n"


def runbook(*, qa: bool, prod: str = "15m", text: str = "Look.") -> str:
    """A runbook of prod, and of qa, which has a text of its own."""
    row, section = (ROW, SECTION) if qa else ("", "")
    return RUNBOOK.format(prod=prod, row=row, section=section, text=text, others="; at the end: chat in qa" * qa)


@pytest.mark.parametrize(
    ("new", "expected"),
    [({}, []), ({"prod": "5m"}, ["runbook-changed"]), ({"text": "Run."}, ["runbook-changed"])],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_runbooks_say_of_an_environment_that_one_side_lacks_is_no_other_text(
    tmp_path: Path, new: dict[str, str], expected: list[str], is_new: bool
) -> None:
    less = tree(**runbooks(runbook(qa=False), "A"))
    more = tree(**runbooks(runbook(qa=True, **new), "A"))
    more |= {path.replace("prod", "qa"): text for path, text in more.items() if "/overlays/prod/" in path}
    old, now = (less, more) if is_new else (more, less)
    found = list(texts(side(tmp_path / "old", old), side(tmp_path / "new", now), {}))
    assert ids([change for change, _ in found]) == expected


def test_what_runbooks_say_anew_of_an_environment_that_stays_is_told(tmp_path: Path) -> None:
    old, new = (tree(**runbooks(runbook(qa=each), "A")) for each in (False, True))
    assert ids(told(tmp_path, old, new)) == ["runbook-changed"]
