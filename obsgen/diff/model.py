"""What a difference is made of: where something is applied, what changed there, and what that risks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from obsgen.findings import Place
from obsgen.source import Route


class Risk(StrEnum):
    """What a change may do to those on call, the least first."""

    SAFE = "safe"
    REVIEW = "needs review"
    PAGES = "may page"
    LOSES_DATA = "loses data"
    STOPS_PAGING = "may stop paging"
    DESTROYS = "destroys data"

    @property
    def rank(self) -> int:
        """0 for what is safe, growing with the risk."""
        return list(Risk).index(self)


class Unit(NamedTuple):
    """Something that is applied as a whole: an environment of a stack, or one of its clusters.

    Without an environment it is what all of a stack's environments share; elsewhere `stack` is a folder.
    """

    stack: str
    environment: str = ""
    cluster: str = ""


class Key(NamedTuple):
    """What makes an object the same one on both sides; its API version may change."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class Spot(NamedTuple):
    """A part of an object, or of a file by its path in the tree: the value at `route`, and all below it."""

    owner: Key | str
    route: Route = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that means something else than before.

    `id` is its page's (`obsgen explain`), `sign` stands before the subject: `+` new, `-` gone, `~` changed, `▲` looser,
    `▼` tighter. `details` are further lines for those who ask. `covers` are the parts of objects and files that this
    tells about; nothing else need tell about them. `old` and `new` are where it stood, and where it stands now.
    Changes that differ in places alone are one. One that says nothing covers what means nothing.
    """

    id: str
    sign: str
    subject: str
    what: str
    risk: Risk
    details: tuple[str, ...] = ()
    covers: tuple[Spot, ...] = field(default=(), compare=False)
    old: Place | None = field(default=None, compare=False)
    new: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought a change: a line of a profile or of a component, or in words who did where no line can be told."""

    place: Place | None = None
    text: str = ""

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}" if self.place else self.text
