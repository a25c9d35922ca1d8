"""Who is told of alerts, on both sides of a difference, wherever Alertmanager's configuration stands."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rules_written import Data, alert, changes, manifest, rule_object, told

RULES = rule_object(
    alert("Lost", "up == 0", "critical", {"team": "ml"}),
    alert("Slow", "latency > 8", "warning", {"team": "ml"}),
    alert("Full", "disk > 9", "warning", {"team": "web"}),
)
CONFIG: Data = {
    "route": {
        "receiver": "chat",
        "group_by": ["alertname"],
        "routes": [
            {"receiver": "pager", "matchers": ['severity="critical"']},
            {"receiver": "web", "matchers": ['team="web"']},
        ],
    },
    "receivers": [
        {"name": "chat", "slack_configs": [{"channel": "#ml", "api_url": "https://hooks.example.org/SECRET"}]},
        {"name": "pager", "pagerduty_configs": [{"routing_key": "0123456789abcdef0123456789abcdef"}]},
        {"name": "web", "slack_configs": [{"channel": "#web", "api_url": "https://hooks.example.org/SECRET"}]},
    ],
}
PAGER, WEB = CONFIG["route"]["routes"]


def changed(**route: Any) -> Data:
    """The configuration with another outermost route."""
    return {**CONFIG, "route": {**CONFIG["route"], **route}}


def plain(config: Data) -> Data:
    """A file of its own."""
    return {"alertmanager.yml": config}


def secret(config: Data, field: str = "stringData") -> Data:
    """What an Alertmanager object reads."""
    text = json.dumps(config)
    data = {"alertmanager.yaml": text if field == "stringData" else base64.b64encode(text.encode()).decode()}
    objects = [
        manifest("v1", "Secret", "alertmanager-main", **{field: data}),
        manifest("monitoring.coreos.com/v1", "Alertmanager", "main", spec={}),
    ]
    return {f"{number}.yaml": each for number, each in enumerate(objects)}


def encoded(config: Data) -> Data:
    """The same, in base64."""
    return secret(config, "data")


def values(config: Data) -> Data:
    """Values of the chart kube-prometheus-stack."""
    return {"values.yaml": {"alertmanager": {"config": config, "alertmanagerSpec": {"replicas": 1}}}}


FORMS = [plain, secret, encoded, values]


def of(folder: Path, old: Data, new: Data, form: Callable[[Data], Data] = plain, rules: Data = RULES) -> list[str]:
    """What is told of two configurations, with rules that stay the same."""
    return told(folder, {"rules.yaml": rules, **form(old)}, {"rules.yaml": rules, **form(new)})


@pytest.mark.parametrize("form", FORMS)
def test_what_a_matcher_no_longer_takes_goes_elsewhere(form: Callable[[Data], Data], tmp_path: Path) -> None:
    new = changed(routes=[{**PAGER, "matchers": ['severity="page"']}, WEB])
    assert of(tmp_path, CONFIG, new, form) == ["~ Lost: now to chat instead of pager (may stop paging)"]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_told_where_nothing_differs(form: Callable[[Data], Data], tmp_path: Path) -> None:
    assert of(tmp_path, CONFIG, deepcopy(CONFIG), form) == []
    respelt = changed(routes=[{**PAGER, "matchers": ["severity = critical"]}, WEB])
    assert of(tmp_path / "respelt", CONFIG, respelt, form) == []


def test_the_order_of_routes_counts_where_it_decides(tmp_path: Path) -> None:
    assert of(tmp_path / "same", CONFIG, changed(routes=[WEB, PAGER])) == []
    both = [{**WEB, "matchers": ['team="ml"']}, PAGER]
    assert of(tmp_path, changed(routes=both), changed(routes=both[::-1])) == [
        "~ Lost: now to pager instead of web (may page)"
    ]


def test_a_team_that_moves_is_one_line(tmp_path: Path) -> None:
    old = changed(routes=[{"receiver": "web", "matchers": ['team=~"ml|web"']}])
    found = changes(
        tmp_path,
        {"r.yaml": RULES, **plain(old)},
        {"r.yaml": RULES, **plain(changed(routes=[PAGER | {"matchers": []}]))},
    )
    told_of = [each for each in found if each.id == "change/alert-rerouted"]
    assert {each.subject for each in told_of} == {"Lost", "Slow", "Full"}
    assert len({(each.what, each.risk) for each in told_of}) == 1


def test_more_and_fewer_receivers(tmp_path: Path) -> None:
    more = changed(routes=[{**PAGER, "continue": True}, {"receiver": "chat", "matchers": ['severity="critical"']}, WEB])
    assert of(tmp_path / "more", CONFIG, more) == ["~ Lost: also to chat (safe)"]
    assert of(tmp_path / "fewer", more, CONFIG) == ["~ Lost: no longer to chat (needs review)"]


def test_between_pagers_it_needs_review_and_a_new_one_may_page(tmp_path: Path) -> None:
    hook = {"name": "hook", "webhook_configs": [{"url": "https://example.org/SECRET"}]}
    old, new = ({**changed(routes=[{**PAGER, "receiver": name}, WEB]), "receivers": [*CONFIG["receivers"], hook]}
                for name in ("pager", "hook"))  # fmt: skip
    assert of(tmp_path / "between", old, new) == ["~ Lost: now to hook instead of pager (needs review)"]
    wider = changed(routes=[{**PAGER, "matchers": ['team="ml"']}, WEB])
    assert of(tmp_path / "wider", CONFIG, wider) == ["~ Slow: now to pager instead of chat (may page)"]


def test_an_alert_that_reaches_nobody_any_more_may_stop_paging(tmp_path: Path) -> None:
    silent = {**CONFIG, "receivers": [CONFIG["receivers"][0], {"name": "pager"}, CONFIG["receivers"][2]]}
    assert of(tmp_path, CONFIG, silent) == [
        "~ Lost: no longer to pager: nobody is told (may stop paging)",
        "~ pager: tells nobody any more, was pagerduty (may stop paging)",
    ]


def test_an_alert_that_changes_by_itself_is_led_as_well(tmp_path: Path) -> None:
    less = rule_object(*({**each, "labels": {**each["labels"], "severity": "warning"}} for each in _rules()))
    old, new = ({"r.yaml": rules, **plain(CONFIG)} for rules in (RULES, less))
    assert told(tmp_path, old, new) == [
        "~ Lost: now to chat instead of pager (may stop paging)",
        "~ Lost: severity critical → warning (may stop paging)",
    ]


def _rules() -> list[Data]:
    found: list[Data] = RULES["spec"]["groups"][0]["rules"]
    return found


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (alert("New", "sum(new) > 1", "critical", {"team": "x"}), "new, critical → pager (may page)"),
        (alert("New", "sum(new) > 1", "warning", {"team": "x"}), "new, warning → chat (safe)"),
        (alert("New", "sum(new) > 1", "critical", {"team": "none"}), "new, critical, nobody is told (safe)"),
    ],
)
def test_a_new_alert_is_told_with_its_receivers(new: Data, what: str, tmp_path: Path) -> None:
    nobody = {"receiver": "nobody", "matchers": ['team="none"']}
    config = {**changed(routes=[nobody, PAGER, WEB]), "receivers": [*CONFIG["receivers"], {"name": "nobody"}]}
    old, now = ({"r.yaml": each, **plain(config)} for each in (RULES, rule_object(*_rules(), new)))
    assert told(tmp_path, old, now) == [f"+ New: {what}"]


@pytest.mark.parametrize(
    ("route", "lines"),
    [
        ({"group_by": ["alertname", "team"]}, ["grouped by alertname, team instead of alertname"]),
        ({"group_by": []}, ["grouped by nothing instead of alertname"]),
        ({"group_wait": "1m"}, ["first told after 1m instead of 30s"]),
        ({"group_wait": "30000ms"}, []),
        ({"group_interval": "1h"}, ["told of others in a group after 1h instead of 5m"]),
        ({"repeat_interval": "12h"}, ["told again every 12h instead of 4h"]),
    ],
)
def test_how_receivers_are_told_is_inherited_from_above(route: Data, lines: list[str], tmp_path: Path) -> None:
    expected = [f"~ {name}: {line} (needs review)" for name in ("chat", "pager", "web") for line in lines]
    found = of(tmp_path, CONFIG, changed(**route))
    assert [each for each in found if not each.startswith("~ routes")] == expected


def test_a_route_that_no_alert_takes_is_told_as_such(tmp_path: Path) -> None:
    other = {"receiver": "web", "matchers": ['alertname="KubeDown"']}
    [found] = changes(
        tmp_path, {"r.yaml": RULES, **plain(CONFIG)}, {"r.yaml": RULES, **plain(changed(routes=[PAGER, WEB, other]))}
    )
    assert found.what == "other routes; none of the alerts of these files is told otherwise"
    assert found.details == ("+ all / alertname=KubeDown → web",)


def muted(*names: str, key: str = "mute_time_intervals", hours: str = "22:00") -> Data:
    """The configuration with intervals, and what of the pager's route names them."""
    interval = {"name": "nights", "time_intervals": [{"times": [{"start_time": "00:00", "end_time": hours}]}]}
    return {**changed(routes=[{**PAGER, **({key: list(names)} if names else {})}, WEB]), "time_intervals": [interval]}


