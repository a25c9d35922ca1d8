"""What has metrics: Pods by the templates that make them, and the Services in front of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from obsgen.findings import Place
from obsgen.signalpath.selectors import Labels, requirements

if TYPE_CHECKING:
    from obsgen.repository.objects import KubeObject, Located

_TEMPLATES = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "Rollout": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
"""Where kinds of objects have the template of their Pods."""
_GROUPS = frozenset(("", "apps", "argoproj.io", "batch"))


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A port that a container declares, and the container's image."""

    name: str
    number: int
    image: str
    place: Place

    def is_(self, wanted: Any) -> bool:
        """Whether a name or a number means this port."""
        return wanted in (self.name, self.number) if wanted else False


@dataclass(frozen=True, eq=False)
class Workload:
    """An object that makes Pods: their labels, ports and images."""

    object: KubeObject
    template: Located

    @cached_property
    def labels(self) -> Labels:
        """The labels of its Pods."""
        return texts(self.template.at("metadata", "labels").value)

    @property
    def namespace(self) -> str:
        """Where they run; empty where somebody chooses later."""
        return self.object.namespace

    @property
    def place(self) -> Place:
        """Where it stands."""
        return place_of(self.object)

    @cached_property
    def ports(self) -> tuple[ContainerPort, ...]:
        """The ports that its containers declare."""
        kinds = ("containers", "initContainers")
        return tuple(port for kind in kinds for port in declared_ports(self.template.at("spec", kind)))

    @cached_property
    def images(self) -> tuple[str, ...]:
        """The images of its containers."""
        found = (each.value for each in self.template.at("spec", "containers").items())
        return tuple(str(each.get("image") or "") for each in found if isinstance(each, dict))


def declared_ports(containers: Located) -> Iterator[ContainerPort]:
    """The ports that some containers declare."""
    for container in containers.items():
        for port in container.at("ports").items():
            if isinstance(port.value, dict) and isinstance(port.value.get("containerPort"), int):
                name, image = str(port.value.get("name") or ""), str(container.value.get("image") or "")
                yield ContainerPort(name, port.value["containerPort"], image, port.place(("containerPort",)))


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service: its name, empty if it has none, and the container's port that it leads to."""

    name: str
    number: Any
    target: Any
    located: Located


@dataclass(frozen=True, eq=False)
class Service:
    """A Service: its own labels, and those of the Pods that it leads to."""

    object: KubeObject

    @cached_property
    def labels(self) -> Labels:
        """Its own labels."""
        return texts(self.object.metadata.get("labels"))

    @property
    def namespace(self) -> str:
        """Where it is; empty where somebody chooses later."""
        return self.object.namespace

    @property
    def place(self) -> Place:
        """Where it stands."""
        return place_of(self.object)

    @property
    def selector(self) -> Located:
        """The labels of its Pods; a Service without them has endpoints that somebody else writes."""
        return self.object.located.at("spec", "selector")

    @cached_property
    def ports(self) -> tuple[ServicePort, ...]:
        """Its ports."""
        found = self.object.located.at("spec", "ports").items()
        return tuple(
            ServicePort(
                str(each.value.get("name") or ""),
                each.value.get("port"),
                each.value.get("targetPort") or each.value.get("port"),
                each,
            )
            for each in found
            if isinstance(each.value, dict)
        )

    def leads_to(self, workload: Workload) -> bool:
        """Whether Pods of a workload with these labels are behind it, wherever they run."""
        wanted = texts(self.selector.value)
        return bool(wanted) and wanted.items() <= workload.labels.items()


Item = TypeVar("Item", Service, Workload)


class ByLabels(Generic[Item]):
    """Services or workloads, found by their labels without looking at each."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.all: tuple[Item, ...] = tuple(items)
        self._by_label: dict[tuple[str, str], list[Item]] = {}
        for item in self.all:
            for pair in item.labels.items():
                self._by_label.setdefault(pair, []).append(item)

    def selected(self, selector: Any) -> list[Item]:
        """Those that a label selector takes, in any namespace."""
        if not isinstance(selector, Mapping):
            return []
        asked = requirements(selector)
        equal = [each for each in asked if each.operator == "In" and len(each.values) == 1]
        some = self._by_label.get((equal[0].key, equal[0].values[0]), ()) if equal else self.all
        return [item for item in some if all(each.holds(item.labels) for each in asked)]

    def having(self, labels: Labels) -> list[Item]:
        """Those that have all of some labels."""
        return self.selected({"matchLabels": labels}) if labels else []


def workloads(objects: Iterable[KubeObject]) -> Iterator[Workload]:
    """The objects that make Pods."""
    for each in objects:
        if each.kind in _TEMPLATES and each.group in _GROUPS:
            yield Workload(each, each.located.at(*_TEMPLATES[each.kind]))


def services(objects: Iterable[KubeObject]) -> Iterator[Service]:
    """The Services."""
    return (Service(each) for each in objects if each.kind == "Service" and not each.group)


def texts(value: Any) -> dict[str, str]:
    """Labels as somebody wrote them; none if they are no mapping."""
    return {str(key): str(each) for key, each in value.items()} if isinstance(value, Mapping) else {}


def place_of(object_: KubeObject) -> Place:
    """The name of an object."""
    return object_.located.place(("metadata", "name") if object_.name else ())
