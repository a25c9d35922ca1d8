"""Documents inside objects: dashboards and rule files in ConfigMaps, dashboards in Grafana's custom resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.findings import InputError
from obsgen.repository.objects import Embedded, KubeObject, Located
from obsgen.source import load_text

_YAML = (".yaml", ".yml", ".rules")


def embedded_texts(object_: KubeObject) -> Iterator[tuple[Located, str]]:
    """The strings of an object that may hold a document, each with a name whose ending tells its language."""
    if object_.kind == "ConfigMap" and not object_.group:
        data = object_.value.get("data")
        for key, text in data.items() if isinstance(data, dict) else ():
            if isinstance(text, str):
                yield object_.located.at("data", key), str(key)
    elif object_.kind == "GrafanaDashboard":
        text = object_.located.at("spec", "json")
        if isinstance(text.value, str):
            yield text, "spec.json"


def embedded_documents(objects: Iterable[KubeObject], known: set[str]) -> Iterator[Located]:
    """The documents inside objects, each text once and none that is `known`, since it has a file of its own."""
    seen = set(known)
    for object_ in objects:
        for located, name in embedded_texts(object_):
            text = located.value
            if text in seen or not _worth_reading(name, text):
                continue
            seen.add(text)
            try:
                documents = load_text(text, name if name.endswith(".json") else f"{name}.yaml")
            except InputError:
                continue  # not every ConfigMap entry is what its name says; a check of its own judges dashboards
            for document in documents:
                yield Located(document.value, Embedded(document, located, object_))


def _worth_reading(name: str, text: str) -> bool:
    if name.endswith(".json"):
        return '"panels"' in text or '"rows"' in text
    return name.endswith(_YAML) and "groups:" in text
