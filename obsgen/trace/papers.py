"""What stands beside a path: the runbook, the boards that show the same series, the application that brings it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from obsgen.findings import Place
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.runbooks import runbook_of
from obsgen.repository.objects import Located
from obsgen.repository.queries.rules import Rule
from obsgen.trace.defects import ids
from obsgen.trace.ground import Ground, Panel
from obsgen.trace.model import Hop, State

ARGO = "argo cd"
"""The kind of hops that are Argo CD applications."""
_GROUP = "argoproj.io"
_SPECS = {"Application": ("spec",), "ApplicationSet": ("spec", "template", "spec")}
"""Where kinds of applications say what they bring."""


def runbook(ground: Ground, rule: Rule) -> Iterator[Hop]:
    """What the alert's annotation leads to; nothing of alerts that name no runbook."""
    found = runbook_of(rule)
    if found is None:
        return
    if found.is_text:
        yield Hop("runbook", "in the alert's own annotation", found.located.place(key=True))
        return
    lost = ground.defects.at(found.located, ids("rules/no-runbook", "link/runbook"))
    if found.page:
        name = f"{found.page.parent.name}/{found.page.name}"
        yield Hop("runbook", name, Place(_as_typed(ground, found.page)), State.FACT, lost)
    else:
        text = found.url if lost else f"{found.url}, not among these files"
        yield Hop("runbook", text, found.located.place(), State.ASSUMED, lost)


def _as_typed(ground: Ground, path: Path) -> str:
    """A path below those that somebody asked for, or below the working folder, as they write it."""
    for root in (*ground.repository.paths, Path()):
        if path.is_relative_to(root.resolve()):
            return str(Path(root, path.relative_to(root.resolve())))
    return str(path)


def boards(ground: Ground, names: Iterable[str]) -> Iterator[Hop]:
    """The panels that show some series, or what rules record of them."""
    wanted = frozenset(names)
    for panel in ground.panels:
        if any(wanted & ground.series(each) for each in panel.expressions):
            yield panel_hop(panel)


def panel_hop(panel: Panel) -> Hop:
    """A panel, by itself."""
    text = ", ".join(filter(None, (panel.board_title, f'panel "{panel.title}"')))
    return Hop("dashboard", text, panel.located.place(("title",)))


def alerts_on(ground: Ground, names: Iterable[str]) -> Iterator[Alert]:
    """The alerts that stand on some series, or on what rules record of them."""
    wanted = frozenset(names)
    for alert in ground.alerts:
        expression = ground.promql(alert.rule)
        if expression and wanted & ground.series(expression):
            yield alert


def applications(ground: Ground, part: Located) -> Iterator[Hop]:
    """The Argo CD applications that bring the file in which something stands."""
    file = Path(part.file).resolve()
    for each in ground.repository.objects:
        if each.group == _GROUP and each.kind in _SPECS:
            for source in _sources(each.located.at(*_SPECS[each.kind])):
                if _brings(ground, source.value, file):
                    yield Hop(ARGO, f"{each.kind} {each.name}, path {source.value}", source.place())


def _sources(spec: Located) -> list[Located]:
    found = [spec.at("source", "path"), *(each.at("path") for each in spec.at("sources").items())]
    return [each for each in found if isinstance(each.value, str) and each.value.strip("./")]


def _brings(ground: Ground, path: str, file: Path) -> bool:
    """Whether the folder of a path brings a file: by its kustomization, or by holding it."""
    wanted = path.strip("/").split("/")
    for folder in {*ground.kustomizations, *file.parents}:
        if _is_so(folder, wanted) and (ground.base is None or folder.is_relative_to(ground.base)):
            held = folder in file.parents and folder not in ground.kustomizations
            if held or file in ground.reached(folder):
                return True
    return False


def _is_so(folder: Path, wanted: list[str]) -> bool:
    """Whether a folder ends in a path, parts of which an ApplicationSet may fill in."""
    found = folder.parts[-len(wanted) :]
    return len(found) == len(wanted) and all(
        "{{" in each or each == part for each, part in zip(wanted, found, strict=True)
    )
