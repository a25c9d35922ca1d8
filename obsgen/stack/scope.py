"""What every step of resolving one environment works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from obsgen.components.catalogue import Catalogue
from obsgen.findings import Faults
from obsgen.profile.load import Environment
from obsgen.profile.models import Settings
from obsgen.stack import surroundings
from obsgen.stack.ledger import Ledger
from obsgen.stack.memo import Memo


@dataclass(frozen=True)
class Scope:
    """An environment, the components within reach, and where findings, assumptions and reads are noted."""

    environment: Environment
    catalogue: Catalogue
    faults: Faults
    ledger: Ledger
    memo: Memo

    @property
    def settings(self) -> Settings:
        """The settings of the environment."""
        return self.environment.settings

    @cached_property
    def namespaces(self) -> Mapping[str, str]:
        """The namespaces of monitoring, models and Grafana."""
        return surroundings.namespaces(self.settings)
