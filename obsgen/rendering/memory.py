"""Which trees were rendered from which inputs, so that what has not changed costs a hash and not a render.

Only hashes are kept, in the user's cache: files come from the tree itself, and count only if each is as it was made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from obsgen import __version__
from obsgen.components.catalogue import builtin_root
from obsgen.findings import InputError, Place
from obsgen.rendering.product import Head, Product
from obsgen.tools.locate import cache_folder
from obsgen.tree.paths import JOURNAL, RECORD
from obsgen.tree.record import digest, load_record

_VERSION = 1


class Memory:
    """Remembers products of profiles whose trees lie in two folders."""

    def __init__(self, templates: Sequence[Path], out: Path, argocd: Path) -> None:
        self._templates, self._out, self._argocd = tuple(templates), out, argocd
        self._recalled: list[Product] = []

    def recalled(self, profile: Path) -> Product | None:
        """The product of a profile, if it is known and its tree is there whole; else None."""
        try:
            entry = json.loads(self._entry(profile).read_bytes())
            if entry["engine"] != engine() or entry["inputs"] != _hashes(map(Path, entry["inputs"])):
                return None
            product = self._product(entry)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, InputError):
            return None  # whatever is wrong with what is remembered: a render is always right
        self._recalled += [product] if product else []
        return product

    def remember(self, products: Iterable[Product]) -> None:
        """Remembers products whose trees have just been written; a cache that cannot be written is done without."""
        for each in (one for one in products if one not in self._recalled):
            try:
                self._write(self._entry(each.inputs[0]), _entry(each))
            except OSError:
                return

    def _product(self, entry: Mapping[str, Any]) -> Product | None:
        head = entry["head"]
        stack = str(head["stack"])
        files = _files(self._out / stack, entry["files"])
        argocd = _files(self._argocd / stack, entry["argocd"])
        if files is None or argocd is None:
            return None
        return Product(
            Head(head["file"], stack, tuple(head["environments"]), Place(*head["place"]), is_unnamed=False),
            files,
            argocd,
            tuple((cluster, frozenset(map(tuple, found))) for cluster, found in entry["applied"]),
            tuple(entry["told"]),
            tuple(map(Path, entry["inputs"])),
        )

    def _entry(self, profile: Path) -> Path:
        """The file that speaks of a profile: by where it lies, how it is called, and where its trees go."""
        asked = [*(str(each.absolute()) for each in (profile, self._out, self._argocd, *self._templates)), str(profile)]
        return cache_folder() / "renders" / f"{sha256(json.dumps(asked).encode()).hexdigest()[:40]}.json"

    def _write(self, path: Path, entry: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(entry), encoding="utf-8")
        fresh.replace(path)


def _entry(product: Product) -> dict[str, Any]:
    head, place = product.head, product.head.place
    return {
        "engine": engine(),
        "inputs": _hashes(product.inputs),
        "head": {
            "file": head.file,
            "stack": head.stack,
            "environments": head.environments,
            "place": [place.file, place.line, place.column, place.length],
        },
        "files": {path: digest(data) for path, data in product.files.items()},
        "argocd": {path: digest(data) for path, data in product.argocd.items()},
        "applied": [[cluster, sorted(found)] for cluster, found in product.applied],
        "told": product.told,
    }


def _files(root: Path, wanted: Mapping[str, str]) -> dict[str, bytes] | None:
    """The files of a tree, if they and its record are what was wanted, and no render is at work there."""
    if not wanted and not root.exists():
        return {}
    if (root / JOURNAL).exists() or load_record((root / RECORD).read_bytes(), RECORD) != dict(wanted):
        return None
    found = {path: (root / path).read_bytes() for path in wanted}
    return found if all(digest(data) == wanted[path] for path, data in found.items()) else None


def _hashes(inputs: Iterable[Path]) -> dict[str, str]:
    """The hash of each file, and of all that is in each folder."""
    return {str(each): _of_folder(each) if each.is_dir() else digest(each.read_bytes()) for each in inputs}


def _of_folder(folder: Path) -> str:
    total = sha256()
    for path in sorted(folder.rglob("*")):
        held = digest(path.read_bytes()) if path.is_file() else str(path.is_symlink())
        total.update(f"{path.relative_to(folder)}\0{held}\n".encode())
    return total.hexdigest()


@cache
def engine() -> str:
    """What obsgen itself is: its version, and its files by size and time."""
    package = Path(__file__).resolve().parent.parent
    total = sha256(f"{_VERSION} {__version__}".encode())
    for folder in (package, builtin_root()):
        for path in sorted(folder.rglob("*")):
            if path.suffix != ".pyc" and path.is_file():
                found = path.stat()
                total.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return total.hexdigest()
