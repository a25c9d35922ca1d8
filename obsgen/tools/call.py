"""Calling a real tool: no shell, a bare environment, no network, a time limit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from obsgen.tools.errors import ToolError

_KEPT = ("HOME", "PATH", "TMPDIR")
# kubeconform and kustomize fetch when a file or flag tells them to, and have no flag against it. A proxy where
# nobody listens, and git limited to local paths, turn a fetch into an error at once.
_OFFLINE = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "GIT_ALLOW_PROTOCOL": "file",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A binary that can be run."""

    name: str
    version: str
    path: Path
    origin: Literal["path", "cache"]


@dataclass(frozen=True, slots=True)
class Completed:
    """What a tool answered; its exit code is for the caller to judge."""

    returncode: int
    stdout: str
    stderr: str


def run(
    tool: Tool,
    args: Sequence[str],
    *,
    input: str | None = None,  # noqa: A002 (the name that subprocess.run taught everybody)
    cwd: Path | None = None,
    timeout: float = 120,
) -> Completed:
    """Run a tool to its end; `timeout` in seconds.

    Of the environment it gets PATH, HOME and TMPDIR, so no credential reaches it. ToolError if it cannot be
    started or takes longer.
    """
    try:
        done = subprocess.run(
            [str(tool.path), *args],
            input=input or "",
            cwd=cwd,
            env=_environment(),
            timeout=timeout,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"{tool.name} did not finish within {timeout:g} s ({_shown(tool, args)})") from None
    except OSError as problem:
        raise ToolError(
            f"{tool.name} cannot be run: {problem.strerror}: {tool.path}", f"obsgen tools install {tool.name}"
        ) from problem
    return Completed(done.returncode, done.stdout, done.stderr)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | _OFFLINE | {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


def _shown(tool: Tool, args: Sequence[str]) -> str:
    text = " ".join((tool.name, *args))
    return text if len(text) <= 100 else f"{text[:99]}…"
