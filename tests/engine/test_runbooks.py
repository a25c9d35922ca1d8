"""Runbooks: one file an alert, the figures of every environment, real queries, and where they can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import ALPHA, findings, profile, rule, tree

from obsgen import pipeline

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


def servers(*more: str) -> str:
    """A second server of the type, and what else it has."""
    own = "".join(f", {each}" for each in more)
    return ALPHA + f"  - {{name: code, type: alpha, namespace: ml2, selector: {{app: code}}{own}}}\n"


def test_a_runbook_has_the_queries_of_every_server() -> None:
    text = runbook(servers())
    first, second = text.split("\n## On code (namespace ml2)\n")
    assert "Queries and commands are those of chat; at the end: code.\n" in first
    assert first.count('job="chat",namespace="ml"') == second.count('job="code",namespace="ml2"') == 2
    assert 'job="code"' not in first
    assert 'job="chat"' not in second
    assert "- Meaning: `histogram_quantile(0.95, " in second
    assert "Requests to" not in second, "what is said of every server stands there once"


def test_a_server_whose_text_is_another_has_its_own(tmp_path: Path) -> None:
    meaning = "## Meaning\n\n<% if version == '2.0.0' %>New.<% else %>Old.<% endif %>\n\n"
    conditional = meaning + "1. Look: `<< query('waiting', by=[]) >>`\n"
    text = runbook_with(tmp_path, conditional, servers("version: '1.9'"))
    first, second = text.split("\n## On code (namespace ml2)\n")
    assert "## Meaning\n\nNew.\n" in first
    assert "### Meaning\n\nOld.\n" in second
    assert '`sum by (cluster, namespace) (alpha_waiting{job="code",namespace="ml2"})`' in second


def test_a_server_that_differs_between_environments_has_the_queries_of_both(tmp_path: Path) -> None:
    steps = "## Diagnosis\n\n1. One: `kubectl get pods`\n2. Two: `<< query('memory_usage', by=[]) >>`\n"
    environments = "environments: {dev: {modelServers: {chat: {version: '1.9'}}}, prod: {cluster: {name: p}}}\n"
    text = runbook_with(tmp_path, steps, ALPHA + environments)
    first, second = text.split("\n## On chat in dev (namespace ml)\n")
    assert "memory_usage_ratio" in first
    assert [line for line in second.splitlines() if line.startswith("- ")] == [
        '- Step 2: `max by (cluster, namespace) (alpha:memory_usage_percent{job="chat",namespace="ml"}) / 100`'
    ]
    same = "environments: {dev: {modelServers: {chat: {thresholds: {latencyP95: 1s}}}}, prod: {cluster: {name: p}}}\n"
    assert "## On" not in runbook_with(tmp_path, steps, ALPHA + same)


def runbook_with(folder: Path, body: str, text: str) -> str:
    """The runbook of the latency alert, whose text a folder of the user's overrides."""
    (folder / "alpha" / "runbooks").mkdir(parents=True, exist_ok=True)
    (folder / "alpha" / LATENCY).write_text(body)
    return pipeline.render(profile(text), (folder,)).files[LATENCY].decode()


def test_a_page_of_one_server_out_of_several_says_which() -> None:
    def summaries(text: str) -> dict[str, str]:
        return {each.key + each.instance.name: each.summary for each in tree(text).base.alerts}

    assert summaries(ALPHA)["AlphaLatencyHighchat"] == "p95 latency above 8 s"
    called_like_a_word = summaries(servers().replace("name: chat", "name: latency"))
    assert called_like_a_word["AlphaLatencyHighlatency"] == "p95 latency above 8 s (latency)"
    several = summaries(servers())
    assert several["AlphaLatencyHighchat"] == "p95 latency above 8 s (chat)"
    assert several["AlphaLatencyHighcode"] == "p95 latency above 8 s (code)"
    assert several["AlphaDowncode"] == "code is not scraped", "it says so already"
    assert runbook(servers()).splitlines()[4] == "P95 latency above 8 s."


def test_the_runbook_speaks_of_the_first_environment_and_the_readme_of_each() -> None:
    limits = "modelServers: {chat: {thresholds: {latencyP95: %s}}}"
    text = ALPHA + (
        f"environments:\n  prod: {{cluster: {{name: p}}, {limits % '2s'}}}\n"
        f"  staging: {{cluster: {{name: s}}, {limits % '4s'}}}\n"
    )
    files = tree(text).files
    assert "P95 latency above 2 s." in files[LATENCY].decode()
    (row,) = (line for line in files["README.md"].decode().splitlines() if "(runbooks/AlphaLatencyHigh.md)" in line)
    assert row.split(" | ")[3:] == [
        "prod: above 2 s for 2m; staging: above 4 s for 2m",
        "prod: p95 latency above 2 s; staging: p95 latency above 4 s |",
    ]
