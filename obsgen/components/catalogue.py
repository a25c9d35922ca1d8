"""Finding and reading components: folders under templates/, a user's own folders before the built-in ones.

A user's folder of the same name changes the component: entries of `MERGED` files by name, other files one by one. What
it does not hold is inherited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from obsgen.components.boards import Dashboard
from obsgen.components.fields import AlertName, SignalName
from obsgen.components.files import ManifestTemplate, PlainTemplate, ValuesTemplate
from obsgen.components.head import Component
from obsgen.components.layers import Layered, layered
from obsgen.components.objectives import Objective
from obsgen.components.origin import Origin
from obsgen.components.references import lost_references
from obsgen.components.rules import Alert, Recording
from obsgen.components.signals import Signal
from obsgen.findings import Finding, InputError, Place, error
from obsgen.source import Document, Route, load_file, one_document, read_text
from obsgen.validation import translate

T = TypeVar("T")

COMPONENT: TypeAdapter[Component] = TypeAdapter(Component)
SIGNALS: TypeAdapter[dict[str, Signal]] = TypeAdapter(dict[SignalName, Signal])
HEAD = "component.yaml"
"""The file that makes a folder a component."""
SERIES = "signals.yaml"
"""What of a component can be measured, and the series behind it."""
VALUES = "values.yaml"
"""What the component adds to the values of a Helm chart."""
MERGED = (HEAD, SERIES, "alerts.yaml", "recording.yaml", "slos.yaml")
"""Files whose entries merge by name where several folders have one; component.yaml merges mappings inside, too."""

VERSION_KEYS = frozenset(("since", "until", "deprecated", "known", "defaultVersion"))
"""Keys whose plain scalars are read as text: version 0.10 is not the number 0.1."""

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,48}[a-z0-9])?")

ALERTS: TypeAdapter[dict[str, Alert]] = TypeAdapter(dict[AlertName, Alert])
OBJECTIVES: TypeAdapter[dict[str, Objective]] = TypeAdapter(dict[SignalName, Objective])
RECORDINGS: TypeAdapter[tuple[Recording, ...]] = TypeAdapter(tuple[Recording, ...])


@dataclass(frozen=True)
class ComponentFolder:
    """A component as it was read: its data and, for every file, where it stands."""

    name: str
    files: Mapping[str, Path]
    component: Component
    signals: dict[str, Signal]
    alerts: dict[str, Alert]
    recordings: tuple[Recording, ...]
    objectives: dict[str, Objective]
    dashboards: Mapping[str, Dashboard]
    manifests: Mapping[str, ManifestTemplate]
    fragments: Mapping[str, Any]
    plain: Mapping[str, PlainTemplate]
    values: ValuesTemplate | None
    documents: Mapping[str, Layered] = field(repr=False)

    def text(self, file: str) -> str:
        """A file's text as it is, such as a script or a runbook."""
        return read_text(self.files[file], shown(self.files[file]))

    @property
    def alert_names(self) -> set[str]:
        """The alerts of the component, those of its objectives included."""
        return {*self.alerts, *(objective.alert for objective in self.objectives.values())}

    def runbooks(self) -> list[str]:
        """The alerts that have a runbook, in order."""
        return sorted(Path(file).stem for file in self.files if file.startswith("runbooks/"))

    def place(self, file: str, route: Route, key: bool = False) -> Place:
        """Where a value (or its key) of one of the component's files stands."""
        document = self.documents.get(file)
        if document:
            return document.place(route, key=key)
        return Place(shown(self.files[file]) if file in self.files else file)

    def text_place(self, file: str, route: Route, offset: int, length: int) -> Place:
        """Where a part of a text stands: of a value, or of a file that is nothing but text."""
        document = self.documents.get(file)
        if document:
            return document.text_place(route, offset, length)
        before = self.text(file)[:offset]
        column = len(before) - before.rfind("\n")
        return Place(shown(self.files[file]), before.count("\n") + 1, column, length)

    def origin(self, file: str, *route: str | int) -> Origin:
        """A part of one of the component's files."""
        return Origin(
            lambda inner, key: self.place(file, inner, key),
            route,
            lambda inner, offset, length: self.text_place(file, inner, offset, length),
        )


