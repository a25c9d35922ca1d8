"""Routes that may take an alert of which not every label is known; with all known it is amtool's own walk."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen import tools
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.alerting.destinations import as_branch
from obsgen.repository.objects import Located
from obsgen.signalpath.delivery import Branch, Possible, may_match, possible_routes
from obsgen.signalpath.labels import Values
from obsgen.signalpath.routing import receivers
from obsgen.source import load_text
from obsgen.tree.serialise import yaml_bytes

LABELS = {"severity": ("critical", "warning", ""), "team": ("ml", "web", ""), "zone": ("a b", "x,y", 'q"', "")}
OPERATORS = ("=", "!=", "=~", "!~")


def known(**labels: str) -> Possible:
    return lambda label: frozenset((labels.get(label, ""),))


def test_the_first_route_that_matches_takes_the_alert_unless_it_goes_on() -> None:
    first = Branch("pager", (("severity", "=", "critical"),))
    second = Branch("chat", (("severity", "=~", "critical|warning"),))
    root = Branch("rest", below=(first, second))
    assert possible_routes(root, known(severity="critical")) == [first]
    assert possible_routes(root, known(severity="warning")) == [second]
    assert possible_routes(root, known(severity="info")) == [root]
    going = Branch("pager", first.matchers, goes_on=True)
    assert possible_routes(Branch("rest", below=(going, second)), known(severity="critical")) == [going, second]


def test_an_unknown_label_leaves_every_possibility_open() -> None:
    first = Branch("ml", (("team", "=", "ml"),))
    root = Branch("rest", below=(first,))
    assert possible_routes(root, lambda _: None) == [first, root]
    assert possible_routes(root, lambda _: frozenset(("ml", ""))) == [first, root]
    assert possible_routes(root, lambda _: frozenset(("ml",))) == [first]


def test_one_matcher_that_cannot_hold_decides() -> None:
    matchers = (("team", "=", "ml"), ("severity", "=", "critical"))
    assert may_match(matchers, {"severity": frozenset(("info",))}.get) is False
    assert may_match(matchers, {"severity": frozenset(("critical",))}.get) is None


def test_what_cannot_be_read_is_not_judged() -> None:
    assert may_match((("team", "=~", "("),), known(team="ml")) is None


def matchers() -> st.SearchStrategy[tuple[str, str, str]]:
    names = st.sampled_from(sorted(LABELS))
    return st.tuples(names, st.sampled_from(OPERATORS), st.sampled_from(("critical", "ml|web", "", "web", ".+")))


def branches(below: st.SearchStrategy[Branch]) -> st.SearchStrategy[Branch]:
    lists = st.lists(matchers(), max_size=2).map(tuple)
    return st.builds(Branch, st.just("x"), lists, st.booleans(), st.lists(below, max_size=3).map(tuple))


LEAVES = st.builds(Branch, st.just("x"), st.lists(matchers(), max_size=2).map(tuple), st.booleans())
TREES = st.recursive(LEAVES, branches, max_leaves=8)
VALUES = st.one_of(st.none(), st.frozensets(st.sampled_from(("critical", "ml", "web", "")), min_size=1))


@given(root=TREES, values=st.fixed_dictionaries(dict.fromkeys(LABELS, VALUES)))
def test_whatever_the_labels_turn_out_to_be_the_route_was_thought_of(root: Branch, values: dict[str, Values]) -> None:
    thought = set(map(id, possible_routes(root, values.get)))
    choices = [sorted(found) if found is not None else ["critical", "ml", "other", ""] for found in values.values()]
    for chosen in itertools.product(*choices):
        labels = dict(zip(values, chosen, strict=True))
        assert {id(each) for each in possible_routes(root, known(**labels))} <= thought


# Many configurations at once: each is a route of its own below one root and asks for labels of its own number.

CASES, AT_ONCE = 3000, 250


def configuration(number: int, rng: random.Random) -> dict[str, Any]:
    names = itertools.count()

    def route(depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {"matchers": [matcher() for _ in range(rng.randint(1, 2))]}
        if rng.random() < 0.8:
            found["receiver"] = f"r{number}-{next(names)}"
        if rng.random() < 0.3:
            found["continue"] = True
        if depth and rng.random() < 0.5:
            found["routes"] = [route(depth - 1) for _ in range(rng.randint(1, 3))]
        return found

    def matcher() -> str:
        name, operator = rng.choice(sorted(LABELS)), rng.choice(OPERATORS)
        value = rng.choice(LABELS[name]) if operator in ("=", "!=") else rng.choice(("critical|ml", ".+", "", "w.*"))
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}_{number}{operator}"{text}"'

    return {"receiver": f"r{number}-root", "continue": True, "routes": [route(3) for _ in range(rng.randint(1, 4))]}


def named(route: Mapping[str, Any]) -> Iterator[str]:
    yield from ([route["receiver"]] if "receiver" in route else [])
    yield from (name for below in route.get("routes", ()) for name in named(below))


@pytest.mark.tools
def test_thousands_of_configurations_are_walked_as_amtool_walks_them(
    real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    rng = random.Random(20260821)
    amtool, file = real_tool("amtool"), tmp_path / "alertmanager.yaml"
    for first in range(0, CASES, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        tops = [configuration(number, rng) for number in numbers]
        alert = {f"{name}_{n}": value for n in numbers for name in LABELS if (value := rng.choice(LABELS[name]))}
        config = {"route": {"receiver": "root", "routes": tops}, "receivers": [{"name": "root"}]}
        config["receivers"] = [{"name": name} for name in dict.fromkeys(named(config["route"]))]  # type: ignore[arg-type]
        file.write_bytes(yaml_bytes(config))
        located = Located(config, load_text("{}", "alertmanager.yaml")[0])
        pairs = [f"{name}={value}" if value.isalnum() else name + "=" + quoted(value) for name, value in alert.items()]
        done = tools.run(amtool, ["config", "routes", "test", f"--config.file={file}", *pairs])
        assert done.returncode == 0, done.stderr
        reached = list(dict.fromkeys(done.stdout.strip().splitlines()[-1].split(",")))
        assert receivers(config, alert) == reached
        root = as_branch(Configuration(located), located.at("route"))
        assert list(dict.fromkeys(each.receiver for each in possible_routes(root, known(**alert)))) == reached


def quoted(value: str) -> str:
    text = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
