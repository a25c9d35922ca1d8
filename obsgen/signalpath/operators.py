"""Pods that operators make of objects, such as a Prometheus or a Grafana: facts tell of their labels and ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from obsgen.signalpath.exporters import ContainerPort, Workload, declared_ports, texts
from obsgen.signalpath.selectors import Labels
from obsgen.source import load_text

if TYPE_CHECKING:
    from obsgen.repository.objects import KubeObject

_DATA = Path(__file__).with_name("operators.yaml")
_NAME = "NAME"
"""What stands for the object's name in labels."""


@dataclass(frozen=True, eq=False)
class Operated(Workload):
    """An object of which an operator makes Pods; `template` is the object's spec, `known` a row of operators.yaml."""

    known: Mapping[str, Any]

    @cached_property
    def labels(self) -> Labels:
        """The labels of its Pods: its operator's win over those that the object asks for."""
        own = {key: self.object.name if value == _NAME else value for key, value in self.known["labels"].items()}
        asked = texts(self.template.at(*self.known["template"]["labels"]).value)
        return {**self.known["former"], **asked, **own}

    @cached_property
    def ports(self) -> tuple[ContainerPort, ...]:
        """The ports that its containers declare, and those of containers that the object adds."""
        own = [self._port(each) for each in self.known["ports"] if self._is_there(each)]
        return (*own, *declared_ports(self.template.at(*self.known["template"]["containers"])))

    def _is_there(self, port: Mapping[str, Any]) -> bool:
        is_brought = "where" not in port or self.template.at(port["where"]).value is not None
        return is_brought and not ("unless" in port and self.template.at(port["unless"]).value is True)

    def _port(self, port: Mapping[str, Any]) -> ContainerPort:
        named = self.template.at(port["named"]).value if "named" in port else None
        return ContainerPort(str(named or port["name"]), port["number"], "", self.template.place((), key=True))


@cache
def _rows() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    rows = load_text(_DATA.read_text(encoding="utf-8"), _DATA.name)[0].value
    return {(each["group"], each["kind"]): each for each in rows}


def operated(objects: Iterable[KubeObject]) -> Iterator[Operated]:
    """The objects of which an operator makes Pods, as far as it is known how it labels them."""
    for each in objects:
        row = _rows().get((each.group, each.kind))
        if row and each.name:
            yield Operated(each, each.located.at("spec"), row)
