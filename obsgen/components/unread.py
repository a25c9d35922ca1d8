"""What lies in a user's folders of components and is read by nothing: told, because it was written for something."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path

from obsgen.components.catalogue import (
    HEAD,
    MERGED,
    VALUES,
    Catalogue,
    component_files,
    is_listed,
    is_plain_file,
    shown,
)
from obsgen.findings import Finding, InputError, Place, error
from obsgen.hints import did_you_mean, nearest

_HARMLESS = re.compile(r"\..*|.*~|(?:README|LICEN[CS]E|NOTICE|CHANGELOG)\b.*")
_LISTED = {"dashboards": ".yaml", "manifests": ".yaml", "fragments": ".yaml", "plain": ".yaml", "runbooks": ".md"}
_FILE = re.compile(r"""\bfile\(\s*['"\\]*([^'"\\)~]+)['"\\]*\s*\)""")
_READ = (*MERGED, VALUES)
_LAYOUT = (
    f"known: {', '.join(_READ)}, dashboards/<board>.yaml, manifests/<object>.yaml, fragments/<name>.yaml, "
    "plain/<name>.yaml, runbooks/<Alert>.md"
)


def unread(known: Catalogue, roots: Sequence[Path], own_alerts: Collection[str] = ()) -> list[Finding]:
    """A finding for each file or folder below `roots` that nothing reads; `own_alerts` are those of the profile."""
    return list(chain.from_iterable(_in_root(known, root, own_alerts) for root in roots))


def _in_root(known: Catalogue, root: Path, own_alerts: Collection[str]) -> Iterator[Finding]:
    """What is unread below a root, which may hold other things than components as well."""
    for path in _entries(root):
        if path.is_dir():
            yield from _in_folder(known, path, own_alerts)
        elif _is_like_one(path):
            yield _told(path, f"{path.name} stands in no component's folder", "name the folder above this one")


def _in_folder(known: Catalogue, folder: Path, own_alerts: Collection[str]) -> Iterator[Finding]:
    entries = _entries(folder)
    # Argo CD's trees, whose folder may have the name of a component, are obsgen's own.
    if folder.name in known.names and not any(folder.glob("*/.obsgen")):
        yield from _unread_files(known, folder, own_alerts)
    elif any(map(_is_like_one, entries)):
        yield from _no_component(known, folder, entries)
    if not entries and not any(folder.iterdir()):
        yield _told(folder, "this component's folder is empty", f"write {HEAD}, or remove the folder")


def _no_component(known: Catalogue, folder: Path, entries: Sequence[Path]) -> Iterator[Finding]:
    links = [path for path in entries if path.is_symlink()]
    yield from map(_link, links)
    if not links:
        near = next((_meant(path, folder) for path in entries if path.stem == Path(HEAD).stem), "")
        hint = near or did_you_mean(folder.name, known.names) or f"write {HEAD}"
        message = f"'{folder.name}' is no component: it has no {HEAD}, and there is none to change"
        yield _told(folder, message, hint)


def _is_like_one(path: Path) -> bool:
    """Whether a file or folder is one that a component has, or was meant to be."""
    if path.is_dir():
        return path.name in _LISTED
    return path.suffix in (".yaml", ".yml") and bool(did_you_mean(path.stem, map(_stem, MERGED)))


def _unread_files(known: Catalogue, folder: Path, own_alerts: Collection[str]) -> Iterator[Finding]:
    """What is unread in the folder of a component; what cannot be read in it is told as well."""
    found = [path for path in _below(folder) if path.is_symlink() or not path.is_dir()]
    try:
        alerts = {*known.get(folder.name).alert_names, *own_alerts}
    except InputError as problem:
        yield from problem.findings
        alerts = {path.stem for path in found}
    wanted = _named_files(known, folder.name)
    for path in found:
        file = path.relative_to(folder).as_posix()
        if not is_plain_file(path):
            yield _link(path)
        elif is_listed(file, "runbooks", ".md"):
            if path.stem not in alerts:
                hint = nearest(path.stem, sorted(alerts)) or "write an alert of this name"
                yield _told(path, f"{folder.name} has no alert '{path.stem}' whose runbook this could be", hint)
        elif not (file in _READ or any(is_listed(file, *each) for each in _LISTED.items()) or wanted(file)):
            yield _told(path, f"nothing reads {file}", _meant(path, folder) or _LAYOUT)


def _named_files(known: Catalogue, name: str) -> Callable[[str], bool]:
    """Whether a manifest of the component names a file; all files count as named where names are worked out."""
    files = component_files(name, known.roots)
    texts = [layers[0].read_text("utf-8", "replace") for file, layers in files.items() if is_listed(file, "manifests")]
    named = {match for text in texts for match in _FILE.findall(text)}
    worked_out = any(len(_FILE.findall(text)) < len(re.findall(r"\bfile\(", text)) for text in texts)
    return lambda file: worked_out or file in named


def _meant(path: Path, folder: Path) -> str:
    """The name that a file should have, as a hint."""
    file = path.relative_to(folder).as_posix()
    if "/" in file or path.suffix == ".md":
        return did_you_mean(file, [f"{inside}/{path.stem}{suffix}" for inside, suffix in _LISTED.items()])
    return did_you_mean(f"{path.stem}.yaml", _READ) if did_you_mean(path.stem, map(_stem, _READ)) else ""


def _stem(file: str) -> str:
    return Path(file).stem


def _below(folder: Path) -> Iterator[Path]:
    for path in _entries(folder):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not _HARMLESS.fullmatch(path.name))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        message = f"cannot read {shown(folder)}: {reason}"
        raise InputError([error("file/unreadable", message, Place(shown(folder)))]) from None


def _link(path: Path) -> Finding:
    return _told(path, f"{path.name} is a link, and links are not followed", "put the file itself here")


def _told(path: Path, message: str, hint: str) -> Finding:
    return error("templates/unread", message, Place(shown(path)), hint)
