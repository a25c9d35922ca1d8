"""The trees of a stack: what a render gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.render.delivery.deliveries import Delivery
from obsgen.render.delivery.layout import Layout
from obsgen.render.grafana.dashboards import Board
from obsgen.render.objects import Rendered


@dataclass(frozen=True)
class StackTree:
    """A stack's files: those of `out/<stack>` and those of `argocd/<stack>`, and what they were made from.

    `deliveries` say what is brought to which cluster; `told` are clusters whose own values bring something that their
    environments have not, by the names that texts call them by.
    """

    name: str
    base: Rendered
    environments: dict[str, Rendered]
    boards: tuple[Board, ...]
    layout: Layout
    deliveries: tuple[Delivery, ...]
    told: Mapping[str, Rendered]
    files: dict[str, bytes] = field(default_factory=dict)
    argocd: dict[str, bytes] = field(default_factory=dict)

    @property
    def spoken_of(self) -> dict[str, Rendered]:
        """Environments, and the clusters that are told of by name."""
        return {**self.environments, **self.told}

    def clusters(self, environment: str) -> list[Delivery]:
        """The clusters of an environment that has a list of them."""
        return [each for each in self.deliveries if each.environment == environment and each.name]
