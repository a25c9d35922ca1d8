"""Objects to a Kustomize tree: a base, and for each environment the smallest overlay that gives its objects back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from obsgen.conventions import ENVIRONMENT, PARTS, file_name, header
from obsgen.kustomize.patches import Patch, delete_patch, object_patches
from obsgen.render.dashboards import Board
from obsgen.render.manifest import Manifest
from obsgen.render.objects import Rendered
from obsgen.tree.serialise import yaml_bytes

Files = dict[str, bytes]


def tree_files(base: Rendered, environments: Mapping[str, Rendered], boards: Sequence[Board]) -> Files:
    """`base/` and `overlays/<environment>/`, a folder with a kustomization for each part."""
    files: Files = {}
    parts = [part for part in PARTS if _objects(base, part)]
    for part in parts:
        _base_part(files, base, part, boards)
    _umbrella(files, "base", base, parts)
    for name, rendered in environments.items():
        _overlay(files, base, name, rendered)
    return files


def _objects(rendered: Rendered, part: str) -> list[Manifest]:
    """A part's objects, boards' ConfigMaps included."""
    return [each for each in (*rendered.objects, *rendered.board_maps) if each.part == part]


def _umbrella(files: Files, folder: str, rendered: Rendered, parts: Sequence[str]) -> None:
    """The kustomization that joins a folder's parts."""
    _kustomization(files, folder, rendered, {"resources": list(parts)})


def _kustomization(files: Files, folder: str, rendered: Rendered, content: Mapping[str, Any]) -> None:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    files[f"{folder}/kustomization.yaml"] = yaml_bytes({**head, **content}, header(rendered.stack.name, "kustomize"))


def _base_part(files: Files, base: Rendered, part: str, boards: Sequence[Board]) -> None:
    folder = f"base/{part}"
    content: dict[str, Any] = {}
    resources = _write(files, folder, base, [each for each in base.objects if each.part == part])
    if resources:
        content["resources"] = resources
    maps = [each for each in base.board_maps if each.part == part]
    for board in boards if maps else ():
        files[f"{folder}/{board.name}.json"] = board.text
    if maps:
        content["configMapGenerator"] = [_generator(each) for each in maps]
    _kustomization(files, folder, base, content)


def _generator(board_map: Manifest) -> dict[str, Any]:
    """How kustomize makes a board's ConfigMap from its file; no hash in the name, Grafana's sidecar goes by labels."""
    head = board_map.object["metadata"]
    options = {key: head[key] for key in ("labels", "annotations") if key in head}
    return {
        "name": head["name"],
        "namespace": head["namespace"],
        "files": list(board_map.object["data"]),
        "options": {"disableNameSuffixHash": True, **options},
    }


def _write(files: Files, folder: str, rendered: Rendered, objects: Sequence[Manifest]) -> list[str]:
    """One file for each object, in namespace folders where the part spans several; the names, sorted."""
    spans = len({_namespace(each) for each in objects}) > 1
    names = []
    for each in objects:
        own = file_name(each.object["kind"], each.object["metadata"]["name"])
        name = f"{_namespace(each)}/{own}" if spans and _namespace(each) else own
        files[f"{folder}/{name}"] = yaml_bytes(each.object, header(rendered.stack.name, each.component))
        names.append(name)
    return sorted(names)


def _namespace(manifest: Manifest) -> str:
    return str(manifest.object["metadata"].get("namespace", ""))


def _overlay(files: Files, base: Rendered, environment: str, rendered: Rendered) -> None:
    folder = f"overlays/{environment}"
    parts = [part for part in PARTS if _objects(base, part) or _objects(rendered, part)]
    for part in parts:
        _overlay_part(files, f"{folder}/{part}", part, base, rendered)
    _umbrella(files, folder, rendered, parts)


def _overlay_part(files: Files, folder: str, part: str, base: Rendered, rendered: Rendered) -> None:
    """What turns a part of the base into that of an environment: extra objects, patches, the environment's label."""
    ours, wanted = _objects(base, part), _objects(rendered, part)
    labels = {ENVIRONMENT: str(rendered.stack.environment)}
    pairs, added, removed = _matched(ours, wanted)
    resources = [f"../../../base/{part}"] if ours else []
    resources += _write(files, folder, rendered, added)
    content: dict[str, Any] = {"resources": resources}
    patches = [(each, delete_patch(each.object)) for each in removed]
    patches += [
        (one, patch)
        for one, other in pairs
        if _differs(one, other, labels)
        for patch in object_patches(one.object, other.object, labels)
    ]
    if patches:
        content["patches"] = _write_patches(files, folder, rendered, patches)
    content["labels"] = [{"pairs": labels}]
    _kustomization(files, folder, rendered, content)


def _matched(
    base: Iterable[Manifest], wanted: Iterable[Manifest]
) -> tuple[list[tuple[Manifest, Manifest]], list[Manifest], list[Manifest]]:
    """Objects that are in both (moved ones included), those only in the environment, those only in the base."""
    left = {each.identity: each for each in base}
    pairs, added = [], []
    for each in wanted:
        if each.identity in left:
            pairs.append((left.pop(each.identity), each))
        else:
            added.append(each)
    moved = {_without_namespace(each): each for each in left.values()}
    for each in list(added):
        one = moved.pop(_without_namespace(each), None)
        if one:
            pairs.append((one, each))
            added.remove(each)
            del left[one.identity]
    return pairs, added, list(left.values())


def _without_namespace(manifest: Manifest) -> tuple[str, str, str]:
    group, kind, _, name = manifest.identity
    return group, kind, name


def _differs(one: Manifest, other: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether more than the environment's label sets two objects apart."""
    head = other.object["metadata"]
    plain = {key: value for key, value in head["labels"].items() if key not in labels}
    return {**other.object, "metadata": {**head, "labels": plain}} != one.object


def _write_patches(
    files: Files, folder: str, rendered: Rendered, patches: Sequence[tuple[Manifest, Patch]]
) -> list[dict[str, Any]]:
    """A file for each patch, and the entries that name them."""
    entries = []
    taken: dict[str, int] = {}
    for manifest, patch in patches:
        own = file_name(f"patch-{manifest.object['kind']}", manifest.object["metadata"]["name"])
        taken[own] = taken.get(own, 0) + 1
        name = own if taken[own] == 1 else f"{own.removesuffix('.yaml')}-{taken[own]}.yaml"
        files[f"{folder}/{name}"] = yaml_bytes(patch.content, header(rendered.stack.name, manifest.component))
        entries.append(patch.entry(name))
    return entries
