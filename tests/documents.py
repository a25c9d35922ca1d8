"""The documents' examples, taken out to be tried."""

from __future__ import annotations

import re
from pathlib import Path


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def write_blocks(folder: Path, written: list[str]) -> None:
    """Files that a document shows, each under the name in its first line, as people copy them: with that line."""
    for block in written:
        first = block.partition("\n")[0]
        (name,) = re.findall(r"templates/(\S+)", first)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(block, encoding="utf-8")
