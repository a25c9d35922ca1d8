"""Kustomizations that do not build, and what of them is not followed: nothing of it is silent, nothing told twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from repos import Repo, empty, made_up_components
from written import compared, ids, lines

from obsgen.diff.model import Change
from obsgen.kustomize.build import NOT_FOLLOWED
from obsgen.repository.forms import KUSTOMIZATION

__all__ = ["empty", "made_up_components"]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec: {replicas: 2, template: {spec: {containers: [{name: api, image: "acme/api:1.0"}]}}}
"""
BASE = {"base/kustomization.yaml": "resources: [api.yaml]\n", "base/api.yaml": DEPLOYMENT}
UNFOLLOWED = "(what this makes of objects is not followed)"


def told(folder: Path, old: str, new: str, **more: str) -> list[Change]:
    """What is told of an overlay that says other things; `more` are files of the new side."""
    start = "resources: [../base]\n"
    files = {name.replace("__", "/").replace("_", "."): text for name, text in more.items()}
    sides = ({**BASE, "prod/kustomization.yaml": start + each} for each in (old, new))
    before, after = sides
    return list(compared(folder, before, {**after, **files}).changes)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "images: [{name: acme/api, newTag: '1.1'}]",
            "images: [{name: acme/api, newTag: '1.2'}]",
            "~ image api: 1.1 → 1.2 (needs review)",
        ),
        (
            "",
            "replicas: [{name: api, count: 0}]",
            "▼ Deployment shop/api: fewer replicas 2 → 0 (loses data)",
        ),
    ],
)
def test_what_is_followed_is_told_by_the_objects(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert lines(told(tmp_path, old, new)) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "namePrefix: p-", "namePrefix: p- is new"),
        ("nameSuffix: -a", "nameSuffix: -b", "nameSuffix -a → -b"),
        ("images: [{name: 'a|b', newTag: x}]", "images: [{name: 'a|b', newTag: y}]", "images[a|b].newTag x → y"),
        (
            "helmCharts: [{name: loki, version: 1.0.0}]",
            "helmCharts: [{name: loki, version: 1.1.0}]",
            "helmCharts[loki].version 1.0.0 → 1.1.0",
        ),
        (
            "replacements: [{path: a.yaml}]",
            "replacements: [{path: b.yaml}]",
            "replacements[0].path a.yaml → b.yaml",
        ),
        (
            "components: ['https://example.org/a?ref=v1']",
            "components: ['https://example.org/a?ref=v2']",
            "components[0] https://example.org/a?ref=v1 → https://example.org/a?ref=v2",
        ),
    ],
)
def test_what_is_not_followed_is_told_as_it_is_written(tmp_path: Path, old: str, new: str, expected: str) -> None:
    (found,) = told(tmp_path, old, new)
    assert lines([found]) == [f"~ kustomization prod: {expected} {UNFOLLOWED} (needs review)"]
    assert found.new is not None
    assert (found.new.file, found.new.line) == ("prod/kustomization.yaml", 2)


@pytest.mark.parametrize("key", [each for each in NOT_FOLLOWED if each != "secretGenerator"])
def test_nothing_that_is_not_followed_is_silent(tmp_path: Path, key: str) -> None:
    form = KUSTOMIZATION[key]
    texts = {str: ("a", "b"), dict: ("{a: b}", "{a: c}")}
    old, new = texts[form] if isinstance(form, type) else (f"[{each}]" for each in texts[form[0]])
    found = told(tmp_path, f"{key}: {old}", f"{key}: {new}")
    assert "kustomization-unfollowed" in ids(found)
    assert {each.subject for each in found} == {"kustomization prod"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("namePrefix: p-", "\n# a comment\nnamePrefix: 'p-'"),
        ("images: [{name: none, newTag: x}]", "images: [{name: none, newTag: y}]"),
        ("namePrefix: p-\nlabels: [{pairs: {a: b}}]", "labels:\n- pairs: {a: b}\nnamePrefix: p-"),
        ("secretGenerator: [{name: s, literals: [a=b, c=d]}]", "secretGenerator:\n- {literals: [c=d, a=b], name: s}"),
    ],
)
def test_what_makes_no_difference_is_not_told(tmp_path: Path, old: str, new: str) -> None:
    assert told(tmp_path, old, new) == []


