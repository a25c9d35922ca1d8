"""What a check finds: what it is about, what is missing because of it, and how that is worded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from obsgen.diff.model import Risk
from obsgen.diff.overall.subjects import Subject
from obsgen.findings import Finding, Severity

_OTHERS = ("argocd/", "secret/")
"""Checks of what is deployed, and with which keys: comparisons of their own tell of these."""
_DATA = (
    *("datasource/", "label/", "link/variable", "logql/", "promql/syntax", "signal/", "path/enforced-namespace"),
    *("path/exported-label", "path/label-dropped", "path/no-such-job", "path/series-dropped"),
)
"""Findings after which a query has no answer. The longer a beginning, the less it stands for."""
_TRUTH = ("histogram/", "join/")
"""Errors after which a condition is never true, though what it asks for is there."""
_HELD = ("signal/caution", "signal/deprecated", "signal/first-event", "signal/pushed", "signal/switched-off")
"""Those of them after which it has one all the same: for `obsgen validate` to tell."""
_WAYS = ("path/",)
_PEOPLE = ("route/",)
_RULES = "path/rules-not-selected"
IDLE = {
    "route/unused-receiver": "change/receiver-unused",
    "route/unused-interval": "change/interval-unused",
    **dict.fromkeys(("route/inhibition", "route/label", "route/unused"), "change/route-unused"),
}
"""Findings of what lies idle in Alertmanager's configuration: nobody is told less for it."""
_NAMED = re.compile(r"no route names (?:receiver|time interval) '(?P<name>.+?)'")
_OF_OBJECTS = ("route/no-alertmanager", "route/not-selected")
_LINKS = ("link/", "rules/no-runbook")
_SERIES = "series that it asks for"
_SINCE = re.compile(r" since [\d.]+\Z")


@dataclass(frozen=True, eq=False)
class Fault:
    """A finding, and what it is about."""

    finding: Finding
    subject: Subject
    series: str
    """What stands at its place, where that is a name."""

    @property
    def sort(self) -> str:
        """What is missing: `data`, `truth`, `way`, `people`, `link`; empty for what is only wrong."""
        id_ = self.finding.id
        if id_.startswith(_DATA):
            return "data" if self.subject.asks else "way"
        sorts = {"truth": _TRUTH if self.is_sure else (), "way": _WAYS, "people": _PEOPLE, "link": _LINKS}
        return next((sort for sort, ids in sorts.items() if id_.startswith(ids)), "")

    @property
    def is_sure(self) -> bool:
        """Whether it surely is so."""
        return self.finding.severity == Severity.ERROR

    @property
    def called(self) -> str:
        """What the line is about: of Alertmanager's configuration the part, and not the object that it stands in."""
        id_, named = self.finding.id, _NAMED.match(self.finding.message)
        if named:
            return named["name"]
        is_part = self.sort == "people" and self.subject.kind == "object" and id_ not in _OF_OBJECTS
        return ("inhibition" if id_ == "route/inhibition" else "routes") if is_part else str(self.subject)

    @property
    def line(self) -> str:
        """Equal for all that is told in one line: of routes each by itself."""
        return f"{self.called}: {self.reason}" if self.sort == "people" else str(self.subject)

    @property
    def reason(self) -> str:
        """Why, without the subject's own name; of a link that it is broken is enough."""
        message = _NAMED.sub("no route names it", self.finding.message)
        head, _, rest = message.partition(": ")
        if rest and (head == "nothing is shown" or head == f"nothing comes of {self.subject.name}"):
            return rest
        text = head if self.sort == "link" else message
        return text.replace(f" of {self.subject.name}", "").replace(str(self.subject), "it")

    @property
    def general(self) -> str:
        """The same without the name of a series, and the version that took it away."""
        return _SINCE.sub("", self.reason.replace(self.series, _SERIES)) if self.series else self.reason

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal on both sides if it is the same; versions and counts in its message may differ."""
        return self.finding.id, str(self.subject), re.sub(r"\d+(?:\.\d+)*", "0", self.reason)


_NO_DATA = {
    "alert": "change/alert-no-data",
    "recording": "change/recording-no-data",
    "panel": "change/panel-no-data",
    "dashboard": "change/dashboard-no-data",
    "object": "change/object-no-way",
}


def worded(fault: Fault, is_new: bool, reason: str) -> tuple[str, str, Risk]:
    """The id, the words and the risk of something that is missing; what is new never had it."""
    kind = fault.subject.kind
    risk = Risk.STOPS_PAGING if kind == "alert" or fault.finding.id == _RULES else Risk.LOSES_DATA
    risk = risk if fault.is_sure and not is_new else Risk.REVIEW
    match fault.sort:
        case "data":
            words = f"{'' if fault.is_sure else 'perhaps '}{'has no' if is_new else 'no longer has'} data"
            return _NO_DATA[kind], f"{words}: {reason}", risk
        case "truth" if kind == "alert":
            return _NO_DATA[kind], f"can {'never' if is_new else 'no longer'} fire: {reason}", risk
        case "truth":
            return _NO_DATA[kind], f"shows nothing{'' if is_new else ' any more'}: {reason}", risk
        case "way":
            return "change/object-no-way", reason, risk
        case "people":
            unheard = fault.is_sure and not is_new
            id_ = IDLE.get(fault.finding.id, "change/alert-unheard")
            return id_, reason, Risk.STOPS_PAGING if unheard else Risk.REVIEW
        case "link":
            return "change/link-broken", reason, Risk.REVIEW
        case _:
            return "change/finding-new", reason, Risk.REVIEW


def may_lose(check: str) -> bool:
    """Whether findings of a check may say that something is lost."""
    return check.startswith((*_DATA, *_WAYS, *_PEOPLE, *_LINKS))


def is_elsewhere(check: str) -> bool:
    """Whether other comparisons, or `obsgen validate`, tell what a check finds."""
    return check.startswith((*_OTHERS, *_HELD))
