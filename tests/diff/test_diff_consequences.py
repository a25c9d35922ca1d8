"""What has no data, no way to Prometheus, or nobody who is told because of a change; and what has again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from boards_support import board, changes, config_map, panel
from written import compared, ids, lines

from obsgen.diff.model import Change, Risk
from obsgen.diff.overall.consequences import consequences
from obsgen.diff.trees import Tree
from obsgen.facts.read import CARRIED
from obsgen.repository.shapes import MOST_ALIKE
from obsgen.tree.paths import RECORD

GONE = "vllm:gpu_cache_usage_perc"
THERE = "vllm:kv_cache_usage_perc"
RUNNING = "vllm:num_requests_running"
NO_DATA = "no longer has data: vLLM 0.12.0 exposes no"


def rules(*entries: dict[str, Any], name: str = "rules") -> str:
    """A PrometheusRule."""
    metadata = {"name": name, "namespace": "monitoring"}
    spec = {"groups": [{"name": "g", "rules": list(entries)}]}
    head = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": metadata}
    return yaml.safe_dump({**head, "spec": spec}, sort_keys=False)


def alert(name: str, expr: str, **labels: str) -> dict[str, Any]:
    """A rule that alerts."""
    return {"alert": name, "expr": expr, "labels": {"severity": "critical", **labels}}


def facts(version: str) -> str:
    """What runs."""
    servers = [{"component": "vllm", "name": "chat", "namespace": "ml", "versions": [version]}]
    return yaml.safe_dump({"apiVersion": "obsgen.dev/v1alpha1", "kind": "Facts", "servers": servers})


def only(found: list[Change], prefix: str) -> list[str]:
    """The lines of the ids that begin so."""
    return lines([each for each in found if each.id.startswith(f"change/{prefix}")])


def test_an_alert_that_asks_what_nobody_exposes_stops_paging(tmp_path: Path) -> None:
    old, new = ({"r.yaml": rules(alert("Full", f"{name} > 0.9")), "f.yaml": facts("0.12")} for name in (THERE, GONE))
    found = changes(tmp_path, old, new)
    assert only(found, "alert-no-data") == [
        f"- Full: no longer has data: vLLM 0.12.0 exposes no {GONE} any more since 0.11.0 (may stop paging)"
    ]
    told = next(each for each in found if each.id == "change/alert-no-data")
    assert told.new is not None
    assert (told.new.file, told.new.line) == ("r.yaml", 11)
    assert told.details[0].startswith("signal/removed: ")


def test_what_has_data_again_is_safe(tmp_path: Path) -> None:
    old, new = ({"r.yaml": rules(alert("Full", f"{name} > 0.9")), "f.yaml": facts("0.12")} for name in (GONE, THERE))
    assert only(changes(tmp_path, old, new), "finding") == ["+ Full: with data again (safe)"]


def test_what_was_broken_before_is_not_told(tmp_path: Path) -> None:
    old, new = ({"r.yaml": rules(alert("Full", f"{GONE} > {limit}")), "f.yaml": facts("0.12")} for limit in (0.8, 0.9))
    assert all(not each.startswith(("alert-no", "finding")) for each in ids(changes(tmp_path, old, new)))


def test_a_fault_that_only_stands_on_another_line_is_the_same(tmp_path: Path) -> None:
    broken = alert("Full", f"{GONE} > 0.9")
    old, new = {"r.yaml": rules(broken)}, {"r.yaml": rules(alert("Up", "up == 0"), broken)}
    assert ids(changes(tmp_path, old, new)) == ["alert-added"]


def test_what_is_new_and_has_no_data_never_had(tmp_path: Path) -> None:
    new = {"r.yaml": rules(alert("Full", f"{GONE} > 0.9")), "f.yaml": facts("0.12")}
    found = changes(tmp_path, {"f.yaml": facts("0.12"), "r.yaml": rules(alert("Up", "up == 0"))}, new)
    assert only(found, "alert-no-data") == [
        f"~ Full: has no data: vLLM 0.12.0 exposes no {GONE} any more since 0.11.0 (needs review)"
    ]


def test_an_alert_that_is_gone_is_not_mended(tmp_path: Path) -> None:
    old = {"r.yaml": rules(alert("Full", f"{GONE} > 0.9"), alert("Up", "up == 0")), "f.yaml": facts("0.12")}
    new = {"r.yaml": rules(alert("Up", "up == 0")), "f.yaml": facts("0.12")}
    assert ids(changes(tmp_path, old, new)) == ["alert-removed"]


def test_a_panel_loses_data_and_a_variable_does(tmp_path: Path) -> None:
    old = board(panel("Running", RUNNING))
    chosen = {"name": "pod", "type": "query", "query": f"label_values({GONE}, pod)"}
    new = board(panel("Running", GONE), templating={"list": [chosen]})
    files = ({"b.yaml": config_map(each), "f.yaml": facts("0.12")} for each in (old, new))
    found = changes(tmp_path, *files)
    end = f"{NO_DATA} {GONE} any more since 0.11.0 (loses data)"
    assert only(found, "panel-no") == [f'- panel "Running" of Servers: {end}']
    assert only(found, "dashboard-no") == [f"- dashboard Servers: {end}"]


def test_a_recorded_series_loses_data(tmp_path: Path) -> None:
    old, new = (
        {"r.yaml": rules({"record": "job:running:sum", "expr": f"sum({name})"}), "f.yaml": facts("0.12")}
        for name in (RUNNING, GONE)
    )
    assert only(changes(tmp_path, old, new), "recording-no") == [
        f"- job:running:sum: {NO_DATA} {GONE} any more since 0.11.0 (loses data)"
    ]


def test_an_exporter_of_which_nobody_says_what_runs_may_have_it(tmp_path: Path) -> None:
    old, new = ({"r.yaml": rules(alert("Full", f"{name} > 0.9"))} for name in (THERE, GONE))
    told = only(changes(tmp_path, old, new), "alert-no")
    assert len(told) == 1
    assert told[0].startswith("- Full: perhaps no longer has data: ")
    assert told[0].endswith("(needs review)")


def test_where_many_lose_data_for_one_reason_their_series_are_not_named(tmp_path: Path) -> None:
    gone = ("gpu_cache_usage_perc", "gpu_prefix_cache_hits_total", "gpu_prefix_cache_queries_total")
    names = [f"vllm:{each}" for each in (*gone, "num_requests_swapped")]
    old, new = (
        {
            "r.yaml": rules(*(alert(f"A{index}", f"{each} > 1") for index, each in enumerate(some))),
            "f.yaml": facts("0.12"),
        }
        for some in ([RUNNING] * 4, names)
    )
    told = [each for each in changes(tmp_path, old, new) if each.id == "change/alert-no-data"]
    assert [each.subject for each in told] == ["A0", "A1", "A2", "A3"]
    assert {each.what for each in told} == {f"{NO_DATA} series that it asks for any more"}
    assert [name in each.details[0] for name, each in zip(names, told, strict=True)] == [True] * 4


MONITOR = """
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: chat, namespace: monitoring, labels: {team: ml}}
spec:
  selector: {matchLabels: {app: chat}}
  endpoints: [{port: %s}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: chat, namespace: monitoring, labels: {app: chat}}