@dataclass(frozen=True, eq=False)
class Exporter:
    """What a component says of itself and of its series, without all that is made of them."""

    name: str
    component: Component
    signals: Mapping[str, Signal]


@dataclass(frozen=True)
class Catalogue:
    """All components within reach; each is read when it is first asked for.

    Those that no folder but the last one of `roots` has are taken from `shipped`, where that is given.
    """

    roots: tuple[Path, ...]
    shipped: Catalogue | None = field(default=None, repr=False)
    _read: dict[str, ComponentFolder] = field(default_factory=dict, repr=False)
    _heads: dict[str, Component] = field(default_factory=dict, repr=False)
    _exporters: dict[str, Exporter] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every component's name, sorted."""
        found = (path for root in self.roots for path in root.glob(f"*/{HEAD}"))
        heads = {path.parent.name: path for path in found if is_plain_file(path)}
        hint = "lower-case letters, digits and '-', at most 50: the folder's name becomes part of objects"
        odd = [path for name, path in heads.items() if not _NAME.fullmatch(name)]
        if odd:
            raise InputError(
                error("component/name", "this folder's name is no component's", Place(shown(path)), hint)
                for path in odd
            )
        return tuple(sorted(heads))

    def get(self, name: str) -> ComponentFolder:
        """A component by name; InputError with all faults if it cannot be read."""
        if whole := self._whole(name):
            return whole.get(name)
        if name not in self._read:
            self._read[name] = read_component(name, self.roots)
        return self._read[name]

    def head(self, name: str) -> Component:
        """A component's component.yaml alone."""
        if whole := self._whole(name):
            return whole.head(name)
        if name not in self._heads:
            reader = _Reader(component_files(name, self.roots))
            self._heads[name] = reader.sound(reader.one(HEAD, COMPONENT))
        return self._heads[name]

    def exporter(self, name: str) -> Exporter:
        """A component's component.yaml and signals.yaml alone."""
        if name in self._exporters:
            return self._exporters[name]
        if whole := self._whole(name):
            self._exporters[name] = whole.exporter(name)
        else:
            reader = _Reader(component_files(name, self.roots))
            signals = reader.sound(reader.one(SERIES, SIGNALS, {}))
            self._exporters[name] = Exporter(name, self.head(name), signals)
        return self._exporters[name]

    def all(self) -> list[ComponentFolder]:
        """Every component, read."""
        return [self.get(name) for name in self.names]

    def of_role(self, role: str) -> list[str]:
        """The names of a role's components."""
        return [name for name in self.names if self.head(name).role == role]

    def _whole(self, name: str) -> Catalogue | None:
        """The catalogue that has all of a component, if that is another one."""
        return self.shipped if not any((root / name).exists() for root in self.roots[:-1]) else None


def builtin_root() -> Path:
    """The folder of the components that come with obsgen: in a checkout beside the package, in a wheel inside it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data" / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def is_folder(path: Path) -> bool:
    """Whether a folder can be looked into; closed ones and names that no system takes are none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_plain_file(path: Path) -> bool:
    """Whether a path is a file and no link: what links point at may lie anywhere."""
    return path.is_file() and not path.is_symlink()


def catalogue(extra: Sequence[Path] = ()) -> Catalogue:
    """The components in the user's folders, first ones winning, and the built-in ones."""
    missing = [path for path in extra if not is_folder(path)]
    if missing:
        hint = "a folder with one sub-folder for each component, each with a component.yaml"
        raise InputError(
            error("templates/missing", "no such folder of components", Place(str(path)), hint) for path in missing
        )
    shipped = _shipped(builtin_root(), Path.cwd())
    return Catalogue((*extra, *shipped.roots), shipped) if extra else shipped


