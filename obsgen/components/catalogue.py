"""Finding and reading components: folders under templates/, a user's own folders before the built-in ones.

A user's folder of the same name replaces files one by one: what it does not hold is inherited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from obsgen.components.boards import Dashboard
from obsgen.components.fields import AlertName, SignalName
from obsgen.components.models import Alert, Component, ManifestTemplate, Recording, Signal
from obsgen.components.origin import Origin
from obsgen.findings import Finding, InputError, Place, error
from obsgen.source import Document, Route, load_file, one_document, read_text
from obsgen.validation import findings_of

T = TypeVar("T")

SIGNALS: TypeAdapter[dict[str, Signal]] = TypeAdapter(dict[SignalName, Signal])
HEAD = "component.yaml"
"""The file that makes a folder a component."""

VERSION_KEYS = frozenset(("since", "until", "known", "defaultVersion"))
"""Keys whose plain scalars are read as text: version 0.10 is not the number 0.1."""

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,48}[a-z0-9])?")

ALERTS: TypeAdapter[dict[str, Alert]] = TypeAdapter(dict[AlertName, Alert])
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
    dashboards: Mapping[str, Dashboard]
    manifests: Mapping[str, ManifestTemplate]
    documents: Mapping[str, Document] = field(repr=False)

    def text(self, file: str) -> str:
        """A file's text as it is, such as a script or a runbook."""
        return read_text(self.files[file], _shown(self.files[file]))

    def runbooks(self) -> list[str]:
        """The alerts that have a runbook, in order."""
        return sorted(Path(file).stem for file in self.files if file.startswith("runbooks/"))

    def place(self, file: str, route: Route, key: bool = False) -> Place:
        """Where a value (or its key) of one of the component's files stands."""
        document = self.documents.get(file)
        if document:
            return document.place(route, key=key)
        return Place(_shown(self.files[file]) if file in self.files else file)

    def origin(self, file: str, *route: str | int) -> Origin:
        """A part of one of the component's files."""
        return Origin(lambda inner, key: self.place(file, inner, key), route)


@dataclass(frozen=True)
class Catalogue:
    """All components within reach; each is read when it is first asked for."""

    roots: tuple[Path, ...]
    _read: dict[str, ComponentFolder] = field(default_factory=dict, repr=False)
    _heads: dict[str, Component] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every component's name, sorted."""
        heads = {path.parent.name: path for root in self.roots for path in root.glob(f"*/{HEAD}")}
        hint = "lower-case letters, digits and '-', at most 50: the folder's name becomes part of objects"
        odd = [path for name, path in heads.items() if not _NAME.fullmatch(name)]
        if odd:
            raise InputError(
                error("component/name", "this folder's name is no component's", Place(_shown(path)), hint)
                for path in odd
            )
        return tuple(sorted(heads))

    def get(self, name: str) -> ComponentFolder:
        """A component by name; InputError with all faults if it cannot be read."""
        if name not in self._read:
            self._read[name] = read_component(name, self.roots)
        return self._read[name]

    def head(self, name: str) -> Component:
        """A component's component.yaml alone."""
        if name not in self._heads:
            reader = _Reader(_files(name, self.roots))
            self._heads[name] = reader.one("component.yaml", TypeAdapter(Component))
            if reader.findings:
                raise InputError(reader.findings)
        return self._heads[name]

    def all(self) -> list[ComponentFolder]:
        """Every component, read."""
        return [self.get(name) for name in self.names]

    def with_role(self, role: str) -> list[ComponentFolder]:
        """The components of a role, by name."""
        return [self.get(name) for name in self.names if self.head(name).role == role]


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


def catalogue(extra: Sequence[Path] = ()) -> Catalogue:
    """The components in the user's folders, first ones winning, and the built-in ones."""
    missing = [path for path in extra if not is_folder(path)]
    if missing:
        hint = "a folder with one sub-folder for each component, each with a component.yaml"
        raise InputError(
            error("templates/missing", "no such folder of components", Place(str(path)), hint) for path in missing
        )
    return Catalogue((*extra, builtin_root()))


def read_component(name: str, roots: Sequence[Path]) -> ComponentFolder:
    """Reads the files of one component; InputError with the faults of all of them."""
    files = _files(name, roots)
    reader = _Reader(files)
    folder = ComponentFolder(
        name=name,
        files=files,
        component=reader.one("component.yaml", TypeAdapter(Component)),
        signals=reader.one("signals.yaml", SIGNALS, {}),
        alerts=reader.one("alerts.yaml", ALERTS, {}),
        recordings=reader.one("recording.yaml", RECORDINGS, ()),
        dashboards=reader.many("dashboards/", Dashboard),
        manifests=reader.many("manifests/", ManifestTemplate),
        documents=reader.documents,
    )
    if reader.findings:
        raise InputError(reader.findings)
    return folder


def _files(name: str, roots: Sequence[Path]) -> dict[str, Path]:
    """The component's files by relative name, the first root that has one winning."""
    found: dict[str, Path] = {}
    for root in roots:
        base = root / name
        for path in sorted(base.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found.setdefault(path.relative_to(base).as_posix(), path)
    return dict(sorted(found.items()))


def _shown(path: Path) -> str:
    """A path as findings show it: relative to the working directory where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


class _Reader:
    """Reads and validates the files of one component, collecting the findings of all."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files
        self.documents: dict[str, Document] = {}
        self.findings: list[Finding] = []

    def one(self, file: str, adapter: TypeAdapter[T], default: Any = None) -> T:
        """One file, or the default where the component has none."""
        if file not in self.files:
            return default  # type: ignore[no-any-return]  # component.yaml always exists, the others have defaults
        shown = _shown(self.files[file])
        try:
            document = one_document(load_file(self.files[file], shown, VERSION_KEYS), shown, "component file")
            self.documents[file] = document
            return adapter.validate_python(document.value)
        except InputError as problem:
            self.findings += problem.findings
        except ValidationError as problem:
            self.findings += findings_of(problem, self.documents[file], adapter, "component")
        return default  # type: ignore[no-any-return]  # the findings are raised before anyone looks

    def many(self, folder: str, model: type[BaseModel]) -> dict[str, Any]:
        """All YAML files of a folder by their stem."""
        adapter: TypeAdapter[Any] = TypeAdapter(model)
        names = [file for file in self.files if file.startswith(folder) and file.endswith(".yaml")]
        return {Path(file).stem: self.one(file, adapter) for file in names}
