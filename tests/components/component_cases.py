"""Scenarios of alerts, tests/components/cases/<component>.yaml, as unit tests for promtool.

    alerts:
      AlertName:
        - name: what happens
          version: "0.12"                  # else the newest known; two in a list during a roll-out
          options: {…}                     # else the defaults; thresholds: {…} likewise
          series: {'real_series{$target,model_name="m"}': 11x20}     # one value each 30 s; '0x20' in quotes
          fires: 5m                        # it fires then, and not one evaluation earlier
          labels: {namespace: ml, model_name: m}    # all of the alert's labels but those of the rule itself
          text: the whole description      # with the value in it
          silent: [20m]                    # and it does not fire then
          sparse: fires                    # scrapes two minutes apart make it fire, too (silent: they do not)

`$target` and `$second` stand for the labels that the scrape adds for two pods of the component; `labels:` at the top of
the file defines more such names. A scenario has `fires`, `silent` or both. What fires on series with those labels alone
is tried twice more, as another job's and as another namespace's: then it must not. Further keys at the top: `profile:`
and `server:` are laid on the profile (and the component's entry in it), `unused:` gives reasons for signals that
nothing uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from component_variants import CATALOGUE, Rendering, Variant, companion, rendering
from histogram_series import with_counts

from obsgen.conventions import SERVICE_LABEL
from obsgen.render.alerting.alertmanager import HEARTBEAT
from obsgen.render.rules.alerts import RenderedAlert
from obsgen.units import duration, prometheus_duration

STEP = 30
"""Seconds between scrapes and between evaluations, as in a profile that says nothing of them."""

KEYS = frozenset(("name", "version", "options", "thresholds", "series", "fires", "labels", "text", "silent", "sparse"))


@dataclass(frozen=True)
class Scenario:
    """One scenario of one alert."""

    component: str
    alert: str
    data: Mapping[str, Any]

    @property
    def variant(self) -> Variant:
        """The component's variant that the scenario is about."""
        version = self.data.get("version") or self._newest()
        versions = tuple(version) if isinstance(version, list) else (version,) if version else ()
        return Variant(self.component, versions, self.data.get("options", {}), self.data.get("thresholds", {}))

    def _newest(self) -> str | None:
        known = CATALOGUE.get(self.component).component.versions
        return known.known[-1] if known else None

    @property
    def silences(self) -> list[str]:
        """The times at which the alert does not fire."""
        silent = self.data.get("silent", [])
        return [silent] if isinstance(silent, str) else list(silent)


def scenarios(component: str) -> list[Scenario]:
    """All scenarios of a component."""
    cases = companion(component).get("alerts", {})
    return [Scenario(component, alert, data) for alert, found in cases.items() for data in found]


def by_variant(component: str) -> list[list[Scenario]]:
    """A component's scenarios, those about one variant together."""
    groups: dict[str, list[Scenario]] = {}
    for scenario in scenarios(component):
        groups.setdefault(str(scenario.variant), []).append(scenario)
    return list(groups.values())


def rules_with_tests(
    number: int, rendered: Rendering, alerts: Iterable[RenderedAlert], tests: list[dict[str, Any]]
) -> dict[str, Any]:
    """A rule file of these alerts and the test file for it, by name."""
    groups = rule_groups(rendered, {alert.name for alert in alerts})
    rules = f"rules-{number}.yaml"
    order = [group["name"] for group in groups]  # else promtool takes them in any
    tested = {"rule_files": [rules], "evaluation_interval": f"{STEP}s", "group_eval_order": order, "tests": tests}
    return {rules: {"groups": groups}, f"test-{number}.yaml": tested}


def own_alerts(rendered: Rendering, component: str) -> list[RenderedAlert]:
    """The alerts of a component that Prometheus evaluates."""
    mine = (alert for alert in rendered.base.alerts if alert.instance.folder.name == component)
    return [alert for alert in mine if alert.language == "promql"]


def files(component: str) -> dict[str, Any]:
    """The rule and test files that promtool runs for a component, by name: one pair for each variant in use."""
    result: dict[str, Any] = {}
    for number, found in enumerate(by_variant(component)):
        rendered = rendering(found[0].variant)
        alerts = own_alerts(rendered, component)
        tests = [test for each in found for test in _tests(rendered, each)]
        result |= rules_with_tests(number, rendered, alerts, [*tests, _without_data(alerts)])
    return result


