"""The examples of the explain pages, as people would try them: files are written, commands typed.

An example in YAML is a profile, or several files with a comment that names each; what a profile must have besides is
added. One in sh is typed line by line beside a small profile.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from obsgen import cli, explain

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^# (\S+\.(?:yaml|md|json))\n", re.MULTILINE)
TOLD = re.compile(r"\b(?:error|warning|info)\[([a-z0-9/-]+)\]")
SHOP = Path(__file__).parent / "components/shop"
PROFILE = """\
modelServers:
  - {name: chat, type: vllm}
environments:
  dev: {cluster: {name: ml-dev}}
  prod: {cluster: {name: ml-prod}}
"""


class Example(NamedTuple):
    """One block of a page."""

    language: str
    text: str

    def files(self) -> dict[str, str]:
        """The files that a YAML example consists of."""
        first, *named = HEADING.split(self.text)
        found = {"profiles/demo.yaml": first} if first.strip() else {}
        return found | dict(zip(named[::2], named[1::2], strict=True))


def examples(check: str) -> tuple[Example, Example]:
    """The bad and the good example of a page."""
    bad, good = (Example(*found) for found in BLOCK.findall(explain.page(check) or ""))
    return bad, good


def told_by(example: Example, folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The ids of all findings that an example gives."""
    monkeypatch.chdir(folder)
    files = example.files() if example.language == "yaml" else {"profiles/demo.yaml": PROFILE}
    lay_out(files, folder)
    lines = example.text.splitlines() if example.language == "sh" else [_command(files)]
    return {check for line in lines for check in TOLD.findall(typed(line, monkeypatch))}


def lay_out(files: dict[str, str], folder: Path) -> None:
    """Writes the files, and what they need besides."""
    if any(name.startswith("templates/shop/") for name in files):
        shutil.copytree(SHOP, folder / "templates/shop")
        files = {"profiles/demo.yaml": "modelServers: [{name: chat, type: shop}]\n"} | files
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(whole(text, path.stem) if name.startswith("profiles/") else text)


def whole(text: str, stack: str = "demo") -> str:
    """A profile with what it must have besides."""
    return "".join(_head(stack, text)) + text


def _head(stack: str, text: str) -> Iterator[str]:
    for key, value in {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile", "stack": stack}.items():
        if not re.search(rf"^{key}:", text, re.MULTILINE):
            yield f"{key}: {value}\n"


def _command(files: dict[str, str]) -> str:
    if any(name.endswith(("kustomization.yaml", "facts.yaml")) for name in files):
        return "obsgen validate . --tools off --verbose"
    own = "--templates templates" if Path("templates").is_dir() else ""
    return f"obsgen render {' '.join(sorted(map(str, Path('profiles').iterdir())))} {own}"


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command line prints: obsgen's own in this process, others by a shell."""
    if not line.startswith("obsgen "):
        subprocess.run(["bash", "-c", line], check=True)
        return ""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit):
        cli.main()
    return out.getvalue()
