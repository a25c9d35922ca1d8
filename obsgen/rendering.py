"""`obsgen render`: from profiles to trees on disk, all of them or none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsgen import pipeline
from obsgen.findings import Faults, Finding, InputError, Place, error
from obsgen.hints import nearest
from obsgen.pipeline import StackTree
from obsgen.profile.load import LoadedProfile
from obsgen.render.manifest import Identity
from obsgen.tree import Outcome, Plan, apply_all, refusals, stale
from obsgen.tree import plan as plan_tree


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    environment: str | None = None
    out: Path | None = None
    force: bool = False
    templates: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Planned:
    """The trees of some profiles and what writing them would do; two plans a tree: its own and Argo CD's."""

    trees: tuple[StackTree, ...]
    plans: tuple[Plan, ...]
    started: float = field(default_factory=time.perf_counter)

    def roots(self, tree: StackTree) -> list[Path]:
        """The folders that hold a tree."""
        return [plan.root for plan in self.plans if plan.root.name == tree.name]


def plan(paths: Sequence[Path], options: Options) -> Planned:
    """Renders the profiles and compares the trees with the disk. InputError with the faults of all profiles."""
    started = time.perf_counter()
    with Faults() as faults:
        profiles = faults.each(paths, pipeline.load)
        faults.findings += _conflicts(profiles, options, complete=len(profiles) == len(paths))
        trees = faults.each(profiles, lambda profile: pipeline.render(profile, options.templates))
        faults.check()
        _check_collisions(profiles, trees)
        plans = [each for tree in trees for each in _plans(tree, options)]
        return Planned(tuple(trees), tuple(plans), started)


def _conflicts(profiles: Sequence[LoadedProfile], options: Options, *, complete: bool) -> Iterator[Finding]:
    """Two profiles of one stack, or an environment that none of them has; `complete` if all could be read."""
    seen = dict[str, LoadedProfile]()
    for profile in profiles:
        place = profile.base.merged.document.place(("stack",))
        if profile.stack in seen and not _is_unnamed(profile):
            message = f"stack '{profile.stack}' is also that of {seen[profile.stack].file}"
            yield error("profile/duplicate-stack", message, place, "give one of them another name")
        seen[profile.stack] = profile
    known = sorted({name for profile in profiles for name in profile.environments})
    if options.environment and options.environment not in known and complete:
        place = Place(profiles[0].file)
        message = f"no environment '{options.environment}'"
        yield error("profile/unknown-environment", message, place, nearest(options.environment, known))


def _is_unnamed(profile: LoadedProfile) -> bool:
    """Whether the stack's name is missing because it is at fault."""
    return ("stack",) in profile.base.merged.lost


def _check_collisions(profiles: Sequence[LoadedProfile], trees: Sequence[StackTree]) -> None:
    """Objects of two stacks that would overwrite each other on one cluster."""
    findings: list[Finding] = []
    earlier: dict[str | None, dict[tuple[str, frozenset[Identity]], None]] = {}
    for profile, tree in zip(profiles, trees, strict=True):
        place = profile.base.merged.document.place(("stack",))
        for each in tree.deliveries:
            there = earlier.setdefault(each.cluster.key, {})
            for owner, identities in there:
                shared = sorted(identities & each.everything.identities) if owner != tree.name else ()
                findings += [_collision(identity, owner, place) for identity in shared if identity[1] != "Namespace"]
            there[tree.name, each.everything.identities] = None
    if findings:
        raise InputError(findings)


def _collision(identity: Identity, owner: str, place: Place) -> Finding:
    message = f"{identity[1]} {identity[2]}/{identity[3]} is also in stack '{owner}'"
    return error("profile/collision", message, place, "use other names, another namespace or another cluster")


def _plans(tree: StackTree, options: Options) -> Iterator[Plan]:
    """The plans of a tree's two roots, below the working directory or the folder that the user named."""
    out = options.out or Path("out")
    argocd = options.out / "argocd" if options.out else Path("argocd")
    yield plan_tree(out / tree.name, tree.files, only=_only(options.environment), within=options.out or Path())
    if tree.argocd or (argocd / tree.name).exists():
        yield plan_tree(argocd / tree.name, tree.argocd, within=options.out or Path())


def _only(environment: str | None) -> Callable[[str], bool] | None:
    """What a render for one environment is about: everything but what is the others' alone."""
    if environment is None:
        return None
    values = (f"values/{environment}.yaml", f"values/{environment}/")
    tables = (f"tests/routes-{environment}.yaml", f"tests/routes-{environment}/")
    own = (f"overlays/{environment}/", *tables, *values)
    return lambda path: not path.startswith(("overlays/", "tests/routes-", "values/")) or path.startswith(own)


def write(planned: Planned, options: Options) -> list[Outcome]:
    """Brings the disk to the planned trees. InputError if hand edits or foreign files are in the way."""
    return apply_all(planned.plans, force=options.force)


