"""Every place of an object that names a Secret or a ConfigMap, with the key that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from obsgen.repository.alerting.alerts import OPERATOR
from obsgen.repository.objects import KubeObject, Located

SECRET, CONFIG_MAP = "Secret", "ConfigMap"
_KEY_REFS = {"secretKeyRef": SECRET, "configMapKeyRef": CONFIG_MAP}
_REFS = {**_KEY_REFS, "secretRef": SECRET, "configMapRef": CONFIG_MAP}
_SELECTOR_KEYS = {"name", "key", "optional"}
_OF_STACKS = {("loki.grafana.com", "LokiStack"), ("tempo.grafana.com", "TempoStack")}
_NOT_READ = re.compile(r".*Secret(Store)?|ConfigMap|CustomResourceDefinition|Application(Set)?|AppProject|Certificate")
"""Kinds that make objects, or speak of those of another cluster."""
_PATH = re.compile(r"(?:^|=)(/[\w./-]+)$")


@dataclass(frozen=True, eq=False)
class KeyReference:
    """A Secret or ConfigMap that an object needs, and the key in it; `located` is where the name, or path, stands."""

    kind: str
    namespace: str
    name: str
    key: str
    located: Located
    key_located: Located
    owner: KubeObject
    optional: bool = False


def references(object_: KubeObject) -> Iterator[KeyReference]:
    """The references of an object, in the order in which they stand."""
    if _NOT_READ.fullmatch(object_.kind):
        return
    yield from _walked(object_.located, object_)
    if object_.group == OPERATOR:
        yield from _of_operator(object_)
    if (object_.group, object_.kind) in _OF_STACKS:
        yield from _named(object_.located.at("spec", "storage", "secret"), SECRET, object_)


def _walked(part: Located, owner: KubeObject, step: str = "") -> Iterator[KeyReference]:
    if isinstance(part.value, list):
        for item in part.items():
            yield from _walked(item, owner, step)
    elif isinstance(part.value, dict):
        yield from _here(part, owner, step)
        for key in part.value:
            yield from _walked(part.at(key), owner, str(key))
        if isinstance(part.value.get("containers"), list):
            yield from _mounted(part, owner)


def _here(part: Located, owner: KubeObject, step: str) -> Iterator[KeyReference]:
    """The reference that a mapping is, by the key that it stands under."""
    value = part.value
    if step in _REFS:
        yield from _named(part, _REFS[step], owner)
    elif step == "imagePullSecrets":
        yield from _named(part, SECRET, owner)
    elif step == "secret" and isinstance(value.get("secretName"), str):
        yield from _volume(part, part.at("secretName"), SECRET, owner)
    elif step in ("secret", "configMap") and isinstance(value.get("name"), str) and "key" not in value:
        if (owner.group, owner.kind) not in _OF_STACKS:
            yield from _volume(part, part.at("name"), SECRET if step == "secret" else CONFIG_MAP, owner)
    elif owner.group == OPERATOR and {"name", "key"} <= value.keys() <= _SELECTOR_KEYS:
        yield from _named(part, CONFIG_MAP if step == "configMap" else SECRET, owner)


def _named(part: Located, kind: str, owner: KubeObject) -> Iterator[KeyReference]:
    name, key = part.at("name"), part.at("key")
    if isinstance(name.value, str) and name.value:
        wanted = str(key.value) if isinstance(key.value, str) else ""
        is_optional = part.at("optional").value is True
        yield KeyReference(kind, owner.namespace, name.value, wanted, name, key, owner, is_optional)


def _volume(part: Located, name: Located, kind: str, owner: KubeObject) -> Iterator[KeyReference]:
    is_optional = part.at("optional").value is True
    yield KeyReference(kind, owner.namespace, str(name.value), "", name, name, owner, is_optional)
    for item in part.at("items").items():
        key = item.at("key")
        if isinstance(key.value, str):
            yield KeyReference(kind, owner.namespace, str(name.value), key.value, name, key, owner, is_optional)


def _of_operator(object_: KubeObject) -> Iterator[KeyReference]:
    """Names that stand alone: Secrets and ConfigMaps that the operator mounts, and Alertmanager's configuration."""
    spec = object_.located.at("spec")
    lists = (("secrets", SECRET), ("configMaps", CONFIG_MAP)) if object_.kind != "AlertmanagerConfig" else ()
    for field, kind in lists:
        for name in spec.at(field).items():
            if isinstance(name.value, str):
                yield KeyReference(kind, object_.namespace, name.value, "", name, name, object_)
    name = spec.at("configSecret")
    if object_.kind == "Alertmanager" and isinstance(name.value, str) and name.value:
        yield KeyReference(SECRET, object_.namespace, name.value, "alertmanager.yaml", name, name, object_)


def _mounted(pod: Located, owner: KubeObject) -> Iterator[KeyReference]:
    """Files that containers are told to read, and that a mounted Secret or ConfigMap must have as keys."""
    volumes = {str(each.at("name").value): each for each in pod.at("volumes").items()}
    for container in pod.at("containers").items():
        mounts = [each for each in container.at("volumeMounts").items() if not each.at("subPath").value]
        for argument in (*container.at("args").items(), *container.at("command").items()):
            found = _PATH.search(argument.value) if isinstance(argument.value, str) else None
            if found:
                yield from _read_from(found[1], argument, mounts, volumes, owner)


def _read_from(
    path: str, argument: Located, mounts: list[Located], volumes: dict[str, Located], owner: KubeObject
) -> Iterator[KeyReference]:
    above = [each for each in mounts if PurePosixPath(path).is_relative_to(str(each.at("mountPath").value))]
    if not above:
        return
    mount = max(above, key=lambda each: len(str(each.at("mountPath").value)))
    volume = volumes.get(str(mount.at("name").value))
    below = PurePosixPath(path).relative_to(str(mount.at("mountPath").value)).parts
    for field, name, kind in (("secret", "secretName", SECRET), ("configMap", "name", CONFIG_MAP)):
        part = volume.at(field) if volume else None
        if part and isinstance(part.value, dict) and len(below) == 1:
            paths = {str(each.at("path").value): str(each.at("key").value) for each in part.at("items").items()}
            key = below[0] if not paths else paths.get(below[0], below[0])
            wanted = str(part.at(name).value)
            optional = part.at("optional").value is True
            yield KeyReference(kind, owner.namespace, wanted, key, argument, argument, owner, optional)
