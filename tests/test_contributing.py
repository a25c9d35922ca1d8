"""CONTRIBUTING is true: its component works, and its lists of words are those of the code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from documents import blocks, write_blocks
from pydantic import BaseModel
from typer.testing import CliRunner

from obsgen.cli import app
from obsgen.components import templating
from obsgen.components.boards import Panel
from obsgen.components.datasources import Datasource
from obsgen.components.files import ManifestTemplate, PlainTemplate, ValuesTemplate
from obsgen.components.head import Component
from obsgen.components.logs import Collects, LogLines
from obsgen.components.objectives import Objective
from obsgen.components.origin import Origin
from obsgen.components.rules import Alert, Recording
from obsgen.components.sentences import Condition, Measure
from obsgen.components.signals import Signal
from obsgen.pipeline import StackTree, render
from obsgen.profile.load import load_profile, parse_profile
from obsgen.units import UNITS

ROOT = Path(__file__).parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"


@pytest.fixture
def turnstile(tmp_path: Path) -> Path:
    """The component in CONTRIBUTING, as files."""
    written = [*blocks(CONTRIBUTING, "yaml"), *blocks(CONTRIBUTING, "markdown")]
    write_blocks(tmp_path, written)
    assert len(written) == 5
    return tmp_path


def turnstile_tree(folder: Path, more: str = "") -> StackTree:
    (use,) = re.findall(r"`(exporters: \[.*\])`", CONTRIBUTING)
    return render(parse_profile(f"{HEAD}{use.replace('}]', more + '}]')}\n"), (folder,))


def test_the_component_in_contributing_works(turnstile: Path) -> None:
    tree = turnstile_tree(turnstile)
    (alert,) = tree.base.alerts
    assert (alert.name, alert.figure) == ("TurnstileSlow", "above 1 s")
    assert 'turnstile_call_seconds_bucket{job="gate",namespace="edge"}' in alert.expr
    (board,) = tree.boards
    assert board.panels == 2
    assert "obsgen:alert_threshold" in board.text.decode()
    runbook = tree.files["runbooks/TurnstileSlow.md"].decode()
    assert "add replicas of gate in edge" in runbook
    assert "turnstile_queued" not in runbook
    assert "templates/turnstile" not in runbook
    assert any(path.endswith("servicemonitor-gate.yaml") for path in tree.files)


def test_versions_and_options_of_the_component_in_contributing_matter(turnstile: Path) -> None:
    tree = turnstile_tree(turnstile, ', version: "1.4", options: {queueing: true}')
    assert "turnstile_call_ms_bucket" in tree.base.alerts[0].expr
    assert tree.boards[0].panels == 3
    assert "turnstile_queued" in tree.files["runbooks/TurnstileSlow.md"].decode()


def test_the_component_in_contributing_can_be_explained_and_is_in_the_schema(turnstile: Path) -> None:
    told = CliRunner().invoke(app, ["explain", "turnstile", "--templates", str(turnstile)])
    assert "turnstile: Turnstile, an exporter" in told.output
    schema = CliRunner().invoke(app, ["schema", "--templates", str(turnstile)])
    exporter = json.loads(schema.output)["$defs"]["Exporter"]["properties"]
    assert "turnstile" in exporter["type"]["enum"]
    assert "callP95" in exporter["thresholds"]["propertyNames"]["enum"]


def keys(model: type[BaseModel], without: type[BaseModel] | None = None) -> set[str]:
    """The keys that a model has, and another has not."""
    own = {field.alias or name for name, field in model.model_fields.items()}
    return own - (keys(without) if without else set())


def choices(model: type[BaseModel], key: str) -> set[str]:
    return set(get_args(model.model_fields[key].annotation))


VOCABULARY = {
    "roles": choices(Component, "role"),
    "types of signals": choices(Signal, "type"),
    "units": set(UNITS),
    "`log:` of a series in `signals.yaml`": keys(LogLines),
    "`collects:` of a collector of logs": keys(Collects),
    "a sentence": keys(Measure),
    "a condition, also": keys(Condition, Measure),
    "an alert, also": keys(Alert, Condition),
    "an objective in `slos.yaml`": keys(Objective),
    "a recording rule, also": keys(Recording, Measure),
    "a panel, also": keys(Panel, Measure),
    "types of panels": choices(Panel, "type"),
    "a datasource": keys(Datasource),
    "values for the chart, in `values.yaml`": keys(ValuesTemplate),
    "a file without an object, in `plain/`": keys(PlainTemplate),
    "a manifest": keys(ManifestTemplate) | {"$when", "$forEach", "$value"},
    "filters of texts": set(templating._FILTERS),
}


def words(row: str) -> set[str]:
    """The words that a row of the table in CONTRIBUTING lists, functions without their arguments."""
    (listed,) = re.findall(rf"^\| {re.escape(row)} \| (.*) \|$", CONTRIBUTING, re.MULTILINE)
    return {re.sub(r"\(.*", "", word) for word in re.findall(r"`([^`]+)`", listed)}


@pytest.mark.parametrize("row", VOCABULARY)
def test_contributing_lists_the_words_that_a_component_may_use(row: str) -> None:
    assert words(row) == VOCABULARY[row]


def spoken_by(origin: Origin) -> str:
    """What kind of text stands at a place."""
    file = Path(origin.locate(origin.route, False).file)
    if file.parent.name in ("manifests", "runbooks"):
        return file.parent.name
    if "jsonData" in origin.route:
        return "jsonData"
    if origin.route[-1:] == ("expr",):
        return "expr"
    is_text = origin.route[-1:] in (("summary",), ("description",)) or "labels" in origin.route[-2:-1]
    return "texts" if is_text and file.name == "alerts.yaml" else file.name


def test_contributing_lists_the_names_that_texts_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: dict[str, set[str]] = {}
    evaluate = Origin.evaluate

    def noting(self: Origin, text: str, context: Mapping[str, Any], *, expression: bool = False) -> Any:
        offered.setdefault(spoken_by(self), set()).update(context)
        return evaluate(self, text, context, expression=expression)

    monkeypatch.setattr(Origin, "evaluate", noting)
    for path in (ROOT / "profiles").glob("*.yaml"):
        render(load_profile(path))
    everywhere = words("names in texts, `when:` and `forEach:`")
    most = everywhere | words("the same, outside component.yaml and signals.yaml")
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.yaml"))
    items = {name for text in texts for name in re.findall(r"[fF]orEach:(?: \{|\n\s+)(\w+):", text)}
    assert (offered["component.yaml"] | offered["signals.yaml"]) - items == everywhere
    assert offered["jsonData"] == everywhere | words("jsonData of a datasource, also")
    assert offered["alerts.yaml"] == most
    assert offered["texts"] == most | words("alerts' texts, also")
    assert offered["expr"] - items == most | words("`expr:`, also")
    assert offered["runbooks"] == most | words("runbooks, also")
    assert offered["manifests"] - items == most | words("manifests, also")