def test_intervals_that_mute_may_stop_paging(tmp_path: Path) -> None:
    assert of(tmp_path / "on", muted(), muted("nights")) == ["~ pager: silent during nights (may stop paging)"]
    assert of(tmp_path / "off", muted("nights"), muted()) == ["~ pager: no longer silent during nights (may page)"]
    only = muted("nights", key="active_time_intervals")
    assert of(tmp_path / "only", muted(), only) == ["~ pager: told only during nights (may stop paging)"]
    assert of(tmp_path / "other", muted("nights"), muted("nights", hours="06:00")) == [
        "~ nights: holds other times: what is muted or told by it is so at other times (needs review)"
    ]
    assert of(tmp_path / "always", muted("nights"), muted("nights", hours="24:00")) == [
        "~ nights: holds other times: the route to pager is always muted (may stop paging)"
    ]
    assert of(tmp_path / "still", muted("nights", hours="24:00"), muted("nights")) == [
        "~ nights: holds other times: what is muted or told by it is so at other times (needs review)"
    ]
    assert of(tmp_path / "new", CONFIG, muted()) == ["+ nights: new time interval, no route names it (safe)"]


def inhibiting(*equal: str, target: str = "warning") -> Data:
    """The configuration with one inhibition."""
    rule = {"source_matchers": ['severity="critical"'], "target_matchers": [f'severity="{target}"']}
    return {**CONFIG, "inhibit_rules": [{**rule, "equal": list(equal)}]}


