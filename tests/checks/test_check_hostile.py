"""Validation ends, whatever the files are like."""

from __future__ import annotations

from pathlib import Path

import pytest
from hang import ends

from obsgen.checks import validate


@pytest.mark.parametrize("fault", ["kind: ConfigMap\n", "kind: ConfigMap\nmetadata: {name: BAD}\ndata: 5\n"])
def test_a_file_of_a_thousand_faulty_documents(tmp_path: Path, fault: str) -> None:
    (tmp_path / "all.yaml").write_text("---\n".join([f"apiVersion: v1\n{fault}"] * 1000), encoding="utf-8")
    with ends():
        validate([tmp_path], "off")


def test_long_expressions_and_templates_end(tmp_path: Path) -> None:
    rules = "".join(
        f"      - alert: A{number}\n        expr: '{expr}'\n        annotations: {{a: '{template}'}}\n"
        for number, (expr, template) in enumerate(
            [
                ("(" * 20_000, "{{ " * 20_000),
                ("x{" + 'a="b",' * 20_000, "{{ $labels." + "a" * 50_000),
                ("sum by (a) (x) + " * 5_000 + "1", "{{ if 1 }}" * 5_000),
                ("-" * 50_000, '{{ "' * 20_000),
                ("[5m" * 20_000, "`" * 50_000),
            ]
        )
    )
    (tmp_path / "rules.yaml").write_text(f"groups:\n  - name: g\n    rules:\n{rules}", encoding="utf-8")
    with ends():
        validate([tmp_path], "off")
