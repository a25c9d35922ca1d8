"""A name that another one takes everywhere is one line; what else differs is told as if it had always been so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parts import manifest, pair_of
from written import ids, lines

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.names.roles import roles
from obsgen.diff.names.substitutions import Substitution, renamed, substitutions, together
from obsgen.diff.overall.unexplained import unexplained
from obsgen.diff.trees import ARGOCD

MONITOR = ("monitoring.coreos.com/v1", "ServiceMonitor")
RULE = ("monitoring.coreos.com/v1", "PrometheusRule")
PROMETHEUS = ("monitoring.coreos.com/v1", "Prometheus")
CONFIG_MAP = ("v1", "ConfigMap")
STORAGE = {"storage": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "1Gi"}}}}}}


def told(folder: Path, old: str, new: str) -> list[str]:
    """What is told of names, and what is left."""
    pair, names = renamed(pair_of(folder, {"a.yaml": old}, {"a.yaml": new}))
    return lines([*names, *unexplained(pair, [])])


def tree(namespace: str = "obs", models: str = "ml", server: str = "chat", team: str = "core", limit: int = 1) -> str:
    """A server that is watched: a monitor, alerts, a board."""
    expression = f'rate(errors_total{{job="{server}",namespace="{models}"}}[5m]) > {limit}'
    labels = {"service": server, "team": team}
    rules = [{"alert": each, "expr": expression, "labels": dict(labels)} for each in ("High", "Higher", "Highest")]
    relabelings = [{"targetLabel": "job", "replacement": server}]
    board = json.dumps({"title": "Board", "uid": f"shop-{server}", "panels": [{"expr": expression}]}, indent=1)
    selector = {"matchLabels": {"app": "web"}}
    monitor = {
        "selector": selector,
        "namespaceSelector": {"matchNames": [models]},
        "endpoints": [{"port": "http", "relabelings": relabelings}],
    }
    return (
        manifest(MONITOR, monitor, server, namespace)
        + manifest(RULE, {"groups": [{"name": f"{server}-alerts", "rules": rules}]}, server, namespace)
        + manifest(CONFIG_MAP, None, f"board-{server}", namespace, data={f"{server}.json": board})
    )


ELSEWHERE = "silences, links and queries elsewhere by the old name no longer match"
TARGETS = "silences and targets by the old name no longer match"


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"namespace": "watch"}, f"~ namespace obs: is watch now: {TARGETS} (needs review)"),
        ({"models": "ai"}, f"~ namespace ml: is ai now: {TARGETS} (needs review)"),
        ({"team": "edge"}, f"~ label team core: is edge now: {ELSEWHERE} (needs review)"),
    ],
)
def test_one_name_everywhere_is_one_line(tmp_path: Path, new: dict[str, str], expected: str) -> None:
    assert told(tmp_path, tree(), tree(**new)) == [expected]


def test_a_server_is_known_by_its_labels_and_takes_its_objects_along(tmp_path: Path) -> None:
    found = told(tmp_path, tree(), tree(server="talk"))
    assert [each.partition(":")[0] for each in found] == ["~ label job chat"]


def test_what_differs_besides_is_still_told(tmp_path: Path) -> None:
    pair, names = renamed(pair_of(tmp_path, {"a.yaml": tree()}, {"a.yaml": tree(namespace="watch", limit=2)}))
    assert ids(names) == ["namespace-renamed"]
    assert {str(each.key) for each in pair.changed} == {"PrometheusRule watch/chat", "ConfigMap watch/board-chat"}
    rule = next(each for each in pair.changed if each.key.kind == "PrometheusRule")
    old, new = (side["spec"]["groups"][0]["rules"][0] for side in rule.values())
    assert (old["expr"].rpartition(" ")[2], new["expr"].rpartition(" ")[2]) == ("1", "2")
    assert old["labels"] == new["labels"]


def test_objects_move_though_others_are_still_asked_for_where_they_were(tmp_path: Path) -> None:
    old, new = (tree(namespace=each, models="obs") for each in ("obs", "watch"))
    assert told(tmp_path, old, new) == [f"~ namespace obs: is watch now: {TARGETS} (needs review)"]


def test_two_names_at_once_are_two_lines(tmp_path: Path) -> None:
    found = told(tmp_path, tree(), tree(namespace="watch", team="edge"))
    assert [each.partition(":")[0] for each in found] == ["~ namespace obs", "~ label team core"]


def test_volumes_do_not_move_with_a_namespace(tmp_path: Path) -> None:
    old, new = (tree(namespace=each) + manifest(PROMETHEUS, STORAGE, "p", each) for each in ("obs", "watch"))
    pair, names = renamed(pair_of(tmp_path, {"a.yaml": old}, {"a.yaml": new}))
    assert names[0].what == "is watch now: Prometheus obs/p begins with empty volumes"
    assert names[0].risk is Risk.DESTROYS
    assert not pair.changed


@pytest.mark.parametrize(
    ("prune", "expected"),
    [(True, "3 objects in obs will be pruned"), (False, "3 objects in obs will stay in the cluster")],
)
def test_what_is_left_in_the_old_namespace(tmp_path: Path, prune: bool, expected: str) -> None:
    source = {"repoURL": "https://git.example.org/a/b.git", "path": "app"}
    spec = {"source": source, "syncPolicy": {"automated": {"prune": prune}}}
    deploys = {
        "cd/a.yaml": manifest(("argoproj.io/v1alpha1", "Application"), spec, "a", "argocd"),
        "app/kustomization.yaml": "resources: [all.yaml]\n",
    }
    old, new = ({**deploys, "app/all.yaml": tree(namespace=each)} for each in ("obs", "watch"))
    _, names = renamed(pair_of(tmp_path, old, new, Unit("app")))
    assert lines(names) == [f"~ namespace obs: is watch now: {TARGETS}; {expected} (needs review)"]
    assert len(names[0].details) == 3


def test_what_argocd_says_of_a_namespace_is_told_with_its_stack() -> None:
    stack, hub, other = Unit("shop", "prod"), Unit("shop", ARGOCD), Unit("web", ARGOCD)
    here, there = (Change("change/namespace-renamed", "~", "namespace obs", each, Risk.REVIEW) for each in ("a", "b"))
    else_ = Change("change/label-renamed", "~", "namespace obs", "c", Risk.REVIEW)
    found = together({here: {stack}, there: {hub, other}, else_: {hub}})
    assert found == {here: {stack, hub}, there: {other}, else_: {hub}}


@pytest.mark.parametrize(
    "new",
    [
        tree().replace("team: core", "team: edge", 1),  # others keep the old one
        tree().replace("severity", "x"),
        tree(limit=7),  # a number is no name
        tree() + manifest(("v1", "Service"), {"x": 1}, "new", "other"),
    ],
)
def test_what_is_not_everywhere_is_no_other_name(tmp_path: Path, new: str) -> None:
    assert not substitutions(pair_of(tmp_path, {"a.yaml": tree()}, {"a.yaml": new}))


def test_a_name_that_was_there_before_is_a_merger_and_is_told_part_by_part(tmp_path: Path) -> None:
    other = manifest(RULE, {"groups": [{"name": "o", "rules": [{"alert": "O", "labels": {"team": "edge"}}]}]}, "o")
    pair = pair_of(tmp_path, {"a.yaml": tree() + other}, {"a.yaml": tree(team="edge") + other})
    assert not substitutions(pair)


def test_another_severity_is_no_other_name(tmp_path: Path) -> None:
    old, new = (tree().replace("team: core", f"severity: {each}") for each in ("warning", "critical"))
    assert not substitutions(pair_of(tmp_path, {"a.yaml": old}, {"a.yaml": new}))


@pytest.mark.parametrize(("old", "new"), [("oom", "error"), ("500", "503"), ("v1", "v2")])
def test_what_is_only_asked_for_is_no_other_name(tmp_path: Path, old: str, new: str) -> None:
    def asking(value: str) -> str:
        rules = [{"alert": each, "expr": f'sum(failed_total{{reason="{value}"}})'} for each in "ABC"]
        return manifest(RULE, {"groups": [{"name": "g", "rules": rules}]})

    assert not substitutions(pair_of(tmp_path, {"a.yaml": asking(old)}, {"a.yaml": asking(new)}))


@pytest.mark.parametrize("label", ["cluster", "namespace"])
def test_one_alert_that_asks_for_another_place_is_no_other_name(tmp_path: Path, label: str) -> None:
    def asking(value: str) -> str:
        expression = f'absent(up{{{label}="{value}"}}) or up{{{label}="{value}"}} == 0'
        return manifest(RULE, {"groups": [{"name": "g", "rules": [{"alert": "A", "expr": expression}]}]})

    assert not substitutions(pair_of(tmp_path, {"a.yaml": asking("one")}, {"a.yaml": asking("two")}))


def test_versions_in_labels_are_no_names(tmp_path: Path) -> None:
    old, new = (
        "".join(manifest(("v1", "Service"), {"x": 1}, each, metadata={"labels": {"release": tag}}) for each in "abc")
        for tag in ("v1.2", "v1.3")
    )
    assert not substitutions(pair_of(tmp_path, {"a.yaml": old}, {"a.yaml": new}))


def test_targets_of_a_monitor_are_never_taken_for_another_name(tmp_path: Path) -> None:
    def labelled(app: str) -> str:
        rules = [{"alert": each, "expr": "x", "labels": {"app": app}} for each in "ABC"]
        return manifest(MONITOR, {"selector": {"matchLabels": {"app": app}}}) + manifest(
            RULE, {"groups": [{"name": "g", "rules": rules}]}
        )

    found = told(tmp_path, labelled("one"), labelled("two"))
    assert "~ ServiceMonitor obs/main: spec.selector.matchLabels.app one → two (needs review)" in found


def test_a_cluster_needs_but_one_place(tmp_path: Path) -> None:
    old, new = (manifest(PROMETHEUS, {"externalLabels": {"cluster": each}}) for each in ("eu-1", "eu-one"))
    (found,) = told(tmp_path, old, new)
    assert found.startswith("~ cluster eu-1: is eu-one now")


def test_texts_that_wrap_otherwise_keep_what_is_the_same(tmp_path: Path) -> None:
    def wrapped(namespace: str, expression: str) -> str:
        rules = [{"alert": each, "expr": expression, "labels": {"namespace": namespace}} for each in "ABC"]
        return manifest(RULE, {"groups": [{"name": "g", "rules": rules}]}, "r", namespace)

    old = wrapped("monitoring", 'sum(\n  rate(\n    x{namespace="monitoring"}[5m]\n  )\n)\n> 1\n')
    new = wrapped("obs", 'sum(\n  rate(x{namespace="obs"}[5m])\n)\n> 1\n')
    pair, names = renamed(pair_of(tmp_path, {"a.yaml": old}, {"a.yaml": new}))
    assert len(names) == 1
    for both in pair.changed:
        value = both.values()[0]
        assert value["spec"]["groups"][0]["rules"][0]["expr"] == old_expression("obs")


def old_expression(namespace: str) -> str:
    """The longer form, with another name."""
    return f'sum(\n  rate(\n    x{{namespace="{namespace}"}}[5m]\n  )\n)\n> 1\n'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"metadata": {"namespace": "a"}}, {("namespace of objects", "a"): 1}),
        ({"ref": {"namespace": "a"}}, {("namespace", "a"): 1}),
        ({"matchNames": ["a", "b"]}, {("namespace", "a"): 1, ("namespace", "b"): 1}),
        ({"labels": {"team": "x", "severity": "page", "app.kubernetes.io/component": "y"}}, {("team", "x"): 1}),
        ({"expr": 'up{job="a", severity="b", path=~"c"}'}, {("job", "a"): 1}),
        ({"json": '{"expr": "up{job=\\"a\\"}"}'}, {("job", "a"): 1}),
        ({"destination": {"name": "eu", "namespace": "n"}}, {("cluster", "eu"): 1, ("namespace", "n"): 1}),
        ({"labels": {"tier": "v2", "helm.sh/chart": "a-1"}}, {}),
        ({"externalLabels": {"cluster": "eu"}}, {("cluster", "eu"): 1}),
    ],
)
def test_names_are_known_by_their_places(value: Any, expected: dict[tuple[str, str], int]) -> None:
    assert roles(value) == expected


NAMES = st.from_regex(r"[a-z][a-z0-9]{2,6}(-[a-z]{2,4})?", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, st.lists(NAMES, max_size=5))
def test_a_neutral_text_is_the_same_for_both_names_and_no_others(old: str, new: str, words: list[str]) -> None:
    each = Substitution(("namespace",), old, new)
    text = " ".join(words)
    assert each.neutral(f"{text} {old} x") == each.neutral(f"{text} {new} x")
    assert (each.neutral(f"{old}x") == f"{old}x") or new in f"{old}x" or "-" in old + new


@settings(max_examples=25, deadline=None)
@given(NAMES, NAMES)
def test_any_two_namespaces_leave_nothing_else(tmp_path_factory: pytest.TempPathFactory, old: str, new: str) -> None:
    taken = {"ml", "core", "chat", "web", "http", "job", "team", "board", "alerts"}
    if old == new or {old, new} & taken or set(f"{old}-{new}".split("-")) & taken:
        return
    folder = tmp_path_factory.mktemp("n")
    assert len(told(folder, tree(namespace=old), tree(namespace=new))) == 1
