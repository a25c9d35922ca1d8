"""Which queries are LogQL, and what the real parser is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen.checks import validate
from obsgen.checks.result import told
from obsgen.checks.tool import logql as tool_logql
from obsgen.repository import Repository, read_repository
from obsgen.tools import Completed, Tool, ToolError

BOTH = 'rate({app="shop"}[5m]) > 1'
"""PromQL and LogQL alike."""
ONLY_LOGQL = 'rate({app="shop"} | json [5m]) > 1'
TOOL = Tool("logql", "3.7.8", Path("/nowhere"), "cache")


def rules(*expressions: str) -> str:
    one = "".join(f"      - alert: A{n}\n        expr: {json.dumps(text)}\n" for n, text in enumerate(expressions))
    return f"groups:\n  - name: g\n    rules:\n{one}"


def config_map(label: str, text: str) -> str:
    head = (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rules\n  labels: {{{label}: '1'}}\ndata:\n  a.yaml: |\n"
    )
    return head + "".join(f"    {line}\n" for line in text.splitlines())


def object_(group: str, kind: str, text: str) -> str:
    body = "".join(f"  {line}\n" for line in text.splitlines())
    return f"apiVersion: {group}/v1\nkind: {kind}\nmetadata:\n  name: rules\nspec:\n{body}"


def board(kind: str, *expressions: str) -> str:
    targets = [{"refId": str(number), "expr": text} for number, text in enumerate(expressions)]
    source = {"type": kind, "uid": "u"} if kind else None
    return json.dumps({"uid": "b", "title": "B", "panels": [{"id": 1, "datasource": source, "targets": targets}]})


def read(tmp_path: Path, name: str, text: str) -> Repository:
    (tmp_path / name).write_text(text)
    return read_repository([tmp_path])


@pytest.mark.parametrize(
    ("text", "of_loki"),
    [
        (rules(BOTH), 0),
        (rules(BOTH, ONLY_LOGQL), 2),
        (rules("up{ |= 1", BOTH), 2),
        (rules('up{a="| json "} == 0'), 0),
        (rules('up{a="| json "} == '), 0),
        (config_map("loki_rule", rules(BOTH)), 1),
        (config_map("prometheus_rule", rules(BOTH)), 0),
        (object_("loki.grafana.com", "AlertingRule", rules(BOTH)), 1),
        (object_("loki.grafana.com", "RecordingRule", rules(BOTH).replace("alert", "record")), 1),
        (object_("monitoring.coreos.com", "PrometheusRule", rules(BOTH)), 0),
        (object_("monitoring.coreos.com", "PrometheusRule", rules(BOTH, ONLY_LOGQL)), 2),
        (object_("monitoring.openshift.io", "AlertingRule", rules(BOTH)), 0),
    ],
)
def test_where_rules_stand_tells_their_language(tmp_path: Path, text: str, of_loki: int) -> None:
    repository = read(tmp_path, "rules.yaml", text)
    assert len(repository.log_expressions) == of_loki
    assert len(repository.expressions) == (0 if of_loki else 1)


@pytest.mark.parametrize(
    ("kind", "text", "counts"),
    [
        ("loki", BOTH, (0, 1, 0)),
        ("loki", '{app="$app"} $rest', (0, 1, 1)),
        ("prometheus", BOTH, (1, 0, 0)),
        ("", BOTH, (1, 0, 0)),
        ("", ONLY_LOGQL, (0, 1, 0)),
        ("", "{app= | json", (0, 1, 1)),
        ("tempo", "{}", (0, 0, 1)),
    ],
)
def test_the_datasource_tells_a_panels_language(
    tmp_path: Path, kind: str, text: str, counts: tuple[int, int, int]
) -> None:
    repository = read(tmp_path, "board.json", board(kind, text))
    found = (len(repository.expressions), len(repository.log_expressions), len(repository.skipped_queries))
    assert found == counts
    assert [one.id for one in validate([tmp_path], "off").findings if one.id.startswith("logql/")] == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('{app="$app"} | json', '{app="xxxx"} | json'),
        ("rate({app=`a`}[$__auto])", "rate({app=`a`}[000001m])"),
        ('topk($n, rate({app="[[a]]"}[${w}m])) > $x', 'topk(1 , rate({app="xxxxx"}[0001m])) > 1 '),
        ('{app="a"} | line_format "{{ $x }}"', ""),
        ('{app="a"} $rest', ""),
        ('{app="a"} |= error', '{app="a"} |= error'),
    ],
)
def test_variables_are_replaced_by_plain_values(tmp_path: Path, text: str, asked: str) -> None:
    [expression] = read(tmp_path, "board.json", board("loki", text)).log_expressions
    assert expression.text == asked
    assert len(expression.text) in (0, len(text))


def answers(monkeypatch: pytest.MonkeyPatch, stdout: str, code: int = 0) -> None:
    monkeypatch.setattr(tool_logql, "run", lambda *_, **__: Completed(code, stdout, "why"))


@pytest.mark.parametrize(
    ("error", "place"),
    [
        ({"message": "m", "line": 2, "column": 5}, (7, 15)),
        ({"message": "m"}, (6, 11)),
        ({"message": "m", "line": 9, "column": 99}, (7, 24)),
    ],
)
def test_an_answer_is_led_back_to_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: dict[str, object], place: tuple[int, int]
) -> None:
    text = rules("x").replace('"x"', "|\n          rate({app=`x`}\n            |= `y`[5m])")
    repository = read(tmp_path, "rules.yaml", text)
    answers(monkeypatch, json.dumps({"id": "0", "ok": False, "error": error}) + "\n")
    [finding] = tool_logql.check(repository, TOOL, told(()))
    assert finding.message == "Loki: m"
    assert (finding.place.line, finding.place.column) == place


def test_what_has_been_told_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = read(tmp_path, "rules.yaml", rules("rate({app=`x`} |= y)"))
    answers(monkeypatch, '{"id": "0", "ok": false, "error": {"message": "m"}}\n')
    before = told(validate([tmp_path], "off").findings)
    assert list(tool_logql.check(repository, TOOL, before)) == []


@pytest.mark.parametrize(
    ("stdout", "code"), [("", 0), ("", 2), ('{"id": "0", "ok": true}\n{"id": "1", "ok": true}\n', 0)]
)
def test_a_tool_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stdout: str, code: int
) -> None:
    repository = read(tmp_path, "rules.yaml", rules(ONLY_LOGQL))
    answers(monkeypatch, stdout, code)
    with pytest.raises(ToolError, match=r"answered \d of 1 questions: why"):
        list(tool_logql.check(repository, TOOL, told(())))


@pytest.mark.tools
def test_characters_that_end_lines_elsewhere_do_no_harm(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    repository = read(tmp_path, "rules.yaml", rules('rate({app="a\u2028\x85"} | json [5m]) > 08', ONLY_LOGQL))
    [finding] = tool_logql.check(repository, real_tool("logql"), told(()))
    assert finding.message == "Loki: invalid digit '8' in octal literal"
