"""Templates in annotations: what Prometheus refuses, and which labels they use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hang import ends
from hypothesis import given
from hypothesis import strategies as st

from obsgen.promql.template import FUNCTIONS, read_template
from obsgen.tools import Tool, run

GOOD = (
    "plain, with a } and even }}",
    "{{ $labels.pod }} is at {{ $value | humanize }}",
    "{{$value|humanizePercentage}}",
    '{{ printf "%.2f" $value }} of {{ .Value }} on {{ .Labels.instance }}',
    '{{ range query "up" }}{{ .Labels.x }} {{ .Value }}{{ else }}none{{ end }}',
    '{{ with query "up" }}{{ . | first | value | humanize }}{{ end }}',
    "{{- /* a comment with }} */ -}}x",
    "{{ $x := 1 }}{{ $x }}",
    '{{ range $i, $e := query "up" }}{{ $i }}{{ end }}',
    '{{ index $labels "a-b" }}',
    '{{ if eq $labels.a "}}" }}yes{{ else if gt $value 1.5 }}no{{ else }}none{{ end }}',
    "{{ `{{` }}",
    "{{ (query `up` | first).Labels.job }}",
    '{{ reReplaceAll "(.*):.*" "$1" $labels.instance }}',
    "{{ $externalLabels.cluster }} {{ $externalURL }} {{ externalURL }}",
)
BAD = (
    ("{{ $labels.pod", 0, "never closed"),
    ('{{ $value | printf "%.1f }}', 0, "never closed"),
    ("{{ $lables.pod }}", 3, "variable '$lables'"),
    ("{{ $value | humanise }}", 12, "no template function 'humanise'"),
    ("{{ labels.pod }}", 3, "no template function 'labels'"),
    ("{{ if $value }}x", 3, "'if' has no 'end'"),
    ("x{{ end }}", 4, "'end' without"),
    ("{{ else }}", 3, "'else' without"),
    ("{{}}", 0, "is empty"),
    ("{{ $labels.a-b }}", 12, "unexpected '-'"),
    ("{{ $value*100 }}", 9, "unexpected '*'"),
    ("{{ $value-1 }}", 9, "unexpected '-'"),
    ("{{ ($value }}", 3, "parentheses"),
)


@pytest.mark.parametrize("text", GOOD)
def test_good_templates(text: str) -> None:
    assert read_template(text).problems == []


@pytest.mark.parametrize(("text", "start", "message"), BAD)
def test_bad_templates(text: str, start: int, message: str) -> None:
    problem = read_template(text).problems[0]
    assert message in problem.message
    assert problem.start == start


def test_fields_that_alerts_do_not_have() -> None:
    assert [p.start for p in read_template("{{ .Labels.a }}{{ .labels.b }}{{ .Labls.c }}").problems] == [18, 33]


def test_labels_in_use() -> None:
    text = '{{ $labels.a }} {{ .Labels.b }} {{ index $labels "c d" }} {{ range query "x" }}{{ .Labels.no }}{{ end }}'
    uses = read_template(text).uses
    assert [use.label for use in uses] == ["a", "b", "c d"]
    assert all(text[use.start :].startswith(use.label) for use in uses)


@given(st.text(alphabet="{}$ .labe\"'`|()-/*end if", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert all(0 <= problem.start <= len(text) for problem in read_template(text).problems)


def test_hostile_templates_end() -> None:
    with ends():
        assert read_template("{{ " + "(" * 100_000 + " }}").problems
        assert read_template("{{ if true }}" * 20_000).problems
        assert read_template('{{ "' + "\\" * 100_001).problems


@pytest.mark.tools
def test_promtool_agrees(tmp_path: Path, real_tool: Callable[[str], Tool]) -> None:
    texts = [*GOOD, *(text for text, _, _ in BAD), *(f'{{{{ printf "%v" {name} }}}}' for name in sorted(FUNCTIONS))]
    verdicts = {}
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.yaml"
        annotation = text.replace("'", "''")
        path.write_text(f"groups: [{{name: g, rules: [{{alert: A, expr: up, annotations: {{a: '{annotation}'}}}}]}}]")
        verdicts[text] = run(real_tool("promtool"), ["check", "rules", "--lint=none", str(path)]).returncode == 0
    assert verdicts == {text: not read_template(text).problems for text in texts}
