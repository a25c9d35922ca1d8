"""What is there on one side alone as a whole: its objects need not be told one by one."""

from __future__ import annotations

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.trees import ARGOCD, State, Tree


def whole(unit: Unit, old: Tree, new: Tree) -> Change:
    """A unit that one side does not have; of a stack or a folder that is not there at all, that is told."""
    is_new = unit in new.states
    side, other = (new, old) if is_new else (old, new)
    sort, name = _called(unit, side, other)
    details = () if sort == "stack" else _details(side.states[unit])
    if is_new:
        return Change(f"change/{sort}-added", "+", name, "new", Risk.SAFE, details)
    risk = Risk.REVIEW if sort == "applications" else Risk.STOPS_PAGING
    return Change(f"change/{sort}-removed", "-", name, "gone, with all that it has", risk, details)


def _called(unit: Unit, side: Tree, other: Tree) -> tuple[str, str]:
    mine = [each for each in side.states if each.stack == unit.stack]
    if not any(each.stack == unit.stack for each in other.states):
        sort = "stack" if any(each.environment for each in mine) else "folder"
        return sort, f"{sort} {unit.stack}"
    if unit.environment == ARGOCD:
        return "applications", "Argo CD's Applications"
    if unit.cluster:
        return "cluster", f"cluster {unit.cluster}"
    return ("environment", f"environment {unit.environment}") if unit.environment else ("folder", unit.stack)


def _details(state: State) -> tuple[str, ...]:
    return tuple(sorted(map(str, state.objects)))
