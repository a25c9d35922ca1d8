"""Links from a board's series to the boards of the servers that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsgen.promql.build import regex_of
from obsgen.stack.model import Stack


def with_server_links(json: Mapping[str, Any], stacks: Sequence[Stack], uids: Mapping[str, str]) -> dict[str, Any]:
    """A board on which a series whose name begins with a server's leads to that server's board.

    `uids` are those of the boards that are drawn, by name.
    """
    links = [_override(server, uids[board]) for server, board in sorted(_boards_of_servers(stacks, uids))]
    return {**json, "panels": [_linked(panel, links) for panel in json["panels"]]}


def _boards_of_servers(stacks: Sequence[Stack], uids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each server, and the first board that is drawn of its component or of the runtime inside it."""
    seen: set[str] = set()
    for instance in (each for stack in stacks for each in stack.instances if each.target):
        board = next((name for name in instance.folder.dashboards if name in uids), None)
        if board and instance.name not in seen:
            seen.add(instance.name)
            yield instance.name, board


def _override(server: str, uid: str) -> dict[str, Any]:
    url = f"/d/{uid}?var-server={server}&${{__url_time_range}}"
    return {
        "matcher": {"id": "byRegexp", "options": f"/^{regex_of([server])}( |$)/"},
        "properties": [{"id": "links", "value": [{"title": f"Board of {server}", "url": url}]}],
    }


def _linked(panel: Mapping[str, Any], links: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    config = panel.get("fieldConfig")
    if config is None:
        return dict(panel)
    return {**panel, "fieldConfig": {**config, "overrides": [*config["overrides"], *links]}}