@lru_cache(maxsize=2)
def _shipped(root: Path, _: Path) -> Catalogue:
    """The components that come with obsgen, read once; where they lie is told as seen from the working directory."""
    return Catalogue((root,))


def read_component(name: str, roots: Sequence[Path]) -> ComponentFolder:
    """Reads the files of one component; InputError with the faults of all of them."""
    files = component_files(name, roots)
    reader = _Reader(files)
    folder = ComponentFolder(
        name=name,
        files={file: layers[0] for file, layers in files.items()},
        component=reader.one(HEAD, COMPONENT),
        signals=reader.one(SERIES, SIGNALS, {}),
        alerts=reader.one("alerts.yaml", ALERTS, {}),
        recordings=reader.one("recording.yaml", RECORDINGS, ()),
        objectives=reader.one("slos.yaml", OBJECTIVES, {}),
        dashboards=reader.many("dashboards", Dashboard),
        manifests=reader.many("manifests", ManifestTemplate),
        fragments=reader.many("fragments", Any),
        plain=reader.many("plain", PlainTemplate),
        values=reader.one(VALUES, TypeAdapter(ValuesTemplate)),
        documents=reader.documents,
    )
    findings = reader.findings or list(lost_references(folder))
    if findings:
        raise InputError(findings)
    return folder


def component_files(name: str, roots: Sequence[Path]) -> dict[str, tuple[Path, ...]]:
    """The component's files by relative name, each in all the folders that have it, nearest first."""
    found: dict[str, tuple[Path, ...]] = {}
    for root in roots:
        base = root / name
        for path in filter(is_plain_file, base.rglob("*")):
            file = path.relative_to(base).as_posix()
            found[file] = (*found.get(file, ()), path)
    return dict(sorted(found.items()))


def shown(path: Path) -> str:
    """A path as findings show it: relative to the working directory where it lies below it; links as they are."""
    try:
        return (path.parent.resolve() / path.name).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


class _Reader:
    """Reads and validates the files of one component, collecting the findings of all."""

    def __init__(self, files: Mapping[str, tuple[Path, ...]]) -> None:
        self.files = files
        self.documents: dict[str, Layered] = {}
        self.findings: list[Finding] = []

    def one(self, file: str, adapter: TypeAdapter[T], default: Any = None) -> T:
        """One file, or the default where the component has none."""
        if file not in self.files:
            return default  # type: ignore[no-any-return]  # component.yaml always exists, the others have defaults
        try:
            document = layered([_document(path) for path in self._layers(file)], deep=file == HEAD)
            self.documents[file] = document
            self.findings += document.faults
            return adapter.validate_python(document.value)
        except InputError as problem:
            self.findings += problem.findings
        except ValidationError as problem:
            self.findings += translate(problem, adapter, "component", self.documents[file].place)
        return default  # type: ignore[no-any-return]  # the findings are raised before anyone looks

    def sound(self, value: T) -> T:
        """The value, unless something is wrong with what was read."""
        if self.findings:
            raise InputError(self.findings)
        return value

    def _layers(self, file: str) -> tuple[Path, ...]:
        return self.files[file] if file in MERGED else self.files[file][:1]

    def many(self, folder: str, model: Any) -> dict[str, Any]:
        """All YAML files of a folder by their stem."""
        adapter: TypeAdapter[Any] = TypeAdapter(model)
        names = [file for file in self.files if is_listed(file, folder)]
        return {Path(file).stem: self.one(file, adapter) for file in names}


def is_listed(file: str, folder: str, suffix: str = ".yaml") -> bool:
    """Whether a component's file is one of those that a folder lists, each under its stem."""
    path = Path(file)
    return (path.parent.as_posix(), path.suffix) == (folder, suffix)


def _document(path: Path) -> Document:
    name = shown(path)
    return one_document(load_file(path, name, VERSION_KEYS), name, "component file")
