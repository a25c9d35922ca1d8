"""What is there on one side alone as a whole: its objects need not be told one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.diff.model import Change, Risk, Unit
from obsgen.diff.overall.arrivals import arrivals
from obsgen.diff.overall.pruning import outlives, stays
from obsgen.diff.parts.volumes import keeps_volumes
from obsgen.diff.trees import ARGOCD, State, Tree

STACK_IDS = ("change/stack-added", "change/stack-removed")
_IDS = {
    "stack": STACK_IDS,
    "environment": ("change/environment-added", "change/environment-removed"),
    "cluster": ("change/cluster-added", "change/cluster-removed"),
    "applications": ("change/applications-added", "change/applications-removed"),
}


def wholes(units: Iterable[Unit], old: Tree, new: Tree) -> Iterator[tuple[Change, frozenset[Unit]]]:
    """Stacks, environments and clusters that one side does not have, each with the units that it is."""
    known = {tree: {each.stack for each in tree.states} for tree in (old, new)}
    stacks: dict[tuple[bool, str], list[Unit]] = {}
    for each in units:
        is_new = each in new.states
        if each.stack in known[old if is_new else new]:
            yield _whole(*_called(each), is_new, [state(each, new if is_new else old)]), frozenset((each,))
        else:
            stacks.setdefault((is_new, each.stack), []).append(each)
    for (is_new, stack), found in stacks.items():
        states = [state(each, new if is_new else old) for each in found]
        yield _whole("stack", f"stack {stack}", is_new, states), frozenset(found)


def is_whole(unit: Unit, old: Tree, new: Tree) -> bool:
    """Whether one side does not have a unit at all, and nothing need be told of what is in it."""
    return not (unit in old.states and unit in new.states) and not is_folder(unit, old, new)


def _whole(sort: str, name: str, is_new: bool, states: list[State]) -> Change:
    added, removed = _IDS[sort]
    objects = () if sort == "stack" else tuple(sorted(str(key) for each in states for key in each.objects))
    if is_new:
        brought = arrivals(states)
        what = f"new: {brought}" if str(brought) else "new"
        return Change(added, "+", name, what, brought.risk, (*brought.details, *objects))
    deployed = [each for each in states if each.unit.environment not in ("", ARGOCD)]
    if deployed and all(map(outlives, deployed)):
        what = "gone from the files: what it has stays in the cluster, and grows old"
        return Change(removed, "-", name, what, Risk.REVIEW, objects)
    what, kept = "gone, with all that it has", sorted({kind for each in states for kind in _lost(each)})
    if kept:
        return Change(removed, "-", name, f"{what} and the data of its {_and(kept)}", Risk.DESTROYS, objects)
    return Change(removed, "-", name, what, Risk.REVIEW if sort == "applications" else Risk.STOPS_PAGING, objects)


def _lost(state_: State) -> set[str]:
    """The kinds of objects whose volumes are gone with a unit."""
    return {each.kind for each in state_.objects.values() if keeps_volumes(each) and not stays(each)}


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


def _called(unit: Unit) -> tuple[str, str]:
    if unit.environment == ARGOCD:
        return "applications", "Argo CD's Applications"
    return (
        ("cluster", f"cluster {unit.cluster}") if unit.cluster else ("environment", f"environment {unit.environment}")
    )


def _and(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
