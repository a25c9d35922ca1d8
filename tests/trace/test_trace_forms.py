"""A path as text, JSON and a picture: every hop is there, whatever its texts hold."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_support import WHOLE, copied

from obsgen.findings import Finding, InputError, Place, Severity
from obsgen.report import Options
from obsgen.report.printable import width
from obsgen.trace import Hop, State, Trace, Tracing, document, picture, text, trace
from obsgen.trace.model import numbered
from obsgen.trace.tracing import Tracer

SVG = "{http://www.w3.org/2000/svg}"
KINDS = json.loads(document.json_schema())["$defs"]["hop"]["properties"]["kind"]["enum"]
ODD = st.text(max_size=120)
PLACES = st.none() | st.builds(Place, st.text(min_size=1, max_size=90), st.integers(1, 10**6), st.integers(1, 500))
FINDINGS = st.builds(
    Finding,
    st.sampled_from(["path/no-port", "route/nobody"]),
    st.sampled_from([*Severity][:2]),
    ODD,
    PLACES.filter(bool),
    ODD,
)
HOPS = st.builds(
    Hop, st.sampled_from(KINDS), ODD, PLACES, st.sampled_from(State), st.lists(FINDINGS, max_size=2).map(tuple)
)
TRACES = st.builds(
    Trace,
    *(st.sampled_from(["alert", "panel", "metric"]), ODD, ODD, PLACES, st.lists(HOPS, max_size=9).map(tuple), ODD),
    st.lists(ODD, max_size=3).map(tuple),
)
ANY = st.builds(Tracing, ODD, st.lists(TRACES, min_size=1, max_size=3).map(tuple))


@cache
def tracer() -> Tracer:
    return Tracer([WHOLE])


@cache
def validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(document.json_schema()))


def drawn(tracing: Tracing) -> list[ET.Element]:
    """The boxes of a picture's hops."""
    root = ET.fromstring(picture.render(tracing))
    return [each for each in root.iter(f"{SVG}g") if str(each.get("class")).startswith("hop ")]


@given(ANY)
def test_any_path_is_valid_json_and_a_well_formed_picture_with_every_hop(tracing: Tracing) -> None:
    found = json.loads(document.render(tracing))
    validator().validate(found)
    hops = [hop for each in tracing.traces for hop in each.hops]
    assert [hop["text"] for each in found["traces"] for hop in each["hops"]] == [hop.text for hop in hops]
    assert len(drawn(tracing)) == len(hops)


@given(ANY)
def test_any_path_is_text_that_fits_a_terminal_and_cannot_control_it(tracing: Tracing) -> None:
    told = text.render(tracing, Options(verbose=True))
    lines = told.split("\n")
    assert all(line.isprintable() for line in lines)
    assert max(map(width, lines)) <= 200
    assert max(len(line) for line in lines if line.isascii()) <= 100 or not told.isascii()


@given(st.text(max_size=60))
def test_any_name_is_told_of_or_refused(name: str) -> None:
    found = told_or_none(name)
    if found:
        validator().validate(json.loads(document.render(found)))
        assert drawn(found)
        assert text.render(found, Options())


def told_or_none(name: str) -> Tracing | None:
    """What is told of a name; None where it is refused."""
    try:
        return tracer().trace(name)
    except InputError as problem:
        return None if problem.findings[0].id == "trace/unknown-name" else pytest.fail(str(problem))


def test_what_is_refused_is_refused_and_what_is_known_is_told() -> None:
    assert told_or_none("zzz") is None
    assert told_or_none("QueueLong")


def test_names_of_files_with_marks_of_xml_are_escaped(tmp_path: Path) -> None:
    shop = copied(tmp_path, ("rules.yaml", "alert: QueueLong", 'alert: "<Queue> & \\"Long\\""'))
    (tmp_path / "a&b <c>").mkdir()
    moved = shop.rename(tmp_path / "a&b <c>" / "shop")
    found = trace('<Queue> & "Long"', [moved])
    root = ET.fromstring(picture.render(found))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert 'alert <Queue> & "Long"' in texts
    assert json.loads(document.render(found))["traces"][0]["name"] == '<Queue> & "Long"'


