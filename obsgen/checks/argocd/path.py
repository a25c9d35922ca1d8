"""Applications whose folder is not in the repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from obsgen.checks.result import Assumption
from obsgen.checks.wording import is_slip
from obsgen.findings import Finding, Severity
from obsgen.hints import did_you_mean
from obsgen.repository import Repository
from obsgen.repository.argocd.applications import Source, mentions
from obsgen.repository.forges import roots

ID = "argocd/path"
LEVEL = 5
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error where other Applications of the same repository lead here; a warning where a near folder is there."""
    known = roots(mentions(repository.applications))
    for application in repository.applications:
        for source in application.sources():
            root = known.get(source.repository)
            if root is None:
                yield from _perhaps(source, application.object.located.file)
            elif not (root / source.path).is_dir():
                yield _missing(source, root, SEVERITY)


def assumptions(repository: Repository) -> Iterator[Assumption]:
    """Folders of repositories that are not here."""
    known = roots(mentions(repository.applications))
    for application in repository.applications:
        for source in application.sources():
            if source.repository not in known:
                text = f"the repository {source.repository} has a folder {source.path}"
                yield Assumption(text, source.located.place())


def _perhaps(source: Source, beside: str) -> Iterator[Finding]:
    """A folder that nothing else tells to be of this repository, and that is here but for one slip."""
    for folder in Path(beside).resolve().parents:
        there, lost = _split(folder, source.path)
        if there != folder and lost and any(is_slip(lost, each) for each in _folders(there)):
            yield _missing(source, folder, Severity.WARNING)
            return


def _split(root: Path, path: str) -> tuple[Path, str]:
    """The deepest folder of a path that is there, and the first one that is not."""
    for part in Path(path).parts:
        if not (root / part).is_dir():
            return root, part
        root = root / part
    return root, ""


def _folders(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.is_dir()]


def _missing(source: Source, root: Path, severity: Severity) -> Finding:
    there, lost = _split(root, source.path)
    message = f"there is no folder {source.path} in this repository"
    inside = there.relative_to(root).as_posix() if there != root else "its root"
    beside = ", ".join(sorted(_folders(there))[:8]) or "no folders"
    hint = did_you_mean(lost, _folders(there)) or f"{inside} has {beside}"
    return Finding(ID, severity, message, source.located.place(), hint)
