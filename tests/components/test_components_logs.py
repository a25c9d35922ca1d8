"""The LogQL of every component: read in process and by Loki's own parser, and what Loki demands of it besides."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from component_variants import CATALOGUE, Rendering, on_logs, renderings
from test_components_content import panels

from obsgen import tools
from obsgen.logql import Query
from obsgen.logql.grafana import parse_templated
from obsgen.logql.tree import ParserStage
from obsgen.tools import Tool

FOLDERS = [folder for folder in CATALOGUE.all() if on_logs(folder) or folder.component.collects]


def log_queries(rendering: Rendering) -> Iterator[tuple[str, str]]:
    """Every LogQL expression of a rendering: of alerts and of panels."""
    for alert in rendering.base.alerts:
        if alert.language == "logql":
            yield alert.key, alert.expr
    for board in rendering.boards:
        for panel in panels(board.json):
            for target in panel.get("targets", ()):
                if target["datasource"]["type"] == "loki":
                    yield f"{board.name}: {panel['title']}", target["expr"]


def every_query() -> dict[str, Query]:
    """All of them, each once, read."""
    texts = {text for folder in FOLDERS for each in renderings(folder) for _, text in log_queries(each)}
    return {text: parse_templated(text).query for text in sorted(texts)}


def test_there_are_alerts_and_panels_on_logs() -> None:
    queries = every_query()
    assert len(queries) > 10
    assert any(not query.is_metric for query in queries.values())


@pytest.mark.tools
def test_loki_itself_accepts_every_query(real_tool: Callable[[str], tools.Tool]) -> None:
    texts = [query.text for query in every_query().values()]
    refused = [
        f"{text}: {told['error']}"
        for text, told in zip(texts, asked(real_tool("logql"), texts), strict=True)
        if not told["ok"]
    ]
    assert not refused


def asked(tool: Tool, texts: list[str]) -> list[Any]:
    done = tools.run(tool, [], input="\n".join(json.dumps({"id": "", "expr": text}) for text in texts))
    return [json.loads(line) for line in done.stdout.split("\n") if line]


@pytest.mark.parametrize("text", every_query())
def test_streams_are_picked_out_and_lines_that_cannot_be_read_are_left_out(text: str) -> None:
    query = every_query()[text]
    for selector in query.selectors():
        # Loki refuses selectors that could match every stream.
        assert any(one.operator == "=" and one.value for one in selector.matchers)
    parsers = sum(isinstance(node, ParserStage) for node in query.nodes())
    # One line that cannot be read would fail the whole query.
    assert text.count('__error__=""') == parsers


@pytest.mark.parametrize("text", every_query())
def test_only_fields_that_are_needed_are_read(text: str) -> None:
    for node in every_query()[text].nodes():
        if isinstance(node, ParserStage):
            assert node.labels, "a parser without names makes a series of every value"
            for one in node.labels:
                assert re.search(rf"(?<![\"\w.]){one.name}\b(?!=\")|\b{one.name}[!=]", text)
