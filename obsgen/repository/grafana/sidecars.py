"""How Grafana gets dashboards that are ConfigMaps: by the label that a sidecar looks for, by name, or by a volume."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from obsgen.facts import Facts
from obsgen.findings import InputError, Place
from obsgen.repository.classify import is_dashboard
from obsgen.repository.keyrefs import CONFIG_MAP, references
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.scopes import Scope
from obsgen.source import load_text

_IMAGE = "k8s-sidecar"
_LABEL = "grafana_dashboard"
"""What the charts' sidecars look for unless they are told otherwise."""
_VALUE = "1"
_OF_VALUES = ("grafana", "sidecar", "dashboards")


@dataclass(frozen=True)
class Sidecar:
    """What a sidecar looks for: a label, its value (any if empty), namespaces (any if empty)."""

    label: str
    value: str
    namespaces: frozenset[str]
    place: Place | None
    """Where it says so; None where facts do."""

    def takes(self, object_: KubeObject) -> bool:
        """Whether it loads an object."""
        found = (object_.metadata.get("labels") or {}).get(self.label)
        here = not self.namespaces or object_.namespace in self.namespaces or not object_.namespace
        return here and found is not None and self.value in ("", str(found))


def sidecars(scope: Scope) -> Iterator[Sidecar]:
    """The sidecars for dashboards among the containers of a scope."""
    for object_ in scope.objects:
        for container in object_.located.at("spec", "template", "spec", "containers").items():
            env = {
                str(each.at("name").value): str(each.at("value").value or "") for each in container.at("env").items()
            }
            watches = "FOLDER" in env and "dashboard" in env["FOLDER"] + env.get("LABEL", "")
            if _IMAGE in str(container.at("image").value) and env.get("LABEL") and watches:
                named = env.get("NAMESPACE") or object_.namespace
                places = frozenset(each for each in named.split(",") if each and each != "ALL")
                everywhere = "ALL" in named.split(",")
                place = container.place(("env",), key=True)
                yield Sidecar(env["LABEL"], env.get("LABEL_VALUE", ""), frozenset() if everywhere else places, place)


def of_facts(facts: Facts) -> Iterator[Sidecar]:
    """The sidecar that is not among the files, where somebody says what it looks for."""
    if facts.boards:
        namespaces = frozenset((facts.boards.namespace,)) if facts.boards.namespace else frozenset[str]()
        yield Sidecar(facts.boards.label, facts.boards.value, namespaces, None)


def of_values(values: Located) -> Iterator[Sidecar]:
    """The sidecar of the chart, where its values speak of it."""
    settings = values.at(*_OF_VALUES)
    if isinstance(settings.value, dict) and settings.value.get("enabled") is not False:
        label, value = settings.value.get("label") or _LABEL, settings.value.get("labelValue", _VALUE)
        yield Sidecar(str(label), str(value or ""), frozenset(), settings.place((), key=True))


def board_maps(scope: Scope, around: Iterable[Scope]) -> list[KubeObject]:
    """The ConfigMaps that hold dashboards and that no object around them names."""
    found = [each for each in scope.of("", CONFIG_MAP) if _holds_boards(each)]
    objects = (object_ for each in (around if found else ()) for object_ in each.objects)
    named = {each.name for object_ in objects for each in references(object_) if each.kind == CONFIG_MAP}
    return [each for each in found if each.name not in named]


def named_in(values: Iterable[Located]) -> set[str]:
    """The ConfigMaps that values of the chart name."""
    maps = (each.at("grafana", "dashboardsConfigMaps").value for each in values)
    return {str(name) for found in maps if isinstance(found, dict) for name in found.values()}


def _holds_boards(object_: KubeObject) -> bool:
    data = object_.value.get("data")
    texts = data.items() if isinstance(data, dict) else ()
    return any(str(key).endswith(".json") and _is_board(text) for key, text in texts)


def _is_board(text: object) -> bool:
    if not isinstance(text, str) or '"panels"' not in text:
        return False
    try:
        return any(is_dashboard(each.value) for each in load_text(text, "x.json"))
    except InputError:
        return False
