"""Links from a board's series to the boards of their servers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from engine_support import HEAD, made_up_components, stacks

from obsgen.render.grafana.server_links import with_server_links

__all__ = ["made_up_components"]

PROFILE = (
    f"{HEAD}modelServers:\n"
    "  - {name: chat, type: alpha, namespace: ml, selector: {app: chat}, port: http}\n"
    "  - {name: chat-2, type: alpha, namespace: ml, selector: {app: chat-2}, port: http}\n"
)
BOARD: Mapping[str, Any] = {"panels": [{"type": "row"}, {"fieldConfig": {"overrides": [{"matcher": {"id": "first"}}]}}]}


def links(uids: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pattern and address of each link that the only panel gets."""
    base, environments = stacks(PROFILE)
    row, panel = with_server_links(BOARD, [base, *environments.values()], uids)["panels"]
    assert row == {"type": "row"}
    first, *rest = panel["fieldConfig"]["overrides"]
    assert first == {"matcher": {"id": "first"}}
    return [(each["matcher"]["options"], each["properties"][0]["value"][0]["url"]) for each in rest]


def test_a_series_leads_to_the_board_of_its_server() -> None:
    (one, address), (two, other) = links({"alpha": "demo-alpha"})
    assert address == "/d/demo-alpha?var-server=chat&${__url_time_range}"
    assert other == "/d/demo-alpha?var-server=chat-2&${__url_time_range}"
    assert re.search(one.strip("/"), "chat queue")
    assert not re.search(one.strip("/"), "chat-2 queue")
    assert re.search(two.strip("/"), "chat-2")


@pytest.mark.parametrize("uids", [{}, {"other": "demo-other"}])
def test_a_board_that_is_not_drawn_is_not_linked(uids: Mapping[str, str]) -> None:
    assert links(uids) == []
