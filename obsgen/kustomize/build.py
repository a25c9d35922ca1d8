"""An in-process `kustomize build`: the objects of a kustomization, and where each of their values comes from.

It follows kustomize 5.8 in resources, components, configMapGenerator, generatorOptions, patches in all their
forms, namespace, labels, commonLabels and commonAnnotations. Everything else that a kustomization may say is
listed in `Build.unsupported` with its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Finding, Place
from obsgen.kustomize.generate import make_config_map, merged_config_map
from obsgen.kustomize.identity import object_fault
from obsgen.kustomize.kustomization import (
    Kustomization,
    Loader,
    Run,
    directory_at,
    file_at,
    is_file,
    read_kustomization,
)
from obsgen.kustomize.merge_lists import scalar_text
from obsgen.kustomize.objects import Built, Objects
from obsgen.kustomize.patching import apply_patches
from obsgen.kustomize.references import follow_references
from obsgen.kustomize.trace import Trace, Traced, drop, edit
from obsgen.kustomize.transform import report_collisions, transform
from obsgen.source import load_file

_UNSUPPORTED = (
    "configurations",
    "crds",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "imageTags",
    "images",
    "namePrefix",
    "nameSuffix",
    "openapi",
    "replacements",
    "replicas",
    "secretGenerator",
    "transformers",
    "validators",
    "vars",
)
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


def build(directory: Path, load: Loader = load_file) -> Build:
    """Builds the kustomization in `directory`; faults are findings, and the build goes on around them.

    Overlays that share a base are built fastest with one `functools.cache(load_file)` as `load`.
    """
    run, objects = Run(load), Objects()
    root = read_kustomization(run, directory, (), Place(str(directory)))
    if root:
        _accumulate(run, root, objects)
        report_collisions(run, objects)
        follow_references(run, objects)
    finished = [_finished(run, built) for built in objects if not _is_local(built)]
    findings, unsupported = dict.fromkeys(run.findings), dict.fromkeys(run.unsupported)
    return Build(tuple(finished), tuple(findings), tuple(unsupported), tuple(run.files))


def _accumulate(run: Run, owner: Kustomization, objects: Objects) -> None:
    for name in ("resources", "bases"):
        for reference in owner.entries(name):
            _add_resource(run, owner, reference, objects)
    for entry in owner.entries("configMapGenerator"):
        _generate(run, owner, entry, objects)
    for reference in owner.entries("components"):
        component = _below(run, owner, reference, component=True)
        if component:
            _accumulate(run, component, objects)
    apply_patches(run, owner, objects, ("patchesStrategicMerge", "patches"))
    transform(run, owner, objects)
    apply_patches(run, owner, objects, ("patchesJson6902",))
    for name in _UNSUPPORTED:
        if found := owner.content.get(name):
            run.leave_out(name, found.trace.place(key=True))


def _add_resource(run: Run, owner: Kustomization, reference: Traced, objects: Objects) -> None:
    if is_file(owner.directory / str(reference.value)):
        path = file_at(run, owner, reference)
        for document in run.documents(path) if path else ():
            _add_object(run, Traced(document.value, Trace(document)), objects)
        return
    below = _below(run, owner, reference, component=False)
    if below:
        inner = Objects()
        _accumulate(run, below, inner)
        for built in inner:
            _add(run, built, objects)


def _below(run: Run, owner: Kustomization, reference: Traced, *, component: bool) -> Kustomization | None:
    """The kustomization or component in a directory that `owner` refers to."""
    directory = directory_at(run, owner, reference)
    if directory is None:
        return None
    above, place = (*owner.above, owner.directory), reference.trace.place()
    found = read_kustomization(run, directory, above, place)
    if found and found.is_component != component:
        message = f"{reference.value} is a {'Kustomization' if component else 'Component'}"
        right = "resources" if component else "components"
        run.report("kustomize/bad-kustomization", message, place, f"list it under {right}:")
        return None
    return found


def _add_object(run: Run, part: Traced, objects: Objects) -> None:
    value = part.value
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind.endswith("List") and "items" in value:
        for item in part.at("items").items() if isinstance(value["items"], list) else ():
            _add_object(run, item, objects)
        return
    if fault := object_fault(value):
        run.report("kustomize/bad-object", fault, part.trace.place())
    else:
        _add(run, Built(value, part.trace), objects)


def _add(run: Run, built: Built, objects: Objects) -> None:
    taken = objects.add(built)
    if taken:
        first = taken.origin_place(("metadata", "name"))
        message = f"{built.id} is there already, from {first}"
        hint = "rename or remove one of them; an overlay changes an object by a patch"
        run.report("kustomize/duplicate-object", message, built.origin_place(("metadata", "name")), hint)


def _generate(run: Run, owner: Kustomization, entry: Traced, objects: Objects) -> None:
    made = make_config_map(run, owner, entry)
    if made is None:
        return
    behavior = entry.value.get("behavior")
    place = entry.trace.at("name").place()
    present = objects.find(made.id)
    if behavior not in ("merge", "replace"):
        if present:
            message = f"{made.id} is there already, from {objects[present[0]].origin_place()}"
            hint = "write behavior: replace or behavior: merge"
            run.report("kustomize/duplicate-object", message, place, hint)
        else:
            objects.add(made)
    elif not present:
        message = f"there is no {made.id} to {behavior}"
        run.report("kustomize/no-target", message, place, objects.near(made.id))
    else:
        old = objects[present[0]]
        objects.put(present[0], merged_config_map(old, made, replaces=behavior == "replace"))


def _is_local(built: Built) -> bool:
    annotations = built.object["metadata"].get("annotations") or {}
    return bool(annotations.get(_LOCAL_CONFIG, "false") != "false")


def _finished(run: Run, built: Built) -> Built:
    """The object as kustomize prints it: annotations are texts, and an empty map of them is left out."""
    if built.hashed:
        run.leave_out(f"the suffix hash of {built.id}", built.origin_place(("metadata", "name")))
    metadata = built.traced.at("metadata")
    if "annotations" not in metadata.value:
        return built
    if not metadata.value["annotations"]:
        return built.changed(edit(built.traced, ("metadata",), lambda part: drop(part, "annotations")))
    if all(isinstance(value, str) for value in metadata.value["annotations"].values()):
        return built
    return built.changed(edit(built.traced, ("metadata", "annotations"), _as_texts))


def _as_texts(annotations: Traced) -> Traced:
    texts = {key: "null" if value is None else scalar_text(value) for key, value in annotations.value.items()}
    return Traced(texts, annotations.trace)