HEAD = "severity=warning while severity=critical fires"


def test_what_silences_other_alerts_may_stop_paging(tmp_path: Path) -> None:
    assert of(tmp_path / "new", CONFIG, inhibiting("team")) == [
        f"+ inhibition: silences {HEAD}, for equal team (may stop paging)"
    ]
    assert of(tmp_path / "gone", inhibiting("team"), CONFIG) == [
        f"- inhibition: no longer silences {HEAD}, for equal team (may page)"
    ]
    assert of(tmp_path / "more", inhibiting("team"), inhibiting("team", "job")) == [
        f"~ inhibition: silences only where job is equal, too: {HEAD} (may page)"
    ]
    assert of(tmp_path / "less", inhibiting("team", "job"), inhibiting("job")) == [
        f"~ inhibition: silences also where team differs: {HEAD} (may stop paging)"
    ]
    assert of(tmp_path / "order", inhibiting("team", "job"), inhibiting("job", "team")) == []


def receivers(**given: Any) -> Data:
    """The configuration with other receivers, by name; None takes one away."""
    named = {each["name"]: each for each in CONFIG["receivers"]}
    named |= {name: {"name": name, **(each or {})} for name, each in given.items()}
    return {**CONFIG, "receivers": [each for name, each in named.items() if given.get(name, each) is not None]}


SLACK = {"channel": "#ml", "api_url": "https://hooks.example.org/SECRET"}


@pytest.mark.parametrize(
    ("chat", "line"),
    [
        ({"slack_configs": [{**SLACK, "channel": "#all"}]}, "channel #ml → #all (needs review)"),
        (
            {"slack_configs": [{**SLACK, "api_url": "https://hooks.example.org/OTHER"}]},
            "another api_url (needs review)",
        ),
        ({"slack_configs": [{**SLACK, "title": "now"}]}, "other texts (safe)"),
        ({"slack_configs": [{**SLACK, "send_resolved": True}]}, "send_resolved nothing → true (needs review)"),
        ({"slack_configs": [SLACK], "email_configs": [{"to": "a@example.org"}]}, "also tells by email (needs review)"),
        ({"email_configs": [{"to": "a@example.org"}]}, "tells by email instead of slack (needs review)"),
        ({"slack_configs": [SLACK], "opsgenie_configs": [{"api_key": "SECRET"}]}, "also tells by opsgenie (may page)"),
    ],
)
def test_what_a_receiver_tells_otherwise_is_told_without_secrets(chat: Data, line: str, tmp_path: Path) -> None:
    assert of(tmp_path, CONFIG, receivers(chat=chat)) == [f"~ chat: {line}"]


