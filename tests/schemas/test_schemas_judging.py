"""What users are told: the place, the fault, and what to type."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_objects import Object, samples, schema_of

from obsgen import schemas
from obsgen.source import load_text

MONITOR: Object = samples("minimal.yaml")["monitoring.coreos.com/v1/ServiceMonitor"]
POD: Object = samples("minimal.yaml")["v1/Pod"]


def told(text: str) -> list[str]:
    """Each error of a YAML object as `line:column message | hint`."""
    (document,) = load_text(text, "x.yaml")
    found = []
    for error in schemas.errors(document.value, schema_of(document.value)):
        place = document.place(error.route, key=error.at_key)
        found.append(f"{place.line}:{place.column} {error.message} | {error.hint}")
    return found


HEAD = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("  selecter: {}\n  endpoints: []", ["5:3 unknown field 'selecter' | did you mean 'selector'?"]),
        ("  selector: {matchLables: {a: b}}\n  endpoints: []",
         ["5:14 unknown field 'matchLables' | did you mean 'matchLabels'?"]),
        ("  port: http\n  selector: {}\n  endpoints: []", ["5:3 unknown field 'port' | it belongs under endpoints[]"]),
        ("  selector: {}\n  endpoints:\n  - {jobLabel: a}",
         ["7:6 unknown field 'jobLabel' | it belongs one level up, beside 'endpoints'"]),
        ("  selector: {zzz: 1}\n  endpoints: []",
         ["5:14 unknown field 'zzz' | known here: matchExpressions, matchLabels"]),
        ("  selector: {}", ["5:3 missing required field 'endpoints' | "]),
        ("  selector: {}\n  endpoints: {port: http}",
         ["6:14 expected list, got object | start each item on its own line with '- '"]),
        ("  selector: {}\n  endpoints: []\n  sampleLimit: '15'",
         ["7:16 expected integer, got string '15' | write 15, without quotes"]),
        ("  selector: {}\n  endpoints: [{port: 8000}]",
         ['6:22 expected string, got integer 8000 | write "8000", in quotes']),
        ("  selector: {}\n  endpoints: [{honorLabels: 'true'}]",
         ["6:29 expected boolean, got string 'true' | write true, without quotes"]),
        ("  selector: {}\n  endpoints: [{honorLabels: yes}]", ["6:29 expected boolean, got string 'yes' | write true"]),
        ("  selector:\n  endpoints: []",
         ["5:12 expected object, got nothing (null) | remove the key or give it a value"]),
        ("  selector: {}\n  endpoints: [{interval: 30 s}]",
         ["6:26 '30 s' is not in the expected form | write a duration such as 30s, 5m or 1h30m"]),
        ("  selector: {}\n  endpoints: [{interval: 1.5}]",
         ["6:26 expected string, got number 1.5 | write it in quotes"]),
        ("  selector: {}\n  endpoints: [{scheme: htps}]",
         ["6:24 'htps' is not one of http, https | did you mean 'https'?"]),
        ("  selector: {}\n  endpoints: [{targetPort: [80]}]",
         ["6:28 expected integer or string, got list | "]),
        ("  selector: {matchExpressions: [{key: a, operater: In}]}\n  endpoints: []",
         ["5:42 unknown field 'operater' | did you mean 'operator'?"]),
    ],
)  # fmt: skip
def test_errors_of_a_service_monitor(spec: str, expected: list[str]) -> None:
    assert told(HEAD + spec + "\n") == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"imagePullPolicy": "always"},
         ("'always' is not one of Always, IfNotPresent, Never", "did you mean 'Always'?")),
        ({"resources": {"limits": {"memory": "1GB"}}},
         ("'1GB' is not in the expected form", "write a quantity such as 500m, 2 or 100Mi")),
        ({"env": {"A": "b"}}, ("expected list, got object", "start each item on its own line with '- '")),
        ({"ports": [{"containerPort": "http"}]}, ("expected integer, got string 'http'", "")),
        ({"command": ["a", None]}, None),
        ({"name": None}, ("expected string, got nothing (null)", "remove the key or give it a value")),
        ({"livenessProbe": {"httpGet": {"port": 1.5}}},
         ("expected integer or string, got number 1.5", "write it in quotes")),
        ({"lifecyle": {}}, ("unknown field 'lifecyle'", "did you mean 'lifecycle'?")),
        ({"image": ["x"]}, ("expected string, got list", "")),
        ({"tty": "x" * 60}, (f"expected boolean, got string '{'x' * 39}…'", "")),
        ({"terminationMessagePath": "x" * 60}, None),
    ],
)  # fmt: skip
def test_errors_of_a_container(change: dict[str, Any], expected: tuple[str, str] | None) -> None:
    pod = copy.deepcopy(POD)
    pod["spec"]["containers"][0].update(change)
    assert [(error.message, error.hint) for error in schemas.errors(pod, schema_of(pod))] == (
        [expected] if expected else []
    )


def test_all_errors_of_an_object_are_told() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {"containers": [{"name": 1, "imge": "a"}]}}
    assert {(error.route, error.message) for error in schemas.errors(pod, schema_of(pod))} == {
        (("metadata",), "missing required field 'name'"),
        (("spec", "containers", 0, "name"), "expected string, got integer 1"),
        (("spec", "containers", 0, "imge"), "unknown field 'imge'"),
    }


def test_values_of_a_secret_are_not_shown() -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a"},
        "type": ["hunter2"],
        "data": {"a": "hunter2", "b": 2, "c": {"hunter2": "hunter2"}},
        "stringData": {"n": 123456, "l": ["hunter2"], "t": True},
    }
    found = list(schemas.errors(secret, schema_of(secret)))
    assert len(found) == 7
    assert not [
        error for error in found if "hunter2" in error.message + error.hint or "123456" in error.message + error.hint
    ]
    hints = {error.route[-1]: error.hint for error in found}
    assert hints["a"] == "it must be base64; plain text goes under stringData"
    assert hints["n"] == "write it in quotes"


@pytest.mark.parametrize("text", ["aGVsbG8=", "aGVs\nbG8=\n", "", "YQ=="])
def test_base64_may_be_folded(text: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"a": text}}
    assert list(schemas.errors(secret, schema_of(secret))) == []


def test_keys_and_values_count_as_kubernetes_reads_them() -> None:
    labels = {8080: "a", True: "b", "day": datetime.date(2026, 1, 31)}
    monitor = {**MONITOR, "metadata": {"name": "a", "labels": labels}}
    assert list(schemas.errors(monitor, schema_of(monitor))) == []
    bad = {**MONITOR, "metadata": {"name": "a", "labels": {8080: 1, True: 2}}}
    assert [error.route[-1] for error in schemas.errors(bad, schema_of(bad))] == [8080, True]


def test_dates_are_written_in_full() -> None:
    monitor = {**MONITOR, "metadata": {"name": "a", "creationTimestamp": "2026-01-31"}}
    (error,) = schemas.errors(monitor, schema_of(monitor))
    assert (error.message, error.hint) == ("'2026-01-31' is not a date-time", "write it like 2026-01-31T12:00:00Z")


def test_of_alternatives_the_closest_is_told() -> None:
    crd = copy.deepcopy(samples("minimal.yaml")["apiextensions.k8s.io/v1/CustomResourceDefinition"])
    fields = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    fields["m"]["additionalProperties"] = {"typ": "integer"}
    fields["a"]["additionalProperties"] = "no"
    found = {error.route[-1]: (error.message, error.hint) for error in schemas.errors(crd, schema_of(crd))}
    assert found == {
        "typ": ("unknown field 'typ'", "did you mean 'type'?"),
        "additionalProperties": ("expected boolean, got string 'no'", "write false"),
    }


def test_sub_routes_are_routes() -> None:
    config = copy.deepcopy(samples("minimal.yaml")["monitoring.coreos.com/v1alpha1/AlertmanagerConfig"])
    config["spec"]["route"]["routes"][0]["routes"][0]["reciever"] = "d"
    (error,) = schemas.errors(config, schema_of(config))
    assert error.route == ("spec", "route", "routes", 0, "routes", 0, "reciever")
    assert error.hint == "did you mean 'receiver'?"


def deprecated(obj: Object) -> dict[str, str]:
    return {str(error.route[-1]): error.hint for error in schemas.deprecated(obj, schema_of(obj))}


def test_deprecated_fields_are_named_with_their_successors() -> None:
    kustomization = {
        **samples("minimal.yaml")["kustomize.config.k8s.io/v1beta1/Kustomization"],
        "bases": ["a"],
        "commonLabels": {"a": "b"},
        "vars": [{"name": "A", "objref": {"name": "b"}}],
        "configMapGenerator": [{"name": "a", "env": "b"}],
    }
    assert list(schemas.errors(kustomization, schema_of(kustomization))) == []
    assert deprecated(kustomization) == {
        "bases": "use resources",
        "commonLabels": "use labels",
        "vars": "use replacements",
        "env": "use envs",
    }
    prometheus = copy.deepcopy(samples("minimal.yaml")["monitoring.coreos.com/v1/Prometheus"])
    prometheus["spec"] |= {"baseImage": "a", "remoteWrite": [{"url": "http://a", "bearerTokenFile": "b"}]}
    assert deprecated(prometheus) == {"baseImage": "use spec.image", "bearerTokenFile": "use authorization"}


def test_good_objects_use_nothing_deprecated() -> None:
    used = {name: deprecated(obj) for name, obj in samples("real.yaml").items()}
    assert {name: fields for name, fields in used.items() if fields} == {}


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
keys = st.sampled_from(["spec", "metadata", "name", "labels", "endpoints", "containers", "a"]) | scalars
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@given(values, st.sampled_from([*samples("minimal.yaml").values()]))
def test_any_data_gives_errors_that_lead_into_it(value: Any, sample: Object) -> None:
    schema = schema_of(sample)
    for obj in (value, {**sample, "spec": value, "metadata": value}):
        for judged in (schemas.errors, schemas.deprecated):
            check_routes(judged, obj, schema)


def check_routes(judged: Callable[..., Any], obj: Any, schema: schemas.Schema) -> None:
    for error in judged(obj, schema):
        assert error.message
        inner = obj
        for step in error.route:
            inner = inner[step]
