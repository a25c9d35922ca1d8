"""Hints say what was meant: for every kind of value of a profile, a wrong one and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from engine_support import ALPHA, HEAD, TEMPLATES, Command, findings
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter

from obsgen import annotations
from obsgen.findings import Finding
from obsgen.hints import ascii_text, closest, invisible, nearest, repaired, visible
from obsgen.profile.models import Settings
from obsgen.reshape import fits, reshaped
from obsgen.units import UNITS, UnitError, duration, parse

QUANTITIES = [
    ("celsius", "83", "write 83C"),
    ("celsius", "80 degrees", "write 80C"),
    ("celsius", "80°", "write 80C"),
    ("celsius", "181F", "write 82.8C"),
    ("celsius", "300C", "a number with its unit, such as 80C, from -50C to 200C"),
    ("ratio", "90", "write 90% or 0.9"),
    ("ratio", "90 percent", "write 90%"),
    ("ratio", "0,9", "write 0.9"),
    ("ratio", "900%", "a number with its unit, such as 90% or 0.9, from 0% to 100%"),
    ("seconds", "8", "write 8s (or 8ms?)"),
    ("seconds", "8 sec", "write 8s"),
    ("seconds", "8 seconds", "write 8s"),
    ("seconds", "250 msec", "write 250ms"),
    ("seconds", "8,5s", "write 8.5s"),
    ("seconds", "1m30s", "write 90s"),
    ("seconds", "> 8s", "write 8s"),
    ("seconds", "2 minutes", "write 2m"),
    ("bytes", "100 GB", "write 100Gi (or 100G?)"),
    ("bytes", "100GiB", "write 100Gi"),
    ("bytes", "512 bytes", "write 512B"),
    ("bytes", "100", "write 100Gi (or 100Mi?)"),
    ("bytes/s", "5 MB/s", "write 5Mi/s"),
    ("bytes/s", "5Mi", "write 5Mi/s"),
    ("watts", "300", "write 300W"),
    ("watts", "0.3kw", "write 0.3kW"),
    ("hertz", "1500 mhz", "write 1500MHz"),
    ("cores", "2 cores", "write 2"),
    ("cores", "500 millicores", "write 500m"),
    ("core-seconds", "1 hour", "write 1h"),
    ("requests", "10 requests", "write 10"),
    ("requests", "1,000", "write 1000"),
    ("requests", "1_000", "write 1000"),
    ("requests", "1e3", "write 1000"),
    ("tokens", "2 million", "write 2M"),
    ("pods", "3s", "write 3"),
    ("replicas", "-3", "write 3"),
    ("requests/s", "5rps", "write 5req/s"),
    ("requests/s", "5/s", "write 5req/s"),
    ("requests/s", "300 requests per minute", "write 300req/min"),
    ("errors/s", "5", "write 5/s"),
    ("tokens/s", "30", "write 30tok/s"),
    ("tokens/s", "30 tokens/s", "write 30tok/s"),
    ("tokens/s", "30tps", "write 30tok/s"),
    ("usd", "$5", "write 5USD"),
    ("usd/day", "5 USD", "write 5USD/day"),
    ("usd/day", "5 dollars per hour", "write 5USD/h"),
    ("usd/day", "5USD/month", "a number with its unit, such as 5USD/day"),
    ("usd/token", "2.5", "write 2.5USD/Mtok"),
    ("usd/token", "$2.5", "write 2.5USD/Mtok"),
    ("usd/token", "2.5 USD per million tokens", "write 2.5USD/Mtok"),
    ("usd/token", "0.0025 USD/1k", "write 0.0025USD/ktok"),
    ("timestamp", "5s", "a point in time has no limit: compare its age, in seconds"),
]

DURATIONS = [
    ("5", "write 5m (or 5s?)"),
    ("30", "write 30s (or 30m?)"),
    ("5 minutes", "write 5m"),
    ("5min", "write 5m"),
    ("5M", "write 5m"),
    ("1.5m", "write 1m30s"),
    ("30s5m", "write 5m30s"),
    ("1 hour, 30 min", "write 1h30m"),
    ("2w", "write 14d"),
    ("1y", "write 365d"),
    ("500ms", "write 1s: whole seconds, no less"),
    ("-5m", "write 5m"),
    ("soon", "a time such as 30s, 5m or 1h30m, at most 365d"),
    ("400d", "write at most 365d"),
]


def refused(written: str, unit: str, usual: float | None = None) -> str:
    with pytest.raises(UnitError) as problem:
        parse(written, UNITS[unit], usual)
    return problem.value.hint


@pytest.mark.parametrize(("unit", "written", "hint"), QUANTITIES)
def test_a_quantity_that_is_none_is_told_as_it_is_written_here(unit: str, written: str, hint: str) -> None:
    assert refused(written, unit) == hint


@pytest.mark.parametrize(("written", "hint"), DURATIONS)
def test_a_duration_that_is_none_is_told_as_it_is_written_here(written: str, hint: str) -> None:
    with pytest.raises(UnitError) as problem:
        duration(written)
    assert problem.value.hint == hint


@pytest.mark.parametrize(("written", "first"), [("8", "8s"), ("8000", "8000ms"), ("250", "250s")])
def test_of_two_guesses_the_one_near_the_default_comes_first(written: str, first: str) -> None:
    assert refused(written, "seconds", 8.0).startswith(f"write {first} (or ")


@given(
    st.sampled_from(sorted(UNITS)),
    st.floats(0, 1e6).map(lambda value: f"{value:.6g}"),
    st.sampled_from(
        ["", " ", "s", "sec", "GB", "$", "%", "C", "per day", "/s", "tok/min", "x", "Mi/s", "°F", "m", "k", "1k"]
    ),
)
def test_whatever_a_hint_says_to_write_is_a_quantity(unit: str, number: str, suffix: str) -> None:
    try:
        hint = parse(f"{number}{suffix}", UNITS[unit]) and ""
    except UnitError as problem:
        hint = problem.hint
    for told in re.findall(r"[0-9.]+\S*", hint or "") if str(hint).startswith("write") else ():
        parse(told.strip("?)"), UNITS[unit])


@given(st.text(alphabet="0123456789., smhdwinuteor-+", max_size=12))
def test_whatever_a_hint_says_of_a_duration_is_one(written: str) -> None:
    try:
        duration(written)
        hint = ""
    except UnitError as problem:
        hint = problem.hint
    if hint.startswith("write ") and "at most" not in hint:
        assert duration(re.split("[ :]", hint.removeprefix("write "))[0]) >= 0


SERVER = HEAD + "modelServers:\n  - {name: chat, type: alpha, namespace: ml, "
MINE = "alerts: {Mine: {server: chat, group: g, signal: waiting, for: 1m, severity: info, summary: s, description: d, "

# A profile with one slip, and what it is told to write.
SLIPS = {
    "letters with accents": (HEAD.replace("demo", "héé"), "write hee"),
    "other alphabets": (HEAD.replace("demo", "模型"), "lower-case letters, digits and '-'"),
    "sharp s and blanks": (HEAD.replace("demo", "Große Modelle"), "write grosse-modelle"),
    "upper case": (HEAD.replace("demo", "Demo"), "write demo"),
    "underscores": (HEAD.replace("demo", "my_demo"), "write my-demo"),
    "typographic quotes": (HEAD.replace("demo", "“demo”"), "write demo"),
    "a no-break space": (HEAD.replace("demo", "my\u00a0demo"), "no-break space (U+00A0): type it anew, as my demo"),
    "a number for a name": (HEAD.replace("demo", "123"), 'write "123"'),
    "no value": (HEAD.replace("demo", ""), "write a value behind `stack:`, or remove the key"),
    "a key in upper case": (HEAD.replace("stack", "Stack"), "did you mean 'stack'?"),
    "a key with an invisible character": (HEAD.replace("stack", "\u200bstack"), "zero width space (U+200B)"),
    "a key with underscores": (ALPHA + "gpu_exporter: {type: probe}\n", "did you mean 'gpuExporter'?"),
    "a key beside its mapping": (ALPHA + "prometheus:\nmode: existing\n", "it goes below prometheus"),
    "a key at the top": (ALPHA + "thresholds: {latencyP95: 8s}\n", "it goes below platform or modelServers"),
    "a text for a selector": (SERVER + "selector: vllm}\n", "write {app: vllm}"),
    "a pair for a selector": (SERVER + "selector: app=vllm}\n", "write {app: vllm}"),
    "a selector without a blank": (SERVER + "selector: {app:vllm}}\n", "write app: vllm"),
    "a list for a selector": (SERVER + "selector: [{app: vllm}]}\n", "write {app: vllm}"),
    "words for a selector": (SERVER + "selector: [app, vllm]}\n", "write {key: value}"),
    "a pair for labels": (ALPHA + "labels: team=ml\n", "write {team: ml}"),
    "a blank in a label": (ALPHA + "labels: {team: my team}\n", "write my-team"),
    "a mapping for a list": (HEAD + "modelServers: {name: a, type: beta}\n", "write [{name: a, type: beta}]"),
    "names as keys": (HEAD + "modelServers: {a: {type: beta}}\n", "write [{name: a, type: beta}]"),
    "a type for a list": (HEAD + "modelServers: beta\n", "write [{name: beta, type: beta}]"),
    "a type for an item": (HEAD + "modelServers: [beta]\n", "write {name: beta, type: beta}"),
    "a text for a list": (HEAD + "providers: [{name: m, type: meter, covers: acme}]\n", "write [acme]"),
    "texts for a list": (HEAD + "providers: [{name: m, type: meter, covers: 'acme, zeta'}]\n", "write [acme, zeta]"),
    "a provider that is misspelt": (HEAD + "providers: [{name: m, type: meter, covers: [acmee]}]\n", "mean 'acme'?"),
    "a list for a mapping": (ALPHA + "gpuExporter: [{type: probe}]\n", "write {type: probe}"),
    "a text for a mapping": (ALPHA + "gpuExporter: probe\n", "write {type: probe}"),
    "a name for a cluster": (ALPHA + "cluster: ml-prod\n", "write {name: ml-prod}"),
    "a mode for Prometheus": (ALPHA + "prometheus: openshift\n", "write {mode: openshift}"),
    "an address for Argo CD": (ALPHA + "argocd: https://git.example.org/a/b\n", "write {repoURL: "),
    "true for a mapping": (ALPHA + "kubernetes: true\n", "write {nodes: true}"),
    "false for an alert": (ALPHA + "alerts: {AlphaQueued: false}\n", "write {enabled: false}"),
    "names for environments": (ALPHA + "environments: [dev, prod]\n", "write {dev: {}, prod: {}}"),
    "dashes before environments": (ALPHA + "environments: [{dev: {}}, {prod: {}}]\n", "write {dev: {}, prod: {}}"),
    "a text for a folder": (ALPHA + "templates: mine\n", "write [mine]"),
    "the number of a port": (ALPHA.replace("port: http", "port: 8000"), "write the port's name"),
    "the name for a number": (ALPHA.replace("port: http", "portNumber: http"), "write port: http"),
    "a port in upper case": (ALPHA.replace("port: http", "port: HTTP"), "write http"),
    "a path without a slash": (SERVER + "path: metrics}\n", "write /metrics"),
    "an interval without a unit": (SERVER + "interval: 30}\n", "write 30s (or 30m?)"),
    "a word for a switch": (SERVER + "monitor: sometimes}\n", "write true or false"),
    "pods with anchors": (SERVER + "pods: '^chat-.*$'}\n", 'write "chat-.*"'),
    "a version with a v": (SERVER + "version: v1.9}\n", "write 1.9; known nearby: 1.0.0, 1.9.0, 1.10.0"),
    "a comparison of versions": (SERVER + "version: '>=1.9'}\n", "write 1.9"),
    "a misspelt latest": (SERVER + "version: latestt}\n", "did you mean 'latest'?"),
    "a threshold without a unit": (SERVER + "thresholds: {latencyP95: 8}}\n", "write 8s (or 8ms?)"),
    "a threshold in milliseconds": (SERVER + "thresholds: {latencyP95: 8000}}\n", "write 8000ms (or 8000s?)"),
    "a threshold as a share": (SERVER + "thresholds: {memoryUsage: 90}}\n", "write 90% or 0.9"),
    "true for a threshold": (SERVER + "thresholds: {memoryUsage: true}}\n", "write a number with its unit"),
    "a threshold in a list": (SERVER + "thresholds: {latencyP95: [8s]}}\n", "write 8s"),
    "a list of thresholds": (SERVER + "thresholds: [{latencyP95: 8s}]}\n", "write {latencyP95: 8s}"),
    "a price without a unit": (ALPHA + "prices: {acme: {m: {input: 2.5, output: 1USD/Mtok}}}\n", "write 2.5USD/Mtok"),
    "for without a unit": (ALPHA + "alerts: {AlphaQueued: {for: 5}}\n", "write 5m (or 5s?)"),
    "an alert's name in lower case": (ALPHA + "alerts: {AlphaQueued: {name: queue_long}}\n", "write QueueLong"),
    "a label with a dash": (ALPHA + "alerts: {AlphaQueued: {labels: {my-team: x}}}\n", "write my_team"),
    "a quantile in percent": (ALPHA + MINE.replace("waiting", "latency") + "quantile: 95, above: 8s}}\n", "write 0.95"),
    "a quantile as a name": (ALPHA + MINE.replace("waiting", "latency") + "quantile: p95, above: 8s}}\n", "write 0.95"),
    "a limit without a unit": (ALPHA + MINE + "above: 3 requests}}\n", "write 3"),
    "a size in GB": (ALPHA + "grafana: {delivery: provisioned, storage: 100GB}\n", "write 100Gi"),
    "an address without https": (ALPHA + "grafana: {url: grafana.example.org}\n", "write https://grafana.example.org"),
    "an address with a query": (ALPHA + "grafana: {url: 'https://g.org/?x=1'}\n", "write https://g.org/"),
    "a repository by its name": (ALPHA + "argocd: {repoURL: acme/gitops}\n", "https://github.com/acme/gitops.git"),
    "a repository without ssh": (ALPHA + "argocd: {repoURL: git@github.com/a/b}\n", "write git@github.com:a/b"),
    "a path from the root": (
        ALPHA + "argocd: {repoURL: 'https://git.example.org/a/b', path: /out/demo}\n",
        "write out/demo",
    ),
    "a severity that is none": (ALPHA + "alerts: {AlphaQueued: {severity: criticl}}\n", "did you mean 'critical'?"),
    "a severity as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {severity: info}}}\n", "write `severity:`"),
    "a name as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {alertname: X}}}\n", "renamed with `name:`"),
    "a cluster as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {cluster: x}}}\n", "`cluster: {name: …}`"),
    "a namespace as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {namespace: x}}}\n", "write `namespace:`"),
    "a server as a label": (ALPHA + "alerts: {AlphaQueued: {labels: {service: x}}}\n", "the server's `name:`"),
    "a label of one's own alert": (ALPHA + MINE + "above: 3, labels: {severity: info}}}\n", "write `severity:`"),
    "a label of obsgen's": (ALPHA + "labels: {app.kubernetes.io/managed-by: me}\n", "a key of your own"),
    "obsgen's environment": (ALPHA + "labels: {obsgen.dev/environment: x}\n", "a key of your own"),
    "a label that Prometheus selects": (
        ALPHA + "prometheus: {selectorLabels: {release: monitoring}}\nlabels: {release: other}\n",
        "write monitoring",
    ),
    "a label that Grafana selects": (ALPHA + "labels: {grafana_dashboard: '2'}\n", "write 1"),
    "a label of an environment": (
        ALPHA + "environments: {dev: {labels: {grafana_dashboard: '2'}}}\n",
        "objects without that label are overlooked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_once_with_what_was_meant(slip: str, obsgen: Command, tmp_path: Path) -> None:
    text, hint = SLIPS[slip]
    (tmp_path / "profile.yaml").write_text(text)
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 2
    assert "1 error. Nothing was written." in ran.err
    assert hint in ran.err


def test_labels_that_a_selector_has_as_well_are_no_contradiction() -> None:
    same = "prometheus: {selectorLabels: {release: monitoring}}\nlabels: {release: monitoring, team: ml}\n"
    assert findings(ALPHA + same) == []


def test_labels_of_alerts_besides_those_that_every_alert_has_are_free() -> None:
    assert findings(ALPHA + "alerts: {AlphaQueued: {labels: {team: ml, tier: '1'}}}\n") == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (HEAD.replace("stack: demo", "stck: demo"), ()),
        (HEAD.replace("stack: demo", "stakc: demo").replace("kind: Profile\n", ""), ("kind",)),
        (HEAD.replace("stack: demo", "grafanna: {}"), ("stack",)),
    ],
)
def test_a_key_is_missing_only_if_no_other_looks_like_it(text: str, missing: tuple[str, ...]) -> None:
    found = findings(text)
    assert [each.message for each in found if "missing" in each.id] == [f"key '{name}' is missing" for name in missing]
    assert len(found) == 1 + len(missing)


def test_credentials_are_told_in_no_hint() -> None:
    for text in (
        "grafana: https://me:secret@g.org x\n",
        "argocd: ['https://me:secret@g.org/a']\n",
        "labels: a://b:secret@c\n",
    ):
        assert not any("secret" in each.hint + each.message for each in findings(ALPHA + text))


# Thresholds against what they are compared with.
def own_component(folder: Path, unit: str, default: str, sentence: str) -> list[Finding]:
    (folder / "mine").mkdir()
    files = {
        "component.yaml": "title: Mine\nrole: modelServer\ndescription: d\nscrape: {selector: {app: x}, port: http}\n"
        f"thresholds: {{most: {{unit: {unit}, default: {default}, help: h}}}}\n",
        "signals.yaml": "power: {help: h, type: gauge, unit: watts, series: [{name: power_watts}]}\n"
        "calls: {help: h, type: counter, unit: requests, series: [{name: calls_total}]}\n",
        "alerts.yaml": f"TooMuch:\n  group: g\n  {sentence}\n  above: most\n  for: 5m\n  severity: info\n"
        "  summary: more than << limit >>\n  description: it is << value >>\n",
    }
    for name, text in files.items():
        (folder / "mine" / name).write_text(text)
    return findings(HEAD + f"templates: ['{folder}']\nmodelServers: [{{name: a, type: mine}}]\n")


@pytest.mark.parametrize(
    ("unit", "default", "sentence"),
    [
        ("celsius", "80C", "signal: power"),
        ("requests", "5", "signal: calls"),
        ("seconds", "5s", "expr: x\n  unit: ratio"),
    ],
)
def test_a_threshold_in_another_unit_is_refused_in_the_components_file(
    unit: str, default: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    found = [each for each in own_component(tmp_path / "own", unit, default, sentence) if each.id == "profile/unit"]
    (only,) = found
    assert only.place.file.endswith("mine/alerts.yaml")
    assert f"threshold most is in {unit}" in only.message
    assert "unit:" in only.hint


@pytest.mark.parametrize(
    ("unit", "default", "sentence"),
    [("watts", "300W", "signal: power"), ("count", "5", "signal: calls\n  over: {increase: 5m}")],
)
def test_a_threshold_in_the_same_unit_is_compared(unit: str, default: str, sentence: str, tmp_path: Path) -> None:
    found = own_component(tmp_path, unit, default, sentence)
    assert [each for each in found if each.id == "profile/unit"] == []


# The parts that hints are made of.
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a b", ""),
        ("a\u00a0b", "no-break space (U+00A0)"),
        ("\ufeffa", "zero width no-break space (U+FEFF)"),
        ("ä", ""),
    ],
)
def test_what_nobody_sees_is_named(text: str, name: str) -> None:
    assert invisible(text) == name
    assert invisible(visible(text)) == ""


@given(st.text(max_size=30))
def test_text_in_plain_letters_is_ascii(text: str) -> None:
    assert ascii_text(text).isascii()


@given(
    st.text(max_size=40),
    st.sampled_from([r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", r"^[A-Z][A-Za-z0-9]{2,80}$", r"^/[a-z]*$"]),
)
def test_a_repaired_text_fits_and_is_another_one(text: str, pattern: str) -> None:
    meant = repaired(text, lambda each: re.search(pattern, each))
    assert meant is None or (re.search(pattern, meant) and meant != text)


@given(st.lists(st.text(alphabet="abcdefgh", min_size=4, max_size=8), min_size=1, max_size=5, unique=True), st.data())
def test_a_name_with_a_letter_too_many_is_found_again(names: list[str], choice: st.DataObject) -> None:
    name = choice.draw(st.sampled_from(names))
    at = choice.draw(st.integers(0, len(name)))
    near = closest(name[:at] + "z" + name[at:], names)
    assert near in names


@pytest.mark.parametrize("name", ["modelservers", "model_servers", "Model-Servers", "model servers"])
def test_case_and_separators_do_not_hide_a_name(name: str) -> None:
    assert closest(name, ["modelServers", "servers", "model"]) == "modelServers"


def test_far_names_are_listed_unless_they_are_too_many() -> None:
    assert nearest("zzz", ["a", "b"]) == "known: a, b"
    assert nearest("zzz", [f"name{number}" for number in range(50)]) == ""


class Part(BaseModel):
    kind: str
    size: Annotated[str, StringConstraints(pattern="^[0-9]+Gi$")] | None = None


class Whole(BaseModel):
    parts: tuple[Part, ...] = ()
    by_name: dict[str, Part] = Field(default_factory=dict)
    one: Part | None = None


def test_the_keys_and_types_of_a_place_are_found_through_lists_mappings_and_unions() -> None:
    assert annotations.keys_at(Whole, ("parts", 0)) == {"kind", "size"}
    assert annotations.keys_at(Whole, ("by_name", "x")) == annotations.keys_at(Whole, ("one",))
    assert annotations.keys_at(Whole, ("parts",)) == annotations.keys_at(Whole, ("nothing",)) == set()
    (size,) = annotations.types_at(Whole, ("parts", 3, "size"))
    assert fits("1Gi", size)
    assert not fits("1GB", size)
    assert list(annotations.homes(Whole, "size")) == [("parts",), ("by_name",), ("one",)]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["x", "a=b", "a: b", "8s", "x, y", "- a", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "type", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    *(("model_servers",), ("modelServers",), ("modelServers", 0), ("modelServers", 0, "selector"), ("environments",)),
    *(
        ("gpuExporter",),
        ("providers", 0, "covers"),
        ("prices",),
        ("alerts", "X"),
        ("cluster",),
        ("labels",),
        ("templates",),
    ),
]


@given(JUNK, st.sampled_from(PLACES))
def test_whatever_is_proposed_for_a_value_of_the_wrong_kind_fits(value: Any, route: tuple[str | int, ...]) -> None:
    types = annotations.types_at(Settings, route)
    hint = reshaped(value, types, str(route[-1]))
    if not hint or "key: value" in hint or "[value, value]" in hint or "`" in hint:
        return  # nothing is proposed, or a shape alone
    from obsgen.source import load_text

    meant = load_text(f"x: {hint.removeprefix('write ')}\n", "x.yaml")[0].value["x"]
    assert any(fits(meant, each) for each in types)


def test_nothing_is_guessed_of_large_values() -> None:
    assert reshaped(list(range(1000)), [TypeAdapter(dict[str, str])._type], "x") == ""
    assert TEMPLATES.is_dir()
