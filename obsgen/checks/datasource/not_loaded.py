"""Dashboards in ConfigMaps that no Grafana loads, as they lack the label that its sidecar looks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from obsgen.checks.result import Assumption
from obsgen.findings import Finding, Note, Place, Severity
from obsgen.repository import Repository
from obsgen.repository.files import KUSTOMIZATION_NAMES
from obsgen.repository.grafana.sidecars import Sidecar, named_in, of_facts, of_values, sidecars
from obsgen.repository.objects import KubeObject
from obsgen.repository.scopes import Scope

ID = "datasource/not-loaded"
LEVEL = 5
SEVERITY = Severity.ERROR

_WORD = "dashboard"


def check(repository: Repository) -> Iterator[Finding]:
    """An error where the sidecar beside it overlooks it; a warning at others, and where its neighbours have a label."""
    for scope, boards in _unnamed(repository):
        watching = _watching(scope, repository)
        label = _usual(boards)
        labelled = [each for each in boards if label in _labels(each)]
        for board in boards:
            if watching and not any(each.takes(board) for each in watching):
                is_sure = watching[0].place is None or watching[0] in sidecars(scope)
                yield _overlooked(board, watching[0], SEVERITY if is_sure else Severity.WARNING)
            elif not watching and labelled and board not in labelled:
                yield _unlabelled(board, labelled[0], label)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Sidecars that are not among the files."""
    for scope, boards in _unnamed(repository):
        for board in [] if _watching(scope, repository) else boards:
            text = f"a Grafana loads the dashboards of {board}"
            yield Assumption(text, board.located.place(("metadata", "name")))


def _unnamed(repository: Repository) -> Iterator[tuple[Scope, list[KubeObject]]]:
    known = named_in(repository.chart_values)
    for scope, found in repository.board_maps:
        yield scope, [each for each in found if each.name not in known]


def _watching(scope: Scope, repository: Repository) -> list[Sidecar]:
    found = [each for one in repository.scopes.around(scope) for each in sidecars(one)]
    found += [each for values in repository.chart_values for each in of_values(values) if not scope.tree]
    return found or list(of_facts(scope.facts))


def _labels(board: KubeObject) -> dict[str, str]:
    labels = board.metadata.get("labels")
    return {key: value for key, value in labels.items() if _WORD in str(key)} if isinstance(labels, dict) else {}


def _usual(boards: list[KubeObject]) -> str:
    """The label for dashboards that most of them have; empty if none has any."""
    counts = Counter(label for board in boards for label in _labels(board))
    return counts.most_common(1)[0][0] if counts else ""


def _overlooked(board: KubeObject, sidecar: Sidecar, severity: Severity) -> Finding:
    wanted = f"{sidecar.label}: {sidecar.value or _WORD}"
    elsewhere = bool(sidecar.namespaces) and board.namespace not in sidecar.namespaces
    where = f" in {', '.join(sorted(sidecar.namespaces))}" if elsewhere else ""
    message = f"Grafana's sidecar overlooks {board}: it looks for {wanted}{where}"
    notes = (Note("what the sidecar looks for", sidecar.place),) if sidecar.place else ()
    place = _place(board)
    hint = "put it into that namespace" if elsewhere else f'add the label {sidecar.label}: "{sidecar.value or 1}"'
    return Finding(ID, severity, message, place, hint, notes)


def _unlabelled(board: KubeObject, other: KubeObject, label: str) -> Finding:
    value = _labels(other)[label]
    message = f"{board} holds dashboards and lacks the label {label}, which {other.name} beside it has"
    place = _place(board)
    note = Note(f"{other} has it", other.located.place(("metadata", "labels", label)))
    return Finding(ID, Severity.WARNING, message, place, f'add the label {label}: "{value}"', (note,))


def _place(board: KubeObject) -> Place:
    """Its labels, or its name: a kustomization gives labels to many objects, and a generator its own to one."""
    labels = board.located.place(("metadata", "labels"), key=True)
    return board.located.place(("metadata", "name")) if Path(labels.file).name in KUSTOMIZATION_NAMES else labels
