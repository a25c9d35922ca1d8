"""Texts of alerts as people read them in runbooks and tables: no template syntax, nothing that ends a cell."""

from __future__ import annotations

import pytest
from engine_support import ALPHA, tree
from hypothesis import given
from hypothesis import strategies as st

from obsgen.render.rules.markdown import by_environment, cell, readable


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ $labels.model_name }} takes {{ $value | humanizeDuration }}.", "MODEL_NAME takes VALUE."),
        ("{{ with $labels.node }}node {{ . }}{{ else }}any node{{ end }} is gone", "node NODE / any node is gone"),
        ('{{ with printf "a{b=%q}" $labels.x | query }}{{ . | first | label "nodename" }}{{ end }}', "NODENAME"),
        ('{{ index $labels "pod" }} {{ .Labels.zone }} {{ .Value }}', "POD ZONE VALUE"),
        ('{{ "{{" }} is a brace', "{{ is a brace"),
        ("{{- /* why */ -}}{{ $x := $value }}{{ if gt $value 3.0 }}much{{ end }}", "much"),
        ('{{ printf "}}" }}{{ externalURL }}', "……"),
        ("plain", "plain"),
    ],
)
def test_a_template_becomes_the_names_of_what_is_filled_in(text: str, told: str) -> None:
    assert readable(text) == told


@given(st.text(alphabet='{}$ablex"`| .\n', max_size=60))
def test_any_text_fits_into_one_cell(text: str) -> None:
    told = cell(text)
    assert "\n" not in told
    assert "|" not in told.replace(r"\|", "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"dev": "1 s", "prod": "1 s"}, "1 s"),
        ({"dev": "1 s", "prod": "2 s"}, "dev: 1 s; prod: 2 s"),
        ({"prod": "2 s"}, "dev: never; prod: 2 s"),
        ({}, "never"),
    ],
)
def test_what_environments_agree_on_is_said_once(said: dict[str, str], told: str) -> None:
    assert by_environment(said, ["dev", "prod"], "never") == told


def test_an_own_alert_is_told_without_braces_in_its_runbook_and_in_the_readme() -> None:
    own = (
        "alerts: {Mine: {server: chat, group: g, signal: waiting, by: [model], above: 3, for: 1m, severity: info, "
        "summary: 'a | b on << label(\"model\") >>', description: '<< value >> wait for << label(\"model\") >>.'}}\n"
    )
    files = tree(ALPHA + own).files
    runbook = files["runbooks/Mine.md"].decode()
    assert "## Meaning\n\nVALUE wait for MODEL_NAME.\n" in runbook
    assert "A | b on MODEL_NAME." in runbook
    assert r"| a \| b on MODEL_NAME |" in files["README.md"].decode()
    assert "{{" not in runbook + files["README.md"].decode()
