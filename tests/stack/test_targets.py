"""Where an instance is scraped: the component's way, the profile's, and what is assumed or refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from stack_support import HEAD, Resolved, component, ledger, told

from obsgen.profile.load import parse_profile
from obsgen.profile.models import Settings
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Target
from obsgen.stack.targets import target_of

TITLE = "title: Shop\nrole: modelServer\ndescription: d\n"
SERVICE = TITLE + "scrape: {selector: {app: '<< name >>', tier: '<< options.tier >>'}, port: http}\n"
POD = TITLE + "scrape: {monitor: pod, selector: {app: x}, portNumber: 9000}\n"


def settings(server: str, more: str = "") -> Settings:
    text = f"{HEAD}modelServers: [{{name: chat, type: shop, {server}}}]\n{more}"
    return parse_profile(text, "profile.yaml").base.settings


def target(
    root: Path, head: str, server: str = "", more: str = "", sure: bool = True, **options: Any
) -> tuple[Target | None, Ledger]:
    folder, book, wanted = component(root, head), ledger(), settings(server, more)
    context = {"name": "chat", "options": {"tier": ""} | options}
    return target_of(folder, wanted.model_servers[0], "ml", context, wanted, ("x",), book, sure), book


def found(root: Path, head: str, server: str = "", more: str = "", **options: Any) -> Target:
    """The target where nothing is wrong."""
    there, book = target(root, head, server, more, **options)
    assert told(book) == []
    assert there is not None
    return there


def test_what_exposes_nothing_has_no_target(tmp_path: Path) -> None:
    there, book = target(tmp_path, TITLE)
    assert there is None
    assert (told(book), book.assumptions) == ([], [])


def test_the_components_own_way_is_assumed(tmp_path: Path) -> None:
    there, book = target(tmp_path, SERVICE, tier="gold")
    assert there is not None
    assert (there.selector, there.port, there.port_number) == ({"app": "chat", "tier": "gold"}, "http", None)
    assert (there.path, there.interval, there.namespace) == ("/metrics", "30s", "ml")
    assert book.assumptions == [
        'chat\'s Service names its port "http" (port)',
        "chat's Service carries app=chat, tier=gold (selector)",
    ]


def test_pods_are_found_by_number(tmp_path: Path) -> None:
    there, book = target(tmp_path, POD)
    assert there is not None
    assert (there.monitor, there.port, there.port_number) == ("pod", None, 9000)
    assert book.assumptions == [
        "chat's container declares port 9000 (port)",
        "chat's pods carry app=x (selector)",
    ]


def test_what_the_tree_deploys_is_no_assumption(tmp_path: Path) -> None:
    _, book = target(tmp_path, SERVICE.replace("port: http", "port: http, deployed: true"))
    assert book.assumptions == []


def test_the_profile_comes_first(tmp_path: Path) -> None:
    server = "selector: {a: b}, port: web, path: /x, interval: 15s, honorLabels: true, monitor: false"
    there, book = target(tmp_path, SERVICE, server)
    assert there is not None
    assert (there.selector, there.port, there.path, there.interval) == ({"a": "b"}, "web", "/x", "15s")
    assert (there.honor_labels, there.rendered) == (True, False)
    assert book.assumptions == []


@pytest.mark.parametrize(
    ("own", "server", "more", "interval"),
    [
        ("", "", "", "30s"),
        ("", "", "prometheus: {scrapeInterval: 45s}\n", "45s"),
        ("interval: 10s", "", "prometheus: {scrapeInterval: 45s}\n", "10s"),
        ("interval: 10s", "interval: 5s", "prometheus: {scrapeInterval: 45s}\n", "5s"),
    ],
)
def test_the_nearest_interval_counts(tmp_path: Path, own: str, server: str, more: str, interval: str) -> None:
    head = SERVICE.replace("port: http", f"port: http, {own}" if own else "port: http")
    assert found(tmp_path, head, server, more).interval == interval


@pytest.mark.parametrize(
    ("head", "server", "message"),
    [
        (POD, "port: web, portNumber: 80", "a port has a name or a number"),
        (SERVICE, "port: web, portNumber: 80", "a port has a name or a number"),
        (SERVICE, "portNumber: 80", "a Service's port is found by its name"),
        (SERVICE, "port: '80'", "port '80' is a number and would match nothing"),
        (POD, "port: '80'", "port '80' is a number and would match nothing"),
        (SERVICE.replace(", port: http", ""), "", "nothing says on which port chat is scraped"),
        (SERVICE.replace("port: http", "portNumber: 80"), "", "nothing says on which port chat is scraped"),
        (POD.replace(", portNumber: 9000", ""), "", "nothing says on which port chat is scraped"),
    ],
)
def test_a_port_that_would_find_nothing(tmp_path: Path, head: str, server: str, message: str) -> None:
    _, book = target(tmp_path, head, server)
    assert [each[:2] for each in told(book)] == [("profile/port", message)]


def test_pods_may_be_found_by_the_profiles_number(tmp_path: Path) -> None:
    assert found(tmp_path, POD, "portNumber: 80").port_number == 80
    assert found(tmp_path, POD, "port: web").port == "web"


def test_a_selector_of_nothing_is_refused(tmp_path: Path) -> None:
    head = SERVICE.replace("app: '<< name >>', ", "")
    _, book = target(tmp_path, head)
    assert [each[0] for each in told(book)] == ["profile/selector"]
    assert found(tmp_path, head, tier="gold").selector == {"tier": "gold"}
    assert found(tmp_path, head, "selector: {a: b}").selector == {"a": "b"}


def test_openshift_overrides_honor_labels(tmp_path: Path) -> None:
    openshift = "prometheus: {mode: openshift}\n"
    own = SERVICE.replace("port: http", "port: http, honorLabels: true, pageLabels: [pod]")
    assert found(tmp_path, own).honor_labels
    assert not found(tmp_path, own, more=openshift).honor_labels
    _, book = target(tmp_path, SERVICE, "honorLabels: true", openshift)
    assert [each[0] for each in told(book)] == ["profile/honor-labels"]


@pytest.mark.parametrize(
    ("secret", "expected"), [("'<< options.tier >>'", None), ("key", {"secret": "key", "key": "token"})]
)
def test_a_token_is_sent_where_a_secret_is_named(
    tmp_path: Path, secret: str, expected: Mapping[str, str] | None
) -> None:
    head = SERVICE.replace("port: http", f"port: http, authorization: {{secret: {secret}, key: token}}")
    assert found(tmp_path, head).authorization == expected


def test_further_pages_are_those_of_the_options(tmp_path: Path) -> None:
    pages = "also: [{port: a}, {path: /b, when: options.tier == 'gold'}]"
    head = SERVICE.replace("port: http", f"port: http, {pages}")
    assert [each.port for each in found(tmp_path, head).also] == ["a"]
    assert [each.path for each in found(tmp_path, head, tier="gold").also] == ["/metrics", "/b"]


@pytest.mark.parametrize("head", [SERVICE.replace(", port: http", ""), SERVICE.replace("app: '<< name >>', ", "")])
def test_defaults_are_not_judged_where_the_options_are_at_fault(tmp_path: Path, head: str) -> None:
    assert told(target(tmp_path, head)[1])
    assert not told(target(tmp_path, head, sure=False)[1])
    assert told(target(tmp_path, head, "portNumber: 80", sure=False)[1]), (
        "the profile's own port is judged all the same"
    )


GPU = "title: G\nrole: gpuExporter\ndescription: d\nscrape: {selector: {a: b}, port: p}\n"
METER = "title: M\nrole: provider\ndescription: d\ncovers: [acme]\nscrape: {selector: {a: b}, port: p}\n"


@pytest.mark.parametrize(
    ("head", "text", "assumed"),
    [
        (SERVICE, "modelServers: [{name: x, type: shop}]\n", "x runs in namespace monitoring (namespace)"),
        (SERVICE, "modelServers: [{name: x, type: shop, namespace: ml}]\n", None),
        (SERVICE, "namespaces: {models: ml}\nmodelServers: [{name: x, type: shop}]\n", None),
        (GPU, "gpuExporter: {type: shop}\n", "gpu runs in namespace monitoring (namespace)"),
        (GPU, "gpuExporter: {type: shop, namespace: g}\n", None),
        (GPU + "defaultNamespace: g\n", "gpuExporter: {type: shop}\n", "gpu runs in namespace g (namespace)"),
        (
            METER,
            "namespaces: {monitoring: m}\nproviders: [{name: x, type: shop, covers: [acme]}]\n",
            "x runs in namespace m (namespace)",
        ),
        (METER, "providers: [{name: x, type: shop, covers: [acme], namespace: p}]\n", None),
        (
            METER.replace("port: p", "port: p, deployed: true"),
            "providers: [{name: x, type: shop, covers: [acme]}]\n",
            None,
        ),
    ],
)
def test_a_namespace_that_nobody_names_is_assumed(tmp_path: Path, head: str, text: str, assumed: str | None) -> None:
    component(tmp_path, head + "options: {tier: {help: h, default: x}}\n")
    resolved = Resolved(tmp_path, text)
    assert resolved.findings == []
    told_of = [each for each in resolved.base.assumptions if "namespace" in each]
    assert told_of == ([assumed] if assumed else [])
