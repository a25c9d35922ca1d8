"""A shipped profile's tree as files: written to the disk, its overlays built, its objects and boards parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from row_support import PROFILES, text_of
from typer.testing import CliRunner

from obsgen.cli import app
from obsgen.kustomize.build import build
from obsgen.promql.grafana import parse_templated
from obsgen.promql.parse import parse
from obsgen.source import load_file


class Written:
    """The files of one stack below a folder of the test's own."""

    def __init__(self, name: str, folder: Path, *changes: tuple[str, str]) -> None:
        profile = folder / f"{name}.yaml"
        profile.write_text(text_of(name, *changes), encoding="utf-8")
        done = CliRunner().invoke(app, ["render", str(profile), "--out", str(folder)])
        assert done.exit_code == 0, done.output
        self.root, self.argocd = folder / name, folder / "argocd" / name
        self.objects = cache(self._objects)

    def _objects(self, overlay: str) -> list[dict[str, Any]]:
        """What kustomize makes of an overlay."""
        built = build(self.root / "overlays" / overlay)
        assert (built.findings, built.unsupported) == ((), ())
        return [each.object for each in built.objects]

    def of_kind(self, kind: str, overlay: str = "prod") -> dict[str, dict[str, Any]]:
        """The objects of a kind by name; names are taken to be unique."""
        return {each["metadata"]["name"]: each for each in self.objects(overlay) if each["kind"] == kind}

    def groups(self, overlay: str = "prod") -> Iterator[tuple[str, dict[str, Any]]]:
        """Every group of rules, after the name of its object."""
        for name, each in self.of_kind("PrometheusRule", overlay).items():
            for group in each["spec"]["groups"]:
                yield name, group

    def rule(self, alert: str, overlay: str = "prod") -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The alert of a name: its object's name, its group, and itself."""
        (found,) = (
            (name, group, rule)
            for name, group in self.groups(overlay)
            for rule in group["rules"]
            if rule.get("alert") == alert
        )
        return found

    def board(self, name: str, overlay: str = "prod") -> dict[str, Any]:
        """The JSON of a board, as the cluster gets it."""
        maps = self.of_kind("ConfigMap", overlay).values()
        (text,) = (each["data"][f"{name}.json"] for each in maps if f"{name}.json" in each["data"])
        board: dict[str, Any] = json.loads(text)
        return board

    def panels(self, name: str) -> dict[tuple[str, str], dict[str, Any]]:
        """A board's panels by their row and title."""
        found, row = {}, ""
        for panel in self.board(name)["panels"]:
            row = panel["title"] if panel["type"] == "row" else row
            found[row, panel["title"]] = panel
        return found

    def section(self, heading: str) -> str:
        """A part of the README, without its heading."""
        text = (self.root / "README.md").read_text(encoding="utf-8")
        _, found, rest = text.partition(f"\n## {heading}")
        assert found, heading
        return rest.partition("\n## ")[0]

    def applied(self) -> list[Any]:
        """The objects of the folder for Argo CD."""
        found = (load_file(path)[0].value for path in sorted(self.argocd.glob("*.yaml")))
        return [each for each in found if each["kind"] != "Kustomization"]


def profiles() -> list[str]:
    """The shipped profiles' names."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def series(expr: str) -> set[str]:
    """The names of the series that an expression asks for."""
    return {node.name for node in parse(expr).selectors() if node.name}


def judged(expr: str) -> str:
    """An alert's comparison on one line, without the traffic or the pods that must be there besides."""
    return re.sub(r" and on \([^)]*\) [^<>]*(> 0\.02)?$", "", " ".join(expr.split()))


def shown(panel: Mapping[str, Any]) -> set[str]:
    """The names of the series that a panel draws, its limit left out."""
    nodes = (node for target in panel["targets"] for node in parse_templated(target["expr"]).selectors())
    return {node.name for node in nodes if node.name and node.name != "obsgen:alert_threshold"}


def limits(panel: Mapping[str, Any]) -> list[str]:
    """The queries of a panel that draw an alert's limit."""
    return [target["expr"] for target in panel["targets"] if "obsgen:alert_threshold" in target["expr"]]


def colours(panel: Mapping[str, Any]) -> dict[str, str]:
    """The fixed colours of a panel's lines, by legend."""
    legends = {target["refId"]: target["legendFormat"] for target in panel["targets"]}
    return {
        legends[override["matcher"]["options"]]: setting["value"]["fixedColor"]
        for override in panel["fieldConfig"]["overrides"]
        for setting in override["properties"]
        if setting["id"] == "color"
    }