spec:
  selector: {app: chat}
  ports: [{name: http, port: 8000}]
"""


def test_a_port_that_is_not_there_leads_nowhere(tmp_path: Path) -> None:
    old, new = ({"m.yaml": MONITOR % port, "s.yaml": SERVICE} for port in ("http", "metrics"))
    told = only(changes(tmp_path, old, new), "object-no-way")
    assert len(told) == 1
    assert told[0].startswith("~ ServiceMonitor monitoring/chat: ")
    assert told[0].endswith("(loses data)")


def test_a_way_that_is_there_again_is_safe(tmp_path: Path) -> None:
    old, new = ({"m.yaml": MONITOR % port, "s.yaml": SERVICE} for port in ("metrics", "http"))
    assert only(changes(tmp_path, old, new), "finding") == ["+ ServiceMonitor monitoring/chat: on its way again (safe)"]


PROMETHEUS = """
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main, namespace: monitoring}
spec: {serviceMonitorSelector: {matchLabels: {team: ml}}, ruleSelector: {}}
"""


def test_what_a_monitor_says_of_itself_is_not_said_again(tmp_path: Path) -> None:
    base = {"p.yaml": PROMETHEUS, "s.yaml": SERVICE}
    old, new = ({**base, "m.yaml": (MONITOR % "http").replace("team: ml", f"team: {team}")} for team in ("ml", "web"))
    found = changes(tmp_path, old, new)
    assert "monitor-overlooked" in ids(found)
    assert not only(found, "object-no-way")


def test_rules_that_nobody_loads_stop_paging(tmp_path: Path) -> None:
    server = PROMETHEUS.replace("ruleSelector: {}", "ruleSelector: {matchLabels: {team: ml}}")
    rule = yaml.safe_load(rules(alert("Up", "up == 0")))
    sides = []
    for team in ("ml", "web"):
        rule["metadata"]["labels"] = {"team": team}
        sides.append({"p.yaml": server, "r.yaml": yaml.safe_dump(rule)})
    told = only(changes(tmp_path, *sides), "object-no-way")
    why = "no Prometheus selects it: Prometheus monitoring/main asks for team=ml"
    assert told == [f"~ PrometheusRule monitoring/rules: {why} (may stop paging)"]


def test_a_join_that_finds_no_pair_never_fires(tmp_path: Path) -> None:
    expr = f"sum by (model_name) ({RUNNING}) > 9 and on (model_name) sum by (%s) ({RUNNING})"
    old, new, other = (
        {"r.yaml": rules(rule), "f.yaml": facts("0.12")}
        for rule in (alert("Long", expr % "model_name"), alert("Long", expr % "job"), alert("Up", "up == 0"))
    )
    told = only(changes(tmp_path / "a", old, new), "alert-no-data")
    assert told[0].startswith("- Long: can no longer fire: ")
    assert told[0].endswith("finds no pair (may stop paging)")
    assert only(changes(tmp_path / "b", new, old), "finding") == ["+ Long: with data again (safe)"]
    assert only(changes(tmp_path / "c", other, new), "alert-no")[0].startswith("~ Long: can never fire: ")


def _with_runbooks(*names: str, ending: str = ".md") -> dict[str, str]:
    """Alerts that lead to pages of the same tree, of which there is one besides."""
    url = "https://github.com/a/b/blob/main/out/demo/runbooks"
    entries = [{**alert(each, "up == 0"), "annotations": {"runbook_url": f"{url}/{each}{ending}"}} for each in names]
    pages = {f"out/demo/runbooks/{each}.md": "# What to do\n" for each in (*names, "Other")}
    other = {**alert("Other", "up == 0"), "annotations": {"runbook_url": f"{url}/Other.md"}}
    return {**_stack(rules(*entries, other)), **pages}


def test_links_that_are_broken_read_the_same(tmp_path: Path) -> None:
    sides = _with_runbooks("One", "Two"), _with_runbooks("One", "Two", ending="-new.md")
    told = only(changes(tmp_path, *sides), "link-broken")
    assert told == [f"~ {each}: the runbook is not there (needs review)" for each in ("One", "Two")]


def test_a_page_that_is_told_as_gone_is_not_told_again(tmp_path: Path) -> None:
    old = _with_runbooks("One", "Two")
    new = {path: text for path, text in old.items() if not path.endswith("One.md")}
    assert ids(changes(tmp_path, old, new)) == ["runbook-removed"]


def test_a_link_to_a_dashboard_that_is_gone_is_broken(tmp_path: Path) -> None:
    linked = board(panel("Load", "load"), links=[{"title": "More", "type": "link", "url": "/d/server-gpus"}])
    boards = [linked, board(panel("Heat", "heat"), uid="server-gpus", title="GPUs")]
    old = {"b.yaml": config_map(*boards)}
    new = {"b.yaml": config_map(linked)}
    found = changes(tmp_path, old, new)
    assert ids(found) == ["dashboard-removed", "link-broken"]
    assert found[1].risk is Risk.REVIEW


def test_a_fault_of_a_query_that_still_has_data_needs_review(tmp_path: Path) -> None:
    free, used = "DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_USED"
    old = {"r.yaml": rules(alert("Full", f"{used} / ({used} + {free}) > 0.9"))}
    new = {"r.yaml": rules(alert("Full", f"{used} / {free} > 0.9"))}
    found = [each for each in changes(tmp_path, old, new) if each.id == "change/finding-new"]
    assert [each.subject for each in found] == ["Full"]
    assert found[0].risk is Risk.REVIEW


def test_what_somebody_allows_is_not_told(tmp_path: Path) -> None:
    text = rules(alert("Full", f"{GONE} > 0.9"))
    allowed = text.replace("expr:", "# obsgen: allow signal/removed - back next week\n      expr:")
    assert allowed != text
    old = {"r.yaml": rules(alert("Full", f"{THERE} > 0.9")), "f.yaml": facts("0.12")}
    assert not only(changes(tmp_path / "a", old, {**old, "r.yaml": allowed}), "alert-no")
    assert only(changes(tmp_path / "b", old, {**old, "r.yaml": text}), "alert-no")


def _stack(rule: str, patch: str = "") -> dict[str, str]:
    """A rendered tree of two environments, of which prod may have a patch."""
    base = {"resources": ["rules.yaml"]}
    prod: dict[str, Any] = {"resources": ["../../base"]}
    files = {f"out/demo/{RECORD}": json.dumps({}), "out/demo/base/rules.yaml": rule}
    if patch:
        prod["patches"] = [{"path": "patch.yaml"}]
        files["out/demo/overlays/prod/patch.yaml"] = patch
    kustomizations = {"base": base, "overlays/dev": {"resources": ["../../base"]}, "overlays/prod": prod}
    return {
        **files,
        **{f"out/demo/{path}/kustomization.yaml": yaml.safe_dump(each) for path, each in kustomizations.items()},
    }


def _environments(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[list[str]]:
    found = compared(folder, old, new).changes
    return [sorted(each.environment for each in units) for change, units in found.items() if "no-data" in change.id]


def test_what_the_base_says_is_told_of_all_environments(tmp_path: Path) -> None:
    old, new = (_stack(rules(alert("Long", f"{name} > 9"))) for name in (RUNNING, GONE))
    assert _environments(tmp_path, old, new) == [["dev", "prod"]]


def test_what_a_patch_says_is_told_of_its_environment(tmp_path: Path) -> None:
    rule = rules(alert("Long", f"{RUNNING} > 9"))
    patch = rules(alert("Long", f"{GONE} > 9"))
    found = compared(tmp_path, _stack(rule), _stack(rule, patch)).changes
    told = [
        (each.subject, sorted(unit.environment for unit in units))
        for each, units in found.items()
        if "no-data" in each.id
    ]
    assert told == [("Long", ["prod"])]


def test_what_is_found_in_a_few_clusters_is_told_of_all_that_are_like_them(tmp_path: Path) -> None:
    count = MOST_ALIKE + 3
    old = _stack(rules(alert("Long", f"{RUNNING} > 9")))
    new = dict(old)
    for number in range(count):
        folder = f"out/demo/overlays/prod/c{number}"
        for files in (old, new):
            files[f"{folder}/kustomization.yaml"] = yaml.safe_dump(
                {
                    "resources": ["../../../base"],
                    "patches": [{"path": "patch.yaml"}],
                }
            )
        old[f"{folder}/patch.yaml"] = rules(alert("Long", f"{RUNNING} > {number}"))
        new[f"{folder}/patch.yaml"] = rules(alert("Long", f"{GONE} > {number}"))
    found = compared(tmp_path, old, new).changes
    told = [(each, units) for each, units in found.items() if "no-data" in each.id]
    assert [(each.subject, len(units)) for each, units in told] == [("Long", count)]


def test_nothing_is_looked_at_where_nothing_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.yaml").write_text(rules(alert("Full", f"{GONE} > 0.9")), encoding="utf-8")
    tree = Tree("one", tmp_path.resolve(), (tmp_path.resolve(),))
    monkeypatch.setattr("obsgen.diff.overall.checked.plain_checks", lambda: pytest.fail("a check was asked for"))
    assert list(consequences(tree, tree, {})) == []
    told = Change("change/alert-looser", "▲", "Full", "looser", Risk.REVIEW)
    assert list(consequences(tree, tree, {told: list(tree.states)})) == []


ROUTES = {
    "route": {"receiver": "chat", "routes": [{"receiver": "web", "matchers": ['team="web"']}]},
    "receivers": [{"name": each, "slack_configs": [{"channel": "#ml"}]} for each in ("chat", "web")],
}
ALERTMANAGER = """
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: {name: am, namespace: monitoring}
spec: {replicas: 1}
"""


def routes(config: dict[str, Any]) -> str:
    """A Secret with Alertmanager's configuration, and who reads it."""
    metadata = {"name": "alertmanager-am", "namespace": "monitoring"}
    data = {"alertmanager.yaml": yaml.safe_dump(config)}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}
    return f"{ALERTMANAGER}---\n{yaml.safe_dump(secret)}"