def test_what_is_followed_beside_it_is_not_told_twice(tmp_path: Path) -> None:
    found = told(tmp_path, "namePrefix: p-", "namePrefix: p-\nreplicas: [{name: api, count: 3}]")
    assert ids(found) == ["workload-replicas"]


def test_images_that_are_followed_are_not_told_beside_those_that_are_not(tmp_path: Path) -> None:
    images = "images: [{name: acme/api, newTag: '1.1'}, {name: 'a|b', newTag: x}]"
    found = told(tmp_path, images, images.replace("1.1", "1.2").replace("newTag: x", "newTag: y"))
    assert [f"{each.subject}: {each.what}" for each in found] == [
        "image api: 1.1 → 1.2",
        f"kustomization prod: images[a|b].newTag x → y {UNFOLLOWED}",
    ]


def test_a_manifest_is_told_by_its_objects_though_a_reference_to_it_is_not_followed(tmp_path: Path) -> None:
    operation = '[{"op": "replace", "path": "/metadata/name", "value": "web"}]'
    rename = f"patches: [{{target: {{kind: Deployment}}, patch: '{operation}'}}]"
    found = told(tmp_path, rename, rename, base__api_yaml=DEPLOYMENT.replace("replicas: 2", "replicas: 3"))
    assert ids(found) == ["workload-replicas"]


def test_a_patch_whose_merge_is_not_followed_is_told(tmp_path: Path) -> None:
    patch = DEPLOYMENT.replace("containers: [{name: api, ", "containers: [{").replace('image: "acme', 'image: "other')
    files = {
        **BASE,
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "prod/p.yaml": patch,
    }
    new = {**files, "prod/p.yaml": patch.replace("replicas: 2", "replicas: 0")}
    found = list(compared(tmp_path, files, new).changes)
    assert lines(found) == [f"~ prod/p.yaml: spec.replicas 2 → 0 {UNFOLLOWED} (needs review)"]


def test_a_file_that_only_configures_kustomize_is_told(tmp_path: Path) -> None:
    labels = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: VALUE}\n"
    files = {**BASE, "prod/kustomization.yaml": "resources: [../base]\ntransformers: [l.yaml]\n"}
    old, new = ({**files, "prod/l.yaml": labels.replace("VALUE", each)} for each in ("b", "c"))
    found = list(compared(tmp_path, old, new).changes)
    assert lines(found) == [f"~ prod/l.yaml: labels.a b → c {UNFOLLOWED} (needs review)"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("literals: [a=hunter2, b=x]", "literals: [a=hunter3, b=x]", "another value of a: Pods that use it restart"),
        (
            "literals: [a=hunter2], options: {disableNameSuffixHash: true}",
            "literals: [b=hunter2], options: {disableNameSuffixHash: true}",
            "now with b; no longer with a",
        ),
        ("literals: [a=b], type: Opaque", "literals: [a=b], type: other", "other type: Pods that use it restart"),
    ],
)
def test_generated_secrets_change_without_their_values(tmp_path: Path, old: str, new: str, expected: str) -> None:
    sides = [f"namespace: shop\nsecretGenerator: [{{name: keys, {each}}}]" for each in (old, new)]
    found = told(tmp_path, *sides)
    assert lines(found) == [f"~ Secret shop/keys: {expected} (needs review)"]
    assert "hunter" not in repr(found)


