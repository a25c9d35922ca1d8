"""Objects that components bring, and those that the engine makes: monitors, boards' ConfigMaps, namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from engine_support import ALPHA, HEAD, objects, stacks, tree

from obsgen.components.origin import Origin
from obsgen.components.structure import render_value
from obsgen.findings import InputError, Place

METER = HEAD + "modelServers: []\nproviders: [{name: m, type: meter, covers: [acme, initech], namespace: billing}]\n"
ORIGIN = Origin(lambda route, key=False: Place("file.yaml"))


def found(text: str, kind: str, name: str) -> Mapping[str, Any]:
    return next(
        each.object
        for each in objects(tree(text).base)
        if (each.object["kind"], each.object["metadata"]["name"]) == (kind, name)
    )


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ({"a": "<< n >>", "b": "x << n >>", "c": 1}, {"a": 3, "b": "x 3", "c": 1}),
        ({"<< s >>-key": 1}, {"text-key": 1}),
        ({"a": {"$when": "n > 5", "b": 1}, "c": 2}, {"c": 2}),
        ({"a": {"$when": "n > 2", "b": 1}}, {"a": {"b": 1}}),
        ([{"$when": "false", "b": 1}, {"b": 2}], [{"b": 2}]),
        ([{"$forEach": {"x": "items"}, "v": "<< x >>"}], [{"v": "a"}, {"v": "b"}]),
        ([{"$forEach": {"x": "items"}, "$when": "x == 'b'", "v": "<< x >>"}], [{"v": "b"}]),
        ([{"$forEach": {"x": "items"}, "$value": "<< x >>!"}, "c"], ["a!", "b!", "c"]),
        ([{"$forEach": {"x": "[]"}, "v": 1}], []),
        ([1, None, True, "<< items >>"], [1, None, True, ["a", "b"]]),
    ],
)
def test_leaves_are_rendered_keys_dropped_and_items_repeated(template: Any, value: Any) -> None:
    assert render_value(template, ORIGIN, {"n": 3, "s": "text", "items": ["a", "b"]}) == value


def test_a_value_never_changes_the_structure() -> None:
    hostile = "x: y\n- z\n'\"}{{<< n >>"
    assert render_value({"a": "<< v >>", "b": ["<< v >>"]}, ORIGIN, {"v": hostile}) == {"a": hostile, "b": [hostile]}


def test_files_come_as_they_are() -> None:
    script = found(METER, "ConfigMap", "m-script")
    assert script["data"]["run.sh"].splitlines()[1] == "# << this is not rendered >> {{ nor this }}"
    assert script["data"]["covers"] == "acme,initech"
    assert script["metadata"]["namespace"] == "billing"


def test_environment_variables_are_one_a_provider() -> None:
    (container,) = found(METER, "Deployment", "m")["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in container["env"]] == ["ACME_KEY", "INITECH_KEY"]
    (container,) = found(METER + "cluster: {region: eu-1}\n", "Deployment", "m")["spec"]["template"]["spec"][
        "containers"
    ]
    assert container["env"][-1] == {"name": "REGION", "value": "eu-1"}


def test_pods_roll_when_the_configuration_that_they_read_changes() -> None:
    def checksum(text: str) -> str:
        template = found(text, "Deployment", "m")["spec"]["template"]
        return str(template["metadata"]["annotations"]["checksum"])

    assert checksum(METER) == checksum(METER + "labels: {}\n")
    assert checksum(METER) != checksum(METER.replace(", initech", ""))


def test_pods_do_not_roll_when_configuration_changes_that_others_read() -> None:
    def checksum(text: str) -> str:
        template = found(text, "Deployment", "viewer")["spec"]["template"]
        return str(template["metadata"]["annotations"]["checksum"])

    shown = METER + "grafana: {delivery: provisioned}\n"
    assert checksum(shown) == checksum(shown.replace(", initech", ""))
    assert checksum(shown) != checksum(shown + "gpuExporter: {type: probe}\n")


def test_a_list_of_which_nothing_is_left_is_left_out_with_its_key() -> None:
    template = {"a": [{"$when": "n > 5", "b": 1}], "c": [], "d": [{"$forEach": {"e": "few"}, "f": "<< e >>"}], "g": 1}
    assert render_value(template, ORIGIN, {"n": 3, "few": []}) == {"c": [], "g": 1}
    assert render_value(template, ORIGIN, {"n": 9, "few": [2]}) == {"a": [{"b": 1}], "c": [], "d": [{"f": 2}], "g": 1}


def test_every_object_carries_the_stacks_labels() -> None:
    for each in objects(tree(ALPHA + "labels: {team: ml}\ngpuExporter: {type: probe}\n").base):
        labels = each.object["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "obsgen"
        assert labels["app.kubernetes.io/part-of"] == "demo"
        assert labels["team"] == "ml"
        assert list(labels) == sorted(labels)


def test_a_monitor_finds_its_server() -> None:
    monitor = found(ALPHA + "prometheus: {selectorLabels: {release: prom}}\n", "ServiceMonitor", "chat")
    assert monitor["metadata"]["labels"]["release"] == "prom"
    assert monitor["spec"]["namespaceSelector"] == {"matchNames": ["ml"]}
    assert monitor["spec"]["selector"] == {"matchLabels": {"app": "chat"}}
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["path"], endpoint["interval"]) == ("http", "/metrics", "30s")
    assert endpoint["relabelings"][0] == {"action": "replace", "targetLabel": "job", "replacement": "chat"}


def test_pods_are_scraped_by_name_or_number() -> None:
    text = HEAD + "modelServers: [{name: s, type: beta}]\n"
    (endpoint,) = found(text, "PodMonitor", "s")["spec"]["podMetricsEndpoints"]
    assert endpoint["portNumber"] == 9000
    assert "port" not in endpoint
    (endpoint,) = found(text.replace("beta}", "beta, port: web}"), "PodMonitor", "s")["spec"]["podMetricsEndpoints"]
    assert endpoint["port"] == "web"


def test_what_something_else_scrapes_has_rules_but_no_monitor() -> None:
    rendered = tree(ALPHA.replace("http}", "http, monitor: false}")).base
    kinds = [each.object["kind"] for each in rendered.objects]
    assert "PrometheusRule" in kinds
    assert "ServiceMonitor" not in kinds


def test_user_workload_monitoring_wants_everything_beside_the_target() -> None:
    rendered = tree(ALPHA + "prometheus: {mode: openshift}\n").base
    placed = {each.object["kind"]: each.object["metadata"]["namespace"] for each in rendered.objects}
    assert placed == {"ServiceMonitor": "ml", "PrometheusRule": "ml"}
    assert "namespaceSelector" not in found(ALPHA + "prometheus: {mode: openshift}\n", "ServiceMonitor", "chat")["spec"]


def test_boards_travel_as_config_maps_that_the_sidecar_finds() -> None:
    board = found(ALPHA + "grafana: {folder: 'A \"b\" {c}'}\n", "ConfigMap", "demo-alpha")
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert board["metadata"]["annotations"]["grafana_folder"] == 'A "b" {c}'
    assert list(board["data"]) == ["alpha.json"]


def test_a_deployed_grafana_mounts_its_boards() -> None:
    text = ALPHA + "gpuExporter: {type: probe}\ngrafana: {delivery: provisioned}\n"
    spec = found(text, "Deployment", "viewer")["spec"]["template"]["spec"]
    mounts = [each["mountPath"] for each in spec["containers"][0]["volumeMounts"]]
    assert mounts == ["/boards/alpha.json", "/boards/probe.json"]
    maps = {each["configMap"]["name"] for each in spec["volumes"]}
    assert maps == {each.object["metadata"]["name"] for each in tree(text).base.board_maps}
    assert "grafana_dashboard" not in found(text, "ConfigMap", "demo-alpha")["metadata"]["labels"]


def test_namespaces_are_made_first_and_never_pruned() -> None:
    text = ALPHA + "namespaces: {create: [ml, monitoring, ml]}\n"
    made = [each.object for each in tree(text).base.objects if each.object["kind"] == "Namespace"]
    assert [each["metadata"]["name"] for each in made] == ["ml", "monitoring"]
    assert made[0]["metadata"]["annotations"] == {
        "argocd.argoproj.io/sync-options": "Prune=false",
        "argocd.argoproj.io/sync-wave": "-1",
    }


def test_a_fault_in_a_value_is_refused_at_its_place() -> None:
    places: list[Any] = []

    def locate(route: Any, key: bool = False) -> Place:
        places.append(route)
        return Place("file.yaml", 3, 7)

    with pytest.raises(InputError) as refused:
        render_value({"a": [{"b": "<< nothing >>"}]}, Origin(locate), {})
    assert refused.value.findings[0].place == Place("file.yaml", 3, 7)
    assert places == [("a", 0, "b")]


def test_the_base_of_a_profile_with_environments_has_no_environment() -> None:
    base, environments = stacks(ALPHA + "environments: {dev: {}}\n")
    assert (base.environment, environments["dev"].environment) == (None, "dev")
    assert all("obsgen.dev/environment" not in each.object["metadata"]["labels"] for each in objects(tree(ALPHA).base))
