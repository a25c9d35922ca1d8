"""Small kustomizations as dictionaries, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsgen.findings import Finding
from obsgen.kustomize.jsonpatch import same_json
from obsgen.kustomize.patches import Patch
from obsgen.source import load_text
from obsgen.tools import Tool, run
from obsgen.tree.serialise import yaml_bytes

Content = str | bytes | Mapping[str, Any] | list[Any]
Object = dict[str, Any]

Tree = Callable[[dict[str, Content]], Path]
"""Writes files, by path, below a fresh directory and returns it."""


def write(root: Path, files: Mapping[str, Content]) -> None:
    """Texts as they are, data as JSON, which is YAML too; a comment above it keeps kustomize from raw JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else "# data\n" + json.dumps(content), encoding="utf-8")


def rule(name: str = "a", **more: Any) -> Object:
    """A custom resource in namespace n, with further top-level fields."""
    return {"apiVersion": "x.io/v1", "kind": "Rule", "metadata": {"name": name, "namespace": "n"}, **more}


def deployment(name: str = "a", **pod: Any) -> Object:
    """A Deployment in namespace n, with the fields of its pod's spec."""
    spec = {"template": {"spec": pod}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "n"}, "spec": spec}


def metadata(base: Object, **fields: Any) -> Object:
    """The object with further fields of its metadata."""
    return {**base, "metadata": {**base["metadata"], **fields}}


def targeted(operations: list[Any], **target: str) -> Object:
    """An entry of `patches:` with operations inside."""
    return {"target": {"kind": "Rule", "name": "a", **target}, "patch": "\n" + json.dumps(operations)}


def merging(patch: Object) -> Object:
    """An entry of `patches:` with a strategic merge patch inside."""
    return {"patch": json.dumps(patch)}


def as_json(value: Any) -> bytes:
    """Quotes around every text, which kustomize keeps when it merges."""
    return b"# data\n" + json.dumps(value).encode()


WRITERS = {"json": as_json, "yaml": yaml_bytes}


def patched(root: Path, pairs: Sequence[tuple[Object, Sequence[Patch]]], seed: int) -> Path:
    """An overlay that patches each object; the seed picks how base and patches are written."""
    base, patch = (list(WRITERS.values())[bit] for bit in (seed % 2, seed // 2 % 2))
    entries = []
    for number, (found, patches) in enumerate(pairs):
        (root / f"o{number}.yaml").write_bytes(base(found))
        for index, one in enumerate(patches):
            name = f"p{number}-{index}.yaml"
            (root / name).write_bytes(patch(one.content))
            entries.append(one.entry(name))
    resources = [f"o{number}.yaml" for number in range(len(pairs))]
    (root / "kustomization.yaml").write_bytes(yaml_bytes({"resources": resources, "patches": entries}))
    return root


def by_identity(objects: Iterable[Object]) -> list[Object]:
    """Objects in an order of their own, so that sets of them compare."""
    return sorted(
        objects, key=lambda found: json.dumps([found["apiVersion"], found["kind"], found["metadata"]], sort_keys=True)
    )


def same_objects(one: Iterable[Object], other: Iterable[Object]) -> bool:
    """Whether two builds gave the same set of parsed objects."""
    return same_json(by_identity(one), by_identity(other))


def told(findings: Iterable[Finding], root: Path) -> list[str]:
    """Findings as `file:line:column id`, the file as seen from `root`."""
    return [f"{str(finding.place).removeprefix(f'{root}/')} {finding.id}" for finding in findings]


@dataclass(frozen=True)
class Real:
    """The real kustomize, asked for parsed objects."""

    tool: Tool

    def objects(self, directory: Path) -> list[Object]:
        """What it builds; an AssertionError with its message if it refuses."""
        done = run(self.tool, ["build", str(directory)])
        assert done.returncode == 0, done.stderr
        return [document.value for document in load_text(done.stdout, "built.yaml")] if done.stdout else []

    def refuses(self, directory: Path) -> bool:
        """Whether it fails."""
        return run(self.tool, ["build", str(directory)]).returncode != 0
