"""`obsgen render`: from profiles to trees on disk, all of them or none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from obsgen.cores import Progress
from obsgen.findings import Faults, Finding, InputError, Place, error
from obsgen.hints import nearest
from obsgen.render.manifest import Identity
from obsgen.rendering.memory import Memory
from obsgen.rendering.product import Head, Product, count
from obsgen.rendering.work import rendered
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

    trees: tuple[Product, ...]
    plans: tuple[Plan, ...]
    memory: Memory
    started: float = field(default_factory=time.perf_counter)

    def roots(self, tree: Product) -> list[Path]:
        """The folders that hold a tree."""
        return [plan.root for plan in self.plans if plan.root.name == tree.name]


def plan(paths: Sequence[Path], options: Options, progress: Progress = lambda _: None) -> Planned:
    """Renders the profiles and compares the trees with the disk. InputError with the faults of all profiles."""
    started = time.perf_counter()
    memory = Memory(options.templates, out_folder(options), argocd_folder(options))
    trees = _products(paths, options, memory, progress)
    plans = [each for tree in trees for each in _plans(tree, options)]
    return Planned(trees, tuple(plans), memory, started)


def products(paths: Sequence[Path], options: Options, progress: Progress) -> tuple[Product, ...]:
    """The stacks of the profiles. InputError with the faults of all of them."""
    return _products(paths, options, Memory(options.templates, out_folder(options), argocd_folder(options)), progress)


def _products(paths: Sequence[Path], options: Options, memory: Memory, progress: Progress) -> tuple[Product, ...]:
    """The stacks; one whose tree is there, made from the same inputs by the same obsgen, is not rendered again."""
    known = {path: product for path in paths if (product := memory.recalled(path))}
    left = [path for path in paths if path not in known]
    done = dict(zip(left, rendered(left, options.templates, progress), strict=True))
    with Faults() as faults:
        faults.findings += [finding for each in done.values() for finding in each.findings]
        heads = [known[path].head if path in known else done[path].head for path in paths]
        faults.findings += _conflicts([each for each in heads if each], options, complete=None not in heads)
    found = [known.get(path) or done[path].product for path in paths]
    trees = [each for each in found if each]
    _check_collisions(trees)
    return tuple(trees)


def _conflicts(heads: Sequence[Head], options: Options, *, complete: bool) -> Iterator[Finding]:
    """Two profiles of one stack, or an environment that none of them has; `complete` if all could be read."""
    seen = dict[str, Head]()
    for head in heads:
        if head.stack in seen and not head.is_unnamed:
            message = f"stack '{head.stack}' is also that of {seen[head.stack].file}"
            yield error("profile/duplicate-stack", message, head.place, "give one of them another name")
        seen[head.stack] = head
    known = sorted({name for head in heads for name in head.environments})
    if options.environment and options.environment not in known and complete:
        place = Place(heads[0].file)
        message = f"no environment '{options.environment}'"
        yield error("profile/unknown-environment", message, place, nearest(options.environment, known))


def _check_collisions(trees: Sequence[Product]) -> None:
    """Objects of two stacks that would overwrite each other on one cluster."""
    findings: list[Finding] = []
    earlier: dict[str | None, dict[Identity, str]] = {}
    for tree in trees:
        for cluster, identities in tree.applied:
            there = earlier.setdefault(cluster, {})
            shared = [each for each in sorted(identities) if there.setdefault(each, tree.name) != tree.name]
            findings += [_collision(each, there[each], tree.head.place) for each in shared if each[1] != "Namespace"]
    if findings:
        raise InputError(dict.fromkeys(findings))


def _collision(identity: Identity, owner: str, place: Place) -> Finding:
    message = f"{identity[1]} {identity[2]}/{identity[3]} is also in stack '{owner}'"
    return error("profile/collision", message, place, "use other names, another namespace or another cluster")


def out_folder(options: Options) -> Path:
    """The folder of all trees."""
    return options.out or Path("out")


def argocd_folder(options: Options) -> Path:
    """The folder of all trees' Applications."""
    return options.out / "argocd" if options.out else Path("argocd")


def _plans(tree: Product, options: Options) -> Iterator[Plan]:
    """The plans of a tree's two roots, below the working directory or the folder that the user named."""
    argocd = argocd_folder(options)
    within = options.out or Path()
    yield plan_tree(out_folder(options) / tree.name, tree.files, only=_only(options.environment), within=within)
    if tree.argocd or (argocd / tree.name).exists():
        yield plan_tree(argocd / tree.name, tree.argocd, within=within)


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
    outcomes = apply_all(planned.plans, force=options.force)
    if options.environment is None:
        planned.memory.remember(planned.trees)
    return outcomes


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
    return f"{', '.join(tree.name for tree in planned.trees)}: up to date, {count(files, 'file')}."


def summary(planned: Planned, outcomes: Sequence[Outcome], *, verbose: bool = False, dry_run: bool = False) -> str:
    """What was rendered, assumed and written; a few lines a stack."""
    lines = [line for tree in planned.trees for line in _told(tree, planned.roots(tree))]
    roots = zip(planned.plans, outcomes, strict=True)
    if verbose:
        lines += [f"  {mark} {each.root / path}" for each, done in roots for mark, path in _changes(done)]
    written, unchanged, removed = (
        sum(len(getattr(each, name)) for each in outcomes) for name in ("written", "unchanged", "removed")
    )
    seconds = time.perf_counter() - planned.started
    would = "would be " if dry_run else ""
    lines.append(
        f"{count(written, 'file')} {would}written, {unchanged} unchanged, {removed} removed in {seconds:.1f} s."
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


def _told(tree: Product, roots: Sequence[Path]) -> Iterator[str]:
    first, *others = tree.told
    yield f"{first}  → {', '.join(map(str, roots))}"
    yield from others
