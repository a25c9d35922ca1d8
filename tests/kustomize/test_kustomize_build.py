"""Builds in process: what they make, what they find, where everything comes from."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from hang import ends
from kustomize_cases import BAD, GOOD, overlay
from kustomize_support import Content, Tree, merging, rule, same_objects, targeted, told

from obsgen.kustomize.build import build
from obsgen.source import load_file


@pytest.mark.parametrize("name", GOOD)
def test_it_makes_what_it_should(name: str, tree: Tree) -> None:
    files, expected = GOOD[name]
    made = build(tree(files) / "k")
    assert (made.findings, made.unsupported) == ((), ())
    assert same_objects([built.object for built in made.objects], expected)


@pytest.mark.parametrize("name", BAD)
def test_it_says_what_is_wrong_and_where(name: str, tree: Tree) -> None:
    bad = BAD[name]
    root = tree(bad.files)
    made = build(root / "k")
    assert told(made.findings, root) == bad.told
    assert all(bad.words in f"{finding.message}; {finding.hint}" for finding in made.findings)
    assert {str(finding.severity) for finding in made.findings} == {bad.severity}


def test_the_rest_is_built_around_a_fault(tree: Tree) -> None:
    files = BAD["missing file"].files | {"k/rules.yaml": rule("b")}
    whole = [built.object for built in build(tree(files) / "k").objects]
    (tree(files) / "k" / "rules.yaml").unlink()
    broken = build(tree({}) / "k")
    assert [built.object for built in broken.objects] == whole[:1]
    assert broken.findings


def test_a_target_that_may_match_nothing_is_a_warning(tree: Tree) -> None:
    content = {"patches": [{"target": {"kind": "Nothing"}, **merging(rule())}]}
    (finding,) = build(tree(overlay(content)) / "k").findings
    assert (finding.id, str(finding.severity)) == ("kustomize/no-target", "warning")


@pytest.mark.parametrize(
    ("content", "at", "what"),
    [
        ({"buildMetadata": ["originAnnotations"]}, '"buildMetadata"', "buildMetadata"),
        ({"namePrefix": "x-"}, '"namePrefix"', "namePrefix"),
        ({"images": [{"name": "a|b", "newTag": "1"}]}, '{"name"', "images: the expression 'a|b'"),
        ({"images": [{"name": "a", "tagSuffix": "1"}]}, '{"name"', "images: a tagSuffix"),
        ({"labels": [{"pairs": {"a": "b"}, "fields": [{"path": "x"}]}]}, '"fields"', "labels.fields"),
        ({"patches": [{**merging(rule()), "options": {"a": True}}]}, '"options"', "patches.options"),
        ({"patches": [targeted([], labelSelector="a in (b)")]}, '{"kind"', "more than a list of key=value"),
        ({"patches": [targeted([], name="(")]}, '{"kind"', "is no regular expression"),
        ({"patches": [targeted([], name="(a+)+b")]}, '{"kind"', "the expression '(a+)+b'"),
        ({"resources": ["../base", "https://a.com/x.yaml"]}, '"https://a.com', "the remote https://a.com/x.yaml"),
        ({"resources": ["../base", "github.com/a/b//c?ref=v1"]}, '"github.com', "the remote github.com/a/b"),
    ],
)
def test_what_is_not_followed_is_listed(content: Any, at: str, what: str, tree: Tree) -> None:
    made = build(tree(overlay(content)) / "k")
    assert made.findings == ()
    (note,) = made.unsupported
    assert (note.id, str(note.severity)) == ("kustomize/unsupported", "info")
    assert what in note.message
    lines = Path(note.place.file).read_text(encoding="utf-8").splitlines()
    assert lines[note.place.line - 1][note.place.column - 1 :].startswith(at)


def test_suffix_hashes_and_renames_are_not_followed(tree: Tree) -> None:
    content = {
        "configMapGenerator": [{"name": "h", "literals": ["a=b"]}],
        "patches": [
            targeted([{"op": "replace", "path": "/metadata/name", "value": "t"}], kind="ServiceAccount", name="s")
        ],
    }
    notes = [note.message for note in build(tree(overlay(content)) / "k").unsupported]
    assert ["suffix hash" in note for note in notes] == [False, True]
    assert "references to ServiceAccount n/s (v1), which is now named t" in notes[0]


def test_a_merge_that_is_not_followed_is_listed_not_guessed(tree: Tree) -> None:
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
    files: dict[str, Content] = {
        "k/kustomization.yaml": {"resources": ["d.yaml"], "patches": [{"path": "p.yaml"}]},
        "k/d.yaml": head + "spec: {template: {spec: {containers: [{image: x}]}}}\n",
        "k/p.yaml": head + "spec: {replicas: 1}\n",
    }
    root = tree(files)
    made = build(root / "k")
    assert told(made.unsupported, root) == ["k/d.yaml:4:38 kustomize/unsupported"]
    assert made.objects[0].object["spec"].keys() == {"template"}


def test_text_that_does_not_fit_into_the_block_it_replaces_is_listed(tree: Tree) -> None:
    files: dict[str, Content] = {
        "k/kustomization.yaml": {"resources": ["r.yaml"], "patches": [{"path": "p.yaml"}]},
        "k/r.yaml": "apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a}\nspec:\n  text: |\n    lines\n",
        "k/p.yaml": 'apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a}\nspec: {text: "\\t"}\n',
    }
    root = tree(files)
    assert told(build(root / "k").unsupported, root) == ["k/p.yaml:4:14 kustomize/unsupported"]


@pytest.mark.parametrize(("value", "notes"), [("a > b", 1), ("a b", 0)])
def test_tests_in_json_hang_on_spelling_and_are_listed(value: str, notes: int, tree: Tree) -> None:
    text = json.dumps([{"op": "test", "path": "/expr", "value": value}])
    files: dict[str, Content] = {
        "k/kustomization.yaml": {"resources": ["r.yaml"], "patches": [{"target": {"kind": "Rule"}, "patch": text}]},
        "k/r.yaml": rule(expr=value),
    }
    made = build(tree(files) / "k")
    assert (made.findings, len(made.unsupported)) == ((), notes)


def test_links_out_of_the_kustomization_are_refused(tree: Tree) -> None:
    root = tree({"k/kustomization.yaml": {"resources": ["a.yaml", "d/b.yaml"]}, "out/b.yaml": rule("b")})
    (root / "k" / "a.yaml").symlink_to(root / "out" / "b.yaml")
    (root / "k" / "d").symlink_to(root / "out")
    made = build(root / "k")
    assert [finding.id for finding in made.findings] == ["kustomize/missing-reference"] * 2
    assert made.objects == ()


def test_all_files_that_were_read_are_named(tree: Tree) -> None:
    content = {"patches": [{"path": "p.yaml"}], "configMapGenerator": [{"name": "x", "files": ["x.txt"]}]}
    root = tree(overlay(content, p_yaml=rule(spec={"a": 1}), x_txt="x", unused_yaml=""))
    names = [str(path.relative_to(root)) for path in build(root / "k").files]
    assert sorted(names) == [
        "base/a.txt", "base/account.yaml", "base/kustomization.yaml", "base/rule.yaml",
        "k/kustomization.yaml", "k/p.yaml", "k/x.txt",
    ]  # fmt: skip


ORIGINS: dict[str, Content] = {
    "base/kustomization.yaml": """\
