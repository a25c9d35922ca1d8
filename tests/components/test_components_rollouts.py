"""Roll-outs: while two versions run, each signal counts every pod's series once, whatever names the pods use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from component_variants import CATALOGUE, Variant, choices, rendering

from obsgen import tools
from obsgen.components.catalogue import ComponentFolder
from obsgen.components.sentences import Measure
from obsgen.profile.load import parse_profile
from obsgen.render.grafana.board_scope import BoardScope
from obsgen.render.queries.scopes import RuleScope
from obsgen.render.queries.sentences import phrase
from obsgen.stack.model import ResolvedSignal, Stored
from obsgen.stack.resolve import resolve_profile
from obsgen.stack.signals import resolve_signals

Labels = dict[str, str]


@dataclass(frozen=True)
class Mixed:
    """A signal that has several series while some versions of its component run together."""

    variant: Variant
    signal: ResolvedSignal

    def __str__(self) -> str:
        return f"{self.signal.name} of {self.variant}"


def rollouts(folder: ComponentFolder) -> Iterator[Variant]:
    """Each two versions of a component together, and all of them, with the defaults and every other option."""
    known = folder.component.versions.known if folder.component.versions else ()
    for versions in [*combinations(known, 2), *([known] if len(known) > 2 else [])]:
        yield from (Variant(folder.name, versions, options) for options in choices(folder))


@cache
def mixed() -> list[Mixed]:
    """Every signal that has several series in some roll-out, once for each set of series."""
    found: dict[tuple[str, str, tuple[Stored, ...]], Mixed] = {}
    for folder in CATALOGUE.all():
        defaults = {name: option.default for name, option in folder.component.options.items()}
        for variant in rollouts(folder):
            options = {**defaults, **variant.options}
            context = {"options": options, "covers": folder.component.covers, "hosted": False, "logs": None}
            for signal in resolve_signals(folder, variant.versions, context, frozenset()).values():
                if len(signal.series) > 1:
                    found.setdefault((folder.name, signal.name, signal.series), Mixed(variant, signal))
    return list(found.values())


def excluded(one: Stored, other: Stored) -> bool:
    """Whether no series fits the matchers of both."""
    theirs, barred = dict(other.match), dict(other.match_not)
    return any(
        not set(values) & set(theirs.get(label, values)) or set(values) <= set(barred.get(label, ()))
        for label, values in one.match
    )


def test_names_change_in_roll_outs_of_these() -> None:
    names = {(each.variant.component, each.signal.name) for each in mixed()}
    assert {("vllm", "kv_cache_usage"), ("sglang", "queue_time"), ("triton", "request_errors")} <= names


def test_a_series_that_two_rows_find_is_the_same_to_both() -> None:
    """A row of an older version may find the newer one's series of the same name: then both must mean the same."""
    for each in mixed():
        for one, other in combinations(each.signal.series, 2):
            if one.name == other.name and not (excluded(one, other) or excluded(other, one)):
                assert (one.scale, one.type, one.match, one.match_not) == (
                    (other.scale, other.type, other.match, other.match_not)
                ), str(each)


def test_series_under_two_names_meet_in_or() -> None:
    """A newer version often still shows the old name, too: with the same labels `or` counts one of the two."""
    for each in mixed():
        for one, other in combinations(each.signal.series, 2):
            if one.name != other.name:
                assert (one.labels, one.match) == (other.labels, other.match), str(each)


def exposed(mixture: Mixed) -> Iterator[tuple[str, Labels]]:
    """What an old pod and a new one show, which still shows the old names as well: one series of each name."""
    first, *later = mixture.signal.series
    yield first.name, {"pod": "old", **matching(first)}
    for stored in later:
        yield stored.name, {"pod": "new", **matching(stored)}
    if all(first.name != stored.name for stored in later):
        yield first.name, {"pod": "new", **matching(first)}


def matching(stored: Stored) -> Labels:
    """Labels that the series' matchers want, and those that must not be empty."""
    wanted = {label: values[0] for label, values in stored.match if values[0]}
    return wanted | {label: "some" for label, values in stored.match_not if "" in values}


def promtool_test(mixture: Mixed) -> dict[str, Any]:
    """Two pods, each of which counts one a second (as a gauge: stands at one), and what a sum over them must be."""
    stack = rendering(mixture.variant).base.stack
    scope = RuleScope(stack, next(i for i in stack.instances if i.folder.name == mixture.variant.component))
    kind = mixture.signal.type
    said = {"signal": mixture.signal.name, "agg": "sum"} | ({} if kind == "gauge" else {"rate": "5m"})
    labels = {
        label: value
        for label, operator, value in scope.source(None, mixture.signal.name, {}).series[0][1]
        if operator == "=" and label in ("job", "namespace")
    }
    suffix = "_count" if kind == "histogram" else ""
    values = "1x40" if kind == "gauge" else "0+30x40"
    series = [
        {"series": f"{name}{suffix}{selector({**labels, **own})}", "values": values} for name, own in exposed(mixture)
    ]
    expr = f"sum({phrase(Measure.model_validate(said), scope).expr.text})"
    # A count of observations has no scale; of two names that a pod shows, the first one is taken.
    scale = 1 if kind == "histogram" else mixture.signal.series[0].scale
    wanted = {"expr": expr, "eval_time": "20m", "exp_samples": [{"labels": "{}", "value": 2 * scale}]}
    return {"name": str(mixture), "interval": "30s", "input_series": series, "promql_expr_test": [wanted]}


def selector(labels: Labels) -> str:
    return "{" + ",".join(f"{label}={json.dumps(value)}" for label, value in labels.items()) + "}"


@pytest.mark.tools
def test_every_pod_is_counted_once_on_the_real_promtool(tmp_path: Path, real_tool: Callable[[str], tools.Tool]) -> None:
    tests = [promtool_test(each) for each in mixed()]
    (tmp_path / "test.yaml").write_text(json.dumps({"evaluation_interval": "30s", "tests": tests}))
    done = tools.run(real_tool("promtool"), ["test", "rules", "test.yaml"], cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


SERVER = "{name: chat, type: vllm, namespace: ml}"
HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"


@pytest.mark.parametrize(
    ("dev", "prod", "names"),
    [
        ("0.13.0", "0.14.0", {"vllm:request_success_total"}),
        ("0.12.0", "0.12.0", {"http_requests_total"}),
        ("0.12.0", "0.13.0", {"http_requests_total"}),
    ],
)
def test_boards_of_environments_with_two_versions_count_no_error_twice(dev: str, prod: str, names: set[str]) -> None:
    """The same board shows both environments: what stands alone in one of them would count with the other's series."""
    environments = "".join(
        f"  {name}: {{cluster: {{name: {name}}}, modelServers: {{chat: {{version: {version}}}}}}}\n"
        for name, version in (("dev", dev), ("prod", prod))
    )
    base = SERVER.replace("vllm,", f"vllm, version: {dev},")
    profile = parse_profile(f"{HEAD}modelServers: [{base}]\nenvironments:\n{environments}")
    stack, stacks = resolve_profile(profile, CATALOGUE)
    source = BoardScope([stack, *stacks.values()], "vllm", ()).source(None, "request_errors", {})
    assert {stored.name for stored, _ in source.series} == names
