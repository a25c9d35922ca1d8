"""Suppressions: what is allowed is counted and not told; what allows nothing, or not any more, is told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from engine_support import ALPHA, Command, files_in, finding, made_up_components, obsgen, tree
from hypothesis import given
from hypothesis import strategies as st

from obsgen.checks import Report, validate
from obsgen.findings import Severity
from obsgen.suppression import comments, fault_of

__all__ = ["made_up_components", "obsgen"]

TODAY = date(2027, 1, 31)
RULES = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: load, namespace: ml}
spec:
  groups:
    - name: load
      rules:
        - alert: LoadSeen
          expr: |
            sum by (namespace) (
              node_load1
            )
        - alert: CpuSeen
          expr: node_cpu_seconds_total
"""
COMPARISON = "promql/comparison"


def checked(path: Path, text: str | None = None, today: date = TODAY) -> Report:
    if text is not None:
        (path / "rules.yaml").write_text(text, encoding="utf-8")
    return validate([path], "off", today=today)


def ids(report: Report) -> list[str]:
    return [one.id for one in report.findings if one.id.startswith(("suppression/", "promql/comparison"))]


def with_comment(before: str, comment: str) -> str:
    """The rules with a comment on the line above one of theirs, indented alike."""
    line = next(line for line in RULES.splitlines() if before in line)
    return RULES.replace(line, f"{' ' * (len(line) - len(line.lstrip()))}{comment}\n{line}", 1)


def test_nothing_is_suppressed_unasked(tmp_path: Path) -> None:
    report = checked(tmp_path, RULES)
    assert ids(report) == [COMPARISON] * 2
    assert report.suppressed == ()


@pytest.mark.parametrize(
    "text",
    [
        with_comment("alert: LoadSeen", f"# obsgen: allow {COMPARISON} - a heartbeat"),
        with_comment("expr: |", f"# obsgen: allow {COMPARISON} — a heartbeat"),
        with_comment("expr: |", f"# obsgen: allow {COMPARISON}: a heartbeat\n\n# of all nodes"),
        with_comment("sum by", f"# obsgen: allow {COMPARISON} a heartbeat"),  # PromQL has the same comments
        RULES.replace("expr: |", f"expr: |  # obsgen: allow {COMPARISON} -- a heartbeat"),
        RULES.replace("LoadSeen", f"LoadSeen #obsgen:allow rules/duplicate,{COMPARISON} - a heartbeat"),
    ],
)
def test_a_comment_allows_what_is_on_its_line_the_next_one_or_indented_below(text: str, tmp_path: Path) -> None:
    report = checked(tmp_path, text)
    assert [one for one in ids(report) if one != "suppression/unused"] == [COMPARISON]
    (one,) = report.suppressed
    assert (one.finding.id, one.reason, one.until) == (COMPARISON, "a heartbeat", "")
    spelt = text.splitlines()[one.place.line - 1][one.place.column - 1 :]
    assert spelt.startswith(COMPARISON)


@pytest.mark.parametrize("id_", ["promql/label-lost", COMPARISON])
def test_a_comment_allows_nothing_beside_or_above_it(id_: str, tmp_path: Path) -> None:
    text = with_comment("alert: CpuSeen", f"# obsgen: allow {id_} - a heartbeat")
    report = checked(tmp_path, text)
    allowed = 1 if id_ == COMPARISON else 0
    assert len(report.suppressed) == allowed
    assert ids(report).count(COMPARISON) == 2 - allowed