def _tests(rendered: Rendering, scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The scenario, and what fires in it once more as another server's and another namespace's: that must not fire."""
    data = scenario.data
    alert = next(
        a for a in rendered.base.alerts if (a.instance.folder.name, a.key) == (scenario.component, scenario.alert)
    )
    expected = [_expectation(alert, silent, []) for silent in scenario.silences]
    if "fires" in data:
        earlier = prometheus_duration(duration(data["fires"]) - STEP)
        firing = _firing(rendered, alert, data)
        expected += [_expectation(alert, earlier, []), _expectation(alert, data["fires"], [firing])]
    yield _test(scenario, label_lists(scenario.component, alert), expected)
    scraped = all(re.search(r"\$(?:target|second)\b", name) for name in data.get("series", {}))
    foreign = {"job": alert.instance.name, "namespace": _namespace(alert)} if "fires" in data and scraped else {}
    for label, own in foreign.items():
        if f'{label}="{own}"' in alert.expr and "absent(" not in alert.expr:
            lists = label_lists(scenario.component, alert, {label: "elsewhere"})
            yield _test(scenario, lists, [_expectation(alert, data["fires"], [])], f", {label} elsewhere")


def _test(scenario: Scenario, labels: Mapping[str, str], expected: list[Any], twist: str = "") -> dict[str, Any]:
    series = with_counts({expanded(name, labels): each for name, each in scenario.data.get("series", {}).items()})
    return {
        "name": f"{scenario.alert}: {scenario.data['name']}{twist} ({scenario.variant})",
        "interval": f"{STEP}s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": expected,
    }


def _without_data(alerts: list[RenderedAlert]) -> dict[str, Any]:
    """No alert fires where there is nothing, but those about things that are gone; their cases say when."""
    return {
        "name": "without data",
        "interval": f"{STEP}s",
        "input_series": [],
        "alert_rule_test": [
            _expectation(alert, "1h", [])
            for alert in alerts
            if "absent(" not in alert.expr and HEARTBEAT not in alert.labels
        ],
    }


def rule_groups(rendered: Rendering, alerts: set[str]) -> list[dict[str, Any]]:
    """The rules that these alerts may need: themselves and all recording rules but the constants of limits.

    All are evaluated at the same pace, also those that look back so far that a cluster does it less often.
    """
    return [
        {
            **group,
            "interval": f"{STEP}s",
            "rules": [rule for rule in group["rules"] if rule.get("alert") in alerts or "record" in rule],
        }
        for group in rendered.groups()
        if not group["name"].endswith("obsgen-thresholds")
    ]


def _expectation(alert: RenderedAlert, at: str, alerts: list[Any]) -> dict[str, Any]:
    return {"eval_time": at, "alertname": alert.name, "exp_alerts": alerts}


def _firing(rendered: Rendering, alert: RenderedAlert, data: Mapping[str, Any]) -> dict[str, Any]:
    """The alert as it must fire: the rule's own labels and annotations with those that the scenario says."""
    rule = next(
        rule
        for group in rendered.groups()
        for rule in group["rules"]
        if (rule.get("alert"), rule["labels"].get(SERVICE_LABEL)) == (alert.name, alert.instance.name)
    )
    return {
        "exp_labels": {**rule["labels"], **data.get("labels", {})},
        "exp_annotations": {**rule["annotations"], "description": data["text"]},
    }


def _namespace(alert: RenderedAlert) -> str:
    return alert.instance.target.namespace if alert.instance.target else alert.instance.namespace


def label_lists(component: str, alert: RenderedAlert, changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """The short names for label lists in a component's scenarios."""
    name = alert.instance.name
    pods = {}
    for number, short in enumerate(("target", "second")):
        own = {
            "job": name,
            "namespace": _namespace(alert),
            "pod": f"{name}-{number}",
            "instance": f"10.0.0.{number}:8000",
        }
        pods[short] = ",".join(f'{label}="{value}"' for label, value in {**own, **(changed or {})}.items())
    return {**pods, **companion(component).get("labels", {})}


def expanded(series: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda match: labels[match[1]], series)
