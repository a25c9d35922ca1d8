"""Writes the JSON Schemas of obsgen/schemas/data from published APIs; run by hand, the result is committed.

    python scripts/schemas/generate.py

It needs Go, pip, ruamel.yaml and the ordinary package registries. Everything that decides the result stands in
`sources.yaml` and `handwritten/`; the same input gives the same bytes. Existing files are replaced as a whole.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import core
import handwriting
import operators
from adjusting import Adjustment
from closing import OPEN, Schema, close, document, rules_of, walk
from ruamel.yaml import YAML
from sharing import share

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "obsgen" / "schemas" / "data"


@dataclass(frozen=True)
class Entry:
    """One schema with what the index says about it."""

    api_version: str
    kind: str
    schema: Schema
    source: str
    version: str
    notes: dict[str, Any]

    @property
    def file(self) -> str:
        """The path under the data folder; core kinds have their version where others have a group."""
        group, _, version = self.api_version.rpartition("/")
        return f"{group or version}/{self.kind}_{version}.json".lower()


def entries(sources: dict[str, Any], work: Path) -> Iterator[Entry]:
    """All schemas, before equal parts are shared; `work` holds downloads and builds."""
    kubernetes = sources["core"]
    base = core.load(kubernetes["package"], kubernetes["kubernetes"], kubernetes["enums"], work / "wheels")
    yield from _core(base, kubernetes)
    yield from _operators(sources, base.object_meta(), work)
    yield from _handwritten(base)


def _core(base: core.Core, settings: dict[str, Any]) -> Iterator[Entry]:
    for api_version, kinds in settings["kinds"].items():
        for kind in kinds:
            schema = document(api_version, kind, base.named(api_version, kind), base.object_meta())
            yield Entry(api_version, kind, schema, "kubernetes-validate", settings["package"], {})


def _operators(sources: dict[str, Any], metadata: Schema, work: Path) -> Iterator[Entry]:
    binary = operators.build_controller_gen(sources["controllerGen"], work / "controller-gen")
    for number, settings in enumerate(sources["operators"]):
        source = operators.Source(**settings)
        for definition in operators.definitions(source, binary, work / f"api-{number}"):
            for version in definition["spec"]["versions"]:
                yield _custom(definition["spec"], version, metadata, source, sources["adjust"])


def _custom(
    spec: dict[str, Any], version: dict[str, Any], metadata: Schema, source: operators.Source, adjust: dict[str, Any]
) -> Entry:
    api_version, kind = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
    schema = close(version["schema"]["openAPIV3Schema"])
    Adjustment(**adjust.get(f"{api_version}/{kind}", {})).apply(schema)
    notes = {} if version["served"] else {"served": False}
    return Entry(api_version, kind, document(api_version, kind, schema, metadata), source.module, source.version, notes)


def _handwritten(base: core.Core) -> Iterator[Entry]:
    for path in sorted((HERE / "handwritten").glob("*/*.yaml")):
        for written in handwriting.read(path, base):
            yield Entry(*written, version="", notes={"handWritten": True})


def index_entry(entry: Entry, text: str) -> dict[str, Any]:
    """What the index records: origin, hash and the limits of a schema."""
    fields = {name: node for name, node in entry.schema["properties"].items() if name != "metadata"}
    nodes = list(walk({**entry.schema, "properties": fields}))
    limits = {
        "celNotEvaluated": sum(len(rules_of(node)) for node in nodes),
        "openFields": sum(OPEN in node for node in nodes),
    }
    facts = {"file": entry.file, "sha256": hashlib.sha256(text.encode()).hexdigest(), "source": entry.source}
    version = {"version": entry.version} if entry.version else {}
    return {**facts, **version, **entry.notes, **{key: count for key, count in limits.items() if count}}


def write(found: list[Entry], folder: Path) -> None:
    """Replaces the data folder's content."""
    shutil.rmtree(folder, ignore_errors=True)
    index = {}
    for entry in sorted(found, key=lambda entry: entry.file):
        text = render(share(entry.schema))
        path = folder / entry.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        index[f"{entry.api_version}/{entry.kind}"] = index_entry(entry, text)
    (folder / "index.json").write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def render(schema: Schema) -> str:
    """Sorted and compact, one definition or top-level field a line: small files whose differences can be read."""

    def compact(value: Any) -> str:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    lines = []
    for key, value in sorted(schema.items()):
        if key in ("definitions", "properties"):
            inner = ",\n".join(f"{compact(name)}:{compact(node)}" for name, node in sorted(value.items()))
            lines.append(f"{compact(key)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{compact(key)}:{compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Generates everything; a failing download, build or unknown schema keyword stops it before anything is written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="keep downloads and builds here (default: a temporary folder)")
    work = parser.parse_args().work
    sources = YAML(typ="safe").load(HERE / "sources.yaml")
    with tempfile.TemporaryDirectory() as temporary:
        found = list(entries(sources, work or Path(temporary)))
    write(found, DATA)
    print(f"{len(found)} schemas, {sum(path.stat().st_size for path in DATA.rglob('*.json')):,} bytes")


if __name__ == "__main__":
    main()
