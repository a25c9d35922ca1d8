"""Objects to a Kustomize tree: a base, and for each environment the smallest overlay that gives its objects back.

The clusters of an environment build on its folders: kustomize takes no base that holds the overlay itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from obsgen.conventions import ENVIRONMENT, file_name, header
from obsgen.kustomize.patches import Patch, delete_patch, object_patches
from obsgen.render.argocd.sync import why
from obsgen.render.delivery.layout import Layout
from obsgen.render.grafana.dashboards import Board
from obsgen.render.manifest import Manifest, Same
from obsgen.render.objects import Rendered
from obsgen.tree.serialise import yaml_bytes

Files = dict[str, bytes]


def tree_files(base: Rendered, environments: Mapping[str, Rendered], boards: Sequence[Board], layout: Layout) -> Files:
    """`base/` and `overlays/<environment>/`, a folder with a kustomization for each part."""
    files: Files = {}
    folders = layout.folders(base)
    for folder in folders:
        _base_part(files, base, folder, boards, layout)
    files["base/kustomization.yaml"] = _umbrella(tuple(folders), base.stack.name)
    for name, rendered in environments.items():
        labels = ((ENVIRONMENT, name),)
        for path, data in overlay_files(base, rendered, layout, "../../../base/", labels).items():
            files[f"overlays/{name}/{path}"] = data
    return files


def overlay_files(
    below: Rendered, rendered: Rendered, layout: Layout, path: str, labels: Labels = (), *, whole: bool = True
) -> Files:
    """An overlay that builds on the folders of what is `below`, which `path` leads to from its own folders.

    Without `whole` a folder that would change nothing is left out, and the one below is named instead.
    """
    files: Files = {}
    resources = []
    for folder in layout.folders(rendered):
        ours, wanted = (Same(tuple(layout.objects(each, folder))) for each in (below, rendered))
        share = _share(ours, wanted, f"{path}{folder}", labels, rendered.stack.name)
        if whole or share.differs:
            resources.append(folder)
            files |= {f"{folder}/{name}": data for name, data in share.files.items()}
        else:
            resources.append(f"{path.removeprefix('../')}{folder}")
    files["kustomization.yaml"] = _umbrella(tuple(resources), rendered.stack.name)
    return files


Labels = tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def _umbrella(resources: tuple[str, ...], stack: str) -> bytes:
    """The kustomization that joins folders."""
    return _kustomization(stack, {"resources": list(resources)})


def _kustomization(stack: str, content: Mapping[str, Any]) -> bytes:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return yaml_bytes({**head, **content}, header(stack, "kustomize"))


def _base_part(files: Files, base: Rendered, part: str, boards: Sequence[Board], layout: Layout) -> None:
    folder, stack = f"base/{part}", base.stack.name
    content: dict[str, Any] = {}
    written, resources = _written(layout.only(base.objects, part), stack)
    files |= {f"{folder}/{name}": data for name, data in written.items()}
    if resources:
        content["resources"] = resources
    maps = layout.only(base.board_maps, part)
    named = {name for each in maps for name in each.object["data"]}
    files |= {f"{folder}/{board.name}.json": board.text for board in boards if f"{board.name}.json" in named}
    if maps:
        content["configMapGenerator"] = [_generator(each) for each in maps]
    files[f"{folder}/kustomization.yaml"] = _kustomization(stack, content)


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


def _written(objects: Sequence[Manifest], stack: str) -> tuple[Files, list[str]]:
    """One file for each object, in namespace folders where they span several; the names, sorted."""
    spans = len({each.namespace for each in objects}) > 1
    files: Files = {}
    for each in objects:
        own = file_name(each.object["kind"], each.object["metadata"]["name"])
        name = f"{each.namespace}/{own}" if spans and each.namespace else own
        files[name] = yaml_bytes(each.object, "\n".join((header(stack, each.component), *why(each))))
    return files, sorted(files)


@dataclass(frozen=True)
class _Share:
    """One folder of an overlay, and whether it makes something else of what is below."""

    files: Files
    differs: bool


@lru_cache(maxsize=128)
def _share(below: Same, wanted: Same, path: str, labels: Labels, stack: str) -> _Share:
    """What turns a folder below into the wanted one: extra objects, patches, labels."""
    pairs, added, removed = _matched(below.objects, wanted.objects)
    files, names = _written(added, stack)
    content: dict[str, Any] = {"resources": [*([path] if pairs else []), *names]}
    patches = [(each, delete_patch(each.object)) for each in removed if pairs]
    patches += [
        (one, patch)
        for one, other in pairs
        if _differs(one, other, dict(labels))
        for patch in object_patches(one.object, other.object, dict(labels))
    ]
    if patches:
        written, content["patches"] = _patches(patches, stack)
        files |= written
    if labels:
        content["labels"] = [{"pairs": dict(labels)}]
    files["kustomization.yaml"] = _kustomization(stack, content)
    return _Share(files, bool(labels or patches or added or removed))


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
    """Whether more than the labels sets two objects apart."""
    if one is other:
        return bool(labels)
    head = other.object["metadata"]
    plain = {key: value for key, value in head["labels"].items() if key not in labels}
    return {**other.object, "metadata": {**head, "labels": plain}} != one.object


def _patches(patches: Sequence[tuple[Manifest, Patch]], stack: str) -> tuple[Files, list[dict[str, Any]]]:
    """A file for each patch, and the entries that name them."""
    files: Files = {}
    entries = []
    for manifest, patch in patches:
        own = file_name(f"patch-{manifest.object['kind']}", manifest.object["metadata"]["name"])
        name, number = own, 1
        while name in files:
            number += 1
            name = f"{own.removesuffix('.yaml')}-{number}.yaml"
        files[name] = yaml_bytes(patch.content, header(stack, manifest.component))
        entries.append(patch.entry(name))
    return files, entries
