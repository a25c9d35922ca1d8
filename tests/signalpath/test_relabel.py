"""Relabelling, alone and against the real Prometheus: promtool relabels static targets as the server does."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.signalpath.relabel import (
    NAME,
    Partial,
    Step,
    after_steps,
    fault,
    relabelled,
    renames,
    step_of,
    steps_of,
    variables_lost,
)
from obsgen.tools import Tool, run

Relabelling = dict[str, Any]
CONFIGURATIONS, LABEL_SETS, SEED = 120, 30, 20
NAMES = ("a", "b", "team", "pod_name", "Zone", "tmp_a", "tmp_b")
VALUES = ("", "x", "X-1", "shop", "shop_total", "a;b", "1", "10", "eu-1", "Äö", "x\ny", "$1", "a.b.c")
REGEXES = (
    *(
        "(.*)",
        ".*",
        ".+",
        "x",
        "(x)",
        "(?i)x",
        "shop|x",
        "(shop)_(total)",
        "([a-z]+)-([0-9]+)",
        "(.*);(.*)",
        "",
        "[^;]*",
    ),
    *("(?P<who>[a-z]+).*", r"\d+", r"(\w+)[._;-](\w+)(.*)", "a.b", "a|b;", "(?:a|b)+", "x{1,2}", "(x)?(1)?", "^shop$"),
    "[^;]*",
)
NAME_REGEXES = ("a|__.*", "(__.*|team)", "tmp_(.+)", "(.)", "__.*|.*_.*|a", "Z.*", "([a-z]+)_(.*)")
TEMPLATES = (
    "$1",
    "${1}",
    "$2",
    "$1_now",
    "${1}_now",
    "${who}",
    "$who!",
    "$$1",
    "$",
    "x$",
    "${1",
    "",
    "fix",
    "$0$0",
    "$01",
)
TARGETS = ("a", "new", "team", "${1}_made", "$1", "b")
ON_VALUES = ("keep", "drop", "replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal")


def one(chance: random.Random) -> Relabelling:
    """A relabelling, most often a sound one."""
    action = chance.choice((*ON_VALUES, "replace", "replace", "labelmap", "labeldrop", "labelkeep"))
    if action in ("labeldrop", "labelkeep"):
        names = [each for each in NAME_REGEXES if action == "labeldrop" or "__.*" in each]
        kept = [each for each in names if action == "labelkeep" or "__" not in each]
        return {"action": action, "regex": chance.choice(kept)}
    if action == "labelmap":  # labels that are mapped onto the same one have no order of their own in Prometheus
        made = chance.choice(("map_$1", "${1}_x"))
        return {"action": action, "regex": chance.choice(("(.)", "(tmp_.+)", "(Z.*|a)")), "replacement": made}
    found: Relabelling = {"source_labels": chance.sample(NAMES, chance.choice((0, 1, 1, 2, 3)))}
    if action != "replace" or chance.random() < 0.5:
        found["action"] = action
    if action in ("keep", "drop", "replace") and chance.random() < 0.9:
        found["regex"] = chance.choice(REGEXES)
    if chance.random() < 0.3 and not action.endswith("equal"):
        found["separator"] = chance.choice(("", "_", ";;"))
    if action == "replace" and chance.random() < 0.9:
        found["replacement"] = chance.choice(TEMPLATES)
    if action not in ("keep", "drop"):
        found["target_label"] = chance.choice(TARGETS if action == "replace" else ("a", "new", "team"))
    return found | ({"modulus": chance.choice((1, 7, 1000))} if action == "hashmod" else {})


def labels(chance: random.Random) -> dict[str, str]:
    return {name: chance.choice(VALUES) for name in chance.sample(NAMES, chance.randrange(len(NAMES)))}


def cases(seed: int, count: int) -> list[tuple[list[Relabelling], list[dict[str, str]]]]:
    chance = random.Random(seed)
    return [
        ([one(chance) for _ in range(chance.randint(1, 4))], [labels(chance) for _ in range(LABEL_SETS)])
        for _ in range(count)
    ]


def configuration(steps: list[Relabelling], sets: list[dict[str, str]]) -> str:
    static = [{"targets": [f"host:{number}"], "labels": each} for number, each in enumerate(sets)]
    job = {"job_name": "j", "static_configs": static, "relabel_configs": steps}
    return json.dumps({"scrape_configs": [job]})


def of_prometheus(tool: Tool, path: Path) -> list[dict[str, str] | None]:
    """The labels of the targets after relabelling, in their order; without those that Prometheus adds."""
    for patience in (20, 100, 500, 3000):  # milliseconds; promtool gives what it has found by then
        done = run(tool, ["check", "service-discovery", f"--timeout={patience}ms", str(path), "j"])
        assert done.returncode == 0, done.stderr
        found = {one["discoveredLabels"]["__address__"]: one["labels"] for one in json.loads(done.stdout) or ()}
        if len(found) == LABEL_SETS:
            break
    return [plain(found[f"host:{number}"]) for number in range(LABEL_SETS)]


def plain(found: Mapping[str, str]) -> dict[str, str] | None:
    """Labels without the server's own; None if there is not even a job."""
    return {name: value for name, value in found.items() if not name.startswith("__") and name != "instance"} or None