WEB = rules(alert("Up", "up == 0", team="web"))


def test_a_receiver_that_no_route_names_any_more_is_what_the_line_is_about(tmp_path: Path) -> None:
    to_chat = {"receiver": "chat", "matchers": ['team="web"']}
    new = {**ROUTES, "route": {"receiver": "chat", "routes": [to_chat]}}
    sides = ({"r.yaml": WEB, "a.yaml": routes(each)} for each in (ROUTES, new))
    assert only(changes(tmp_path, *sides), "receiver-unused") == [
        "~ web: no route names it: it is never told anything (needs review)"
    ]


def test_a_receiver_that_is_new_and_idle_is_told_once(tmp_path: Path) -> None:
    new = {**ROUTES, "receivers": [*ROUTES["receivers"], {"name": "mail", "email_configs": [{"to": "a@b.example"}]}]}
    sides = ({"r.yaml": WEB, "a.yaml": routes(each)} for each in (ROUTES, new))
    assert lines(changes(tmp_path, *sides)) == ["+ mail: new receiver, no route names it, tells by email (safe)"]


def test_routes_that_no_alert_takes_any_more(tmp_path: Path) -> None:
    sides = ({"r.yaml": WEB.replace("team: web", f"team: {team}"), "a.yaml": routes(ROUTES)} for team in ("web", "ml"))
    assert only(changes(tmp_path, *sides), "route-unused") == [
        "~ routes: no alert takes this route: none in the files has team='web' (needs review)"
    ]


