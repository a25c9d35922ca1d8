"""Finds what a name means in some files, and works out its path wherever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from obsgen.facts import Facts
from obsgen.findings import Finding, InputError, Place, error, redacted
from obsgen.hints import did_you_mean, nearest
from obsgen.leaks import without
from obsgen.repository import read_repository
from obsgen.trace import subjects
from obsgen.trace.defects import defects
from obsgen.trace.ground import Ground, grounds
from obsgen.trace.model import Hop, Trace, Tracing, distinct
from obsgen.trace.naming import Subject, series_named, subjects_of
from obsgen.trace.papers import ARGO


def trace(
    name: str,
    paths: Iterable[Path],
    environment: str = "",
    facts: Facts | None = None,
    templates: Sequence[Path] = (),
) -> Tracing:
    """The paths of all that has a name; InputError if nothing has it, a path does not exist, or an environment."""
    return Tracer(paths, environment, facts, templates).trace(name)


class Tracer:
    """Files read once, of which many paths may be asked."""

    def __init__(
        self, paths: Iterable[Path], environment: str = "", facts: Facts | None = None, templates: Sequence[Path] = ()
    ) -> None:
        self.repository = read_repository(paths, facts=facts, templates=templates)
        self._secrets = sorted({one.value for one in self.repository.secrets})
        places = grounds(self.repository, defects(self.repository))
        self.grounds = [each for each in places if _is_meant(each, environment)]
        if environment and not self.grounds:
            raise InputError([_no_environment(environment, places)])
        self._subjects = {id(each): list(subjects_of(each)) for each in self.grounds}

    def trace(self, name: str) -> Tracing:
        """The paths of all that has a name; InputError if nothing has it."""
        wanted = name.strip()
        found = [each for ground in self.grounds for each in self._exactly(ground, wanted)]
        found = found or [each for ground in self.grounds for each in self._roughly(ground, wanted)]
        if not wanted or not found:
            raise InputError([self._unknown(name)])
        return Tracing(wanted, tuple(self._open(each) for each in _joined(_told(found))))

    def _open(self, path: Trace) -> Trace:
        """A path that quotes no secret of the files."""
        hops = tuple(replace(each, text=self._without_secrets(each.text)) for each in path.hops)
        return replace(path, sentence=self._without_secrets(path.sentence), hops=hops)

    def _without_secrets(self, text: str) -> str:
        return redacted(without(text, self._secrets))

    def _exactly(self, ground: Ground, wanted: str) -> Iterator[tuple[Ground, Subject]]:
        yield from ((ground, each) for each in self._subjects[id(ground)] if wanted in each.names)
        series = series_named(ground, wanted) if wanted else []
        if series:
            trace = partial(subjects.of_series, ground, wanted, series)
            yield ground, Subject("metric", (wanted,), ("metric", wanted), trace)

    def _roughly(self, ground: Ground, wanted: str) -> Iterator[tuple[Ground, Subject]]:
        """What has the name in other letters, large for small."""
        for each in self._subjects[id(ground)]:
            if wanted.casefold() in map(str.casefold, each.names):
                yield ground, each

    def _unknown(self, name: str) -> Finding:
        known = {each for found in self._subjects.values() for one in found for each in one.names[:2]}
        known.update(series for ground in self.grounds for series in ground.asked)
        unread = len(self.repository.broken_files)
        files = f"{unread} file{'s' if unread > 1 else ''} cannot be read, see `obsgen validate`"
        more = f"; {files}" if unread else ""
        where = ", ".join(map(str, self.repository.paths))
        message = f"no alert, panel, metric, receiver, monitor or target in {where} is called '{redacted(name)}'"
        hint = did_you_mean(name, known) or "name one of these, or other paths: obsgen trace NAME PATH…"
        return error("trace/unknown-name", message, Place("NAME"), hint + more)


def _is_meant(ground: Ground, environment: str) -> bool:
    return not environment or environment in (ground.environment, ground.environment.partition("/")[0])


def _no_environment(environment: str, places: Iterable[Ground]) -> Finding:
    known = dict.fromkeys(each.environment for each in places if each.environment)
    hint = nearest(environment, known) or "these files are of no rendered tree: leave --env out"
    return error("trace/unknown-environment", f"no environment is called '{environment}'", Place("--env"), hint)


def _told(found: Iterable[tuple[Ground, Subject]]) -> Iterator[tuple[str, Subject, Trace]]:
    """The paths of some subjects; that of a target is left out where its monitor of the same name tells it."""
    told: set[tuple[int, tuple[Hop, ...]]] = set()
    for ground, each in found:
        path = each.trace()
        if each.kind != "target" or (id(ground), path.hops) not in told:
            yield ground.stack, each, path
        told.add((id(ground), path.hops))


def _joined(found: Iterable[tuple[str, Subject, Trace]]) -> list[Trace]:
    """The paths, those that are equal in several environments once, in the order in which they were found.

    Each environment has an application of its own; they make no difference, and stand beside each other.
    """
    once: dict[tuple[object, ...], list[Trace]] = {}
    for stack, subject, each in found:
        told = tuple(hop for hop in each.hops if hop.kind != ARGO)
        once.setdefault((stack, subject.key, each.sentence, each.place, told), []).append(each)
    return [_together(each) for each in once.values()]


def _together(equal: Sequence[Trace]) -> Trace:
    first = equal[0]
    plain = (hop for hop in first.hops if hop.kind != ARGO)
    brought = (hop for each in equal for hop in each.hops if hop.kind == ARGO)
    environments = tuple(name for each in equal for name in each.environments)
    return replace(first, hops=distinct((*plain, *brought)), environments=environments)
