"""Who names Secrets and ConfigMaps, and what brings them."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsgen.checks.secret.missing import assumptions
from obsgen.checks.secret.missing import check as missing
from obsgen.repository import read_repository
from obsgen.repository.keyrefs import references
from obsgen.repository.objects import Located, as_object
from obsgen.repository.providers import Providers, providers
from obsgen.source import load_text

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: gate, namespace: shop}
spec:
  imagePullSecrets: [{name: registry}]
  containers:
    - name: gate
      args: [--config, /etc/gate/gate.yaml, --cert=/etc/tls/deep/tls.crt, --other=/etc/other/x]
      env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]
      envFrom: [{secretRef: {name: all}}, {configMapRef: {name: more, optional: true}}]
      volumeMounts: [{name: config, mountPath: /etc/gate}, {name: tls, mountPath: /etc/tls}]
  volumes:
    - {name: config, configMap: {name: gate, items: [{key: main, path: gate.yaml}]}}
    - {name: tls, projected: {sources: [{secret: {name: tls}}]}}
"""


def found(text: str) -> set[tuple[str, str, str]]:
    object_ = as_object(Located(load_text(text, "x.yaml")[0].value, load_text(text, "x.yaml")[0]))
    assert object_
    return {(each.kind, each.name, each.key) for each in references(object_)}


def test_a_pod_names_them_in_many_ways() -> None:
    assert found(POD) == {
        ("Secret", "registry", ""),
        ("ConfigMap", "settings", "a"),
        ("Secret", "all", ""),
        ("ConfigMap", "more", ""),
        ("ConfigMap", "gate", ""),
        ("ConfigMap", "gate", "main"),
        ("Secret", "tls", ""),
    }


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Prometheus", "{thanos: {objectStorageConfig: {name: s, key: k}}}", {("Secret", "s", "k")}),
        ("Prometheus", "{secrets: [a], configMaps: [b]}", {("Secret", "a", ""), ("ConfigMap", "b", "")}),
        ("Prometheus", "{additionalScrapeConfigs: {name: s, key: jobs.yaml}}", {("Secret", "s", "jobs.yaml")}),
        ("Alertmanager", "{configSecret: routes}", {("Secret", "routes", "alertmanager.yaml")}),
        (
            "PodMonitor",
            "{podMetricsEndpoints: [{tlsConfig: {ca: {configMap: {name: c, key: k}}}}]}",
            {("ConfigMap", "c", "k")},
        ),
        (
            "PodMonitor",
            "{podMetricsEndpoints: [{tlsConfig: {ca: {secret: {name: c, key: k}}}}]}",
            {("Secret", "c", "k")},
        ),
        ("ServiceMonitor", "{endpoints: [{basicAuth: {username: {name: u, key: n}}}]}", {("Secret", "u", "n")}),
    ],
)
def test_the_operators_objects_name_keys(kind: str, spec: str, expected: set[tuple[str, str, str]]) -> None:
    text = f"apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n"
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "keys"),
    [
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {a: b}\ndata: {c: ZA==}\n", "x", {"a", "c"}),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n", "x", None),
        (
            (
                "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n"
                "metadata: {name: x, annotations: {service.beta.openshift.io/inject-cabundle: 'true'}}\n"
            ),
            "x",
            None,
        ),
        (
            "apiVersion: e/v1\nkind: ExternalSecret\nmetadata: {name: x}\nspec: {dataFrom: [{extract: {key: a}}]}\n",
            "x",
            None,
        ),
        (
            (
                "apiVersion: e/v1\nkind: ExternalSecret\nmetadata: {name: x}\n"
                "spec: {dataFrom: [{extract: {key: a}}], target: {name: y, template: {data: {k: v}}}}\n"
            ),
            "y",
            {"k"},
        ),
        ("apiVersion: s/v1\nkind: VaultStaticSecret\nmetadata: {name: x}\nspec: {destination: {name: y}}\n", "y", None),
        (
            (
                "apiVersion: v1\nkind: Service\n"
                "metadata: {name: x, annotations: {service.beta.openshift.io/serving-cert-secret-name: tls}}\n"
            ),
            "tls",
            {"tls.crt", "tls.key", "ca.crt"},
        ),
    ],
)
def test_what_brings_a_secret_and_with_which_keys(text: str, name: str, keys: set[str] | None) -> None:
    object_ = as_object(Located(load_text(text, "x.yaml")[0].value, load_text(text, "x.yaml")[0]))
    assert object_
    (one,) = providers(object_)
    assert (one.name, one.keys) == (name, keys)


def test_what_is_nowhere_is_assumed_and_what_facts_name_is_known(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(
        "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nsecrets: [shop/registry, other/all]\n", encoding="utf-8"
    )
    repository = read_repository([tmp_path])
    assert list(missing(repository)) == []
    assert {each.text for each in assumptions(repository)} == {
        "ConfigMap shop/settings with the key a exists",
        "Secret shop/all exists",
        "ConfigMap shop/gate exists",
        "ConfigMap shop/gate with the key main exists",
        "Secret shop/tls exists",
    }


def test_the_nearest_object_of_a_name_is_meant(tmp_path: Path) -> None:
    for environment, key in (("dev", "a"), ("prod", "b")):
        folder = tmp_path / environment
        folder.mkdir()
        (folder / "kustomization.yaml").write_text("resources: [all.yaml]\n", encoding="utf-8")
        settings = (
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, namespace: shop}}\ndata: {{{key}: x}}\n"
        )
        (folder / "all.yaml").write_text(f"{settings}---\n{POD}", encoding="utf-8")
    repository = read_repository([tmp_path])
    assert [(each.message, Path(each.place.file).parent.name) for each in missing(repository)] == [
        ("ConfigMap shop/settings has no key a", "prod")
    ]
    scope = repository.scopes.all[0]
    reference = next(each for object_ in scope.objects for each in references(object_) if each.name == "settings")
    assert [each.object.located.file for each in Providers(repository.scopes).named(reference, scope)] == [
        str(tmp_path / "dev/all.yaml")
    ]
