"""What other versions of components break in expressions, before they run, and the expressions rewritten for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from obsgen.causes import Causes
from obsgen.causes.profiles import tree_of
from obsgen.checks.discovery import plain_checks
from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.components.versions import VersionError, choose
from obsgen.facts import Facts, Running
from obsgen.findings import Finding, Fix, InputError, Place, Severity, error
from obsgen.hints import nearest
from obsgen.knowledge.exposure import State
from obsgen.knowledge.inventory import Known
from obsgen.promql import Node, Query
from obsgen.promql.tokens import tokens
from obsgen.repository import Repository, read_repository
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.lookups import Lookup
from obsgen.repository.queries.meanings import Meaning
from obsgen.repository.queries.naming import same_thing

Versions = Mapping[str, tuple[str, ...]]
Style = Literal["new", "both"]
"""Whether a rewritten expression asks for the new series alone, or during a roll-out for the old ones too."""

_JUDGED = 4
"""The level of the checks that know versions."""


@dataclass(frozen=True, eq=False)
class Broken:
    """An expression that the other versions break: what is said of it then, and how it reads once it is rewritten.

    `rewritten` is None where somebody must decide, and in a rendered tree: there `advice` says what to change in the
    profile, and `profile` where, if that is certain.
    """

    expression: Expression
    findings: tuple[Finding, ...]
    fixes: tuple[Fix, ...]
    rewritten: str | None
    advice: str = ""
    profile: Place | None = None

    @property
    def what(self) -> str:
        """What asks: an alert, a panel."""
        rule, panel = self.expression.rule, self.expression.panel
        name = rule.name if rule else panel.at("title").value if panel else ""
        return f"{self.expression.kind} {name or ''}".strip()


@dataclass(frozen=True, eq=False)
class Upgrade:
    """All that other versions change: broken expressions, findings that go away, and how many expressions there are."""

    versions: Versions
    broken: tuple[Broken, ...]
    mended: tuple[Finding, ...]
    asked: int
    """Expressions that ask for series of these components."""


def chosen(texts: Iterable[str], known: Catalogue) -> dict[str, tuple[str, ...]]:
    """Components and the versions that are meant by texts such as COMPONENT=VERSION; InputError with all faults."""
    found: dict[str, tuple[str, ...]] = {}
    faults: list[Finding] = []
    for text in texts:
        name, _, version = text.partition("=")
        versions = known.head(name).versions if name in known.names else None
        place = Place("--to")
        if versions is None:
            hint = nearest(name, [each for each in known.names if known.head(each).versions])
            faults.append(error("upgrade/unknown", f"'{name}' is no component that has versions", place, hint))
            continue
        try:
            found[name] = (choose(version or "latest", versions.known),)
        except VersionError as problem:
            faults.append(error("upgrade/unknown", f"{name}: {problem}", place, problem.hint))
    if faults:
        raise InputError(faults)
    return found


def upgrade(
    paths: Sequence[Path], texts: Iterable[str], style: Style = "new", templates: Sequence[Path] = ()
) -> Upgrade:
    """What changes under the paths once versions run that texts of the form COMPONENT=VERSION name; nothing is written.

    Where nobody says what runs now, all that is wrong with those versions is told.
    """
    versions = chosen(texts, catalogue(templates))
    before = read_repository(paths, templates=templates)
    silent = [name for name in versions if not any(each.facts.deployed(name) for each in before.worlds)]
    added = Facts(servers=tuple(Running(component=name, versions=versions[name]) for name in silent))
    after = replace(before, versions=versions, given=before.given.plus(added))
    old = {_key(each): each for each in _judged(before)}
    new = {_key(each): each for each in _judged(after)}
    lookups = [each for each in after.lookups if _is_of(each, versions)]
    asking = {id(each.expression) for each in lookups}
    said_anyway = _places(after, asking) if silent else frozenset()
    news = [finding for key, finding in new.items() if key not in old or finding.place in said_anyway]
    return Upgrade(
        versions,
        tuple(_broken(after, lookups, news, style)),
        () if silent else tuple(finding for key, finding in old.items() if key not in new),
        len(asking),
    )


def _places(repository: Repository, asking: Collection[int]) -> frozenset[Place]:
    """The places of expressions, and of their parts."""
    meanings = [each for each in repository.meanings if id(each.expression) in asking]
    return frozenset(place for each in meanings for place in _parts(each))


def _parts(meaning: Meaning) -> set[Place]:
    return {meaning.place(node) for node in meaning.root.walk()} | {each.place for each in meaning.lookups}


def _judged(repository: Repository) -> Iterator[Finding]:
    """What is wrong with signals; mere information breaks nothing."""
    for check in plain_checks():
        if check.LEVEL == _JUDGED:
            yield from (each for each in check.check(repository) if each.severity != Severity.INFO)


def _key(finding: Finding) -> tuple[str, Place]:
    return finding.id, finding.place


def _is_of(lookup: Lookup, versions: Versions) -> bool:
    rows = (*lookup.verdict.rows, *lookup.verdict.instead)
    return any(row.component in versions for row in rows)


def _broken(after: Repository, lookups: Sequence[Lookup], news: Sequence[Finding], style: Style) -> Iterator[Broken]:
    """The expressions in which something is found that was not found before."""
    by_place = {each.place: each for each in news}
    told: set[int] = set()
    causes = Causes(after)
    for meaning in after.meanings:
        expression = meaning.expression
        if id(expression) in told or not expression.query:
            continue
        places = _parts(meaning)
        found = [finding for place, finding in by_place.items() if place in places]
        if found:
            told.add(id(expression))
            mine = [each for each in lookups if each.expression is expression]
            if tree_of(expression.located.file):
                yield _rendered(expression, found, mine, causes, after.versions, style)
            else:
                yield _rewritten(expression, expression.query, found, mine, style)


def _rendered(
    expression: Expression,
    found: Sequence[Finding],
    lookups: Sequence[Lookup],
    causes: Causes,
    versions: Versions,
    style: Style,
) -> Broken:
    """An expression of a rendered tree: it comes out right with the version in the profile, or its query there."""
    components = {row.component for each in lookups for row in each.verdict.rows} & versions.keys()
    place = found[0].place
    own, by_version = causes.query(place), causes.version(place, components)
    news = " or ".join(f'"{version}"' for name in sorted(components) for version in versions[name])
    where = f" ({own or by_version})" if own or by_version else ""
    if own:
        advice = f"correct the query of this alert in the profile{where}, then render anew"
    elif style == "new":
        advice = f"set `version: {news}` in the profile{where}, then render anew"
    else:
        advice = f"add {news} to `version:` in the profile{where}, then render anew"
    return Broken(expression, tuple(found), (), None, advice, own or by_version)


def _rewritten(
    expression: Expression, query: Query, found: Sequence[Finding], lookups: Sequence[Lookup], style: Style
) -> Broken:
    """The expression with every series that is gone replaced, if each of them has one successor of the same sort."""
    edits: dict[tuple[int, int], str] = {}
    text = expression.text
    gone = [each for each in lookups if each.verdict.state == State.GONE and not each.is_spare]
    for lookup in gone:
        successor = _successor(lookup)
        if successor is None:
            return Broken(expression, tuple(found), (), None)
        edits |= _edit(text, query, lookup, successor.name, style)
    if not edits:
        return Broken(expression, tuple(found), (), None)
    fixes = tuple(
        Fix(expression.place(start, end - start), text[start:end], new) for (start, end), new in edits.items()
    )
    for (start, end), new in sorted(edits.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return Broken(expression, tuple(found), fixes, text)


def _successor(lookup: Lookup) -> Known | None:
    """The one series that took another's place, as long as it is the same thing."""
    named = {one.name: one for one in lookup.verdict.instead}
    old = lookup.verdict.rows
    if len(named) != 1 or not lookup.has_plain_name:
        return None
    new = next(iter(named.values()))
    return new if all(same_thing(one, new) for one in old) else None


