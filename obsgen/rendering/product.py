"""What is kept of a rendered stack: its files, where they go, and what is said of it. It travels between processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Place
from obsgen.pipeline import StackTree
from obsgen.profile.load import LoadedProfile
from obsgen.render.manifest import Identity

_BEFORE = "secrets that must exist before the first sync:"


@dataclass(frozen=True, slots=True)
class Head:
    """What a profile says of itself, faultless or not; `place` is where it names its stack."""

    file: str
    stack: str
    environments: tuple[str, ...]
    place: Place
    is_unnamed: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A rendered stack. `applied` are the objects that each cluster gets, by the cluster's key.

    `told` is what a summary says: the first line goes on with where the files are. `inputs` are the files and folders
    that it was made from, besides what comes with obsgen.
    """

    head: Head
    files: Mapping[str, bytes]
    argocd: Mapping[str, bytes]
    applied: tuple[tuple[str | None, frozenset[Identity]], ...]
    told: tuple[str, ...]
    inputs: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.head.stack


def head_of(profile: LoadedProfile) -> Head:
    """What a profile says of itself."""
    merged = profile.base.merged
    place = merged.document.place(("stack",))
    return Head(profile.file, profile.stack, tuple(profile.environments), place, ("stack",) in merged.lost)


def product_of(profile: LoadedProfile, tree: StackTree, inputs: Sequence[Path]) -> Product:
    """What is kept of a tree."""
    applied = tuple((each.cluster.key, each.everything.identities) for each in tree.deliveries)
    return Product(head_of(profile), tree.files, tree.argocd, applied, tuple(_told(tree)), tuple(inputs))


def _told(tree: StackTree) -> Iterator[str]:
    pad = " " * len(tree.name)
    objects = len(tree.base.objects) + len(tree.base.board_maps)
    overlays = ", ".join(f"{name} ({_overlay(tree, name)})" for name in tree.environments)
    yield f"{tree.name}   base {count(objects, 'object')}; overlays {overlays}"
    if not any(each.objects or each.board_maps for each in (tree.base, *tree.environments.values())):
        yield f"{pad}   nothing to watch: write `modelServers:`, `gpuExporter:` or one of the others (`obsgen init`)"
    yield f"{pad}   {', '.join(_counts(tree))}"
    left_out = [f"{name}: {each}" for name, r in tree.environments.items() for each in r.stack.left_out]
    yield from _listed("left out in", left_out)
    yield from _listed("assumed", [each for r in tree.spoken_of.values() for each in r.stack.assumptions])
    secrets = [
        f"{s.namespace}/{s.name} ({', '.join(s.keys)})" for r in tree.spoken_of.values() for s in r.stack.secrets
    ]
    stored = all(each.stack.settings.secret_store for each in tree.environments.values())
    yield from _listed("secrets that the store must hold:" if stored else _BEFORE, secrets)


def _counts(tree: StackTree) -> Iterator[str]:
    yield count(len(tree.base.alerts), "alert")
    limits = sum(alert.limit is not None for alert in tree.base.alerts)
    yield count(len(tree.base.recordings) + limits, "recording rule")
    panels = sum(board.panels for board in tree.boards)
    yield f"{count(len(tree.boards), 'dashboard')} ({count(panels, 'panel')})"
    yield count(sum(each.part == "monitors" for each in tree.base.objects), "monitor")
    yield count(sum(path.startswith("application-") for path in tree.argocd), "application")
    sets = sum(path.startswith("applicationset-") for path in tree.argocd)
    yield from [count(sets, "application set")] if sets else ()


def _overlay(tree: StackTree, environment: str) -> str:
    """What an overlay changes; that of an environment with clusters, and theirs."""
    clusters = {f"overlays/{environment}/{each.name}/" for each in tree.clusters(environment)}
    patches = [path for path in tree.files if path.startswith(f"overlays/{environment}/") and "/patch-" in path]
    theirs = sum("/".join(path.split("/", 3)[:3]) + "/" in clusters for path in patches)
    own = count(len(patches) - theirs, "patch", "patches")
    return f"{own}; {count(len(clusters), 'cluster')}: {count(theirs, 'patch', 'patches')}" if clusters else own


def _listed(what: str, items: Sequence[str]) -> Iterator[str]:
    """Items one below the other, the first behind a heading."""
    for index, item in enumerate(dict.fromkeys(items)):
        yield f"{what if index == 0 else ' ' * len(what)} {item}"


def count(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: `1 file`, `1,200 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
