"""Grafana dashboards: their panels, queries and variables, and which datasource a query goes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from obsgen.repository.objects import Located

PROMETHEUS = "prometheus"
LOKI = "loki"


class Target(NamedTuple):
    """A string that is asked of a datasource: `type` is the datasource's, empty where the board does not say.

    `panel` is the panel that shows the answer.
    """

    kind: str
    located: Located
    type: str
    panel: Located | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dashboard:
    """One dashboard, wherever it stands: a file of its own, a ConfigMap, a custom resource."""

    located: Located

    @property
    def uid(self) -> Any:
        """Its uid, or None."""
        return self.located.value.get("uid")

    def panels(self) -> Iterator[Located]:
        """All panels, those inside rows too, each before its own."""
        yield from _panels(self.located.at("panels"))
        for row in self.located.at("rows").items():
            yield from _panels(row.at("panels"))

    def targets(self) -> Iterator[Target]:
        """Every query of its panels, variables and annotations."""
        variables = self._datasource_variables()
        for panel in self.panels():
            above = panel.value.get("datasource")
            for target in panel.at("targets").items():
                if isinstance(target.value, dict) and isinstance(target.value.get("expr"), str):
                    source = target.value.get("datasource") or above
                    yield Target("panel", target.at("expr"), _type(source, variables), panel)
        for one in self.located.at("templating", "list").items():
            if isinstance(one.value, dict) and one.value.get("type") == "query":
                query = one.at("query", "query") if isinstance(one.value.get("query"), dict) else one.at("query")
                if isinstance(query.value, str):
                    yield Target("variable", query, _type(one.value.get("datasource"), variables))
        for one in self.located.at("annotations", "list").items():
            if isinstance(one.value, dict) and isinstance(one.value.get("expr"), str):
                yield Target("annotation", one.at("expr"), _type(one.value.get("datasource"), variables))

    def _datasource_variables(self) -> dict[str, str]:
        """The type of datasource behind each variable or input of the board."""
        found = {}
        for one in self.located.at("templating", "list").items():
            if isinstance(one.value, dict) and one.value.get("type") == "datasource":
                found[str(one.value.get("name"))] = str(one.value.get("query") or "")
        for one in self.located.at("__inputs").items():
            if isinstance(one.value, dict) and one.value.get("type") == "datasource":
                found[str(one.value.get("name"))] = str(one.value.get("pluginId") or "")
        return found


def _panels(list_: Located) -> Iterator[Located]:
    for panel in list_.items():
        if isinstance(panel.value, dict):
            yield panel
            yield from _panels(panel.at("panels"))


def _type(source: Any, variables: dict[str, str]) -> str:
    if source is None:
        return ""
    if isinstance(source, dict):
        named = source.get("type")
        return str(named) if named else _type(source.get("uid"), variables)
    return variables.get(str(source).strip("${}"), "")
