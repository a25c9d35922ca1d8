"""Trees of profiles with logs, as files that the checks read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from obsgen import pipeline
from obsgen.checks import validate
from obsgen.findings import Severity
from obsgen.pipeline import StackTree
from obsgen.profile.load import parse_profile

HEAD = {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile", "stack": "inference"}
SERVER = {"name": "chat", "type": "vllm", "namespace": "ml", "selector": {"app": "vllm"}, "port": "http"}


def tree(**sections: Any) -> StackTree:
    """The tree of a profile with one model server and these sections."""
    return _tree(json.dumps({**HEAD, "modelServers": [{**SERVER, "pods": "chat-.*"}], **sections}))


@cache
def _tree(text: str) -> StackTree:
    return pipeline.render(parse_profile(text))


def objects(made: StackTree, kind: str, environment: str = "prod") -> list[Any]:
    """The objects of a kind."""
    return [each.object for each in made.environments[environment].objects if each.object["kind"] == kind]


def told(made: StackTree, folder: Path) -> tuple[list[str], dict[str, bool]]:
    """What validation with the real tools finds wrong with a tree, and which tools had something to look at."""
    for name, content in made.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    report = validate([folder])
    found = [f"{each.id}: {each.message}" for each in report.findings if each.severity != Severity.INFO]
    return found, {use.name: bool(use.version) for use in report.tools}
