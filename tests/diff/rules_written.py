"""Rules and configurations of Alertmanager as values, written to files, and what is told of their differences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from obsgen.diff.compare import alertmanagers, alerts, recordings, routing, rulegroups
from obsgen.diff.model import Change, Unit
from obsgen.diff.overall.unexplained import unexplained
from obsgen.diff.pairs import Pair
from obsgen.diff.trees import Tree

Data = dict[str, Any]
Files = Mapping[str, Any]


def alert(name: str, expr: str, severity: str = "warning", labels: Data | None = None, **more: Any) -> Data:
    """An alert."""
    return {"alert": name, "expr": expr, "labels": {"severity": severity, **(labels or {})}, **more}


def record(name: str, expr: str, **more: Any) -> Data:
    """A rule that records a series."""
    return {"record": name, "expr": expr, **more}


def groups(*rules: Data, **more: Any) -> Data:
    """A file of rules with one group."""
    return {"groups": [{"name": "ml", **more, "rules": list(rules)}]}


def rule_object(*rules: Data, name: str = "rules", **more: Any) -> Data:
    """A PrometheusRule with one group."""
    return manifest("monitoring.coreos.com/v1", "PrometheusRule", name, spec=groups(*rules, **more))


def manifest(api_version: str, kind: str, name: str, **more: Any) -> Data:
    """An object."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "ml"}, **more}


COMPARE = (alertmanagers.compare, alerts.compare, recordings.compare, routing.compare, rulegroups.compare)


def told(folder: Path, old: Files, new: Files) -> list[str]:
    """What rules and routes, and whatever nobody tells of, come to: `~ subject: what (risk)`, sorted."""
    return sorted(f"{each.sign} {each.subject}: {each.what} ({each.risk})" for each in changes(folder, old, new))


def changes(folder: Path, old: Files, new: Files) -> list[Change]:
    """The changes themselves, those of several units once."""
    before, after = (tree(folder / name, files) for name, files in (("old", old), ("new", new)))
    found = [each for unit in after.states for each in _of(Pair(before.states[unit], after.states[unit]))]
    return list(dict.fromkeys(each for each in found if each.what))


def lines(old: Tree, new: Tree) -> dict[str, set[Unit]]:
    """What rules and routes come to, with the units of which it is true."""
    found: dict[str, set[Unit]] = {}
    for unit, state in new.states.items():
        for compare in COMPARE:
            for each in compare(Pair(old.states[unit], state)):
                if each.what:
                    found.setdefault(f"{each.sign} {each.subject}: {each.what} ({each.risk})", set()).add(unit)
    return found


def _of(pair: Pair) -> Iterator[Change]:
    found = [change for compare in COMPARE for change in compare(pair)]
    yield from (*found, *unexplained(pair, found))


def tree(folder: Path, files: Files) -> Tree:
    """A side that has these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, each in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each if isinstance(each, str) else json.dumps(each, indent=1), encoding="utf-8")
    return Tree(folder.name, folder.resolve(), (folder.resolve(),))