def test_generated_secrets_come_and_go_and_follow_their_files(tmp_path: Path) -> None:
    generator = "secretGenerator: [{name: keys, files: [token.txt]}]"
    (come,) = told(tmp_path / "1", "", "secretGenerator: [{name: keys, literals: [a=hunter2]}]")
    assert lines([come]) == ["+ Secret keys: new (safe)"]
    (gone,) = told(tmp_path / "2", "secretGenerator: [{name: keys, literals: [a=hunter2]}]", "")
    assert lines([gone]) == ["- Secret keys: gone (needs review)"]
    (tmp_path / "3" / "old" / "prod").mkdir(parents=True)
    (tmp_path / "3" / "old" / "prod" / "token.txt").write_text("hunter2")
    found = told(tmp_path / "3", generator, generator, prod__token_txt="hunter3")
    assert "~ Secret keys: another value of token.txt: Pods that use it restart (needs review)" in lines(found)
    assert "hunter" not in repr(found)


def test_configurations_in_generated_secrets_are_told_by_themselves(tmp_path: Path) -> None:
    config = "route: {receiver: RECEIVER}\nreceivers: [{name: RECEIVER}]\n"
    made = "secretGenerator: [{name: am, files: [alertmanager.yaml]}]\n"
    files = {**BASE, "prod/kustomization.yaml": f"resources: [../base]\n{made}"}
    old, new = ({**files, "prod/alertmanager.yaml": config.replace("RECEIVER", each)} for each in ("a", "b"))
    found = list(compared(tmp_path, old, new).changes)
    assert "receiver-renamed" in ids(found)
    assert "secret-value" not in ids(found)


def test_a_patch_that_nobody_added_to_the_commit_is_told(empty: Repo) -> None:
    start = "resources: [../../base]\n"
    for path, text in {**BASE, "overlays/prod/kustomization.yaml": start}.items():
        empty.write(f"apps/{path}", text)
    empty.commit()
    empty.write("apps/overlays/prod/kustomization.yaml", f"{start}patches:\n  - path: patches/limits.yaml\n")
    empty.commit()
    empty.write("apps/overlays/prod/patches/limits.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 3"))
    ran = empty.diff("apps", "--base", "HEAD~1", "--head", "HEAD")
    line = "- kustomization apps/overlays/prod  is not built any more: it names patches/limits.yaml, which is not there"
    assert f"{line}  may stop paging  apps/overlays/prod/kustomization.yaml:3" in ran.out
    assert ran.out.endswith("1 may stop paging. Details: obsgen diff -v, for a comment: --format markdown\n")
    assert ran.code == 1
    assert "may stop paging" not in empty.diff("apps", "--base", "HEAD~1").out
    assert "not built" not in empty.diff("apps", "--base", "HEAD", "--head", "HEAD").out


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("imagez: []", "kustomize has no field 'imagez' here"),
        ("replicas: [{name: other, count: 1}]", "there is no Deployment, StatefulSet, ReplicaSet or"),
        ("configMapGenerator: [{name: a, files: [nofile]}]", "it names nofile, which is not there"),
        ("images: [{name: a, newTag: 1.1}]", "images.0.newTag must be text"),
    ],
)
def test_whatever_kustomize_stops_at_is_told_and_that_it_goes_on(tmp_path: Path, more: str, reason: str) -> None:
    broken = [each for each in told(tmp_path / "1", "", more) if each.id == "change/kustomization-broken"]
    (line,) = lines(broken)
    assert line.startswith(f"- kustomization prod: is not built any more: {reason}")
    assert line.endswith("(may stop paging)")
    mended = [each for each in told(tmp_path / "2", more, "") if each.id == "change/kustomization-mended"]
    (line,) = lines(mended)
    assert line.startswith(f"+ kustomization prod: is built again; it was not: {reason}")


def test_a_new_kustomization_that_does_not_build_stops_nothing(tmp_path: Path) -> None:
    new = {**BASE, "more/kustomization.yaml": "resources: [none.yaml]\n"}
    assert lines(list(compared(tmp_path, BASE, new).changes)) == [
        "- kustomization more: is not built: it names none.yaml, which is not there (needs review)"
    ]


def test_what_was_not_built_before_is_no_news(tmp_path: Path) -> None:
    found = told(
        tmp_path, "patches: [{path: a.yaml}]", "# a\npatches: [{path: a.yaml}]\nreplicas: [{name: api, count: 3}]"
    )
    assert ids(found) == ["workload-replicas"]
