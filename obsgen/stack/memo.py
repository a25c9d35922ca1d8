"""What has been worked out for one cluster and holds for others as well.

A thousand clusters of one environment differ in little more than their names. Whatever is worked out notes which fields
of the cluster it read; it is worked out anew only for a cluster that differs in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import PrivateAttr

from obsgen.profile.destinations import Cluster

T = TypeVar("T")

FIELDS = tuple(Cluster.model_fields)
UNIQUE = "name"
"""A field that no two clusters share: what depends on it need not be kept."""

_Values = tuple[Any, ...]


class Memo:
    """Results by what was asked for, each with the fields of the cluster that it depends on."""

    def __init__(self) -> None:
        self._known: dict[Hashable, dict[tuple[str, ...], dict[_Values, Any]]] = {}
        self._read: set[str] = set()

    def note(self, fields: Iterable[str]) -> None:
        """Notes that fields of the cluster were read."""
        self._read.update(fields)

    def get(self, key: Hashable, cluster: Cluster, make: Callable[[], T]) -> T:
        """What `make` gives for this cluster, or what it gave for another that is the same in all that it read."""
        for fields, found in self._known.get(key, {}).items():
            values = _values(cluster, fields)
            if values in found:
                self.note(fields)
                result: T = found[values]
                return result
        return self._made(key, cluster, make)

    def _made(self, key: Hashable, cluster: Cluster, make: Callable[[], T]) -> T:
        outer, self._read = self._read, set()
        try:
            result = make()
            fields = tuple(sorted(self._read))
        finally:
            self._read |= outer
        if UNIQUE not in fields:
            self._known.setdefault(key, {}).setdefault(fields, {})[_values(cluster, fields)] = result
        return result

    def aside(self, make: Callable[[], T]) -> T:
        """What `make` gives, whatever it reads: for texts that speak of one cluster as an example."""
        before = set(self._read)
        try:
            return make()
        finally:
            self._read = before


def _values(cluster: Cluster, fields: Iterable[str]) -> _Values:
    plain = vars(cluster)
    return tuple(plain[field] for field in fields)


class Observed(Cluster):
    """A cluster that notes which of its fields are read."""

    _memo: Memo = PrivateAttr()

    def __getattribute__(self, name: str) -> Any:
        """The attribute; fields are noted."""
        if name in FIELDS:
            self._memo.note((name,))
        return super().__getattribute__(name)


def observed(cluster: Cluster, memo: Memo) -> Cluster:
    """The same cluster; what is read of it is noted."""
    result = Observed.model_construct(**vars(cluster))
    result._memo = memo
    return result


class Noting(dict[str, Any]):
    """A mapping for templates, of which some keys hold fields of the cluster: reading those is noted."""

    def __init__(self, values: Mapping[str, Any], fields: Mapping[str, tuple[str, ...]], memo: Memo) -> None:
        super().__init__(values)
        self._plain, self._fields, self._memo = dict(values), fields, memo

    def __getitem__(self, key: str) -> Any:
        self._memo.note(self._fields.get(key, ()))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key."""
        return self[key] if key in self else default  # noqa: SIM401  # get itself would note nothing

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def keys(self) -> Any:
        """All keys; whoever asks may read everything."""
        self._all()
        return super().keys()

    def values(self) -> Any:
        """All values."""
        self._all()
        return super().values()

    def items(self) -> Any:
        """Everything."""
        self._all()
        return super().items()

    def __or__(self, other: Mapping[str, Any]) -> Noting:  # type: ignore[override]
        return Noting({**self._plain, **other}, self._fields, self._memo)

    def on(self, values: Mapping[str, Any], memo: Memo) -> Noting:
        """The same mapping with other values for the keys that speak of the cluster, noting elsewhere."""
        own = {key: values[key] for key in self._fields}
        return Noting({**self._plain, **own}, self._fields, memo)

    def _all(self) -> None:
        for fields in self._fields.values():
            self._memo.note(fields)


_IN_CONTEXT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cluster": {**{each: (each,) for each in FIELDS}, "is_argocds": ("name", "server")},
    "prometheus": {"external_labels": ("name", "provider", "region")},
}
"""What templates see of a cluster: the names and keys, and the fields that each is made of."""


def noting(context: Mapping[str, Any], memo: Memo) -> dict[str, Noting]:
    """The names of a context that speak of the cluster, each noting what is read of it."""
    return {name: Noting(context[name], fields, memo) for name, fields in _IN_CONTEXT.items()}