def test_receivers_that_come_go_or_are_renamed(tmp_path: Path) -> None:
    more = receivers(mail={"email_configs": [{"to": "a@example.org"}]})
    assert of(tmp_path / "new", CONFIG, more) == ["+ mail: new receiver, no route names it, tells by email (safe)"]
    named = {**more, "route": changed(routes=[PAGER, {**WEB, "receiver": "mail"}])["route"]}
    assert "+ mail: new receiver, tells by email (safe)" in of(tmp_path / "named", CONFIG, named)
    assert of(tmp_path / "gone", more, CONFIG) == ["- mail: receiver gone, told by email (needs review)"]
    other = {"name": "site", "slack_configs": CONFIG["receivers"][2]["slack_configs"]}
    renamed = {**changed(routes=[PAGER, {**WEB, "receiver": "site"}]), "receivers": [*CONFIG["receivers"][:2], other]}
    assert of(tmp_path / "renamed", CONFIG, renamed) == ["~ site: receiver renamed from web (safe)"]


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    new = json.loads(json.dumps(receivers(chat=None)).replace("SECRET", "HIDDEN").replace("0123456789", "9876543210"))
    new["global"] = {"slack_api_url": "https://hooks.example.org/HIDDEN", "smtp_auth_password": "HIDDEN"}
    for form in FORMS:
        room = tmp_path / form.__name__
        for each in changes(room, {"r.yaml": RULES, **form(CONFIG)}, {"r.yaml": RULES, **form(new)}):
            text = " ".join((each.subject, each.what, *each.details))
            assert not any(word in text for word in ("SECRET", "HIDDEN", "hooks.example.org", "456789abcdef"))


def test_what_holds_for_all_is_told_once(tmp_path: Path) -> None:
    old, new = ({**CONFIG, "global": {"resolve_timeout": each}} for each in ("5m", "10m"))
    assert of(tmp_path, old, new) == ["~ Alertmanager: resolve_timeout 5m → 10m (needs review)"]


def resource(route: Data, *receivers: Data, name: str = "ml") -> Data:
    """An AlertmanagerConfig."""
    spec = {"route": route, "receivers": list(receivers)}
    return manifest("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", name, spec=spec)


def test_objects_of_which_the_outermost_route_is_elsewhere(tmp_path: Path) -> None:
    chat = {"name": "chat", "slackConfigs": [{"channel": "#ml", "apiURL": {"name": "keys", "key": "slack"}}]}

    def files(value: str, key: str = "slack") -> Data:
        own = json.loads(json.dumps(chat).replace('"slack"', f'"{key}"'))
        matcher = {"name": "team", "matchType": "=", "value": value}
        return {"r.yaml": RULES, "a.yaml": resource({"receiver": "chat", "matchers": [matcher]}, own)}

    assert told(tmp_path, files("web"), files("web")) == []
    assert told(tmp_path / "moved", files("web"), files("ml")) == [
        "~ Full: no longer to chat: no route of these files takes it (may stop paging)",
        "~ Lost: now to chat (safe)",
        "~ Slow: now to chat (safe)",
    ]
    assert told(tmp_path / "key", files("web"), files("web", "hook")) == [
        "~ chat: apiURL.key slack → hook (needs review)"
    ]


def test_a_configuration_that_comes_or_goes(tmp_path: Path) -> None:
    there, none = {"r.yaml": RULES, **plain(CONFIG)}, {"r.yaml": RULES}
    assert told(tmp_path / "gone", there, none) == [
        "- alertmanager.yml: no longer configures Alertmanager: told by pagerduty, slack (may stop paging)"
    ]
    assert told(tmp_path / "new", none, there) == [
        "+ alertmanager.yml: configures Alertmanager: tells by pagerduty, slack (safe)"
    ]


def test_a_configuration_that_comes_to_a_file_hides_nothing_else_of_it(tmp_path: Path) -> None:
    plain_values: Data = {"alertmanager": {"alertmanagerSpec": {"replicas": 1}}}
    new = {"alertmanager": {"alertmanagerSpec": {"replicas": 2}, "config": CONFIG}}
    found = told(tmp_path, {"values.yaml": plain_values}, {"values.yaml": new})
    assert found[0] == "+ values.yaml: configures Alertmanager: tells by pagerduty, slack (safe)"
    assert "replicas" in " ".join(found[1:])
    assert "config" not in " ".join(found[1:])


def test_a_configuration_may_stand_in_another_folder_than_the_rules(tmp_path: Path) -> None:
    new = changed(routes=[WEB])
    old, now = ({"rules/r.yaml": RULES, "am/alertmanager.yml": each} for each in (CONFIG, new))
    assert "~ Lost: now to chat instead of pager (may stop paging)" in told(tmp_path, old, now)


def test_a_configuration_that_moves_to_another_object_tells_nothing(tmp_path: Path) -> None:
    old, new = {"r.yaml": RULES, **secret(CONFIG)}, {"r.yaml": RULES, **encoded(CONFIG)}
    assert told(tmp_path, old, new) == []


def test_what_else_a_secret_has_is_told_beside(tmp_path: Path) -> None:
    old = secret(CONFIG)
    old["0.yaml"]["stringData"]["note"] = "x"
    found = told(tmp_path, {"r.yaml": RULES, **old}, {"r.yaml": RULES, **encoded(CONFIG)})
    assert found == ["~ Secret ml/alertmanager-main: stringData is gone (needs review)"]
