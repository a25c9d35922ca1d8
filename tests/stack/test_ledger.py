"""The ledger of what resolving tells, the shape of profiles that it stands on, and what a stack finds around it."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import pytest
from stack_support import HEAD, ledger, told

from obsgen.profile.environments import ANY_ITEM
from obsgen.profile.load import parse_profile
from obsgen.profile.models import ServerSettings, Settings
from obsgen.profile.shape import NAMED_LISTS, OPTIONAL_PARTS
from obsgen.stack import surroundings
from obsgen.stack.servers import WHOLE_SERVERS, listed

Route = tuple[str | int, ...]


def settings(text: str) -> Settings:
    return parse_profile(HEAD + text, "profile.yaml").base.settings


@pytest.mark.parametrize(
    ("lost", "asked", "answer"),
    [
        (("a", 0, "x"), ("a", 0, "x"), True),
        (("a", 0, "x"), ("a", 0), True),
        (("a", 0), ("a", 0, "x"), True),
        (("a",), ("a", 0, "x"), True),
        (("a", 0, "x"), ("a", 0, "y"), False),
        (("a", 0, "x"), ("a", 1, "x"), False),
        (("a", ANY_ITEM), ("a", 0, "x"), False),
        (("b",), ("a",), False),
    ],
)
def test_what_is_lost_concerns_what_it_is_in_and_what_is_in_it(lost: Route, asked: Route, answer: bool) -> None:
    book = ledger()
    book.merged.lost.add(lost)
    assert book.lost(asked) is answer
    assert book.lost(("z",), asked) is answer
    assert not book.lost()


def test_what_may_only_follow_is_heard_by_nobody() -> None:
    book = ledger("x: 1\n")
    book.unless(True).error("a/b", "unheard", ("x",))
    book.unless(False).error("a/b", "heard", ("x",), "hint")
    book.unless(True).assume("still assumed")
    assert told(book) == [("a/b", "heard", "hint")]
    assert (book.findings[0].place.line, book.findings[0].place.column) == (1, 4)
    assert book.assumptions == ["still assumed"]


def test_an_assumption_is_told_once() -> None:
    book = ledger()
    for text in ("one", "two", "one"):
        book.assume(text)
    assert book.assumptions == ["one", "two"]


def test_lists_of_named_items_and_what_makes_an_item_new() -> None:
    assert {("modelServers",): "type", ("providers",): "type", ("argocd", "applications"): "part"}.items() <= (
        NAMED_LISTS.items()
    )
    assert {("gpuExporter",): "type", ("argocd",): "repoURL"}.items() <= OPTIONAL_PARTS.items()
    assert not NAMED_LISTS.keys() & OPTIONAL_PARTS.keys()


def test_every_list_of_servers_is_known_as_one() -> None:
    """Whoever adds a list of servers to profiles must not forget that a whole server can be lost from it."""
    lists = {
        (field.alias or name,): get_origin(field.annotation) is tuple
        for name, field in Settings.model_fields.items()
        if any(isinstance(kind, type) and issubclass(kind, ServerSettings) for kind in get_args(field.annotation))
    }
    assert lists.keys() == {route for route in WHOLE_SERVERS if len(route) == 1}
    named = {route for route, is_list in lists.items() if is_list}
    assert {(*route, ANY_ITEM) for route in named} <= WHOLE_SERVERS
    assert named <= NAMED_LISTS.keys(), "environments change them by name"


def test_servers_are_listed_with_their_roles_and_places() -> None:
    text = (
        "modelServers: [{name: a, type: x}, {name: b, type: x}]\n"
        "gpuExporter: {type: y}\n"
        "providers: [{name: m, type: z, covers: [c]}]\n"
    )
    assert [(role, route, server.name) for role, route, server in listed(settings(text))] == [
        ("modelServer", ("modelServers", 0), "a"),
        ("modelServer", ("modelServers", 1), "b"),
        ("gpuExporter", ("gpuExporter",), "gpu"),
        ("provider", ("providers", 0), "m"),
    ]


@pytest.mark.parametrize(
    ("text", "labels", "assumed"),
    [
        ("", {"release": "monitoring"}, 1),
        ("prometheus: {selectorLabels: {a: b}}\n", {"a": "b"}, 0),
        ("prometheus: {selectorLabels: {}}\n", {}, 0),
        ("prometheus: {mode: openshift}\n", {}, 0),
        ("prometheus: {mode: openshift, selectorLabels: {a: b}}\n", {"a": "b"}, 0),
    ],
)
def test_labels_without_which_prometheus_overlooks_objects(text: str, labels: dict[str, Any], assumed: int) -> None:
    book = ledger()
    assert surroundings.selector_labels(settings(text), book) == labels
    assert len(book.assumptions) == assumed


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("", ["Grafana's sidecar loads ConfigMaps labelled grafana_dashboard=1 of g (grafana.sidecarLabel)"]),
        ("grafana: {sidecarLabel: {x: y}}\n", []),
        (
            "grafana: {delivery: provisioned}\n",
            ["Prometheus answers at http://prometheus-operated.m.svc:9090 (prometheus.url)"],
        ),
        ("grafana: {delivery: provisioned}\nprometheus: {url: 'http://p'}\n", []),
    ],
)
def test_how_boards_and_data_reach_grafana(text: str, assumed: list[str]) -> None:
    book = ledger()
    surroundings.assume_grafana(settings(text), {"grafana": "g", "monitoring": "m"}, book)
    assert book.assumptions == assumed


@pytest.mark.parametrize(
    ("written", "unit", "value", "message"),
    [("8s", "seconds", 8.0, None), ("0USD/day", "usd/day", 0.0, None), ("8 pigs", "seconds", None, "limit: ")],
)
def test_a_quantity_is_read_or_told(written: str, unit: str, value: float | None, message: str | None) -> None:
    book = ledger("a: {b: 1}\n")
    assert book.quantity(written, unit, ("a", "b"), "limit: ") == value
    assert [check for check, _, _ in told(book)] == ([] if message is None else ["profile/unit"])
    assert all(told_so.startswith(str(message)) for _, told_so, _ in told(book))
    assert all((each.place.line, each.place.column) == (1, 8) for each in book.findings)
