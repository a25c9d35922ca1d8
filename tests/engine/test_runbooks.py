"""Runbooks: one file an alert, the figures of every environment, real queries, and where they can be read."""

from __future__ import annotations

import pytest
from engine_support import ALPHA, findings, rule, tree

LATENCY = "runbooks/AlphaLatencyHigh.md"
MINE = (
    "alerts: {Mine: {server: chat, group: g, signal: waiting, above: 3, for: 1m, severity: info, "
    "summary: too much, description: 'Do << name >> something.'}}\n"
)


def runbook(text: str, file: str = LATENCY) -> str:
    return tree(text).files[file].decode()


def test_a_runbook_has_the_components_text_and_real_queries() -> None:
    text = runbook(ALPHA)
    assert text.startswith("# AlphaLatencyHigh\n")
    assert "Requests to chat take longer than they should." in text
    assert text.count('rate(alpha_request_seconds_bucket{job="chat",namespace="ml"}[5m])') == 2
    assert "<<" not in text


def test_a_runbook_has_the_figures_of_every_environment() -> None:
    text = runbook(
        ALPHA + "environments:\n"
        "  dev: {cluster: {name: d}, modelServers: {chat: {thresholds: {latencyP95: 250ms}}}}\n"
        "  prod: {cluster: {name: p}}\n"
    )
    rows = [line for line in text.splitlines() if line.startswith(("| dev ", "| prod "))]
    assert len(rows) == 2
    assert "above 250 ms" in rows[0]
    assert "above 8 s" in rows[1]


def test_every_alert_has_a_runbook_under_the_name_that_it_has() -> None:
    rendered = tree(ALPHA + MINE.replace("alerts: {", "alerts: {AlphaLatencyHigh: {name: TooSlow}, "))
    names = {alert.name for each in rendered.environments.values() for alert in each.alerts}
    assert {"TooSlow", "Mine"} <= names
    assert {path for path in rendered.files if path.startswith("runbooks/")} == {
        f"runbooks/{name}.md" for name in names
    }
    assert rendered.files["runbooks/TooSlow.md"].startswith(b"# TooSlow\n")


def test_an_alert_without_a_text_of_its_own_has_its_description() -> None:
    assert "Do chat something." in runbook(ALPHA + MINE, "runbooks/Mine.md")


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ("runbooks: {baseURL: 'https://wiki.example.org/r/'}\n", "https://wiki.example.org/r/Mine.md"),
        (
            "argocd: {repoURL: 'https://github.com/acme/x.git', targetRevision: v1}\n",
            "https://github.com/acme/x/blob/v1/out/demo/runbooks/Mine.md",
        ),
        (
            "argocd: {repoURL: 'git@github.com:acme/x.git', path: trees/demo}\n",
            "https://github.com/acme/x/blob/main/trees/demo/runbooks/Mine.md",
        ),
        (
            "argocd: {repoURL: 'ssh://git@gitlab.example.org/a/b/x.git'}\n",
            "https://gitlab.example.org/a/b/x/-/blob/main/out/demo/runbooks/Mine.md",
        ),
    ],
)
def test_alerts_link_to_where_runbooks_can_be_read(more: str, url: str) -> None:
    assert rule(tree(ALPHA + MINE + more).base, "Mine")["annotations"]["runbook_url"] == url


@pytest.mark.parametrize("more", ["", "argocd: {repoURL: 'https://git.example.org/x'}\n"])
def test_without_an_address_no_link_is_made_up(more: str) -> None:
    assert "runbook_url" not in rule(tree(ALPHA + MINE + more).base, "Mine")["annotations"]


def test_the_readme_says_what_is_here_and_what_must_be_there_first() -> None:
    text = ALPHA.replace("http}", "http, options: {mode: gateway}}") + MINE
    readme = tree(text).files["README.md"].decode()
    for part in (
        "# demo",
        "[Mine](runbooks/Mine.md)",
        "`ml/chat-key`",
        "`token`",
        "kubectl get svc chat",
        "overlays/prod",
    ):
        assert part in readme
    assert findings(text) == []
