"""The patches of a kustomization: reading them, finding their objects, applying them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

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


def apply_patches(run: Run, owner: Kustomization, objects: Objects, fields: Iterable[str]) -> None:
    """Applies the patches of these fields, in order; what does not apply becomes a finding."""
    patches = [(entry, _read(run, owner, entry)) for name in fields for entry in owner.entries(name)]
    for entry, documents in patches:
        target = entry.mapping("target")
        if target and len(documents) > 1:
            message = "several strategic merge patches cannot share one target"
            run.report("kustomize/bad-patch", message, target.place(), "give each an entry of its own")
            continue
        for document in documents:
            if target:
                _apply_targeted(run, objects, document, target)
            elif document.shape == "list":
                hint = "give it a target: with group, version, kind and name"
                run.report("kustomize/bad-patch", "a JSON 6902 patch needs a target", entry.place(), hint)
            else:
                _apply_untargeted(run, objects, document)


def _read(run: Run, owner: Kustomization, entry: Node) -> list[Node]:
    """The patches of an entry, merges or one list of operations; none, and a finding, if one of them is no patch."""
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
    if documents and documents[0].shape == "list":
        documents = documents[:1]  # kustomize overlooks what comes behind a list of operations
    _note_raw_json(run, documents, text)
    fit = [_is_patch(run, document) for document in documents]
    return documents if all(fit) else []


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


def _apply_targeted(run: Run, objects: Objects, patch: Node, target: Node) -> None:
    try:
        wanted = parse_target(target.value)
    except ValueError as problem:
        run.leave_out(str(problem), target.place())
        return
    selected = objects.select(wanted)
    if not selected:
        _report_no_target(run, objects, target, certain=bool(wanted.literal_name))
    for built in selected:
        _apply(run, objects, built, patch)


def _apply_untargeted(run: Run, objects: Objects, patch: Node) -> None:
    wanted = object_id(head(patch))
    found = objects.find(wanted)
    if len(found) == 1:
        _apply(run, objects, found[0], patch)
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


def _apply(run: Run, objects: Objects, built: Built, patch: Node) -> None:
    try:
        patched = _patched(built.node, patch, run.findings)
    except InputError as problem:
        run.findings += problem.findings
        return
    if patched is None:
        objects.remove(built)
    elif fault := object_fault(head(patched)):
        run.report("kustomize/bad-patch", f"the patch spoils {built.id}: {fault}", patch.place())
    else:
        objects.change(built, patched, remember=patch.shape == "list")


def _patched(node: Node, patch: Node, warnings: list[Finding]) -> Node | None:
    """What a patch makes of an object; None if nothing is left."""
    if patch.shape == "list":
        return apply_operations(node, patch, warnings)
    merged = merge_nodes(node, patch)
    if merged is None or not merged.fields:
        return None
    _keep_identity(merged, node)
    return merged


def _keep_identity(merged: Node, before: Node) -> None:
    """A merge patch never changes what an object is, whatever it says."""
    old = before.fields["metadata"]
    metadata = merged.fields.setdefault("metadata", old.with_value({}))
    for target, source, fields in ((metadata, old, ("name", "namespace")), (merged, before, ("apiVersion", "kind"))):
        for name in fields:
            target.fields.pop(name, None)
            if part := source.get(name):
                target.fields[name] = part
