"""Fixes of findings, written to the files in which they stand: each file in one step, or not at all."""

from __future__ import annotations

import codecs
import difflib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsgen.findings import Finding, Fix, InputError, Place, error
from obsgen.report.printable import printable
from obsgen.source.editing import Edit, edit_for, edited
from obsgen.source.load import read_text

MOST_ROUNDS = 10
"""How often fixes are looked for anew: one may have hidden another, and those that overlap wait for their turn."""

RENDERED = "is rendered: change the profile or the component, then render it anew"
GONE = "does not hold what the fix replaces where it stood"
_MOST_SHOWN = 80
_RECORD = Path(".obsgen", "record.json")


@dataclass(frozen=True, slots=True)
class Left:
    """A fix that was not made, and why its file was left alone."""

    fix: Fix
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of fixes: those made, those left, and for each file its text before and after."""

    made: tuple[Fix, ...] = ()
    left: tuple[Left, ...] = ()
    texts: tuple[tuple[str, str, str], ...] = ()

    def plus(self, later: Mended) -> Mended:
        """This and what was done after it."""
        return Mended((*self.made, *later.made), later.left, (*self.texts, *later.texts))


def mend(look: Callable[[], Iterable[Finding]], rounds: int = MOST_ROUNDS) -> Mended:
    """Makes fixes until looking gives none that can be made; one round where looking never sees what was made."""
    done = Mended()
    for _ in range(rounds):
        news = planned(look)
        for file, _, text in news.texts:
            _write(Path(file), text)
        done = done.plus(news)
        if not news.made:
            break
    return done


def planned(look: Callable[[], Iterable[Finding]]) -> Mended:
    """What fixing would do to the files as they are now; nothing is written."""
    by_file: dict[str, dict[Fix, None]] = {}
    for finding in look():
        if finding.fix:
            by_file.setdefault(finding.fix.place.file, {})[finding.fix] = None
    done = Mended()
    for file, fixes in sorted(by_file.items()):
        one = _of_file(file, tuple(fixes))
        done = Mended((*done.made, *one.made), (*done.left, *one.left), (*done.texts, *one.texts))
    return done


def _of_file(file: str, fixes: tuple[Fix, ...]) -> Mended:
    if is_rendered(Path(file)):
        return Mended(left=tuple(Left(fix, RENDERED) for fix in fixes))
    try:
        text = read_text(Path(file), file)
    except InputError as problem:
        return Mended(left=tuple(Left(fix, problem.findings[0].message) for fix in fixes))
    news, made = _all_at_once(text, file, fixes) or _one_by_one(text, file, fixes)
    left = tuple(Left(fix, GONE) for fix in fixes if fix not in made)
    return Mended(tuple(made), left, ((file, text, news),) if made else ())


def is_rendered(path: Path) -> bool:
    """Whether a file lies in a tree that `obsgen render` writes."""
    return any((folder / _RECORD).is_file() for folder in path.resolve().parents)


def _all_at_once(text: str, file: str, fixes: Sequence[Fix]) -> tuple[str, list[Fix]] | None:
    """The text with all fixes, if they do not overlap and are all found."""
    edits = [edit for fix in fixes if (edit := edit_for(text, file, fix))]
    if len(edits) < len(fixes) or len(list(_apart(edits))) < len(fixes):
        return None
    news = edited(text, file, edits)
    return None if news is None else (news, list(fixes))


def _one_by_one(text: str, file: str, fixes: Sequence[Fix]) -> tuple[str, list[Fix]]:
    """The text with those fixes that can be made, from the last place to the first, so that places stay true.

    Of two that overlap the later one is made; the other waits until it has been looked for anew.
    """
    made, limit = [], len(text)
    for fix in sorted(fixes, key=lambda one: one.place, reverse=True):
        for quoted in (False, True):
            edit = edit_for(text, file, fix, quoted=quoted)
            news = edited(text, file, [edit]) if edit and edit.end <= limit else None
            if edit and news is not None:
                text, limit = news, edit.start
                made.append(fix)
                break
    return text, made


def _apart(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Edits in the order of their places without those that overlap one before."""
    end = -1
    for edit in sorted(edits, key=lambda one: one.start):
        if edit.start >= end:
            yield edit
            end = edit.end


def summary(mended: Mended, *, dry_run: bool = False) -> str:
    """What was made and what was left, a line each, then how many; a reason to leave a file alone is told once."""
    verb = "would fix" if dry_run else "fixed"
    made = [f"{verb} {fix.place}: {_short(fix.old)} → {_short(fix.new)}" for fix in mended.made]
    left = dict.fromkeys(f"left alone: {one.fix.place.file} {one.reason}" for one in mended.left)
    total = f"fixes made: {len(mended.made)}, left: {len(mended.left)}{' (nothing was written)' if dry_run else ''}"
    return "\n".join(map(printable, (*made, *left, total)))


def _short(text: str) -> str:
    """A piece of text for one line."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]}…"


def difference(mended: Mended) -> str:
    """What fixing changes, as a unified diff."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for file, before, after in mended.texts
        for line in difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file}", f"b/{file}"
        )
    )


def _write(path: Path, text: str) -> None:
    """Puts a file's new text in its place in one step; its mode and its byte order mark stay."""
    real = path.resolve()
    try:
        mark = codecs.BOM_UTF8 if real.read_bytes().startswith(codecs.BOM_UTF8) else b""
        file, name = tempfile.mkstemp(prefix=".obsgen-", dir=real.parent)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(mark + text.encode())
                stream.flush()
                os.fchmod(stream.fileno(), real.stat().st_mode & 0o7777)
                os.fsync(stream.fileno())
            Path(name).replace(real)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise InputError([error("file/unwritable", f"cannot write {path}: {reason}", Place(str(path)))]) from None
