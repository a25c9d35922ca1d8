"""What is asked to be compared, and what that comes to: stacks, each on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from obsgen.diff.sides.sources import Source
from obsgen.diff.trees import Tree

ROOTS = ("out", "argocd")
"""The folders of all stacks' trees, and of all their Applications."""


@dataclass(frozen=True)
class Asked:
    """What is to be compared: profiles, or folders of manifests; and which two states of them.

    `base` and `head` are commits or folders; without them, where the branch left the main one and the working tree.
    `render_base` renders the base anew, whatever is committed there; `templates` are folders of one's own components.
    """

    paths: tuple[Path, ...] = ()
    base: str | None = None
    head: str | None = None
    render_base: bool = False
    templates: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Side:
    """A tree, and where it comes from; of a stack its profile, and whether the tree was rendered for this."""

    tree: Tree
    source: Source
    profile: str = ""
    is_rendered: bool = False

    @property
    def environments(self) -> frozenset[str]:
        """The environments of a stack, by the folders of its tree."""
        overlays = [path / "overlays" for path in self.tree.paths[:1]]
        return frozenset(each.name for one in overlays if one.is_dir() for each in one.iterdir() if each.is_dir())


@dataclass(frozen=True)
class Sides:
    """A stack, or folders of manifests, on both sides. `room` is a folder for more trees; `stack` is empty of folders.

    Of many stacks it is not tried what each line of a profile brings.
    """

    old: Side
    new: Side
    asked: Asked
    room: Path
    stack: str = ""
    is_one_of_many: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two trees, stack by stack, what they are called, and what whoever reads the comparison must know of them.

    Stacks that are the same on both sides may be left out; `environments` are those of all, side by side. `top` is the
    newer side's repository, `home` the folder that names of files begin at.
    """

    stacks: tuple[Sides, ...]
    labels: tuple[str, str]
    notes: tuple[str, ...] = ()
    environments: tuple[frozenset[str], ...] = ()
    top: Path = Path()
    home: Path = Path()