@pytest.mark.tools
def test_targets_are_relabelled_as_prometheus_does_it(real_tool: Callable[[str], Tool], tmp_path: Path) -> None:
    tool, made = real_tool("promtool"), cases(SEED, CONFIGURATIONS)

    def asked(number: int) -> list[dict[str, str] | None]:
        path = tmp_path / f"{number}.json"
        path.write_text(configuration(*made[number]), encoding="utf-8")
        return of_prometheus(tool, path)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(asked, range(len(made))))
    changed = dropped = 0
    for (steps, sets), expected in zip(made, answers, strict=True):
        assert [fault(each) for each in steps_of(steps)] == [""] * len(steps)
        for before, after in zip(sets, expected, strict=True):
            found = relabelled({"job": "j", "__scheme__": "http", **before}, steps_of(steps))
            assert (found and plain(found)) == after, (steps, before)
            changed += after is not None and after != {"job": "j", **before}
            dropped += after is None
    assert changed > 500
    assert dropped > 500


REFUSED: list[tuple[Relabelling, str]] = [
    ({"action": "replace"}, "action replace needs a target label"),
    ({"action": "hashmod", "target_label": "a", "source_labels": ["b"]}, "action hashmod needs a modulus"),
    ({"regex": "(", "target_label": "a"}, "'(' is no regular expression: missing ), unterminated subpattern"),
    ({"action": "keepAll"}, "there is no action 'keepall'"),
    ({"action": "lowercase", "target_label": "a", "replacement": "x"}, "action lowercase takes no replacement"),
    ({"action": "labeldrop", "regex": "a", "source_labels": ["b"]}, "action labeldrop takes no sourceLabels"),
    ({"action": "dropequal", "target_label": "a", "regex": "b"}, "action dropequal takes no regex"),
]


@pytest.mark.parametrize(("step", "reason"), REFUSED)
def test_steps_that_are_refused(step: Relabelling, reason: str) -> None:
    assert fault(step_of(step)) == reason


@pytest.mark.tools
def test_prometheus_refuses_the_same(real_tool: Callable[[str], Tool], tmp_path: Path) -> None:
    for step, reason in REFUSED:
        path = tmp_path / "prometheus.json"
        path.write_text(configuration([step], [{}]), encoding="utf-8")
        assert run(real_tool("promtool"), ["check", "config", "--syntax-only", str(path)]).returncode, reason


@pytest.mark.parametrize(
    ("template", "made"),
    [("$1_now", ""), ("${1}_now", "shop_now"), ("$$1", "$1"), ("a$", "a$"), ("${who}", "shop"), ("${1", "${1")],
)
def test_what_a_replacement_means(template: str, made: str) -> None:
    step = Step(source=("a",), regex="(?P<who>shop)", target="b", replacement=template)
    assert (relabelled({"a": "shop"}, [step]) or {}).get("b", "") == made


def test_a_variable_that_is_no_group_is_told() -> None:
    assert variables_lost(Step(source=("a",), regex="(.*)", target="b", replacement="$1_now-${1}-$2")) == ["1_now", "2"]
    assert variables_lost(Step(action="keep", regex="x")) == ()


def test_names_of_objects_and_of_prometheus_mean_the_same() -> None:
    ours = step_of({"sourceLabels": ["a"], "targetLabel": "b", "action": "Replace", "regex": ""})
    assert ours == step_of({"source_labels": ["a"], "target_label": "b"}) == Step(source=("a",), target="b")


def test_what_is_not_known_stays_open() -> None:
    keep = Step("keep", ("__name__", "le"), regex="x_bucket;1")
    assert after_steps(Partial({NAME: "x_bucket"}), [keep]).kept is None
    assert after_steps(Partial({NAME: "x_bucket", "le": "1"}), [keep]).kept is True
    assert after_steps(Partial({NAME: "x_bucket", "le": "2"}), [keep]).dropped_by == 0
    assert after_steps(Partial({}), [Step(source=("a",), target="job")]).value("job") is None
    assert after_steps(Partial({}), [Step(target="job", replacement="j")]).value("job") == "j"


def test_labels_that_steps_take_away() -> None:
    drop = Step("labeldrop", regex="le|pod")
    after = after_steps(Partial({"le": "1"}), [drop])
    assert (after.lost_by("le"), after.lost_by("pod"), after.lost_by("job")) == (drop, drop, None)
    keep = Step("labelkeep", regex="job")
    assert after_steps(Partial({}), [keep]).lost_by(NAME) == keep


def test_steps_that_rename_series() -> None:
    assert renames([Step(source=(NAME,), regex="a_(.*)", target=NAME)])
    assert not renames([Step("drop", (NAME,), regex="a_.*"), Step(source=(NAME,), target="metric")])


@given(st.integers(0, 10**9))
def test_what_is_known_of_a_part_is_true_of_the_whole(seed: int) -> None:
    (steps, sets), *_ = cases(seed, 1)
    for whole in sets[:5]:
        full = {name: value for name, value in whole.items() if value}
        part = dict(list(full.items())[::2])
        found, truth = after_steps(Partial(part), steps_of(steps)), relabelled(full, steps_of(steps))
        if any(step["action"] == "labelmap" for step in steps if "action" in step):
            continue  # a label that is not known may be mapped onto one that is
        assert found.kept is None or found.kept is (truth is not None)
        assert all(value == (truth or {}).get(name, "") for name, value in found.known.items() if truth is not None)
