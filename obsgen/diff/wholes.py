"""What is there on one side alone as a whole: its objects need not be told one by one."""

from __future__ import annotations

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.trees import ARGOCD, State, Tree


def whole(unit: Unit, old: Tree, new: Tree) -> Change:
    """A stack, an environment or a cluster that one side does not have."""
    is_new = unit in new.states
    side, other = (new, old) if is_new else (old, new)
    sort, name = _called(unit, other)
    details = () if sort == "stack" else tuple(sorted(map(str, side.states[unit].objects)))
    if is_new:
        return Change(f"change/{sort}-added", "+", name, "new", Risk.SAFE, details)
    risk = Risk.REVIEW if sort == "applications" else Risk.STOPS_PAGING
    return Change(f"change/{sort}-removed", "-", name, "gone, with all that it has", risk, details)


def is_folder(unit: Unit, old: Tree, new: Tree) -> bool:
    """Whether a unit is a folder of manifests: of those each object is told, wherever it lies."""
    return not any(each.stack == unit.stack and each.environment for each in (*old.states, *new.states))


def state(unit: Unit, tree: Tree) -> State:
    """What a unit gets, if only nothing."""
    return tree.states.get(unit) or State(unit, {}, {}, tree)


def _called(unit: Unit, other: Tree) -> tuple[str, str]:
    if not any(each.stack == unit.stack for each in other.states):
        return "stack", f"stack {unit.stack}"
    if unit.environment == ARGOCD:
        return "applications", "Argo CD's Applications"
    if unit.cluster:
        return "cluster", f"cluster {unit.cluster}"
    return "environment", f"environment {unit.environment}" if unit.environment else "what all environments share"
