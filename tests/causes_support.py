"""A profile with all kinds of lines, rendered and broken, for tests of what decides what stands in its tree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from engine_support import Command, files_in

from obsgen.causes import Causes
from obsgen.checks import Report, validate
from obsgen.findings import Place
from obsgen.repository import read_repository

PROFILE = """\
apiVersion: obsgen.dev/v1alpha1
kind: Profile
stack: demo
prometheus: {selectorLabels: {release: main}}
modelServers:
  - name: chat
    type: alpha
    version: "1.10"
    namespace: ml
    selector: {app: chat}
    port: web
    thresholds:
      latencyP95: 10s
    alerts:
      AlphaQueued: {for: 4m}
    objectives:
      fast: {target: 99.5%}
  - name: draft
    type: alpha
    namespace: ml
gpuExporter:
  type: probe
alerts:
  AlphaMemoryFull:
    name: MemoryNearlyFull
    severity: critical
  QueueDeep:
    server: chat
    group: own
    for: 5m
    severity: warning
    summary: deep
    description: deep
    signal: waiting
    above: 25
  TooManyDrafts:
    server: chat
    group: own
    for: 5m
    severity: warning
    summary: many
    description: many
    expr: alpha_requests_total > 5
    unit: requests
dashboards:
  alpha: {title: Chats}
environments:
  dev:
    cluster: {name: dev}
    modelServers:
      chat:
        selector: {app: chat-dev}
        thresholds: {latencyP95: 1s}
      extra: {type: alpha, namespace: ml}
  prod: {cluster: {name: prod}}
"""
CHAT, DRAFT = "base/rules/prometheusrule-chat.yaml", "base/rules/prometheusrule-draft.yaml"
MONITOR = "base/monitors/servicemonitor-chat.yaml"
DEV = "overlays/dev"
LIMIT, EXTRA = "thresholds: {latencyP95: 1s}", "extra: {type: alpha, namespace: ml}"

Written = Callable[..., Path]


def line(text: str, fragment: str) -> int:
    """The number of the first line with a text."""
    return next(number for number, one in enumerate(text.splitlines(), 1) if fragment in one)


_RENDERED: dict[str, dict[str, bytes]] = {}
"""The files of trees by the profiles' texts: equal profiles are rendered once."""


@pytest.fixture
def rendered(obsgen: Command, tmp_path: Path) -> Written:
    """Writes a profile and renders it."""

    def write(text: str = PROFILE, file: str = "profiles/demo.yaml") -> Path:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
        if text not in _RENDERED:
            ran = obsgen("render", file)
            assert ran.code == 0, ran.err
            _RENDERED[text] = files_in(tmp_path / "out")
        for path, content in _RENDERED[text].items():
            (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "out" / path).write_bytes(content)
        return Path("out/demo")

    return write


def place(tree: Path, file: str, after: str, fragment: str = "") -> Place:
    """The place of a text in a file of a tree: of the first fragment behind what comes before it."""
    text = (tree / file).read_text()
    at = text.index(fragment or after, text.index(after))
    return Place(str(tree / file), text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def decided(tree: Path, spot: Place, check: str = "", profile: str = PROFILE) -> str:
    """The profile's line that decides a place; empty if none is told."""
    found = Causes(read_repository([tree])).of(spot, check)
    assert found is None or found.file == "profiles/demo.yaml"
    return profile.splitlines()[found.line - 1].strip() if found else ""


def edit(tree: Path, file: str, old: str, new: str) -> None:
    text = (tree / file).read_text()
    assert old in text
    (tree / file).write_text(text.replace(old, new))


def checked(*paths: Path) -> Report:
    return validate(paths, "off", today=date(2027, 1, 31))


def found(report: Report, check: str) -> list[tuple[str, int]]:
    return [(one.place.file, one.place.line) for one in report.findings if one.id == check]
