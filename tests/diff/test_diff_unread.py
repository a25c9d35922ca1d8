"""Files that cannot be read: an error on the newer side, and on the older one no news of what they held."""

from __future__ import annotations

import base64
from textwrap import indent

import pytest
from repos import Repo, empty, made_up_components

__all__ = ["empty", "made_up_components"]

BROKEN = " : [\n"
RULES = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: rules, namespace: monitoring}
spec:
  groups:
    - name: g
      rules:
        - {alert: Down, expr: up == 0, for: 5m, labels: {severity: critical}}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {type: ClusterIP}\n"
PATCH = RULES.partition("spec:")[0] + 'spec: {groups: [{name: g, rules: [{alert: Up, expr: "up == 1"}]}]}\n'
KUSTOMIZATION = "resources: [rules.yaml, service.yaml]\npatches: [{path: patch.yaml}]\n"
CONFIG = "route:\n  receiver: chat\nreceivers:\n  - name: chat\n"


def secret(text: str, field: str = "stringData") -> str:
    """A Secret with a configuration of Alertmanager's."""
    head = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: am, namespace: monitoring}}\n{field}:\n"
    if field == "data":
        return f"{head}  alertmanager.yaml: {base64.b64encode(text.encode()).decode()}\n"
    return f"{head}  alertmanager.yaml: |\n{indent(text, '    ')}"


def change(repo: Repo, old: dict[str, str], new: dict[str, str]) -> None:
    """Commits some files of the folder `apps`, and then changes some."""
    files = {"rules.yaml": RULES, "service.yaml": SERVICE, "patch.yaml": PATCH, "kustomization.yaml": KUSTOMIZATION}
    for name, text in (files | old).items():
        repo.write(f"apps/{name}", text)
    repo.commit()
    for name, text in new.items():
        repo.write(f"apps/{name}", text)


@pytest.mark.parametrize("name", ["rules.yaml", "patch.yaml", "kustomization.yaml"])
def test_what_cannot_be_read_any_more_is_an_error(empty: Repo, name: str) -> None:
    change(empty, {}, {})
    path = empty.folder / "apps" / name
    line = path.read_text().count("\n") + 1
    path.write_text(path.read_text() + BROKEN)
    ran = empty.diff("apps")
    assert (ran.code, ran.out) == (2, "")
    assert f"apps/{name}:{line}:" in ran.err
    assert "error[yaml/syntax]" in ran.err
    assert f"{line} |  : [\n" in ran.err
    assert "^" in ran.err


def test_of_a_commit_the_place_names_it(empty: Repo) -> None:
    change(empty, {}, {"rules.yaml": RULES + BROKEN, "service.yaml": SERVICE + BROKEN})
    empty.commit()
    ran = empty.diff("apps", "--base", "HEAD~1", "--head", "HEAD")
    assert (ran.code, ran.out) == (2, "")
    assert "apps/rules.yaml@HEAD:9:" in ran.err
    assert "apps/service.yaml@HEAD:5:" in ran.err


@pytest.mark.parametrize(
    ("name", "sound"), [("rules.yaml", RULES), ("patch.yaml", PATCH), ("kustomization.yaml", KUSTOMIZATION)]
)
def test_what_could_not_be_read_before_is_no_news(empty: Repo, name: str, sound: str) -> None:
    change(empty, {name: sound + BROKEN}, {name: sound})
    ran = empty.diff("apps")
    line = sound.count("\n") + 1
    assert f"~ apps/{name}  could not be read before (line {line}): what it holds is not compared" in ran.out
    assert ran.out.endswith("1 needs review. Details: obsgen diff -v, for a comment: --format markdown\n")
    assert ran.code == 1


def test_all_else_is_told(empty: Repo) -> None:
    change(
        empty, {"rules.yaml": RULES + BROKEN}, {"rules.yaml": RULES, "service.yaml": SERVICE.replace("Cluster", "Node")}
    )
    ran = empty.diff("apps")
    assert "~ Service shop/web spec.type ClusterIP → NodeIP" in " ".join(ran.out.split())
    assert "Down" not in ran.out


def test_what_could_not_be_read_and_is_gone_is_told(empty: Repo) -> None:
    change(empty, {"more.yaml": RULES + BROKEN}, {})
    (empty.folder / "apps" / "more.yaml").unlink()
    assert "- apps/more.yaml  gone, and could not be read before (line 9)" in empty.diff("apps").out


def test_what_is_broken_alike_on_both_sides_is_a_note(empty: Repo) -> None:
    change(empty, {"rules.yaml": RULES + BROKEN}, {})
    ran = empty.diff("apps")
    assert (ran.code, ran.out) == (0, "nothing changes, against main.\n")
    assert ran.err.startswith("note: apps/rules.yaml:9 cannot be read on either side (")
    empty.write("apps/rules.yaml", RULES + "#\n" + BROKEN)
    assert empty.diff("apps").code == 2


@pytest.mark.parametrize(("field", "place"), [("stringData", "9:7"), ("data", "5:22")])
def test_a_configuration_in_a_secret_is_read_as_well(empty: Repo, field: str, place: str) -> None:
    sound, broken = (secret(text, field) for text in (CONFIG, CONFIG.replace(": chat", ": [", 1)))
    files = {"kustomization.yaml": "resources: [secret.yaml]\n"}
    change(empty, {**files, "secret.yaml": sound}, {"secret.yaml": broken})
    ran = empty.diff("apps")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"apps/secret.yaml:{place}: error[yaml/syntax]: alertmanager.yaml: ")
    empty.commit()
    empty.write("apps/secret.yaml", sound)
    ran = empty.diff("apps")
    assert "~ apps/secret.yaml  could not be read before" in ran.out
    assert ran.out.count("\n") == 3


def test_an_encrypted_configuration_is_no_error(empty: Repo) -> None:
    files = {"kustomization.yaml": "resources: [secret.yaml]\n"}
    change(empty, {**files, "secret.yaml": secret(CONFIG)}, {"secret.yaml": secret("ENC[AES256_GCM,data:aGk=]\n")})
    assert empty.diff("apps").code == 1


def test_a_board_that_a_generator_reads_is_no_news(empty: Repo) -> None:
    board = '{"title": "Servers", "uid": "u", "schemaVersion": 39, "panels": []}\n'
    made = "configMapGenerator: [{name: boards, files: [board.json]}]\n"
    change(empty, {"kustomization.yaml": made, "board.json": f"] {board}"}, {"board.json": board})
    ran = empty.diff("apps")
    assert "~ apps/board.json  could not be read before (line 1)" in ran.out
    assert ran.out.endswith("1 needs review. Details: obsgen diff -v, for a comment: --format markdown\n")


def test_two_environments_of_a_side_are_compared_without_it(empty: Repo) -> None:
    change(empty, {}, {"rules.yaml": RULES + BROKEN})
    ran = empty.diff("apps/", "--env", "dev", "prod")
    assert ran.code == 2
    assert "no environment 'dev'" in ran.err