def _with_routes(*environments: str, expr: str = "up == 0") -> dict[str, str]:
    """A rendered tree whose base has the routes, and the central cluster other alerts."""
    files = {**_stack(routes(ROUTES)), f"out/demo/{CARRIED}": json.dumps({"environments": {}})}
    for each in environments:
        folder = f"out/demo/overlays/{each}"
        team = "none" if each == "hub" else "web"
        files[f"{folder}/own.yaml"] = rules(alert("Up", expr, team=team))
        files[f"{folder}/kustomization.yaml"] = yaml.safe_dump({"resources": ["../../base", "own.yaml"]})
    return files


def test_what_a_new_environment_has_no_use_for_is_not_told_of_the_others(tmp_path: Path) -> None:
    found = compared(tmp_path / "a", _with_routes("dev", "prod"), _with_routes("dev", "prod", "hub")).changes
    assert [each.id for each in found] == ["change/environment-added"]


def test_what_a_new_environment_loses_is_told_of_it_alone(tmp_path: Path) -> None:
    """Nobody is told of what stays with the outermost receiver, which no alert of the others does."""
    silent = routes({**ROUTES, "receivers": [{"name": "chat"}, ROUTES["receivers"][1]]})
    sides = _with_routes("dev", "prod"), _with_routes("dev", "prod", "hub", expr="up < 1")
    old, new = ({**each, "out/demo/base/rules.yaml": silent} for each in sides)
    found = compared(tmp_path, old, new).changes
    told = [(each.what, sorted(one.environment for one in units)) for each, units in found.items() if "-un" in each.id]
    assert told == [("receiver 'chat' has no integration, so nobody is told of Up", ["hub"])]
