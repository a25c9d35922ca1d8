"""Alertmanager's routes, walked in process as the real one walks them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obsgen import tools
from obsgen.signalpath.routing import RoutingError, matches, parsed, receivers, routes
from obsgen.tree.serialise import yaml_bytes

RECEIVERS = ("pager", "chat", "mail", "nobody")
LABELS = {"severity": ("critical", "warning", "info"), "team": ("ml", "web", "a b"), "alertname": ("Down", "Slow", "X")}


def configuration(*below: dict[str, Any], receiver: str = "nobody") -> dict[str, Any]:
    return {
        "route": {"receiver": receiver, "routes": list(below)},
        "receivers": [{"name": name} for name in RECEIVERS],
    }


def asked(amtool: tools.Tool, folder: Path, config: dict[str, Any], labels: dict[str, str]) -> list[str]:
    """What the real Alertmanager's own walk says."""
    file = folder / "alertmanager.yaml"
    file.write_bytes(yaml_bytes(config))
    pairs = [f'{name}="{value}"' for name, value in labels.items()]
    done = tools.run(amtool, ["config", "routes", "test", f"--config.file={file}", *pairs])
    assert done.returncode == 0, done.stderr
    return list(dict.fromkeys(done.stdout.strip().splitlines()[-1].split(",")))


def test_the_first_route_that_matches_takes_the_alert() -> None:
    config = configuration(
        {"matchers": ['severity="critical"'], "receiver": "pager"},
        {"matchers": ['severity=~"critical|warning"'], "receiver": "chat"},
    )
    assert receivers(config, {"severity": "critical"}) == ["pager"]
    assert receivers(config, {"severity": "warning"}) == ["chat"]
    assert receivers(config, {"severity": "info"}) == ["nobody"]


def test_continue_asks_the_next_route_too() -> None:
    config = configuration(
        {"matchers": ['severity="critical"'], "receiver": "pager", "continue": True},
        {"matchers": ['team="ml"'], "receiver": "chat"},
    )
    assert receivers(config, {"severity": "critical", "team": "ml"}) == ["pager", "chat"]
    assert receivers(config, {"severity": "critical", "team": "web"}) == ["pager"]


def test_a_nested_route_without_receiver_inherits_that_above() -> None:
    inner = {"matchers": ['severity="critical"'], "group_by": ["team"]}
    config = configuration({"matchers": ['team="ml"'], "receiver": "chat", "routes": [inner]})
    found = routes(config, {"team": "ml", "severity": "critical"})
    assert [(route["receiver"], route.get("group_by")) for route in found] == [("chat", ["team"])]


@pytest.mark.parametrize(
    ("route", "taken"),
    [
        ({"match": {"team": "ml"}}, True),
        ({"match": {"team": "m"}}, False),
        ({"match_re": {"team": "m."}}, True),
        ({"match_re": {"team": "m"}}, False),
        ({"matchers": ["team=ml"]}, True),
        ({"matchers": ["team!=ml"]}, False),
        ({"matchers": ['{team="ml",severity!="info"}']}, True),
        ({"matchers": ['team="ml"', 'severity="info"']}, False),
        ({"matchers": ['absent=""']}, True),
        ({"matchers": ['absent!=""']}, False),
        ({"matchers": ['team!~"m.|w.*"']}, False),
        ({}, True),
    ],
)
def test_matchers_of_every_form(route: dict[str, Any], taken: bool) -> None:
    assert matches(route, {"team": "ml", "severity": "critical"}) is taken


def test_a_value_may_hold_commas_braces_and_quotes() -> None:
    assert parsed(r'a="x,y", b!~"{\"q\"}"') == [("a", "=", "x,y"), ("b", "!~", '{"q"}')]


@pytest.mark.parametrize("text", ["severity", '="x"', 'a="x" b="y"', 'a=~"("'])
def test_what_is_no_matcher_is_told(text: str) -> None:
    with pytest.raises(RoutingError, match=r"is no (matcher|regular expression)"):
        matches({"matchers": [text]}, {"a": "x"})


def matcher() -> st.SearchStrategy[str]:
    def written(label: str, operator: str, values: list[str]) -> str:
        text = values[0] if operator in ("=", "!=") else "|".join(values)
        return f'{label}{operator}"{text}"'

    names = st.sampled_from(sorted(LABELS))
    operators = st.sampled_from(["=", "!=", "=~", "!~"])
    return names.flatmap(
        lambda name: st.builds(
            written, st.just(name), operators, st.lists(st.sampled_from(LABELS[name]), min_size=1, max_size=2)
        )
    )


def route(below: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"receiver": st.sampled_from(RECEIVERS), "matchers": st.lists(matcher(), min_size=1, max_size=2)},
        optional={"continue": st.booleans(), "routes": st.lists(below, min_size=1, max_size=3)},
    )


TREES = st.lists(st.recursive(route(st.nothing()), route, max_leaves=6), min_size=1, max_size=4)
ALERTS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in LABELS.items()})


@given(below=TREES, labels=ALERTS)
@settings(deadline=None)
def test_the_real_alertmanager_takes_the_same_routes(
    below: list[dict[str, Any]],
    labels: dict[str, str],
    real_tool: Callable[[str], tools.Tool],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    config = configuration(*below)
    folder = tmp_path_factory.mktemp("routes")
    assert receivers(config, labels) == asked(real_tool("amtool"), folder, config, labels)