def dry_run(planned: Planned, options: Options) -> list[Outcome]:
    """What a write would do. InputError where it would be refused."""
    findings = [finding for each in planned.plans for finding in refusals(each, force=options.force)]
    if findings:
        raise InputError(findings)
    return [Outcome(each.written, each.unchanged, each.removed) for each in planned.plans]


def stale_findings(planned: Planned) -> list[Finding]:
    """How the disk differs from what a render would leave."""
    return [finding for each in planned.plans for finding in stale(each)]


def fresh(planned: Planned) -> str:
    """One line for trees that are as a render would leave them."""
    files = sum(len(each.unchanged) for each in planned.plans)
    return f"{', '.join(tree.name for tree in planned.trees)}: up to date, {_count(files, 'file')}."


def summary(planned: Planned, outcomes: Sequence[Outcome], *, verbose: bool = False, dry_run: bool = False) -> str:
    """What was rendered, assumed and written; a few lines a stack."""
    lines = [line for tree in planned.trees for line in _stack_lines(tree, planned.roots(tree))]
    roots = zip(planned.plans, outcomes, strict=True)
    if verbose:
        lines += [f"  {mark} {each.root / path}" for each, done in roots for mark, path in _changes(done)]
    written, unchanged, removed = (
        sum(len(getattr(each, name)) for each in outcomes) for name in ("written", "unchanged", "removed")
    )
    seconds = time.perf_counter() - planned.started
    would = "would be " if dry_run else ""
    lines.append(
        f"{_count(written, 'file')} {would}written, {unchanged} unchanged, {removed} removed in {seconds:.1f} s."
    )
    if not dry_run:
        lines[-1] += f" Next: obsgen validate {_written(planned)}"
    return "\n".join(lines)


def _written(planned: Planned) -> Path:
    """Where the tree is; of several, the folder that holds them."""
    root = planned.plans[0].root
    return root if len(planned.trees) == 1 else root.parent


def _changes(outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield from (("+", path) for path in outcome.written)
    yield from (("-", path) for path in outcome.removed)


_BEFORE = "secrets that must exist before the first sync:"


def _stack_lines(tree: StackTree, roots: Sequence[Path]) -> Iterator[str]:
    pad = " " * len(tree.name)
    objects = len(tree.base.objects) + len(tree.base.board_maps)
    overlays = ", ".join(f"{name} ({_overlay(tree, name)})" for name in tree.environments)
    yield f"{tree.name}   base {_count(objects, 'object')}; overlays {overlays}  → {', '.join(map(str, roots))}"
    if not any(each.objects or each.board_maps for each in (tree.base, *tree.environments.values())):
        yield f"{pad}   nothing to watch: write `modelServers:`, `gpuExporter:` or one of the others (`obsgen init`)"
    panels = sum(board.panels for board in tree.boards)
    applications = sum(path.startswith("application-") for path in tree.argocd)
    sets = sum(path.startswith("applicationset-") for path in tree.argocd)
    monitors = sum(each.part == "monitors" for each in tree.base.objects)
    limits = sum(alert.limit is not None for alert in tree.base.alerts)
    parts = [
        _count(len(tree.base.alerts), "alert"),
        _count(len(tree.base.recordings) + limits, "recording rule"),
        f"{_count(len(tree.boards), 'dashboard')} ({_count(panels, 'panel')})",
        _count(monitors, "monitor"),
        _count(applications, "application"),
        *([_count(sets, "application set")] if sets else ()),
    ]
    yield f"{pad}   {', '.join(parts)}"
    left_out = [f"{name}: {each}" for name, r in tree.environments.items() for each in r.stack.left_out]
    yield from _told("left out in", left_out)
    yield from _told("assumed", [each for r in tree.spoken_of.values() for each in r.stack.assumptions])
    secrets = [
        f"{s.namespace}/{s.name} ({', '.join(s.keys)})" for r in tree.spoken_of.values() for s in r.stack.secrets
    ]
    stored = all(each.stack.settings.secret_store for each in tree.environments.values())
    yield from _told("secrets that the store must hold:" if stored else _BEFORE, secrets)


def _overlay(tree: StackTree, environment: str) -> str:
    """What an overlay changes; that of an environment with clusters, and theirs."""
    clusters = {f"overlays/{environment}/{each.name}/" for each in tree.clusters(environment)}
    patches = [path for path in tree.files if path.startswith(f"overlays/{environment}/") and "/patch-" in path]
    theirs = sum("/".join(path.split("/", 3)[:3]) + "/" in clusters for path in patches)
    own = _count(len(patches) - theirs, "patch", "patches")
    return f"{own}; {_count(len(clusters), 'cluster')}: {_count(theirs, 'patch', 'patches')}" if clusters else own


def _told(what: str, items: Sequence[str]) -> Iterator[str]:
    """Items one below the other, the first behind a heading."""
    for index, item in enumerate(dict.fromkeys(items)):
        yield f"{what if index == 0 else ' ' * len(what)} {item}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
