"""`obsgen trace`: data on stdout, talk on stderr, exit codes; and the shipped trees, every alert of which is whole."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema_rs
import pytest
from engine_support import Command, obsgen
from trace_support import PROFILES, WHOLE, copied

from obsgen import cli
from obsgen.trace import State
from obsgen.trace.tracing import Tracer

__all__ = ["obsgen"]

SHIPPED = sorted(path.stem for path in PROFILES.glob("*.yaml"))


def test_a_whole_path_gives_0(obsgen: Command) -> None:
    ran = obsgen("trace", "QueueGrowing", WHOLE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "  whole"


def test_a_broken_path_gives_1(obsgen: Command, tmp_path: Path) -> None:
    shop = copied(tmp_path, ("rules.yaml", "{team: shop}", "{team: shops}"))
    ran = obsgen("trace", "QueueGrowing", shop)
    assert ran.code == 1
    assert "error[path/rules-not-selected]" in ran.out


def test_an_unknown_name_gives_2_and_says_what_was_meant(obsgen: Command) -> None:
    ran = obsgen("trace", "QueueGrow", WHOLE)
    assert (ran.code, ran.out) == (2, "")
    assert "error[trace/unknown-name]" in ran.err
    assert "did you mean 'QueueGrowing'?" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--env", "prod"], "trace/unknown-environment"), (["nowhere"], "file/missing")],
)
def test_bad_arguments_give_2(obsgen: Command, arguments: list[str], told: str) -> None:
    ran = obsgen("trace", "QueueGrowing", WHOLE, *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_without_paths_it_looks_at_what_is_here(obsgen: Command, tmp_path: Path) -> None:
    copied(tmp_path)
    ran = obsgen("trace", "pager", "--format", "json")
    assert ran.code == 0
    assert ran.err == "looking at .\n"
    places = [hop["place"]["file"] for hop in json.loads(ran.out)["traces"][0]["hops"]]
    assert "shop/rules.yaml" in places


def test_each_format_is_data_alone(obsgen: Command) -> None:
    schema = obsgen("schema", "--trace")
    assert schema.code == 0
    found = json.loads(obsgen("trace", "QueueGrowing", WHOLE, "--format", "json").out)
    jsonschema_rs.validator_for(json.loads(schema.out)).validate(found)
    assert found["broken"] is False
    root = ET.fromstring(obsgen("trace", "QueueGrowing", WHOLE, "--format", "svg").out)
    assert root.tag.endswith("svg")
    assert not [each for each in root.iter() if "href" in "".join(each.attrib)], "it opens alone"


def test_the_same_files_give_the_same_bytes(obsgen: Command) -> None:
    for form in ("text", "json", "svg"):
        first, second = (obsgen("trace", "chat", WHOLE, "--format", form).out for _ in range(2))
        assert first == second


def test_colours_are_left_out_where_nobody_wants_them(obsgen: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in obsgen("trace", "QueueGrowing", WHOLE).out


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Tracer:
    """The trees of all shipped profiles, rendered and read once."""
    folder = tmp_path_factory.mktemp("trees")
    with pytest.MonkeyPatch.context() as patch:
        profiles = [str(PROFILES / f"{name}.yaml") for name in SHIPPED]
        patch.setattr(sys, "argv", ["obsgen", "render", *profiles, "--out", str(folder / "out")])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    assert not stop.value.code
    return Tracer([folder / "out"])


def alerts_of(trees: Tracer, stack: str) -> list[str]:
    return sorted({alert.name for ground in trees.grounds if ground.stack == stack for alert in ground.alerts})


@pytest.mark.parametrize("stack", SHIPPED)
def test_every_alert_of_the_shipped_trees_is_whole(trees: Tracer, stack: str) -> None:
    names = alerts_of(trees, stack)
    assert len(names) > 5
    broken = [
        (name, path.environments, hop.text, [each.id for each in hop.findings])
        for name in names
        for path in trees.trace(name).traces
        if path.stack == stack
        for hop in path.broken
    ]
    assert broken == []


def test_one_name_in_two_stacks_is_told_for_each(trees: Tracer) -> None:
    found = trees.trace("VllmP95LatencyHigh").traces
    stacks = [each.stack for each in found]
    assert len(set(stacks)) == len(stacks) > 1


def test_equal_environments_are_told_once(trees: Tracer) -> None:
    (found,) = trees.trace("ApplicationQueueLong").traces
    assert found.environments == ("prod", "staging")
    assert {hop.state for hop in found.hops} == {State.FACT, State.ASSUMED}
    assert [hop.text for hop in found.hops if hop.kind == "argo cd"] == [
        f"Application inference-platform-{each}, path out/inference-platform/overlays/{each}"
        for each in found.environments
    ]


def test_environments_that_differ_are_told_apart(trees: Tracer) -> None:
    found = [each for each in trees.trace("vllm:kv_cache_usage_perc").traces if each.stack == "vllm-triton"]
    assert [name for each in found for name in each.environments] == ["dev", "prod", "staging"]
