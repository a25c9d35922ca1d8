"""Datasources in every delivery: all kinds, one default, links by uids that are there, secrets that nobody wrote."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from grafana_support import DELIVERIES, EVERY_KIND, OPENSHIFT, SECRET, findings, objects, profile, rendered, sources
from hypothesis import given
from hypothesis import strategies as st

from obsgen.render.grafana.datasources import ACCOUNT, SECRETS, TOKEN_SECRET, datasource_names
from obsgen.schemas import errors, lookup

LABEL = {"datasourceLabel": {"grafana_datasource": "1"}}
OWN_GRAFANA = ("operator", "provisioned", "values")


def grafana(delivery: str, **more: Any) -> dict[str, Any]:
    return {"delivery": delivery, **(LABEL if delivery == "sidecar" else {}), **more}


@pytest.mark.parametrize("delivery", OWN_GRAFANA)
def test_every_kind_reaches_grafana_by_every_delivery(delivery: str) -> None:
    found = sources(rendered(profile(grafana(delivery))))
    kinds = {uid: each["type"] for uid, each in found.items()}
    assert kinds == {
        "prometheus": "prometheus",
        "thanos": "prometheus",
        "alertmanager": "alertmanager",
        "loki": "loki",
        "tempo": "tempo",
    }
    assert found["tempo"]["url"] == "http://tempo-tracing-query-frontend.monitoring.svc:3200"


@pytest.mark.parametrize("delivery", OWN_GRAFANA)
def test_deliveries_differ_in_form_alone(delivery: str) -> None:
    found = sources(rendered(profile(grafana(delivery))))
    assert found == sources(rendered(profile(grafana("provisioned"))))


@pytest.mark.parametrize("delivery", OWN_GRAFANA)
@pytest.mark.parametrize(
    ("long_term", "default"),
    [(EVERY_KIND["longTerm"], "thanos"), (EVERY_KIND["longTerm"] | {"query": False}, "prometheus")],
)
def test_thanos_is_the_default_where_it_is_asked(delivery: str, long_term: Any, default: str) -> None:
    found = sources(rendered(profile(grafana(delivery), longTerm=long_term)))
    assert [uid for uid, each in found.items() if each["isDefault"]] == [default]
    assert found["tempo"]["jsonData"]["tracesToMetrics"]["datasourceUid"] == default


@pytest.mark.parametrize(("replicas", "mapped"), [(1, True), (2, False)])
def test_a_service_map_is_offered_where_calls_between_services_are_counted(replicas: int, mapped: bool) -> None:
    traces = {**EVERY_KIND["traces"], "collectorReplicas": replicas}
    found = sources(rendered(profile(grafana("operator"), traces=traces)))
    assert ("serviceMap" in found["tempo"]["jsonData"]) is mapped


@pytest.mark.parametrize("delivery", OWN_GRAFANA)
def test_one_of_the_profiles_own_may_be_the_default(delivery: str) -> None:
    own = [{"name": "Prometheus EU (old)", "url": "http://eu.example.org", "default": True}]
    found = sources(rendered(profile(grafana(delivery, datasources=own))))
    assert [uid for uid, each in found.items() if each["isDefault"]] == ["prometheus-eu-old"]


@pytest.mark.parametrize("delivery", OWN_GRAFANA)
def test_metrics_logs_and_traces_lead_to_each_other(delivery: str) -> None:
    found = sources(rendered(profile(grafana(delivery))))
    for metrics in ("prometheus", "thanos"):
        assert found[metrics]["jsonData"]["exemplarTraceIdDestinations"] == [
            {"name": "trace_id", "datasourceUid": "tempo"}
        ]
    derived = found["loki"]["jsonData"]["derivedFields"]
    assert {(each["datasourceUid"], each["url"]) for each in derived} == {("tempo", "${__value.raw}")}
    traces = found["tempo"]["jsonData"]
    assert traces["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert {"key": "k8s.namespace.name", "value": "namespace"} in traces["tracesToLogsV2"]["tags"]
    queries = [each["query"] for each in traces["tracesToMetrics"]["queries"]]
    assert queries[0] == "sum(rate(traces_span_metrics_calls_total{$__tags}[5m]))"


@pytest.mark.parametrize(
    ("line", "trace"),
    [
        ('{"level":"info","trace_id":"5b8efff798038103d269b633813fc60c"}', "5b8efff798038103d269b633813fc60c"),
        ('{"message":"{\\"traceId\\": \\"5b8efff798038103d269b633813fc60c\\"}"}', "5b8efff798038103d269b633813fc60c"),
        ("level=info traceID=5b8efff798038103d269b633813fc60c took=3s", "5b8efff798038103d269b633813fc60c"),
        ("request 5b8efff798038103d269b633813fc60c done", None),
    ],
)
def test_a_trace_is_found_in_a_line_of_any_form(line: str, trace: str | None) -> None:
    derived = sources(rendered(profile(grafana("provisioned"))))["loki"]["jsonData"]["derivedFields"]
    (pattern,) = (each["matcherRegex"] for each in derived if each["matcherType"] == "regex")
    found = re.search(pattern, line)
    assert (found and found[1]) == trace


def test_links_to_what_is_not_there_are_left_out() -> None:
    alone = {key: value for key, value in EVERY_KIND.items() if key not in ("logs", "traces", "longTerm")}
    found = sources(rendered(profile(grafana("provisioned"), alone)))
    assert "exemplarTraceIdDestinations" not in found["prometheus"]["jsonData"]
    traces = sources(rendered(profile(grafana("provisioned"), alone, traces={"spanMetrics": False})))["tempo"]
    assert not {"tracesToLogsV2", "tracesToMetrics"} & traces["jsonData"].keys()


def test_every_object_of_the_operator_is_what_it_accepts() -> None:
    tree = rendered(profile(grafana("operator", storage="1Gi", folder="A folder")))
    for kind in ("Grafana", "GrafanaFolder", "GrafanaDatasource", "GrafanaDashboard"):
        schema = lookup("grafana.integreatly.org/v1beta1", kind)
        found = objects(tree, kind)
        assert schema is not None
        assert found
        for each in found.values():
            assert list(errors(each, schema)) == []


def test_the_operators_objects_find_the_grafana_of_the_tree() -> None:
    tree = rendered(profile(grafana("operator"), namespaces={"grafana": "boards"}))
    (instance,) = objects(tree, "Grafana").values()
    for kind in ("GrafanaFolder", "GrafanaDatasource", "GrafanaDashboard"):
        for each in objects(tree, kind).values():
            wanted = each["spec"]["instanceSelector"]["matchLabels"]
            assert wanted.items() <= instance["metadata"]["labels"].items()
            # Without allowCrossNamespaceImport the operator looks in the object's own namespace.
            assert each["metadata"]["namespace"] == instance["metadata"]["namespace"] == "boards"


def test_the_operators_boards_are_those_of_the_config_maps() -> None:
    tree = rendered(profile(grafana("operator")))
    maps = objects(tree, "ConfigMap")
    for each in objects(tree, "GrafanaDashboard").values():
        reference = each["spec"]["configMapRef"]
        assert json.loads(maps[reference["name"]]["data"][reference["key"]])["panels"]
        assert maps[reference["name"]]["metadata"]["namespace"] == each["metadata"]["namespace"]
    assert len(objects(tree, "GrafanaDashboard")) == len(tree.boards)


def test_an_existing_grafana_keeps_its_default() -> None:
    tree = rendered(profile(grafana("sidecar")))
    found = sources(tree)
    assert "prometheus" not in found
    assert not any(each["isDefault"] for each in found.values())
    (config,) = (each for name, each in objects(tree, "ConfigMap").items() if name == "demo-datasources")
    assert config["metadata"]["labels"]["grafana_datasource"] == "1"
    assumed = "Grafana has datasource Prometheus with uid prometheus (grafana.delivery)"
    assert assumed in tree.environments["prod"].stack.assumptions
    assert found["tempo"]["jsonData"]["tracesToMetrics"]["datasourceUid"] == "prometheus"


def test_an_existing_grafana_gets_no_datasources_unasked() -> None:
    assert "demo-datasources" not in objects(rendered(profile({"delivery": "sidecar"})), "ConfigMap")


OWN: list[dict[str, Any]] = [
    {"name": "aws", "url": "https://aws.example.org", "token": {"secret": SECRET, "key": "aws-token"}},
    {
        "name": "hosted",
        "url": "https://hosted.example.org",
        "login": {"username": {"secret": SECRET, "key": "user"}, "password": {"secret": SECRET, "key": "word"}},
        "tenant": "acme",
    },
]


def test_secrets_of_the_profiles_own_are_files_of_mounted_secrets() -> None:
    tree = rendered(profile(grafana("provisioned", datasources=OWN)))
    found = sources(tree)
    assert found["aws"]["secureJsonData"] == {"httpHeaderValue1": f"Bearer $__file{{{SECRETS}/{SECRET}/aws-token}}"}
    assert found["hosted"]["basicAuthUser"] == f"$__file{{{SECRETS}/{SECRET}/user}}"
    assert found["hosted"]["jsonData"]["httpHeaderName1"] == "X-Scope-OrgID"
    assert found["hosted"]["secureJsonData"]["httpHeaderValue1"] == "acme"
    pod = objects(tree, "Deployment")["grafana"]["spec"]["template"]["spec"]
    mounts = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
    assert mounts[f"datasource-{SECRET}"] == f"{SECRETS}/{SECRET}"
    assert {"name": f"datasource-{SECRET}", "secret": {"secretName": SECRET}} in pod["volumes"]


def test_secrets_of_the_profiles_own_are_references_for_the_operator() -> None:
    spec = objects(rendered(profile(grafana("operator", datasources=OWN))), "GrafanaDatasource")["demo-hosted"]["spec"]
    references = {each["targetPath"]: each["valueFrom"]["secretKeyRef"] for each in spec["valuesFrom"]}
    assert references == {
        "basicAuthUser": {"name": SECRET, "key": "user"},
        "secureJsonData.basicAuthPassword": {"name": SECRET, "key": "word"},
    }
    # The operator puts a value in the place of its key's name.
    assert spec["datasource"]["basicAuthUser"] == "${user}"
    assert spec["datasource"]["secureJsonData"]["basicAuthPassword"] == "${word}"


@pytest.mark.parametrize("delivery", OWN_GRAFANA)
def test_secrets_that_must_exist_are_listed(delivery: str) -> None:
    found = {each.name: each for each in rendered(profile(grafana(delivery, datasources=OWN))).base.stack.secrets}
    assert set(found[SECRET].keys) == {"aws-token", "user", "word"}
    assert set(found["grafana-admin"].keys) == {"username", "password"}


@pytest.mark.parametrize("delivery", ["operator", "provisioned"])
def test_openshifts_services_are_asked_as_grafanas_own_account(delivery: str) -> None:
    tree = rendered(profile({"delivery": delivery}, OPENSHIFT))
    found = sources(tree)
    token = "Bearer ${token}" if delivery == "operator" else f"Bearer $__file{{{ACCOUNT}/token}}"
    for uid in ("prometheus", "tempo"):
        assert found[uid]["secureJsonData"]["httpHeaderValue1"] == token
        assert found[uid]["jsonData"]["tlsAuthWithCACert"]
    account = "grafana-sa" if delivery == "operator" else "grafana"
    bindings = objects(tree, "ClusterRoleBinding")
    for name in ("demo-grafana-monitoring-view", "demo-traces-reader"):
        assert [each["name"] for each in bindings[name]["subjects"]] == [account]
    listed = {each.name for each in tree.base.stack.secrets}
    assert (TOKEN_SECRET in listed) == (delivery == "operator")


WRONG = [
    ([{"name": "a", "url": "http://a", "default": True}, {"name": "b", "url": "http://b", "default": True}], "default"),
    ([{"name": "Prometheus", "url": "http://a"}], "name"),
    ([{"name": "a", "url": "http://a", "uid": "tempo"}], "uid"),
    ([{"name": "a", "url": "http://a"}, {"name": "b", "url": "http://b", "uid": "a"}], "uid"),
]


@pytest.mark.parametrize(("own", "key"), WRONG)
def test_what_grafana_could_not_tell_apart_is_refused(own: list[dict[str, Any]], key: str) -> None:
    found = findings(profile(grafana("provisioned", datasources=own)))
    assert {each.id for each in found} == {"profile/datasource"}
    assert any(key in each.message or key in each.hint for each in found)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"datasources": [{"name": "a", "url": "http://a"}]}, "only if its sidecar can find them"),
        ({**LABEL, "datasources": OWN[:1]}, "nothing mounts this Secret"),
    ],
)
def test_an_existing_grafana_is_asked_nothing_that_cannot_reach_it(settings: dict[str, Any], message: str) -> None:
    (found,) = findings(profile({"delivery": "sidecar", **settings}))
    assert found.id == "profile/datasource"
    assert message in found.message


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_no_secret_object_comes_with_datasources(delivery: str) -> None:
    assert set(objects(rendered(profile(grafana(delivery))), "Secret")) == {"alertmanager-demo"}


TEXTS = st.text(st.sampled_from("${}_a`\"'\\: "), max_size=12)


@given(text=TEXTS)
def test_every_text_comes_out_of_its_reader_as_it_went_in(text: str) -> None:
    from grafana_support import expanded, helm, yaml

    head = {"name": "n", "uid": "u", "type": "t", "url": "http://h", "default": True, "account": False}
    source = head | {"token": None, "login": None, "tenant": None, "json_data": {"deep": [{"text": text}]}}
    names = datasource_names([source])
    (provisioned,) = yaml(names["provisioning"])["datasources"]
    (chart,) = names["chart_datasources"]
    (plain,) = names["datasource_objects"]
    assert expanded(provisioned)["jsonData"]["deep"] == [{"text": text}]
    assert expanded(helm(chart))["jsonData"]["deep"] == [{"text": text}]
    assert plain["datasource"]["jsonData"]["deep"] == [{"text": text}]