def test_comments_in_rules_inside_a_configmap_count(tmp_path: Path) -> None:
    rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up # obsgen: allow promql/comparison - a heartbeat\n"
    body = "".join(f"    {line}\n" for line in rules.splitlines())
    checked(tmp_path, f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  rules.yaml: |\n{body}")
    assert len(checked(tmp_path).suppressed) == 1


@pytest.mark.parametrize(
    ("comment", "id_", "hint"),
    [
        (f"# obsgen: allow {COMPARISON}", "suppression/no-reason", "- reason"),
        (f"# obsgen: allow {COMPARISON} -", "suppression/no-reason", "- reason"),
        (f"# obsgen: allow {COMPARISON} (until 2027-05-01)", "suppression/no-reason", "- reason"),
        ("# obsgen: allow promql/comparision - why", "suppression/invalid", "promql/comparison"),
        ("# obsgen: allow - why", "suppression/invalid", "- reason"),
        ("# obsgen: allow", "suppression/invalid", "- reason"),
        (f"# obsgen: allow {COMPARISON} - why (until 31.1.2027)", "suppression/invalid", "2027-01-31"),
        (f"# obsgen: allow {COMPARISON} - why (until 2027-02-30)", "suppression/invalid", "2027-01-31"),
        ("# obsgen: allow yaml/syntax - why", "suppression/invalid", "correct it"),
        ("# obsgen: allow suppression/unused - why", "suppression/invalid", "correct it"),
    ],
)
def test_a_comment_that_cannot_be_read_is_an_error_and_allows_nothing(
    comment: str, id_: str, hint: str, tmp_path: Path
) -> None:
    report = checked(tmp_path, with_comment("alert: LoadSeen", comment))
    (told,) = (one for one in report.findings if one.id == id_)
    assert (told.severity, told.place.line) == (Severity.ERROR, 8)
    assert hint in told.hint
    assert report.suppressed == ()
    assert ids(report).count(COMPARISON) == 2


@pytest.mark.parametrize(("days", "holds"), [(-400, True), (0, True), (1, False), (400, False)])
def test_a_suppression_holds_until_its_day_is_over(days: int, holds: bool, tmp_path: Path) -> None:
    text = with_comment("alert: LoadSeen", f"# obsgen: allow {COMPARISON} - a heartbeat (until {TODAY})")
    report = checked(tmp_path, text, TODAY + timedelta(days=days))
    assert len(report.suppressed) == int(holds)
    assert ("suppression/expired" in ids(report)) != holds
    assert ids(report).count(COMPARISON) == 2 - holds


def test_what_no_finding_needs_is_told_unless_its_tool_did_not_run(tmp_path: Path) -> None:
    above = "# obsgen: allow promql/label-lost, tool/promtool - a heartbeat"
    report = checked(tmp_path, with_comment("alert: LoadSeen", above))
    (unused,) = (one for one in report.findings if one.id == "suppression/unused")
    assert (unused.severity, unused.place.line, unused.place.length) == (Severity.WARNING, 8, len("promql/label-lost"))


def test_an_error_that_is_allowed_no_longer_counts_against_its_level(tmp_path: Path) -> None:
    text = RULES.replace("node_cpu_seconds_total", "node_cpu_seconds_total > bool(")
    before = checked(tmp_path, text)
    after = checked(tmp_path, text.replace("bool(", "bool(  # obsgen: allow promql/syntax - as an example"))
    assert [level.failed for level in before.levels if level.level == 3] == [1]
    assert [level.failed for level in after.levels if level.level == 3] == [0]
    assert after.count(Severity.ERROR) == before.count(Severity.ERROR) - 1


BOARD = {"title": "B", "panels": [{"id": 1, "type": "graph", "title": "Old", "targets": [{"expr": "up"}]}]}


def facts(*entries: object) -> str:
    return json.dumps({"apiVersion": "obsgen.dev/v1alpha1", "kind": "Facts", "allow": list(entries)})


@pytest.mark.parametrize(
    ("entry", "suppressed"),
    [
        ({"id": "dashboard/deprecated-panel", "file": "boards/*.json"}, 1),
        ({"id": "dashboard/deprecated-panel", "file": "boards/b.json"}, 1),
        ({"id": "dashboard/deprecated-panel", "file": "*.yaml"}, 0),
        ({"id": "dashboard/uid", "file": "boards/b.json"}, 1),
        ({"id": COMPARISON, "alert": "CpuSeen"}, 1),
        ({"id": COMPARISON, "alert": "Other"}, 0),
        ({"id": COMPARISON, "object": "PrometheusRule/ml/load"}, 2),
        ({"id": COMPARISON, "object": "PrometheusRule/load"}, 2),
        ({"id": COMPARISON, "object": "PrometheusRule/other/load"}, 0),
        ({"id": COMPARISON, "object": "ConfigMap/ml/load"}, 0),
    ],
)
def test_facts_allow_findings_in_files_objects_and_alerts(
    entry: dict[str, str], suppressed: int, tmp_path: Path
) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards/b.json").write_text(json.dumps(BOARD))
    (tmp_path / "facts.yaml").write_text(facts({**entry, "reason": "it is old"}))
    report = checked(tmp_path, RULES)
    assert [one.reason for one in report.suppressed] == ["it is old"] * suppressed
    assert ("suppression/unused" in ids(report)) == (suppressed == 0)
    assert {Path(one.place.file).name for one in report.suppressed} <= {"facts.yaml"}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"id": COMPARISON, "file": "x"}, "facts/missing-key"),
        ({"id": COMPARISON, "file": "x", "reason": ""}, "facts/value"),
        ({"id": COMPARISON, "reason": "why"}, "suppression/invalid"),
        ({"id": COMPARISON, "reason": "why", "file": "x", "alert": "y"}, "suppression/invalid"),
        ({"id": "promql/nothing", "reason": "why", "file": "x"}, "suppression/invalid"),
        ({"id": "yaml/syntax", "reason": "why", "file": "x"}, "suppression/invalid"),
        ({"id": COMPARISON, "reason": "why", "file": "x", "until": "soon"}, "suppression/invalid"),
    ],
)
def test_an_entry_of_facts_must_say_what_where_and_why(entry: dict[str, str], told: str, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(facts(entry))
    report = checked(tmp_path, RULES)
    assert told in {one.id for one in report.findings}
    assert report.suppressed == ()


PROFILE = ALPHA + "validation:\n  allow:\n    - {id: %s, %s, reason: %s}\n"


def test_a_profile_allows_findings_in_its_tree_where_no_comment_can_stand(tmp_path: Path, obsgen: Command) -> None:
    Path("profile.yaml").write_text(PROFILE % (COMPARISON, 'alert: "Nothing"', "nobody has it"))
    assert obsgen("render", "profile.yaml").code == 0
    carried = json.loads(Path("out/demo/.obsgen/facts.json").read_text())
    assert [each["allow"][0]["alert"] for each in carried["environments"].values()] == ["Nothing"]
    ran = obsgen("validate", "out", "--tools", "off")
    assert "out/demo/.obsgen/facts.json:" in ran.out
    assert "warning[suppression/unused]" in ran.out
    before = files_in(Path())
    assert "suppression/unused" not in obsgen("validate", "out/demo/base", "--tools", "off").out
    assert files_in(Path()) == before


def test_a_profile_that_allows_what_it_may_not_is_refused() -> None:
    told = finding(PROFILE % ("yaml/syntax", "file: x", "why"))
    assert (told.id, told.place.line) == ("suppression/invalid", 8)
    told = finding(PROFILE % ("promql/comparision", "file: x", "why"))
    assert "promql/comparison" in told.hint
    assert ".obsgen/facts.json" in tree(PROFILE % (COMPARISON, "file: x", "why")).files


@pytest.mark.parametrize(
    "check", ["yaml/trap11", "secret/value", "schema/unknown-kind", "schema/invalid", "rules/duplicate"]
)
def test_what_hides_nothing_may_be_allowed(check: str) -> None:
    assert fault_of(check) is None


@pytest.mark.parametrize(
    "check", ["yaml/syntax", "file/encoding", "json/syntax", "kustomize/bad-patch", "object/no-kind"]
)
def test_what_hides_others_may_not(check: str) -> None:
    assert "cannot be allowed" in str(fault_of(check))


@given(st.text(), st.sampled_from(["# obsgen: allow ", "#obsgen:allow", "# obsgen: allow promql/syntax"]), st.text())
def test_any_text_can_be_read_for_comments(before: str, comment: str, rest: str) -> None:
    text = f"{before}\n{comment}{rest}"
    allowances, faults = comments(text, "x.yaml")
    count = len(text.split("\n"))
    for one in (*allowances, *faults):
        assert 1 <= one.place.line <= count
    for allowance in allowances:
        line = text.split("\n")[allowance.place.line - 1]
        assert line[allowance.place.column - 1 :].startswith(allowance.id)
        assert 1 <= allowance.first <= allowance.last <= count
        assert allowance.reason


def test_a_secret_that_is_allowed_stays_hidden(tmp_path: Path, obsgen: Command) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "F6g7h8"
    Path("x.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, name2: y}\n"
        f"data: {{a: {secret}, b: yes}} # obsgen: allow secret/value - made up for a test\n"
    )
    for format_ in ("text", "json", "github"):
        ran = obsgen("validate", ".", "-v", "--format", format_)
        assert secret not in ran.out + ran.err
    assert [
        one["finding"]["id"] for one in json.loads(obsgen("validate", ".", "--format", "json").out)["suppressed"]
    ] == ["secret/value"]
