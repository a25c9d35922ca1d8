"""Real tools: when they are asked, and how their answers come back to the lines of the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from obsgen.checks import Report, runner, validate
from obsgen.checks.result import told as told_errors
from obsgen.checks.tool import kubeconform as tool_kubeconform
from obsgen.checks.tool import kustomize as tool_kustomize
from obsgen.checks.tool import promtool as tool_promtool
from obsgen.findings import Finding, Place, Severity
from obsgen.repository.objects import Located
from obsgen.source import load_text
from obsgen.tools import Completed, Tool, ToolError

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: shop\n"
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [account.yaml]\n"
RULES = """\
groups:
  - name: first
    rules:
      - record: a
        expr: up
  - name: second
    rules:
      - alert: A
        expr: |
          up
            == 0
        annotations:
          summary: |
            one
            two
"""
Answer = Callable[[str, list[str], Path | None], Completed]


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], None]:
    """Every tool is there, and answers by a function of its name, arguments and working folder."""

    def answers(answer: Answer) -> None:
        def run(tool: Tool, args: list[str], *, cwd: Path | None = None) -> Completed:
            return answer(tool.name, args, cwd)

        monkeypatch.setattr(runner, "find", lambda name: Tool(name, "1.2.3", Path(name), "path"))
        for module in (tool_kubeconform, tool_kustomize, tool_promtool):
            monkeypatch.setattr(module, "run", run)

    return answers


def told(report: Report, tree: Path) -> list[tuple[str, str]]:
    return [
        (f"{Path(f.place.file).relative_to(tree)}:{f.place.line}:{f.place.column}", f.message) for f in report.findings
    ]


def write(tree: Path, **files: str) -> None:
    for name, text in files.items():
        (tree / f"{name}.yaml").write_text(text, encoding="utf-8")


def notes(report: Report) -> dict[str, str]:
    return {use.name: use.note for use in report.tools}


def test_tools_that_are_off_absent_or_not_needed_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "find", lambda _: None)
    write(tmp_path, account=ACCOUNT)
    assert set(notes(validate([tmp_path], "off")).values()) == {"switched off"}
    report = validate([tmp_path], "auto")
    assert report.findings == ()
    assert notes(report) == {
        "amtool": "nothing here for it",
        "kubeconform": "absent: obsgen tools install kubeconform",
        "kustomize": "nothing here for it",
        "logql": "nothing here for it",
        "promtool": "nothing here for it",
    }
    assert (report.levels[-1].checked, report.levels[-1].skipped) == (0, 5)


def test_an_absent_tool_that_is_required_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "find", lambda _: None)
    write(tmp_path, account=ACCOUNT)
    assert [(f.id, f.hint) for f in validate([tmp_path], "require").findings] == [
        ("tool/missing", "obsgen tools install kubeconform")
    ]


def test_a_tool_that_gives_up_is_an_error(tmp_path: Path, pretend: Callable[[Answer], None]) -> None:
    def give_up(name: str, args: list[str], cwd: Path | None) -> Completed:
        raise ToolError(f"{name} did not finish", "try again")

    pretend(give_up)
    write(tmp_path, account=ACCOUNT)
    findings = validate([tmp_path], "auto").findings
    assert [(f.id, f.message, f.hint) for f in findings] == [
        ("tool/kubeconform", "kubeconform did not finish", "try again")
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": "statusValid"}, []),
        ({"status": "statusSkipped"}, [("account.yaml:2:7", "kubeconform skips ServiceAccount shop")]),
        ({"status": "statusError", "msg": "no schema"}, [("account.yaml:1:1", "kubeconform: no schema")]),
        (
            {"status": "statusInvalid", "validationErrors": [{"path": "/metadata/name", "msg": "too short"}]},
            [("account.yaml:4:9", "kubeconform: too short")],
        ),
        (
            {"status": "statusInvalid", "validationErrors": [{"path": "", "msg": "additional properties 'kind' not"}]},
            [("account.yaml:2:1", "kubeconform: additional properties 'kind' not")],
        ),
    ],
)
def test_answers_of_kubeconform(
    tmp_path: Path,
    pretend: Callable[[Answer], None],
    answer: dict[str, object],
    expected: list[tuple[str, str]],
) -> None:
    def kubeconform(name: str, args: list[str], cwd: Path | None) -> Completed:
        assert "-strict" in args
        file = sorted(Path(args[-1]).iterdir())[0]
        assert json.loads(file.read_text())["kind"] == "ServiceAccount"
        return Completed(1, json.dumps({"resources": [{"filename": str(file), **answer}]}), "")

    pretend(kubeconform)
    write(tmp_path, account=ACCOUNT)
    assert told(validate([tmp_path], "auto"), tmp_path) == expected


def test_kubeconform_without_a_result_is_an_error(tmp_path: Path, pretend: Callable[[Answer], None]) -> None:
    pretend(lambda name, args, cwd: Completed(2, "", "failed opening cache"))
    write(tmp_path, account=ACCOUNT)
    assert [f.message for f in validate([tmp_path], "auto").findings] == [
        "kubeconform gave no result: failed opening cache"
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('0.json: 1:5: group "second", rule 1, "A": could not parse expression: 2:6: parse error: odd', "11:16"),
        ('0.json: group "second", rule 1, "A": annotation "summary": template: __alert_A:2: odd', "15:13"),
        ('0.json: group "first", rule 1, "a": odd', "4:9"),
        ('0.json: group "gone", rule 1, "a": odd', "1:1"),
        ("0.json: odd", "1:1"),
        ("odd", "1:1"),
    ],
)
def test_answers_of_promtool_come_back_to_their_lines(
    tmp_path: Path, pretend: Callable[[Answer], None], line: str, expected: str
) -> None:
    def promtool(name: str, args: list[str], cwd: Path | None) -> Completed:
        assert cwd
        assert [group["name"] for group in json.loads((cwd / args[-1]).read_text())["groups"]] == ["first", "second"]
        return Completed(1, "Checking 0.json", f"  FAILED:\n{line}\n")

    pretend(promtool)
    write(tmp_path, rules=RULES)
    places = dict(told(validate([tmp_path], "auto"), tmp_path))
    assert {place.partition(":")[2]: message[-3:] for place, message in places.items()} == {expected: "odd"}


def test_differences_between_kustomize_and_the_build_in_process(
    tmp_path: Path, pretend: Callable[[Answer], None]
) -> None:
    other = ACCOUNT.replace("shop", "other") + "---\n" + ACCOUNT + "secrets:\n  - name: x\n"

    def answer(name: str, args: list[str], cwd: Path | None) -> Completed:
        valid = json.dumps({"resources": []})
        return Completed(0, other if name == "kustomize" else valid, "")

    pretend(answer)
    write(tmp_path, account=ACCOUNT, kustomization=KUSTOMIZATION)
    assert told(validate([tmp_path], "auto"), tmp_path) == [
        (
            "account.yaml:1:1",
            'kustomize builds ServiceAccount shop with [{"name": "x"}] at secrets, the other checks saw nothing',
        ),
        ("kustomization.yaml:1:1", "kustomize builds ServiceAccount other, of which the other checks know nothing"),
    ]


@pytest.mark.parametrize(
    ("written", "read", "expected"),
    [
        ("2020-01-01", '"2020-01-01T00:00:00Z"', ("account.yaml:6:10", "if it is written without quotes")),
        ("shop", "7", ("account.yaml:6:10", "Argo CD applies what kustomize builds")),
        ("yes", "true", ("account.yaml:6:10", 'write "yes"')),
    ],
)
def test_a_difference_is_told_once_with_both_values(
    tmp_path: Path, pretend: Callable[[Answer], None], written: str, read: str, expected: tuple[str, str]
) -> None:
    account = ACCOUNT + f"  labels:\n    app: {written}\n"

    def answer(name: str, args: list[str], cwd: Path | None) -> Completed:
        changed = account.replace(f"app: {written}", f"app: {read}")
        return Completed(0, changed if name == "kustomize" else json.dumps({"resources": []}), "")

    pretend(answer)
    write(tmp_path, account=account, kustomization=KUSTOMIZATION)
    (finding,) = [one for one in validate([tmp_path], "auto").findings if one.id != "schema/invalid"]
    assert f"{Path(finding.place.file).name}:{finding.place.line}:{finding.place.column}" == expected[0]
    assert finding.hint.startswith(expected[1])


def test_what_a_tool_says_of_a_part_that_was_told_is_no_news() -> None:
    document = load_text("a:\n  b: |\n    one\n    two\n  c: [1,\n    2]\nd: 3\n", "x.yaml")[0]
    whole = Located(document.value, document)
    for line, told_parts in ((1, {"a"}), (2, {"a", "b"}), (4, {"a", "b"}), (6, {"a", "c"}), (7, set[str]())):
        known = told_errors([Finding("a/b", Severity.ERROR, "wrong", Place("x.yaml", line, 3))])
        parts = {"a": whole.at("a"), "b": whole.at("a", "b"), "c": whole.at("a", "c")}
        assert {name for name, part in parts.items() if known.of_part(part)} == told_parts
        assert known.of_file("x.yaml")
    assert not told_errors([Finding("a/b", Severity.WARNING, "odd", Place("x.yaml", 1))]).of_part(whole)


def test_kustomize_refusing_what_was_built_is_an_error(tmp_path: Path, pretend: Callable[[Answer], None]) -> None:
    def answer(name: str, args: list[str], cwd: Path | None) -> Completed:
        failed = Completed(1, "", "Error: loading KV pairs:\n  no such file")
        return failed if name == "kustomize" else Completed(0, json.dumps({"resources": []}), "")

    pretend(answer)
    write(tmp_path, account=ACCOUNT, kustomization=KUSTOMIZATION)
    assert told(validate([tmp_path], "auto"), tmp_path) == [
        ("kustomization.yaml:1:1", "kustomize refuses this: loading KV pairs:   no such file")
    ]


def test_one_overlay_of_each_shape_is_built(tmp_path: Path, pretend: Callable[[Answer], None]) -> None:
    built = []

    def answer(name: str, args: list[str], cwd: Path | None) -> Completed:
        if name == "kustomize":
            built.append(Path(args[1]).name)
        return Completed(0, ACCOUNT if name == "kustomize" else json.dumps({"resources": []}), "")

    pretend(answer)
    base = tmp_path / "base"
    base.mkdir()
    write(base, account=ACCOUNT, kustomization=KUSTOMIZATION)
    for name, namespace in (("dev", ""), ("prod", ""), ("spaced", "namespace: default\n")):
        (tmp_path / name).mkdir()
        write(tmp_path / name, kustomization=KUSTOMIZATION.replace("account.yaml", "../base") + namespace)
    validate([tmp_path], "auto")
    assert built == ["dev", "spaced"]
