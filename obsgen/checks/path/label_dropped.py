"""Labels that relabelling takes away from a series, and that expressions ask of it."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Note, Severity
from obsgen.repository import Repository
from obsgen.repository.queries.asked import wanted
from obsgen.repository.queries.fates import feeds_of
from obsgen.repository.queries.lookups import Lookup
from obsgen.signalpath.feeds import Fate
from obsgen.signalpath.monitors import Relabelling

ID = "path/label-dropped"
LEVEL = 5
SEVERITY = Severity.ERROR

_BY_BUCKETS = frozenset(("histogram_fraction", "histogram_quantile", "histogram_quantiles"))


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the relabelling, if no endpoint that has the series keeps the label."""
    known: dict[tuple[tuple[int, ...], str, str], Relabelling | None] = {}
    for lookup in repository.lookups:
        feeds = feeds_of(repository, lookup)
        for label in _asked(lookup):
            key = (tuple(map(id, feeds)), lookup.name, label)
            if key not in known:
                known[key] = _taking(label, [fate for each in feeds for fate in each.fates(lookup.name)])
            if by := known[key]:
                yield _told(lookup, label, by)


def _taking(label: str, fates: list[Fate]) -> Relabelling | None:
    """What takes a label, if nobody who has the series keeps it."""
    sources = [fate for fate in fates if fate.is_related and fate.kept is not False]
    losing = [step for fate in sources if (step := _loser(fate, label))]
    return losing[0] if losing and len(losing) == len(sources) else None


def _asked(lookup: Lookup) -> list[str]:
    """The labels without which nothing comes of the series."""
    query, found = lookup.expression.query, wanted(lookup.node)
    if lookup.name.endswith("_bucket") and query and any(node.name in _BY_BUCKETS for node in query.root.walk()):
        found.append("le")
    return list(dict.fromkeys(found))


def _loser(fate: Fate, label: str) -> Relabelling | None:
    lost = fate.after.lost_by(label)
    return next((each for each in fate.endpoint.metric_relabelings if lost and each.step == lost), None)


def _told(lookup: Lookup, label: str, by: Relabelling) -> Finding:
    rule = lookup.expression.rule
    who = f"{rule.name} asks for it" if rule else "a panel asks for it"
    message = f"this takes {label} from {lookup.name}, and {who}"
    hint = "leave the label, or do without it"
    return Finding(ID, SEVERITY, message, by.located.place(("regex",)), hint, (Note("asked for here", lookup.place),))
