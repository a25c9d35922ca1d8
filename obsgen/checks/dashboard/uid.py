"""Dashboard uids: present, well formed, unique. Links and provisioning go by them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.repository.grafana.dashboards import Dashboard

ID = "dashboard/uid"
LEVEL = 2
SEVERITY = Severity.ERROR

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
_HINT = "at most 40 letters, digits, '-' and '_'"


def check(repository: Repository) -> Iterator[Finding]:
    """An error for a bad uid or one that two boards share, a warning for a board without one."""
    seen: dict[str, Dashboard] = {}
    for board in repository.dashboards:
        uid = board.uid
        if uid is None or uid == "":
            message = "this dashboard has no uid: Grafana makes one up, and links to it break"
            yield Finding(ID, Severity.WARNING, message, board.located.place(("uid",), key=True), f'add "uid": {_HINT}')
        elif not isinstance(uid, str) or not _UID.match(uid):
            yield Finding(ID, SEVERITY, f"Grafana refuses the uid '{uid}'", board.located.place(("uid",)), _HINT)
        elif uid in seen:
            yield _shared(board, uid, seen[uid])
        else:
            seen[uid] = board


def _shared(board: Dashboard, uid: str, other: Dashboard) -> Finding:
    message = f"uid '{uid}' also belongs to the dashboard at {other.located.place(('uid',))}"
    hint = "provisioning keeps one of the two: give each board its own"
    return Finding(ID, SEVERITY, message, board.located.place(("uid",)), hint)
