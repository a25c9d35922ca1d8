"""Which alerts are told to go elsewhere: exactly those that Alertmanager's own walk of the routes leads elsewhere."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from rules_written import Data, alert, changes, manifest, rule_object

from obsgen.signalpath.routing import receivers

NAMES = ("chat", "mail", "pager", "nobody")
RECEIVERS = [
    {"name": "chat", "slack_configs": [{"channel": "#ml"}]},
    {"name": "mail", "email_configs": [{"to": "a@example.org"}]},
    {"name": "pager", "pagerduty_configs": [{"routing_key_file": "/key"}]},
    {"name": "nobody"},
]
VALUES = {"severity": ("critical", "warning", "info"), "team": ("ml", "web", "")}
ALERTS = [
    alert(f"Alert{number}", f"vector({number}) > 0", severity, {"team": team} if team else {})
    for number, (severity, team) in enumerate((one, two) for one in VALUES["severity"] for two in VALUES["team"])
]
SERVER = manifest("monitoring.coreos.com/v1", "Prometheus", "main", spec={"ruleSelector": {}})


@st.composite
def matchers(draw: DrawFn) -> str:
    label = draw(st.sampled_from(sorted(VALUES)))
    return f'{label}{draw(st.sampled_from(["=", "!=", "=~", "!~"]))}"{draw(st.sampled_from(VALUES[label]))}"'


def routes(depth: int = 2) -> Any:
    below = st.lists(st.deferred(lambda: routes(depth - 1)), max_size=3) if depth else st.just([])
    return st.fixed_dictionaries(
        {"matchers": st.lists(matchers(), min_size=1, max_size=2), "continue": st.booleans(), "routes": below},
        optional={"receiver": st.sampled_from(NAMES)},
    )


@st.composite
def configurations(draw: DrawFn) -> Data:
    root = {"receiver": draw(st.sampled_from(NAMES)), "routes": draw(st.lists(routes(), max_size=4))}
    return {"route": root, "receivers": RECEIVERS}


def led(config: Data, rule: Data) -> set[str]:
    """Who is told of an alert, by a walk that is tested against amtool."""
    return set(receivers(config, {**rule["labels"], "alertname": rule["alert"]})) - {"nobody"}


@settings(max_examples=40)
@given(configurations(), configurations())
def test_exactly_what_goes_elsewhere_is_told(old: Data, new: Data) -> None:
    with TemporaryDirectory() as folder:
        sides = ({"r.yaml": rule_object(*ALERTS), "p.yaml": SERVER, "alertmanager.yml": each} for each in (old, new))
        found = changes(Path(folder).resolve(), *sides)
    told = {each.subject: each for each in found if each.id in ("change/alert-rerouted", "change/alert-unrouted")}
    assert told.keys() == {rule["alert"] for rule in ALERTS if led(old, rule) != led(new, rule)}
    for rule in ALERTS:
        before, after = led(old, rule), led(new, rule)
        if "pager" in before - after or (before and not after):
            assert told[rule["alert"]].risk == "may stop paging"
        elif "pager" in after - before:
            assert told[rule["alert"]].risk == "may page"
