"""The patches of a kustomization: reading them, finding their objects, applying them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from obsgen.findings import Finding, InputError, Severity
from obsgen.kustomize.identity import ObjectId, object_fault, object_id
from obsgen.kustomize.jsonpatch import apply_operations
from obsgen.kustomize.kustomization import Kustomization, Run, file_at
from obsgen.kustomize.merge import merge_nodes
from obsgen.kustomize.nodes import Inline, Node
from obsgen.kustomize.objects import Built, Objects, head
from obsgen.kustomize.target import FIELDS, parse_target
from obsgen.source import Document, load_text

_ESCAPED = re.compile("[<>&\u2028\u2029]")  # by Go's JSON writer


@dataclass(frozen=True, slots=True)
class _Patch:
    """One entry of `patches` with the documents it holds: merge patches, or one list of operations."""

    entry: Node
    documents: tuple[Node, ...]

    @property
    def operations(self) -> Node | None:
        """The patch as JSON 6902 operations, or None for strategic merge patches."""
        return self.documents[0] if self.documents[0].shape == "list" else None


def apply_patches(run: Run, owner: Kustomization, objects: Objects, fields: Iterable[str]) -> None:
    """Applies the patches of these fields, in order; what does not apply becomes a finding."""
    patches = [patch for name in fields for entry in owner.entries(name) for patch in _read(run, owner, entry)]
    for patch in patches:
        target = patch.entry.mapping("target")
        if target:
            _apply_targeted(run, objects, patch, target)
        elif patch.operations:
            hint = "give it a target: with group, version, kind and name"
            run.report("kustomize/bad-patch", "a JSON 6902 patch needs a target", patch.entry.place(), hint)
        else:
            for document in patch.documents:
                _apply_untargeted(run, objects, document)


def _read(run: Run, owner: Kustomization, entry: Node) -> Iterator[_Patch]:
    """The patch of an entry; nothing, and a finding, if it is none."""
    path, text = _sources(entry)
    documents: list[Node] = []
    if path and not text:
        file = file_at(run, owner, path)
        documents = [Node(found.value, found) for found in (run.documents(file) if file else ())]
    elif text and not path:
        documents = _inline(run, owner, text)
    else:
        message = "a patch needs either path: or patch:, not both"
        run.report("kustomize/bad-patch", message, entry.place())
    if options := entry.mapping("options"):
        run.leave_out("patches.options", options.place(key=True))
    _note_raw_json(run, documents, text)
    fit = [_is_patch(run, document) for document in documents]
    if fit and all(fit):
        yield _Patch(entry, tuple(documents))


def _note_raw_json(run: Run, documents: list[Node], text: Node | None) -> None:
    """Notes tests whose outcome hangs on spelling: kustomize compares a patch that is JSON letter by letter."""
    for document in documents:
        source = document.source
        written = str(text.value).strip() if text else source.text if isinstance(source, Document) else ""
        for operation in document.items if written.startswith("[") else ():
            tested = operation.get("value")
            if tested and operation.text("op") == "test" and _ESCAPED.search(str(tested.value)):
                run.leave_out("how a test in JSON spells <, > and &", tested.place())


def _sources(entry: Node) -> tuple[Node | None, Node | None]:
    """The path and the text of an entry; an entry of patchesStrategicMerge is itself one of them."""
    if isinstance(entry.value, str):
        return (None, entry) if "\n" in entry.value else (entry, None)
    path, text = (entry.get(name) for name in ("path", "patch"))
    return path if path and path.value else None, text if text and text.value else None


def _inline(run: Run, owner: Kustomization, text: Node) -> list[Node]:
    """The documents of a patch that stands in the kustomization itself."""
    outer, route = owner.document, text.route
    try:
        found = load_text(str(text.value), "inline.yaml")
    except InputError as problem:
        whole = Inline(Document(outer.file, str(text.value), None), outer, route)
        run.findings += [replace(fault, place=whole.outer_place(fault.place)) for fault in problem.findings]
        return []
    return [Node(part.value, Inline(part, outer, route)) for part in found if part.value is not None]


def _is_patch(run: Run, document: Node) -> bool:
    if document.shape == "list" and all(item.shape == "map" for item in document.items):
        return True
    fault = object_fault(document.value)
    if fault:
        message = f"this is neither a list of operations nor an object to merge: {fault}"
        run.report("kustomize/bad-patch", message, document.place())
    return not fault


def _apply_targeted(run: Run, objects: Objects, patch: _Patch, target: Node) -> None:
    try:
        wanted = parse_target(target.value)
    except ValueError as problem:
        run.leave_out(str(problem), target.place())
        return
    if len(patch.documents) > 1 and not patch.operations:
        message = "several strategic merge patches cannot share one target"
        run.report("kustomize/bad-patch", message, target.place(), "give each an entry of its own")
        return
    selected = objects.select(wanted)
    if not selected:
        _report_no_target(run, objects, target, certain=bool(wanted.literal_name))
    for built in selected:
        if patch.operations:
            _operate(run, objects, built, patch.operations)
        else:
            _merge(run, objects, built, patch.documents[0])


def _apply_untargeted(run: Run, objects: Objects, patch: Node) -> None:
    wanted = object_id(head(patch))
    found = objects.find(wanted)
    if len(found) == 1:
        _merge(run, objects, found[0], patch)
        return
    message = f"there are several {wanted} to patch" if found else f"there is no {wanted} to patch"
    hint = "" if found else objects.near(wanted)
    run.report("kustomize/no-target", message, patch.origin_place(("metadata", "name")), hint)


def _report_no_target(run: Run, objects: Objects, target: Node, *, certain: bool) -> None:
    texts = {field: str(target.value.get(field) or "") for field in FIELDS}
    shown = ", ".join(f"{field} {text}" for field, text in texts.items() if text) or "these selectors"
    message = f"the target matches nothing: {shown}; kustomize ignores the patch without a word"
    severity = Severity.ERROR if certain else Severity.WARNING
    wanted = ObjectId(**texts | {"name": texts["name"].replace("\\.", ".")})
    hint = objects.near(wanted) if certain else ""
    run.findings.append(Finding("kustomize/no-target", severity, message, target.place(), hint))


def _operate(run: Run, objects: Objects, built: Built, operations: Node) -> None:
    try:
        patched = apply_operations(built.node, operations, run.findings)
    except InputError as problem:
        run.findings += problem.findings
        return
    if _is_sound(run, built, patched, operations):
        objects.change(built, patched)


def _merge(run: Run, objects: Objects, built: Built, patch: Node) -> None:
    try:
        merged = merge_nodes(built.node, patch)
    except InputError as problem:
        run.findings += problem.findings
        return
    if merged is None or not merged.fields:
        objects.remove(built)
        return
    _keep_identity(merged, built.node)
    if _is_sound(run, built, merged, patch):
        built.node = merged


def _is_sound(run: Run, built: Built, patched: Node, patch: Node) -> bool:
    """Whether a patched object still is one; if not, that is a finding."""
    fault = object_fault(head(patched))
    if fault:
        run.report("kustomize/bad-patch", f"the patch spoils {built.id}: {fault}", patch.place())
    return not fault


def _keep_identity(merged: Node, before: Node) -> None:
    """A merge patch never changes what an object is, whatever it says."""
    old = before.fields["metadata"]
    metadata = merged.fields.setdefault("metadata", old.with_value({}))
    for target, source, fields in ((metadata, old, ("name", "namespace")), (merged, before, ("apiVersion", "kind"))):
        for name in fields:
            target.fields.pop(name, None)
            if part := source.get(name):
                target.fields[name] = part
