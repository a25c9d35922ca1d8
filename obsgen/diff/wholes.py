"""What is there on one side alone as a whole: its objects need not be told one by one."""

from __future__ import annotations

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.trees import ARGOCD, State, Tree

STACK_IDS = ("change/stack-added", "change/stack-removed")
_IDS = {
    "stack": STACK_IDS,
    "environment": ("change/environment-added", "change/environment-removed"),
    "cluster": ("change/cluster-added", "change/cluster-removed"),
    "applications": ("change/applications-added", "change/applications-removed"),
}


def whole(unit: Unit, old: Tree, new: Tree) -> Change:
    """A stack, an environment or a cluster that one side does not have."""
    is_new = unit in new.states
    side, other = (new, old) if is_new else (old, new)
    sort, name = _called(unit, other)
    added, removed = _IDS[sort]
    details = () if sort == "stack" else tuple(sorted(map(str, side.states[unit].objects)))
    if is_new:
        return Change(added, "+", name, "new", Risk.SAFE, details)
    risk = Risk.REVIEW if sort == "applications" else Risk.STOPS_PAGING
    return Change(removed, "-", name, "gone, with all that it has", risk, details)


def is_folder(unit: Unit, old: Tree, new: Tree) -> bool:
    """Whether a unit is a folder of manifests, or what environments share: of those each object is told."""
    if not unit.environment:
        sides = [{each.stack for each in tree.states} for tree in (old, new)]
        return all(unit.stack in stacks for stacks in sides) or not _has_environments(unit.stack, old, new)
    return False


def state(unit: Unit, tree: Tree) -> State:
    """What a unit gets, if only nothing."""
    return tree.states.get(unit) or State(unit, {}, {}, tree)


def _has_environments(stack: str, *trees: Tree) -> bool:
    return any(each.stack == stack and each.environment for tree in trees for each in tree.states)


def _called(unit: Unit, other: Tree) -> tuple[str, str]:
    if not any(each.stack == unit.stack for each in other.states):
        return "stack", f"stack {unit.stack}"
    if unit.environment == ARGOCD:
        return "applications", "Argo CD's Applications"
    return (
        ("cluster", f"cluster {unit.cluster}") if unit.cluster else ("environment", f"environment {unit.environment}")
    )
