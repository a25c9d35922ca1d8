"""The mistakes as data, the files that show them, and docs/mistakes.md, which this module writes when it is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "mistakes.md"
EXAMPLES = HERE.parent / "checks" / "examples"
HEAD = """# Mistakes that rules and boards repeat

What published alert rules and dashboards for AI inference get wrong, what is right, and which check of
`obsgen validate` finds it. `obsgen explain` with a check's id says more. Where no check can know, the last column says
why.

"""


@dataclass(frozen=True)
class Mistake:
    """A row: what is wrong, what is right, and the check that finds it, or why none can.

    `bad` and `good` are expressions of an alert, or of a panel where `panel` gives its unit; `files` lie beside both.
    `examples` is a folder with files for both instead.
    """

    mistake: str
    right: str
    check: str = ""
    why: str = ""
    bad: str = ""
    good: str = ""
    examples: str = ""
    title: str = "Example"
    summary: str = "look at it"
    facts: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    panel: dict[str, str] = field(default_factory=dict)
    good_panel: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path, *, bad: bool) -> Path:
        """The folder with the files that show the mistake, or with those that show how it is right."""
        if self.examples:
            return EXAMPLES / self.examples / ("bad" if bad else "ok")
        for name, text in self.files.items():
            (folder / name).write_text(text)
        if self.facts:
            head = "apiVersion: obsgen.dev/v1alpha1\nkind: Facts\nservers:\n"
            (folder / "facts.yaml").write_text(head + "".join(f"  - {each}\n" for each in self.facts))
        expression = self.bad if bad else self.good
        panel = self.panel if bad else self.good_panel or self.panel
        name, content = (
            ("board.json", self._board(expression, panel)) if panel else ("rules.yaml", self._rule(expression))
        )
        (folder / name).write_text(json.dumps(content))
        return folder

    def _rule(self, expression: str) -> dict[str, Any]:
        alert = {"alert": self.title, "expr": expression, "for": "5m", "annotations": {"summary": self.summary}}
        return {"groups": [{"name": "example", "rules": [alert | {"labels": {"severity": "warning"}}]}]}

    def _board(self, expression: str, panel: dict[str, str]) -> dict[str, Any]:
        one = {
            "id": 1,
            "type": "timeseries",
            "title": self.title,
            "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
            "datasource": {"type": "prometheus", "uid": "main"},
            "fieldConfig": {"defaults": dict(panel), "overrides": []},
            "targets": [{"refId": "A", "expr": expression}],
        }
        return {"uid": "example", "title": "Example", "schemaVersion": 41, "panels": [one]}


def groups() -> dict[str, list[Mistake]]:
    """The mistakes by the title of their group."""
    found = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))
    return {group["group"]: [Mistake(**row) for row in group["rows"]] for group in found}


def page() -> str:
    """The text of docs/mistakes.md."""
    return HEAD + "\n".join(line for title, rows in groups().items() for line in _section(title, rows)).rstrip() + "\n"


def _section(title: str, rows: list[Mistake]) -> Iterator[str]:
    yield from (f"## {title}", "", "| Mistake | Right | Found by |", "|---|---|---|")
    for row in rows:
        cells = (row.mistake, row.right, f"`{row.check}`" if row.check else f"Nobody: {row.why}")
        yield f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
    yield ""


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