resources: [r.yaml]
configMapGenerator:
- name: c
  files: [board.json]
  literals: [a=b]
  options: {disableNameSuffixHash: true, labels: {x: y}}
""",
    "base/board.json": "{}\n",
    "base/r.yaml": """\
apiVersion: x.io/v1
kind: Rule
metadata:
  name: a
spec:
  keep: 1
  change: 1
  rules:
  - alert: A
  - alert: B
    for: 5m
""",
    "k/kustomization.yaml": """\
resources: [../base]
patches:
- path: p.yaml
- target: {kind: Rule}
  patch: |-
    - op: add
      path: /spec/rules/0
      value: {alert: New}
    - op: replace
      path: /spec/rules/2/for
      value: 9m
labels:
- pairs:
    env: dev
""",
    "k/p.yaml": """\
apiVersion: x.io/v1
kind: Rule
metadata:
  name: a
spec:
  change: 2
  new:
    deep: 1
""",
}


@pytest.mark.parametrize(
    ("name", "route", "place"),
    [
        ("a", (), "base/r.yaml:1:1"),
        ("a", ("metadata", "name"), "base/r.yaml:4:9"),
        ("a", ("spec", "keep"), "base/r.yaml:6:9"),
        ("a", ("spec", "change"), "k/p.yaml:6:11"),
        ("a", ("spec", "new", "deep"), "k/p.yaml:8:11"),
        ("a", ("spec", "rules", 0, "alert"), "k/kustomization.yaml:8:22"),
        ("a", ("spec", "rules", 1, "alert"), "base/r.yaml:9:12"),
        ("a", ("spec", "rules", 2, "alert"), "base/r.yaml:10:12"),
        ("a", ("spec", "rules", 2, "for"), "k/kustomization.yaml:11:14"),
        ("a", ("metadata", "labels", "env"), "k/kustomization.yaml:14:10"),
        ("a", ("spec", "absent"), "base/r.yaml:5:1"),
        ("c", (), "base/kustomization.yaml:3:3"),
        ("c", ("metadata", "name"), "base/kustomization.yaml:3:9"),
        ("c", ("metadata", "labels", "x"), "base/kustomization.yaml:6:54"),
        ("c", ("data", "board.json"), "base/board.json:1:1"),
        ("c", ("data", "a"), "base/kustomization.yaml:5:14"),
    ],
)
def test_every_value_knows_who_wrote_it(name: str, route: Any, place: str, tree: Tree) -> None:
    root = tree(ORIGINS)
    made = build(root / "k")
    assert made.findings == ()
    (built,) = (built for built in made.objects if built.id.name == name)
    assert str(built.origin_place(route)).removeprefix(f"{root}/") == place


def test_a_key_has_a_place_of_its_own(tree: Tree) -> None:
    built = build(tree(ORIGINS) / "k").objects[0]
    assert built.origin_place(("spec", "change"), key=True).column == 3


def test_overlays_share_a_base_and_leave_it_alone(tree: Tree) -> None:
    root = tree(overlay({"labels": [{"pairs": {"env": "dev"}}]}))
    tree({"l/kustomization.yaml": {"resources": ["../base"], "labels": [{"pairs": {"env": "prod"}}]}})
    asked: list[Path] = []

    @functools.cache
    def load(path: Path) -> Any:
        asked.append(path)
        return load_file(path)

    for name, env in (("k", "dev"), ("l", "prod"), ("k", "dev")):
        made = build(root / name, load)
        assert {built.object["metadata"]["labels"]["env"] for built in made.objects} == {env}
    assert len(asked) == len(set(asked)) == 5


def test_three_overlays_of_three_thousand_objects(tree: Tree) -> None:
    names = [f"r{number}" for number in range(3000)]
    head = "apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: %s}\n"
    patches = [{"path": "test.yaml", "target": {"kind": "Rule", "name": name}} for name in names[::2]]
    files: dict[str, Content] = {
        "base/kustomization.yaml": {"resources": ["all.yaml"]},
        "base/all.yaml": "---\n".join(head % name + "spec: {a: 1}\n" for name in names),
    }
    for name in ("dev", "staging", "prod"):
        content = {"resources": ["../base"], "patches": [*patches, {"path": "merge.yaml"}]}
        files |= {
            f"{name}/kustomization.yaml": {**content, "labels": [{"pairs": {"env": name}}]},
            f"{name}/test.yaml": "- {op: test, path: /spec/a, value: 1}\n",
            f"{name}/merge.yaml": "---\n".join(head % each + "spec: {a: 2}\n" for each in names[1::2]),
        }
    root, load = tree(files), functools.cache(load_file)
    assert build(root / "dev", load).findings == ()
    with ends():
        made = [build(root / name, load) for name in ("dev", "staging", "prod")]
    assert [len(one.objects) for one in made] == [3000] * 3
    assert sum(built.object["spec"]["a"] for one in made for built in one.objects) == 3 * 4500
