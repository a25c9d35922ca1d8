"""The real kustomize is the judge: of patches, of what is built in process, and of what is called a fault."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import kustomize_objects as make
import pytest
from hypothesis import settings
from kustomize_cases import BAD, GOOD, config_map, generator
from kustomize_support import Content, Object, Real, Tree, metadata, patched, rule, same_objects
from kustomize_trees import a_tree

from obsgen.findings import Severity
from obsgen.kustomize.build import build
from obsgen.kustomize.jsonpatch import same_json
from obsgen.kustomize.patches import Patch, delete_patch, object_patches

pytestmark = pytest.mark.tools

EXAMPLES = settings().max_examples
BATCHES = max(EXAMPLES // 15, 1)
"""Objects are tried by the 250 in one run of kustomize, trees one by one."""


@pytest.mark.parametrize("name", GOOD)
def test_it_makes_the_same(name: str, tree: Tree, kustomize: Real) -> None:
    files, expected = GOOD[name]
    assert same_objects(kustomize.objects(tree(files) / "k"), expected)


@pytest.mark.parametrize("name", BAD)
def test_it_refuses_what_is_called_an_error(name: str, tree: Tree, kustomize: Real) -> None:
    assert kustomize.refuses(tree(BAD[name].files) / "k") == BAD[name].refused


@pytest.mark.parametrize("seed", range(BATCHES))
def test_patches_give_what_they_shall(seed: int, tmp_path: Path, kustomize: Real) -> None:
    r = Random(seed)
    pairs = [make.pair(r, f"o{number}" + ".x" * (number % 2)) for number in range(250)]
    root = patched(tmp_path, [(base, object_patches(base, wanted)) for base, wanted in pairs], seed)
    built = kustomize.objects(root)
    assert same_objects(built, (wanted for _, wanted in pairs))
    assert same_objects(built, (one.object for one in build(root).objects))


@pytest.mark.parametrize("seed", range(BATCHES))
@pytest.mark.parametrize("kind", ["merge", "operations"])
def test_patches_by_hand_do_the_same_in_process(kind: str, seed: int, tmp_path: Path, kustomize: Real) -> None:
    r = Random(seed)
    pairs = [by_hand(r, kind, f"o{number}") for number in range(250)]
    made = build(patched(tmp_path, pairs, seed))
    faulty = {
        Path(finding.place.file).stem.partition("-")[0][1:]
        for finding in (*made.findings, *made.unsupported)
        if finding.severity != Severity.WARNING
    }
    sound = [pair for number, pair in enumerate(pairs) if str(number) not in faulty]
    assert len(sound) > 50
    for old in tmp_path.iterdir():
        old.unlink()
    root = patched(tmp_path, sound, seed)
    assert same_objects(kustomize.objects(root), (one.object for one in build(root).objects))


def by_hand(r: Random, kind: str, name: str) -> tuple[Object, list[Patch]]:
    """An object with a patch that no program wrote."""
    base, other = (
        (make.workload(r, name), make.workload(r, name)) if r.random() < 0.5 else (make.custom_resource(r, name),) * 2
    )
    if kind == "merge":
        spec = make.merge_patch(r, base["spec"], other["spec"])
        spec.pop("$patch", None)
        return base, [Patch({**base, "metadata": {"name": name, "namespace": "n"}, "spec": spec})]
    if base["kind"] == "Deployment":
        base = make.custom_resource(r, name)
    base["spec"] |= {"a": make.value(r), "l": [1, "b", {"c": None}], "n": None}
    return base, [Patch(make.operations(r, {"spec": base["spec"]}), {"kind": base["kind"], "name": name})]


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_random_trees_build_the_same_or_not_at_all(seed: int, tree: Tree, kustomize: Real) -> None:
    root = tree(a_tree(Random(seed))) / "k"
    made = build(root)
    assert made.unsupported == ()
    silent = {"kustomize/no-target"}  # a target that matches nothing is an error here and nothing to kustomize
    errors = [
        one
        for one in made.findings
        if one.severity == Severity.ERROR and not (one.id in silent and "target" in one.message)
    ]
    if errors:
        assert kustomize.refuses(root)
    else:
        assert same_objects(kustomize.objects(root), (one.object for one in made.objects))


def test_labels_reach_objects_that_have_them_and_generated_maps(tree: Tree, kustomize: Real) -> None:
    bases = [metadata(rule("a"), labels={"env": "none", "x": "1"}), rule("b"), config_map({"a": "b"}), rule("gone")]
    common = {"env": "dev", "team": "t"}
    wanteds = [metadata(found, labels=common) for found in bases[:3]]
    wanteds[1] = metadata(rule("b"), labels={**common, "own": "1"}, annotations={"q": "r"})
    patches = [patch for pair in zip(bases, wanteds, strict=False) for patch in object_patches(*pair, common)]
    entries = [{"patch": json.dumps(patch.content)} for patch in (*patches, delete_patch(bases[3]))]
    files: dict[str, Content] = {
        "base/kustomization.yaml": {
            "resources": ["a.yaml", "b.yaml", "gone.yaml"],
            "configMapGenerator": [generator(literals=["a=b"])],
        },
        **{f"base/{found['metadata']['name']}.yaml": found for found in (bases[0], bases[1], bases[3])},
        "k/kustomization.yaml": {"resources": ["../base"], "patches": entries, "labels": [{"pairs": common}]},
    }
    root = tree(files) / "k"
    assert same_objects(kustomize.objects(root), wanteds)
    assert same_objects((one.object for one in build(root).objects), wanteds)


def test_an_object_can_become_another_and_its_namesake_stays(tmp_path: Path, kustomize: Real) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": "n"},
        "spec": {"ports": [{"port": 1}]},
    }
    knative = {**service, "apiVersion": "serving.knative.dev/v1"}
    dotted, dashed = rule("a.b", spec={"l": [1]}), rule("a-b", spec={"l": [1]})
    wanted = {"apiVersion": "y.io/v2", "kind": "Other", "metadata": {"name": "c"}, "spec": {"l": [2]}}
    served = {**service, "spec": {"ports": [{"port": 2}]}}
    pairs = [
        (knative, []),
        (service, object_patches(service, served)),
        (dashed, []),
        (dotted, object_patches(dotted, wanted)),
    ]
    assert same_objects(kustomize.objects(patched(tmp_path, pairs, 1)), [knative, served, dashed, wanted])


@pytest.mark.parametrize(("start", "refused"), [("", True), ("\n# data\n", False)])
def test_a_test_in_raw_json_fails_on_comparison_signs(start: str, refused: bool, tree: Tree, kustomize: Real) -> None:
    patch = start + json.dumps([{"op": "test", "path": "/expr", "value": "a > b"}])
    content = {"resources": ["r.yaml"], "patches": [{"target": {"kind": "Rule"}, "patch": patch}]}
    root = tree({"kustomization.yaml": content, "r.yaml": rule(expr="a > b")})
    assert kustomize.refuses(root) is refused


def test_integers_beyond_floats_are_rounded_which_is_why_they_are_refused(tree: Tree, kustomize: Real) -> None:
    big = 2**53 + 1
    operations = [{"op": "add", "path": "/x", "value": 1}]
    patches = [{"target": {"kind": "Rule"}, "patch": "\n" + json.dumps(operations)}]
    root = tree({"kustomization.yaml": {"resources": ["r.yaml"], "patches": patches}, "r.yaml": rule(n=big)})
    (found,) = kustomize.objects(root)
    assert not same_json(found["n"], big)