def _edit(text: str, query: Query, lookup: Lookup, name: str, style: Style) -> dict[tuple[int, int], str]:
    """Where the expression is changed, and into what."""
    node = lookup.node
    if style == "new":
        return {(node.start, node.start + len(lookup.name)): name}
    start, end = _whole(query, node)
    old = text[start:end]
    at = node.start - start
    return {(start, end): f"({old[:at]}{name}{old[at + len(lookup.name) :]} or {old})"}


def _whole(query: Query, selector: Node) -> tuple[int, int]:
    """The part around a selector that is a vector: itself, or the call over its range."""
    path = _path(query.root, selector)
    above = [node for node in path if node.kind == "call"]
    if len(path) > 1 and path[-2].kind == "range" and above:
        return above[-1].start, _closed(query.text, above[-1].start)
    return selector.start, _with_offset(query.text, selector.start + selector.length)


def _path(node: Node, wanted: Node) -> list[Node]:
    """The nodes from the root to one of them."""
    if node is wanted:
        return [node]
    below = next(filter(None, (_path(child, wanted) for child in node.children)), [])
    return [node, *below] if below else []


def _closed(text: str, start: int) -> int:
    """The offset behind the parenthesis that closes the first one after `start`."""
    depth = 0
    for token in tokens(text[start:]):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.text == ")":
            return start + token.end
    return len(text)


def _with_offset(text: str, end: int) -> int:
    """The offset behind an `offset 5m` that belongs to a selector."""
    found = tokens(text[end:])
    behind = len(found) > 1 and found[0].text.lower() == "offset"
    return end + found[1].end if behind else end
