"""The patches of a kustomization: reading them, finding their objects, applying them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from obsgen.findings import Finding, InputError, Severity
from obsgen.kustomize.identity import ObjectId, object_fault, object_id
from obsgen.kustomize.jsonpatch import apply_operations
from obsgen.kustomize.kustomization import Kustomization, Run, file_at
from obsgen.kustomize.merge import merge_traced
from obsgen.kustomize.objects import Built, Objects
from obsgen.kustomize.target import FIELDS, parse_target
from obsgen.kustomize.trace import Inline, Trace, Traced, drop, put
from obsgen.source import Document, load_text

_ESCAPED = re.compile("[<>&\u2028\u2029]")  # by Go's JSON writer


@dataclass(frozen=True, slots=True)
class _Patch:
    """One entry of `patches` with the documents it holds: merge patches, or one list of operations."""

    entry: Traced
    documents: tuple[Traced, ...]

    @property
    def operations(self) -> Traced | None:
        """The patch as JSON 6902 operations, or None for strategic merge patches."""
        return self.documents[0] if isinstance(self.documents[0].value, list) else None


def apply_patches(run: Run, owner: Kustomization, objects: Objects, fields: Iterable[str]) -> None:
    """Applies the patches of these fields, in order; what does not apply becomes a finding."""
    patches = [patch for name in fields for entry in owner.entries(name) for patch in _read(run, owner, entry)]
    for patch in patches:
        target = patch.entry.mapping("target")
        if target:
            _apply_targeted(run, objects, patch, target)
        elif patch.operations:
            hint = "give it a target: with group, version, kind and name"
            run.report("kustomize/bad-patch", "a JSON 6902 patch needs a target", patch.entry.trace.place(), hint)
        else:
            for document in patch.documents:
                _apply_untargeted(run, objects, document)


def _read(run: Run, owner: Kustomization, entry: Traced) -> Iterator[_Patch]:
    """The patch of an entry; nothing, and a finding, if it is none."""
    path, text = _sources(entry)
    documents: list[Traced] = []
    if path and not text:
        file = file_at(run, owner, path)
        documents = [Traced(found.value, Trace(found)) for found in (run.documents(file) if file else ())]
    elif text and not path:
        documents = _inline(run, owner, text)
    else:
        message = "a patch needs either path: or patch:, not both"
        run.report("kustomize/bad-patch", message, entry.trace.place())
    if isinstance(entry.value, dict) and entry.value.get("options"):
        run.leave_out("patches.options", entry.trace.at("options").place(key=True))
    _note_raw_json(run, documents, text)
    fit = [_is_patch(run, document) for document in documents]
    if fit and all(fit):
        yield _Patch(entry, tuple(documents))


def _note_raw_json(run: Run, documents: list[Traced], text: Traced | None) -> None:
    """Notes tests whose outcome hangs on spelling: kustomize compares a patch that is JSON letter by letter."""
    for document in documents:
        source = document.trace.source
        written = str(text.value).strip() if text else source.text if isinstance(source, Document) else ""
        for operation in document.items() if written.startswith("[") else ():
            tested = operation.get("value") if operation.get("op") else None
            if tested and operation.value["op"] == "test" and _ESCAPED.search(str(tested.value)):
                run.leave_out("how a test in JSON spells <, > and &", tested.trace.place())


def _sources(entry: Traced) -> tuple[Traced | None, Traced | None]:
    """The path and the text of an entry; an entry of patchesStrategicMerge is itself one of them."""
    if isinstance(entry.value, str):
        return (None, entry) if "\n" in entry.value else (entry, None)
    path, text = (entry.get(name) for name in ("path", "patch"))
    return path if path and path.value else None, text if text and text.value else None


def _inline(run: Run, owner: Kustomization, text: Traced) -> list[Traced]:
    """The documents of a patch that stands in the kustomization itself."""
    outer, route = owner.document, text.trace.route
    try:
        found = load_text(str(text.value), "inline.yaml")
    except InputError as problem:
        whole = Inline(Document(outer.file, str(text.value), None), outer, route)
        run.findings += [replace(fault, place=whole.outer_place(fault.place)) for fault in problem.findings]
        return []
    return [Traced(part.value, Trace(Inline(part, outer, route))) for part in found if part.value is not None]


def _is_patch(run: Run, document: Traced) -> bool:
    value = document.value
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return True
    fault = object_fault(value)
    if fault:
        message = f"this is neither a list of operations nor an object to merge: {fault}"
        run.report("kustomize/bad-patch", message, document.trace.place())
    return not fault


def _apply_targeted(run: Run, objects: Objects, patch: _Patch, target: Traced) -> None:
    try:
        wanted = parse_target(target.value)
    except ValueError as problem:
        run.leave_out(str(problem), target.trace.place())
        return
    if len(patch.documents) > 1 and not patch.operations:
        message = "several strategic merge patches cannot share one target"
        run.report("kustomize/bad-patch", message, target.trace.place(), "give each an entry of its own")
        return
    slots = objects.select(wanted)
    if not slots:
        _report_no_target(run, objects, target, certain=bool(wanted.literal_name))
    for slot in slots:
        if patch.operations:
            _operate(run, objects, slot, patch.operations)
        else:
            _merge(run, objects, slot, patch.documents[0])


def _apply_untargeted(run: Run, objects: Objects, patch: Traced) -> None:
    wanted = object_id(patch.value)
    slots = objects.find(wanted)
    if len(slots) == 1:
        _merge(run, objects, slots[0], patch)
        return
    message = f"there are several {wanted} to patch" if slots else f"there is no {wanted} to patch"
    place = patch.trace.at("metadata").at("name").place()
    run.report("kustomize/no-target", message, place, "" if slots else objects.near(wanted))


def _report_no_target(run: Run, objects: Objects, target: Traced, *, certain: bool) -> None:
    texts = {field: str(target.value.get(field) or "") for field in FIELDS}
    shown = ", ".join(f"{field} {text}" for field, text in texts.items() if text) or "these selectors"
    message = f"the target matches nothing: {shown}; kustomize ignores the patch without a word"
    severity = Severity.ERROR if certain else Severity.WARNING
    wanted = ObjectId(**texts | {"name": texts["name"].replace("\\.", ".")})
    hint = objects.near(wanted) if certain else ""
    run.findings.append(Finding("kustomize/no-target", severity, message, target.trace.place(), hint))


def _operate(run: Run, objects: Objects, slot: int, operations: Traced) -> None:
    try:
        patched = apply_operations(objects[slot].traced, operations, run.findings)
    except InputError as problem:
        run.findings += problem.findings
        return
    _put(run, objects, slot, objects[slot].changed(patched, remember=True), operations)


def _merge(run: Run, objects: Objects, slot: int, patch: Traced) -> None:
    built = objects[slot]
    try:
        merged = merge_traced(built.traced, patch)
    except InputError as problem:
        run.sort(problem)
        return
    if merged is None or not merged.value:
        objects.remove(slot)
    else:
        _put(run, objects, slot, built.changed(_with_identity(merged, built.traced)), patch)


def _put(run: Run, objects: Objects, slot: int, built: Built, patch: Traced) -> None:
    """Puts a patched object in place, if it still is one."""
    if fault := object_fault(built.object):
        message = f"the patch spoils {objects[slot].id}: {fault}"
        run.report("kustomize/bad-patch", message, patch.trace.place())
    else:
        objects.put(slot, built)


def _with_identity(merged: Traced, before: Traced) -> Traced:
    """A merge patch never changes what an object is, whatever it says."""
    metadata = merged.get("metadata") or Traced({}, before.at("metadata").trace)
    metadata = _restored(metadata, before.at("metadata"), ("name", "namespace"))
    return _restored(put(merged, "metadata", metadata), before, ("apiVersion", "kind"))


def _restored(target: Traced, before: Traced, fields: tuple[str, ...]) -> Traced:
    for name in fields:
        part = before.get(name)
        target = put(target, name, part) if part else drop(target, name)
    return target