def test_the_text_of_a_whole_path_is_this() -> None:
    told = text.render(tracer().trace("QueueLong"), Options())
    folder = str(WHOLE)
    lines = [re.sub(r" +\S*?([\w-]+\.(?:yaml|json|md):\d+)$", r" | \1", line) for line in told.splitlines()]
    assert folder not in lines[1]
    assert lines[:4] == [
        "QueueLong | rules.yaml:20",
        "  fires when highest requests waiting > 20 for 10m, per model_name",
        " 1 exporter    ✓ vLLM 0.12 exposes vllm:num_requests_waiting (gauge)",
        " 2 service     ✓ Service models/chat, port http 8000, to | workload.yaml:16",
    ]
    assert lines[-1] == "  whole"
    assert max(map(len, told.splitlines())) <= 100


def test_a_broken_path_says_where_and_what_to_do(tmp_path: Path) -> None:
    found = trace("QueueLong", [copied(tmp_path, ("monitor.yaml", "{team: shop}", "{team: shops}"))])
    told = text.render(found, Options())
    assert " 3 monitor     ✗ ServiceMonitor models/chat" in told
    assert told.count("error[path/not-selected]") == 1, "a finding of two hops is told once"
    assert "→ add to its metadata labels: {team: shop}" in told
    assert told.splitlines()[-1] == "  BROKEN at 3 (monitor), 4 (prometheus)  obsgen explain path/not-selected"
    red = [each for each in drawn(found) if each.get("class") == "hop broken"]
    assert len(red) == 2
    assert all(box.find(f"{SVG}rect").get("stroke") == "#c62828" for box in red)  # type: ignore[union-attr]


def test_the_arrow_behind_a_break_is_red_and_crossed(tmp_path: Path) -> None:
    found = trace("QueueLong", [copied(tmp_path, ("rules.yaml", "{team: shop}", "{team: shops}"))])
    root = ET.fromstring(picture.render(found))
    links = [str(each.get("class")) for each in root.iter(f"{SVG}path")]
    assert links.count("link broken") == 3  # its line, its head and the cross
    assert "link fact" in links


def test_colours_are_for_those_who_want_them() -> None:
    found = tracer().trace("QueueLong")
    assert "\x1b[" not in text.render(found, Options())
    assert "\x1b[" in text.render(found, Options(colour=True))


def test_of_many_hops_of_one_kind_a_few_are_shown_and_those_that_are_broken() -> None:
    lost = Finding("path/no-port", Severity.ERROR, "no port", Place("a.yaml"), "name it")
    hops = tuple(Hop("alert", f"A{number}", findings=(lost,) if number == 18 else ()) for number in range(20))
    found = Tracing("up", (Trace("metric", "up", "", None, hops),))
    told = text.render(found, Options())
    assert "A5" in told
    assert "A6" not in told
    assert "✗ A18" in told
    assert "and 13 more of alert (-v shows all)" in told
    assert "A19" in text.render(found, Options(verbose=True))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("a.yaml", "a.yaml:7"),
        ("out/platform/overlays/staging/monitors/monitor.yaml", "…/staging/monitors/monitor.yaml:7"),
        ("out/" + "long-name-" * 5 + ".yaml", "…ng-name-long-name-long-name-.yaml:7"),
    ],
)
def test_long_places_are_shortened_at_the_front(file: str, told: str) -> None:
    assert text.short(Place(file, 7)) == told


def test_steps_are_numbered_by_kind() -> None:
    hops = [Hop(kind, "") for kind in ("service", "service", "monitor", "service")]
    assert [number for number, _ in numbered(hops)] == [1, 1, 2, 3]


def test_no_form_quotes_a_secret_of_the_files(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    url = f"https://bot:{secret}@wiki.example.org/QueueLong"
    old = "https://github.com/acme/shop/blob/main/runbooks/QueueLong.md"
    found = trace("QueueLong", [copied(tmp_path, ("rules.yaml", old, url))])
    forms = (text.render(found, Options(verbose=True)), document.render(found), picture.render(found))
    assert not [each for each in forms if secret in each]
