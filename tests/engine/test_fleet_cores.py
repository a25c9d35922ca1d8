"""Many clusters on several cores: byte for byte what one core makes of them, faults and what is told included."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from engine_support import ALPHA, as_yaml, profile

from obsgen import cores, pipeline
from obsgen.findings import Faults, InputError, Place, error
from obsgen.pipeline import StackTree
from obsgen.profile.load import Destination
from obsgen.render.delivery import kustomize, placing
from obsgen.render.delivery.fleet import Fleet
from obsgen.render.grafana.dashboards import Board
from obsgen.render.objects import Rendered

KEYS = "{secret: keys, key: url}"
ALERTING = (
    ALPHA
    + f"alertmanager: {{receivers: {{chat: {{slack: {{channel: '#a', url: {KEYS}}}}}, "
    + f"pager: {{pagerduty: {{routingKey: {KEYS}}}}}}}, heartbeat: {{receiver: chat}}}}\n"
    + "argocd: {repoURL: 'https://github.com/acme/x.git'}\n"
)
pytestmark = pytest.mark.skipif(not cores._FORKS, reason="elsewhere one process does it all")
Values = Callable[[int], dict[str, Any]]


def limit(number: int) -> dict[str, Any]:
    return {"modelServers": {"chat": {"thresholds": {"latencyP95": f"{number + 1}s"}}}}


def own(number: int) -> dict[str, Any]:
    return {"labels": {"tier": f"t{number}"}}


def elsewhere(number: int) -> dict[str, Any]:
    """Values of which every second one sends alerts elsewhere: critical ones, or those of least weight."""
    severities = {"critical": "pager"} if number % 4 == 1 else {"info": "pager"}
    return {**own(number), **({"alertmanager": {"severities": severities}} if number % 2 else {})}


def fleet(values: Values, count: int = 30) -> str:
    """A profile with so many clusters of two environments."""
    clusters = [
        {"name": f"c{i}", "region": f"r{i % 3}", "environment": ("dev", "prod")[i % 10 > 1], "values": values(i)}
        for i in range(count)
    ]
    return f"{ALERTING}environments: {{dev: {{}}, prod: {{}}}}\nclusters: {as_yaml(clusters)}\n"


KINDS: dict[str, Values] = {
    "ten sorts": lambda number: limit(number % 10),
    "own values": own,
    "own limits": limit,
    "other routes": elsewhere,
    "another server": lambda number: {
        **own(number),
        **({"modelServers": {"more": {"type": "beta"}}} if number % 3 == 1 else {}),
    },
}


def on(count: int, text: str, patch: pytest.MonkeyPatch) -> StackTree:
    """The tree of a profile on a machine with so many cores."""
    patch.setattr(os, "cpu_count", lambda: count)
    return pipeline.render(profile(text))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clusters that this process renders itself."""
    seen: list[str] = []
    before = Fleet.rendered

    def rendered(self: Fleet, group: Sequence[Destination], boards: Sequence[Board], faults: Faults) -> Any:
        seen.extend(each.entry.name for each in group)
        return before(self, group, boards, faults)

    monkeypatch.setattr(Fleet, "rendered", rendered)
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_several_cores_make_what_one_makes(kind: str, monkeypatch: pytest.MonkeyPatch, here: list[str]) -> None:
    text = fleet(KINDS[kind])
    one = on(1, text, monkeypatch)
    assert len(here) == 30
    here.clear()
    several = on(4, text, monkeypatch)
    assert len(here) == len(several.told)  # those that are told of by name, which need more than what travels
    assert list(several.files) == list(one.files)
    assert (several.files, several.argocd, several.deliveries) == (one.files, one.argocd, one.deliveries)
    assert list(several.told) == list(one.told)


def test_the_kinds_are_what_they_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for kind, values in KINDS.items():
        made = on(4, fleet(values), monkeypatch)
        tables = [path.partition("/routes-")[2] for path in made.files if path.startswith("tests/routes-prod/")]
        found[kind] = (len(made.told), tables)
    assert found == {
        "ten sorts": (5, []),
        "own values": (0, []),
        "own limits": (5, []),
        "other routes": (0, ["prod/c3.yaml", "prod/c5.yaml"]),
        "another server": (5, ["prod/c4.yaml"]),
    }


def test_one_process_does_it_all_where_others_would_know_nothing(
    monkeypatch: pytest.MonkeyPatch, here: list[str]
) -> None:
    monkeypatch.setattr(cores, "_FORKS", False)
    assert on(4, fleet(own, 10), monkeypatch).deliveries
    assert len(here) == 10


def test_what_is_equal_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = on(4, fleet(own), monkeypatch)
    assert len({id(each.everything) for each in found.deliveries}) == len(
        {each.everything for each in found.deliveries}
    )
    files = [data for path, data in found.files.items() if path.startswith(("overlays/dev/c", "overlays/prod/c"))]
    assert len(set(map(id, files))) == len(set(files))


def told(count: int, text: str, patch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    with pytest.raises(InputError) as problem:
        on(count, text, patch)
    return problem.value.findings


def test_faults_in_the_values_of_clusters_are_told_as_by_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    def values(number: int) -> dict[str, Any]:
        wrong = {17: {"nope": "1s"}, 23: {"latencyP95": "5"}}.get(number, {"latencyP95": f"{number + 1}s"})
        return {"modelServers": {"chat": {"thresholds": wrong}}}

    one = told(1, fleet(values), monkeypatch)
    assert [each.id for each in one] == ["profile/unknown-threshold", "profile/unit"]
    assert told(4, fleet(values), monkeypatch) == one


def test_objects_that_cannot_be_written_end_it_behind_the_faults_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kustomize.overlay_files

    def overlay_files(below: Rendered, rendered: Rendered, *others: Any, **more: Any) -> Any:
        if (name := rendered.stack.settings.cluster.name) in ("c19", "c21"):
            raise InputError([error("x/y", f"{name} cannot be written", Place("x"))])
        return before(below, rendered, *others, **more)

    monkeypatch.setattr(placing, "overlay_files", overlay_files)

    def values(number: int) -> dict[str, Any]:
        wrong = {"nope": "1s"} if number in (18, 25) else {"latencyP95": f"{number + 1}s"}
        return {"modelServers": {"chat": {"thresholds": wrong}}}

    one = told(1, fleet(values), monkeypatch)
    assert [each.id for each in one] == ["profile/unknown-threshold", "x/y"]
    assert told(2, fleet(values), monkeypatch) == one  # c18 and c19 come back together


def test_nothing_goes_on_when_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def progress(text: str) -> None:
        said.append(text)
        if len(said) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    with pytest.raises(KeyboardInterrupt) as stopped:
        pipeline.render(profile(fleet(own)), progress=progress)
    assert stopped.tb  # it is held on to, and all that hangs on it
    assert not multiprocessing.active_children()
    assert said[-2:] == ["rendering cluster 3 of 30", ""]


def test_it_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    for count in (1, 4):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        pipeline.render(profile(fleet(KINDS["ten sorts"], 20)), progress=said.append)
    ten = [f"rendering cluster {number} of 20" for number in range(2, 21, 2)]
    assert said == [*ten, "", *ten, ""]
