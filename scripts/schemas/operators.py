"""Runs controller-gen over published Go API packages; gives CustomResourceDefinitions."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CONTROLLER_GEN = "sigs.k8s.io/controller-tools"


@dataclass(frozen=True)
class Source:
    """One Go module with the API packages to read.

    `replace` overrides single replacements; the module's own `replace` and `exclude` lines are carried over,
    because Go ignores them in a dependency.
    """

    module: str
    version: str
    packages: list[str]
    replace: dict[str, str] = field(default_factory=dict)


def build_controller_gen(version: str, folder: Path) -> Path:
    """Builds controller-gen in a module of its own, so that its dependencies touch nobody's API."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_module(folder, Source(CONTROLLER_GEN, version, [f"{CONTROLLER_GEN}/cmd/controller-gen"]), [])
    binary = folder / "controller-gen"
    _go(folder, "build", "-o", str(binary), f"{CONTROLLER_GEN}/cmd/controller-gen")
    return binary


def definitions(source: Source, controller_gen: Path, folder: Path) -> list[dict[str, Any]]:
    """The CustomResourceDefinitions of a source, in the order of their file names."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_module(folder, source, _carried(source, folder))
    paths = [f"paths={source.module}/{package}" for package in source.packages]
    _run(folder, [str(controller_gen), "crd", *paths, "output:crd:dir=crds"])
    return [_yaml().load(path) for path in sorted((folder / "crds").glob("*.yaml"))]


def _write_module(folder: Path, source: Source, lines: list[str]) -> None:
    text = ["module schemas", "", "go 1.26.0", "", f"require {source.module} {source.version}", *lines, ""]
    (folder / "go.mod").write_text("\n".join(text), encoding="utf-8")


def _carried(source: Source, folder: Path) -> list[str]:
    """The module's own replace and exclude lines, local paths replaced by published versions."""
    found = json.loads(_go(folder, "mod", "download", "-json", f"{source.module}@{source.version}"))
    upstream = json.loads(_go(folder, "mod", "edit", "-json", found["GoMod"]))
    lines = []
    for entry in upstream.get("Replace") or []:
        old, new = entry["Old"]["Path"], f"{entry['New']['Path']} {entry['New'].get('Version', '')}"
        lines.append(f"replace {old} => {source.replace.get(old, new)}")
    lines += [f"exclude {entry['Path']} {entry['Version']}" for entry in upstream.get("Exclude") or []]
    return lines


def _go(folder: Path, *arguments: str) -> str:
    return _run(folder, ["go", *arguments])


def _run(folder: Path, command: list[str]) -> str:
    settings = {"GOFLAGS": "-mod=mod -buildvcs=false", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOWORK": "off"}
    done = subprocess.run(command, cwd=folder, env={**os.environ, **settings}, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def _yaml() -> YAML:
    yaml = YAML(typ="safe")
    # A bare `=` (an operator in Alertmanager matchers) is a special value in YAML 1.1 that nobody means.
    yaml.constructor.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)
    return yaml
