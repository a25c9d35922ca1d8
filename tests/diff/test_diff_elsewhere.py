"""Folders whose kustomizations name others: those are looked at as well, on both sides."""

from __future__ import annotations

import pytest
from repos import Repo, empty, made_up_components

__all__ = ["empty", "made_up_components"]

RULES = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: rules, namespace: monitoring}
spec:
  groups:
    - name: g
      rules: [{alert: Busy, expr: load > LIMIT, labels: {severity: warning}}]
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n}\nstringData: {a: hunter2hunter2}\n"
LINE = "▼ Busy  tighter: 9 → 8  may page"


def overlaid(repo: Repo) -> None:
    """An overlay of a base that includes another one, committed; then the last of them changes."""
    repo.write("apps/prod/kustomization.yaml", "resources: [../base]\n")
    repo.write("apps/base/kustomization.yaml", "resources: [../../shared/rules]\n")
    repo.write("shared/rules/kustomization.yaml", "resources: [rules.yaml]\n")
    repo.write("shared/rules/rules.yaml", RULES.replace("LIMIT", "9"))
    repo.commit()
    repo.write("shared/rules/rules.yaml", RULES.replace("LIMIT", "8"))


@pytest.mark.parametrize(
    ("at", "folder", "place"),
    [
        (".", "apps/prod", "shared/rules/rules.yaml:7"),
        ("apps", "prod", "shared/rules/rules.yaml:7"),
        ("apps/prod", ".", "shared/rules/rules.yaml:7"),
    ],
)
def test_a_base_elsewhere_is_compared(empty: Repo, at: str, folder: str, place: str) -> None:
    overlaid(empty)
    ran = empty.diff(f"./{folder}", at=at)
    assert f"{LINE}  {place}\n" in ran.out
    assert ran.out.count("\n") == 3
    empty.commit()
    again = empty.diff(f"./{folder}", "--base", "HEAD~1", "--head", "HEAD", at=at)
    assert f"{LINE}  {place}\n" in again.out
    assert empty.diff(f"./{folder}", "--base", "HEAD", at=at).code == 0


def test_a_base_that_is_new_is_told_and_one_that_is_gone(empty: Repo) -> None:
    overlaid(empty)
    empty.write("apps/prod/kustomization.yaml", "resources: [../base, ../more]\n")
    empty.write("apps/more/kustomization.yaml", "resources: [s.yaml]\n")
    empty.write("apps/more/s.yaml", SECRET)
    ran = empty.diff("apps/prod")
    assert "+ Secret n/s  " in ran.out
    assert "tighter: 9 → 8" in ran.out
    empty.git("add", "apps/prod")
    empty.git("commit", "-q", "-m", "forgot one")
    ran = empty.diff("apps/prod", "--base", "HEAD~1", "--head", "HEAD")
    assert "is not built any more: it names ../more, which is not there" in ran.out


def test_what_lies_outside_of_the_repository_stops_nothing(empty: Repo) -> None:
    outside = empty.folder.parent / "outside"
    outside.mkdir()
    (outside / "kustomization.yaml").write_text("resources: [rules.yaml]\n")
    (outside / "rules.yaml").write_text(RULES.replace("LIMIT", "9"))
    empty.write("apps/kustomization.yaml", "resources: [../../outside]\n")
    empty.commit()
    empty.write("apps/kustomization.yaml", "# a comment\nresources: [../../outside]\n")
    assert "Traceback" not in empty.diff("apps").err


def test_two_folders_that_name_the_same_one(empty: Repo) -> None:
    overlaid(empty)
    empty.write("before/kustomization.yaml", "resources: [../shared/rules]\n")
    empty.write("after/kustomization.yaml", "resources: [../shared/rules]\nnamespace: other\n")
    ran = empty.diff("after/", "--base", "./before")
    assert "PrometheusRule other/rules" in ran.out
