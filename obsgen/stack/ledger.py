"""What resolving a profile has to tell: findings at the profile's lines, and the assumptions it made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from obsgen.findings import Finding, error
from obsgen.profile.environments import Merged
from obsgen.source import Route
from obsgen.units import UNITS, UnitError, parse


@dataclass
class Ledger:
    """Collects while one environment is resolved."""

    merged: Merged
    findings: list[Finding]
    assumptions: list[str] = field(default_factory=list)

    def error(self, check: str, message: str, route: Route, hint: str = "", *, key: bool = False) -> None:
        """Notes a mistake at the value (or key) that the profile has at `route`."""
        self.findings.append(error(check, message, self.merged.place(route, key), hint))

    def quantity(
        self, written: str, unit: str, route: Route, what: str = "", usual: float | None = None
    ) -> float | None:
        """The quantity that stands at `route`, in its unit; None if that cannot be, which is noted as one of `what`."""
        try:
            return parse(written, UNITS[unit], usual)
        except UnitError as problem:
            self.error("profile/unit", f"{what}{problem}", route, problem.hint)
            return None

    def assume(self, text: str) -> None:
        """Notes something that the profile leaves open and that was taken to be so."""
        if text not in self.assumptions:
            self.assumptions.append(text)

    def lost(self, *routes: Route) -> bool:
        """Whether one of the routes, something inside it or what it is in is missing only because it is at fault."""
        pairs = ((lost, route) for lost in self.merged.lost for route in routes)
        return any(all(one == other for one, other in zip(*pair, strict=False)) for pair in pairs)

    def unless(self, doubtful: bool) -> Ledger:
        """This ledger, or where what it would hear may only follow from another mistake one that nobody reads."""
        return replace(self, findings=[]) if doubtful else self
