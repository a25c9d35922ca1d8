"""What other versions break, and the expressions rewritten for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from obsgen.findings import InputError
from obsgen.promql import parse
from obsgen.upgrading.breaks import Style, Upgrade, upgrade
from obsgen.upgrading.report import write

COMPONENTS = Path(__file__).with_name("components")
FACTS = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nservers: [{component: oven, versions: ['1.5']}]\n"


def rules(folder: Path, *expressions: str, facts: str = FACTS) -> None:
    alerts = "".join(
        f"      - alert: Oven{at}\n        expr: |\n          {expression}\n"
        for at, expression in enumerate(expressions)
    )
    (folder / "rules.yaml").write_text(f"groups:\n  - name: oven\n    rules:\n{alerts}")
    (folder / "facts.yaml").write_text(facts)


def upgraded(folder: Path, to: str = "oven=3.0", style: Style = "new") -> Upgrade:
    return upgrade([folder], [to], style, [COMPONENTS])


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("oven:heat > 200", "oven:heat_celsius > 200", "(oven:heat_celsius or oven:heat) > 200"),
        (
            'max by (shelf) (oven:heat{shelf="1"} offset 5m) > 200',
            'max by (shelf) (oven:heat_celsius{shelf="1"} offset 5m) > 200',
            'max by (shelf) ((oven:heat_celsius{shelf="1"} offset 5m or oven:heat{shelf="1"} offset 5m)) > 200',
        ),
        (
            "avg_over_time(oven:heat[5m]) > oven:heat",
            "avg_over_time(oven:heat_celsius[5m]) > oven:heat_celsius",
            "(avg_over_time(oven:heat_celsius[5m]) or avg_over_time(oven:heat[5m])) > (oven:heat_celsius or oven:heat)",
        ),
        ("ray_oven_heat > 200", "ray_oven_heat_celsius > 200", "(ray_oven_heat_celsius or ray_oven_heat) > 200"),
    ],
)
def test_expressions_are_rewritten_for_the_new_version_or_for_both(
    tmp_path: Path, old: str, new: str, both: str
) -> None:
    rules(tmp_path, old)
    styles: tuple[Style, ...] = ("new", "both")
    found = [broken.rewritten for style in styles for broken in upgraded(tmp_path, style=style).broken]
    assert [text.strip() for text in found if text] == [new, both]
    assert {parse(text).text for text in (new, both)} == {new, both}


@pytest.mark.parametrize(
    "expression",
    ["rate(oven:bake_seconds_sum[5m]) > 1", '{__name__="oven:heat"} > 200'],
    ids=["another unit", "no plain name"],
)
def test_where_a_person_must_decide_nothing_is_rewritten(tmp_path: Path, expression: str) -> None:
    rules(tmp_path, expression)
    (broken,) = upgraded(tmp_path).broken
    assert (broken.rewritten, broken.fixes) == (None, ())
    assert [finding.id for finding in broken.findings] == ["signal/removed"]


def test_what_goes_on_working_is_not_told(tmp_path: Path) -> None:
    rules(tmp_path, "oven:fill_perc > 0.9", "(oven:heat_celsius or oven:heat) > 200", "toaster_slots > 1")
    found = upgraded(tmp_path)
    assert found.broken == ()
    assert found.asked == 2


def test_what_was_broken_before_is_not_told_again(tmp_path: Path) -> None:
    rules(tmp_path, "oven:heat > 200", facts=FACTS.replace("1.5", "2.1"))
    assert upgraded(tmp_path).broken == ()


def test_what_a_version_mends_is_told(tmp_path: Path) -> None:
    rules(tmp_path, "oven:heat_celsius > 200")
    assert [finding.id for finding in upgraded(tmp_path).mended] == ["signal/not-yet"]


def test_where_nobody_says_what_runs_all_that_is_wrong_then_is_told(tmp_path: Path) -> None:
    rules(tmp_path, "oven:heat > 200", facts=FACTS.replace("oven", "mixer"))
    assert [broken.what for broken in upgraded(tmp_path).broken] == ["alert Oven0"]


def test_values_that_go_are_told(tmp_path: Path) -> None:
    rules(tmp_path, 'increase(oven:loaves_total{result="lost"}[5m]) > 0')
    (broken,) = upgraded(tmp_path).broken
    assert [finding.message for finding in broken.findings] == [
        'Oven 3.0 has no result="lost" of oven:loaves_total: that ended with 2.0'
    ]


def test_all_faults_of_what_is_asked_are_told_at_once(tmp_path: Path) -> None:
    rules(tmp_path, "oven:heat > 200")
    with pytest.raises(InputError) as refusal:
        upgrade([tmp_path], ["ovn=1.0", "oven=99"], templates=[COMPONENTS])
    assert [(finding.id, finding.hint) for finding in refusal.value.findings] == [
        ("upgrade/unknown", "did you mean 'oven'?"),
        ("upgrade/unknown", "newest known: 3.0"),
    ]


def test_where_nobody_says_what_runs_other_components_are_left_alone(tmp_path: Path) -> None:
    facts = FACTS.replace("oven", "mixer")
    rules(tmp_path, "oven:heat > 200", "rate(node_memory_MemTotal_bytes[5m]) > 1", facts=facts)
    assert [broken.what for broken in upgraded(tmp_path).broken] == ["alert Oven0"]


BOARD = {
    "uid": "oven",
    "title": "Oven",
    "panels": [{"type": "stat", "title": "Heat", "targets": [{"refId": "A", "expr": 'oven:heat{shelf=~"$shelf"}'}]}],
}


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("new", 'oven:heat_celsius{shelf=~"$shelf"}'),
        ("both", '(oven:heat_celsius{shelf=~"$shelf"} or oven:heat{shelf=~"$shelf"})'),
    ],
)
def test_variables_of_boards_stand_in_what_is_rewritten(tmp_path: Path, style: Style, written: str) -> None:
    rules(tmp_path)
    (tmp_path / "board.json").write_text(json.dumps(BOARD, indent=2))
    found = upgraded(tmp_path, style=style)
    assert [broken.rewritten for broken in found.broken] == [written]
    assert write(found).made
    assert written in json.loads((tmp_path / "board.json").read_text())["panels"][0]["targets"][0]["expr"]
