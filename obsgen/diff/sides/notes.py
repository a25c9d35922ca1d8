"""What whoever reads a comparison must know of the trees: rendered anew, changed by hand, left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from obsgen.diff.sides.asked import ROOTS, Side
from obsgen.diff.sides.sources import Source
from obsgen.findings import InputError
from obsgen.tree.paths import RECORD
from obsgen.tree.record import digest, load_record

_LISTED = 3


def lies(tree: Path) -> bool:
    """Whether a folder is a stack's tree."""
    return (tree / RECORD).is_file() or (tree / "base").is_dir() or (tree / "overlays").is_dir()


def rendered(sides: Mapping[str, Side], expected: bool) -> Iterator[str]:
    """Stacks whose tree is not there, so that it had to be rendered."""
    absent = [] if expected else sorted(name for name, each in sides.items() if each.is_rendered)
    if not absent:
        return
    source = sides[absent[0]].source
    where = f" committed at {source.mark[1:]}" if source.mark else f" in {source.label}"
    if len(absent) > _LISTED:
        yield f"the trees of {len(absent):,} stacks are not{where}: rendered from their profiles there, by this obsgen"
        return
    for stack in absent:
        yield f"out/{stack} is not{where}: rendered from {sides[stack].profile}{source.mark}, by this obsgen"


def by_hand(there: Mapping[str, Side], base: Mapping[str, Side], source: Source) -> Iterator[str]:
    """Trees of the working tree that are not as a render left them: it is renders that are compared."""
    folder = source.bring(())
    edited = {f"{root}/{name}": _edited(folder / root / name) for name in there for root in ROOTS}
    files = [f"{root}/{path}" for root, paths in edited.items() for path in paths]
    if files:
        more = f" and {len(files) - 1:,} more are" if len(files) > 1 else " is"
        yield (
            f"{files[0]}{more} not as obsgen wrote it, and Argo CD syncs what is committed: "
            "what is compared here is what the profiles render. See it by: obsgen diff out; undo it by: obsgen render"
        )
    committed = {name: each for name, each in base.items() if name in there and each.source.mark}
    gone = [name for name, each in committed.items() if not each.is_rendered and lies(each.tree.paths[0])]
    for name in gone:
        if not lies(folder / "out" / name):
            yield f"out/{name} is not in {source.label}, and Argo CD prunes what is gone: obsgen render"


def left_over(base: Mapping[str, Side], there: Mapping[str, Side], source: Source) -> Iterator[str]:
    """Trees whose profile is gone."""
    folder = source.bring(())
    for name, each in base.items():
        roots = [f"{root}/{name}" for root in ROOTS if (folder / root / name).is_dir()]
        if name not in there and each.profile and roots:
            verb, them = ("are", "them") if len(roots) > 1 else ("is", "it")
            yield (
                f"{' and '.join(roots)} {verb} still there without a profile, and Argo CD goes on with {them}: "
                f"git rm -r {' '.join(roots)}"
            )


def _edited(tree: Path) -> list[str]:
    """The files of a tree that are not as its record says, or not there."""
    try:
        record = load_record((tree / RECORD).read_bytes(), RECORD)
    except (OSError, InputError):
        return []
    return [path for path, wanted in record.items() if _hash(tree / path) != wanted]


def _hash(file: Path) -> str:
    try:
        return digest(file.read_bytes())
    except OSError:
        return ""
