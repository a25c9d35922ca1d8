"""What brings Secrets and ConfigMaps into a cluster, and which keys they have as far as the files tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsgen.repository.keyrefs import CONFIG_MAP, SECRET, KeyReference
from obsgen.repository.objects import KubeObject
from obsgen.repository.scopes import Scope, Scopes

_DATA = ("data", "stringData", "binaryData")
_CERTIFICATE = frozenset(("tls.crt", "tls.key", "ca.crt"))
_SERVING = "serving-cert-secret-name"
_INJECTED = ("inject-cabundle", "inject-trusted-cabundle")


@dataclass(frozen=True, eq=False)
class Provider:
    """A Secret or ConfigMap that will be there; `keys` are None where the files do not tell them."""

    kind: str
    namespace: str
    name: str
    keys: frozenset[str] | None
    object: KubeObject


def providers(object_: KubeObject) -> Iterator[Provider]:
    """What an object is, or makes."""
    made = _made(object_)
    if made:
        kind, name, keys = made
        yield Provider(kind, object_.namespace, name, keys, object_)
    for key, name in _texts(object_, "annotations").items():
        if key.endswith(_SERVING):
            yield Provider(SECRET, object_.namespace, name, _CERTIFICATE, object_)


def _made(object_: KubeObject) -> tuple[str, str, frozenset[str] | None] | None:
    spec = object_.located.at("spec")
    if not object_.group and object_.kind in (SECRET, CONFIG_MAP):
        return object_.kind, object_.name, _written(object_)
    if object_.kind == "ExternalSecret":
        return SECRET, str(spec.at("target", "name").value or object_.name), _external(object_)
    if object_.kind == "SealedSecret":
        name = spec.at("template", "metadata", "name").value or object_.name
        return SECRET, str(name), _keys(spec.at("encryptedData").value) | _keys(spec.at("template", "data").value)
    if object_.kind == "Certificate" and spec.at("secretName").value:
        more = spec.at("keystores").value or spec.at("additionalOutputFormats").value
        return SECRET, str(spec.at("secretName").value), None if more else _CERTIFICATE
    if object_.kind.endswith(("Secret", "PasswordItem")):
        named = (("destination", "name"), ("target", "name"), ("managedSecretReference", "secretName"))
        found = next((value for route in named if (value := spec.at(*route).value)), object_.name)
        return SECRET, str(found), None
    return None


def _written(object_: KubeObject) -> frozenset[str] | None:
    """The keys of a Secret or ConfigMap; None if something fills it in."""
    marks = {*_texts(object_, "annotations"), *_texts(object_, "labels")}
    if any(each.endswith(_INJECTED) for each in marks):
        return None
    return frozenset().union(*(_keys(object_.value.get(field)) for field in _DATA)) or None


def _external(object_: KubeObject) -> frozenset[str] | None:
    spec = object_.located.at("spec")
    template = spec.at("target", "template")
    if template.at("templateFrom").value or (spec.at("dataFrom").value and not template.at("data").value):
        return None
    if template.at("data").value:
        return None if template.at("mergePolicy").value == "Merge" else _keys(template.at("data").value)
    return frozenset(str(each.at("secretKey").value) for each in spec.at("data").items())


def _keys(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, dict) else frozenset()


def _texts(object_: KubeObject, field: str) -> dict[str, str]:
    found = object_.metadata.get(field)
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


class Providers:
    """All that brings Secrets and ConfigMaps, by kind and name, looked up from where it is needed."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._of: dict[int, dict[tuple[str, str], list[Provider]]] = {}

    def named(self, reference: KeyReference, scope: Scope) -> list[Provider]:
        """Those that a reference can mean, of the nearest scope that has any."""
        for each in self._scopes.around(scope):
            found = self._in(each).get((reference.kind, reference.name), ())
            fitting = [one for one in found if _may_be_same(one.namespace, reference.namespace)]
            if fitting:
                return fitting
        return []

    def names(self, reference: KeyReference, scope: Scope) -> set[str]:
        """The names of all of the kind in the reference's namespace, those of facts too."""
        every = (one for each in self._scopes.around(scope) for found in self._in(each).values() for one in found)
        same = (one for one in every if one.kind == reference.kind)
        names = {one.name for one in same if _may_be_same(one.namespace, reference.namespace)}
        return names | (self.told(reference, scope) if reference.kind == SECRET else set())

    def told(self, reference: KeyReference, scope: Scope) -> set[str]:
        """The Secrets of the reference's namespace that facts say to exist."""
        pairs = (each.partition("/") for each in scope.facts.secrets)
        return {name for namespace, _, name in pairs if _may_be_same(namespace, reference.namespace)}

    def _in(self, scope: Scope) -> dict[tuple[str, str], list[Provider]]:
        if id(scope) not in self._of:
            found: dict[tuple[str, str], list[Provider]] = {}
            for each in (made for object_ in scope.objects for made in providers(object_)):
                found.setdefault((each.kind, each.name), []).append(each)
            self._of[id(scope)] = found
        return self._of[id(scope)]


def _may_be_same(one: str, other: str) -> bool:
    return one == other or not (one and other)
