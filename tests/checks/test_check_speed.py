"""Validation with what obsgen carries stays fast, whatever the files are like."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from obsgen.checks import validate

GOOD_TREE = Path(__file__).with_name("good_tree")
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def seconds(path: Path) -> float:
    started = time.process_time()
    validate([path], "off")
    return time.process_time() - started


def test_a_hundred_objects_in_three_overlays_take_about_a_second(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    names = []
    for source in sorted(GOOD_TREE.glob("base/monitoring/*.yaml")):
        for number in range(25):
            names.append(f"{source.stem}-{number}.yaml")
            text = source.read_text(encoding="utf-8").replace("name: shop", f"name: shop-{number}", 1)
            (base / names[-1]).write_text(text, encoding="utf-8")
    listed = "".join(f"  - {name}\n" for name in names)
    (base / "kustomization.yaml").write_text(f"{KUSTOMIZATION}resources:\n{listed}", encoding="utf-8")
    for overlay in ("dev", "staging", "prod"):
        (tmp_path / overlay).mkdir()
        text = f"{KUSTOMIZATION}namespace: {overlay}\nresources: [../base]\n"
        (tmp_path / overlay / "kustomization.yaml").write_text(text, encoding="utf-8")
    assert seconds(tmp_path) < 4  # about 0.4 on an idle machine


@pytest.mark.parametrize("fault", ["kind: ConfigMap\n", "kind: ConfigMap\nmetadata: {name: BAD}\ndata: 5\n"])
def test_a_file_of_a_thousand_faulty_documents_takes_seconds(tmp_path: Path, fault: str) -> None:
    (tmp_path / "all.yaml").write_text("---\n".join([f"apiVersion: v1\n{fault}"] * 1000), encoding="utf-8")
    assert seconds(tmp_path) < 8


def test_long_expressions_and_templates_take_no_longer_than_their_length(tmp_path: Path) -> None:
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
    assert seconds(tmp_path) < 8
