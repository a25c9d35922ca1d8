"""An in-process `kustomize build`: the objects of a kustomization, and where each of their values comes from.

It follows kustomize 5.8 in resources, components, configMapGenerator, generatorOptions, patches in all their
forms, namespace, labels, commonLabels, commonAnnotations, images and replicas. Everything else that a kustomization
may say is listed in `Build.unsupported` with its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Finding, Place
from obsgen.kustomize.generate import make_config_map, merge_config_map
from obsgen.kustomize.identity import object_fault
from obsgen.kustomize.kustomization import (
    UNSUPPORTED,
    Kustomization,
    Loader,
    Part,
    Parts,
    Run,
    directory_at,
    file_at,
    is_file,
    read_kustomization,
)
from obsgen.kustomize.merge import scalar_text
from obsgen.kustomize.nodes import Node
from obsgen.kustomize.objects import Built, Objects
from obsgen.kustomize.overrides import override
from obsgen.kustomize.patching import apply_patches
from obsgen.kustomize.transform import follow_references, report_collisions, transform
from obsgen.source import load_file

_FIELDS = """
buildMetadata configurations crds generators helmChartInflationGenerator helmCharts imageTags namePrefix nameSuffix
openapi replacements secretGenerator transformers validators vars
"""
NOT_FOLLOWED = tuple(_FIELDS.split())
"""Fields of a kustomization that change what comes of it, and that are left out here."""
_LOCAL_CONFIG = "config.kubernetes.io/local-config"


@dataclass(frozen=True, slots=True)
class Build:
    """What a kustomization makes, what is wrong with it, and what of it was not followed.

    `findings` are what kustomize would stop at, or silently ignore against all likelihood; `files` are all files
    that were read, in that order.
    """

    objects: tuple[Built, ...]
    findings: tuple[Finding, ...]
    unsupported: tuple[Finding, ...]
    files: tuple[Path, ...]


def build(
    directory: Path,
    load: Loader = load_file,
    parts: Parts | None = None,
    left_out: frozenset[Path] = frozenset(),
) -> Build:
    """Builds the kustomization in `directory`; faults are findings, and the build goes on around them.

    Overlays that share a base are built fastest with one `functools.cache(load_file)` as `load`, and one `parts`.
    ConfigMaps are generated without the files that are `left_out`.
    """
    run, objects = Run(load, parts=parts or Parts(), left_out=left_out), Objects()
    root = read_kustomization(run, directory, (), Place(str(directory)))
    if root:
        _accumulate(run, root, objects)
        report_collisions(run, objects)
        follow_references(run, objects)
    made = [built for built in objects if not _is_local(built)]
    for built in made:
        _finish(run, built)
    told = list(dict.fromkeys(run.findings))
    findings = (finding for finding in told if finding.id != UNSUPPORTED)
    unsupported = (finding for finding in told if finding.id == UNSUPPORTED)
    return Build(tuple(made), tuple(findings), tuple(unsupported), tuple(run.files))


def _accumulate(run: Run, owner: Kustomization, objects: Objects) -> None:
    for name in ("resources", "bases"):
        for reference in owner.entries(name):
            _add_resource(run, owner, reference, objects)
    for entry in owner.entries("configMapGenerator"):
        _generate(run, owner, entry, objects)
    for reference in owner.entries("components"):
        directory = directory_at(run, owner, reference)
        component = _below(run, owner, reference, directory, component=True) if directory else None
        if component:
            _accumulate(run, component, objects)
    apply_patches(run, owner, objects, ("patchesStrategicMerge", "patches"))
    transform(run, owner, objects)
    apply_patches(run, owner, objects, ("patchesJson6902",))
    override(run, owner, objects)
    for name in NOT_FOLLOWED:
        if found := owner.content.get(name):
            run.leave_out(name, found.place(key=True))


def _add_resource(run: Run, owner: Kustomization, reference: Node, objects: Objects) -> None:
    if is_file(owner.directory / str(reference.value)):
        path = file_at(run, owner, reference)
        for document in run.documents(path) if path else ():
            _add_object(run, Node(document.value, document), objects)
        return
    directory = directory_at(run, owner, reference)
    for built in _part(run, owner, reference, directory) if directory else ():
        _add(run, built, objects)


def _part(run: Run, owner: Kustomization, reference: Node, directory: Path) -> Iterable[Built]:
    """The objects of an included kustomization, which is worked out once for all builds unless something is wrong."""
    part = run.parts.made.get(directory)
    if part is None:
        part = _made(run, owner, reference, directory)
    else:
        run.files.update(dict.fromkeys(part.files))
    return (built.lent() for built in part.objects)


def _made(run: Run, owner: Kustomization, reference: Node, directory: Path) -> Part:
    inner, objects = Run(run.load, parts=run.parts, left_out=run.left_out), Objects()
    below = _below(inner, owner, reference, directory, component=False)
    if below:
        _accumulate(inner, below, objects)
    part = Part(tuple(objects), tuple(inner.files))
    if not inner.findings:
        run.parts.made[directory] = part
    run.findings += inner.findings
    run.files.update(inner.files)
    return part


def _below(
    run: Run, owner: Kustomization, reference: Node, directory: Path, *, component: bool
) -> Kustomization | None:
    """The kustomization or component in a directory that `owner` refers to."""
    above, place = (*owner.above, owner.directory), reference.place()
    found = read_kustomization(run, directory, above, place)
    if found and found.is_component != component:
        message = f"{reference.value} is a {'Kustomization' if component else 'Component'}"
        right = "resources" if component else "components"
        run.report("kustomize/bad-kustomization", message, place, f"list it under {right}:")
        return None
    return found


def _add_object(run: Run, node: Node, objects: Objects) -> None:
    if node.text("kind").endswith("List") and "items" in node.fields:
        for item in node.fields["items"].items:
            _add_object(run, item, objects)
    elif fault := object_fault(node.value):
        run.report("kustomize/bad-object", fault, node.place())
    else:
        _add(run, Built(node), objects)


def _add(run: Run, built: Built, objects: Objects) -> None:
    taken = objects.add(built)
    if taken:
        first = taken.origin_place(("metadata", "name"))
        message = f"{built.id} is there already, from {first}"
        hint = "rename or remove one of them; an overlay changes an object by a patch"
        run.report("kustomize/duplicate-object", message, built.origin_place(("metadata", "name")), hint)


def _generate(run: Run, owner: Kustomization, entry: Node, objects: Objects) -> None:
    made = make_config_map(run, owner, entry)
    if made is None:
        return
    behavior, place = entry.text("behavior"), entry.fields["name"].place
    present = objects.find(made.id)
    if behavior not in ("merge", "replace"):
        if present:
            message = f"{made.id} is there already, from {present[0].origin_place()}"
            run.report("kustomize/duplicate-object", message, place(), "write behavior: replace or behavior: merge")
        else:
            objects.add(made)
    elif not present:
        run.report("kustomize/no-target", f"there is no {made.id} to {behavior}", place(), objects.near(made.id))
    else:
        merge_config_map(present[0], made, replaces=behavior == "replace")


def _is_local(built: Built) -> bool:
    annotations = built.node.get("metadata", "annotations")
    return annotations is not None and annotations.fields.get(_LOCAL_CONFIG, Node("false")).value != "false"


def _finish(run: Run, built: Built) -> None:
    """Makes the object what kustomize prints: annotations are texts, and an empty map of them is left out."""
    if built.hashed:
        run.leave_out(f"the suffix hash of {built.id}", built.origin_place(("metadata", "name")))
    written = built.node.fields["metadata"].fields.get("annotations")
    if written is None or (written.fields and all(isinstance(part.value, str) for part in written.fields.values())):
        return
    metadata = built.own().fields["metadata"]
    annotations = metadata.mapping("annotations")
    if annotations is None:
        metadata.fields.pop("annotations", None)
        return
    for key, part in annotations.fields.items():
        if not isinstance(part.value, str):
            annotations.fields[key] = part.with_value(scalar_text(part) if part.shape else "null")
