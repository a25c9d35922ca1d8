"""Row A4: what GPUs, servers, models and teams cost, by the prices of the profile or of a cost model."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from promtool_rows import CHAT, Played, groups, panel, tree

from obsgen import tools

VISION = {"name": "vision", "type": "triton", "namespace": "ml", "selector": {"app": "vision"}, "port": "metrics"}
HOSTED = {"name": "gate", "type": "litellm", "namespace": "gw", "covers": ["gemini"], "team": "search"}
BASE = {
    "modelServers": [{**CHAT, "team": "search"}, VISION],
    "teams": {"search": {"budget": "40USD/day"}},
    "prometheus": {"scrapeInterval": "1m"},
}
OWN: Any = tree({**BASE, "gpuExporter": {"type": "dcgm"}, "gpuPrices": {"NVIDIA H100": "4USD/h", "other": "1USD/h"}})
MODEL: Any = tree({**BASE, "exporters": [{"name": "cost-model", "type": "opencost"}]})
BOTH: Any = tree({**BASE, "gpuExporter": {"type": "dcgm"}, "exporters": [{"name": "cost-model", "type": "opencost"}]})


def gpu(number: str, pod: str, model: str = "NVIDIA H100", node: str = "n1", more: str = "") -> str:
    """The labels of a card that a pod holds, or none."""
    held = f',namespace="ml",pod="{pod}",container="c"' if pod else ""
    return f'{{job="gpu",node="{node}",gpu="{number}",UUID="GPU-{number}",modelName="{model}"{held}{more}}}'


def up(server: str, pod: str) -> str:
    return f'up{{job="{server}",namespace="ml",pod="{pod}",instance="{pod}:8000"}}'


# chat-0 has a card of its own and half of a second, whose other half is a job's; a third is free, a fourth is cheap.
CARDS = {
    f"DCGM_FI_DEV_FB_USED{gpu('1', 'chat-0')}": "1x2000",
    f"DCGM_FI_DEV_FB_USED{gpu('2', 'chat-0')}": "1x2000",
    f"DCGM_FI_DEV_FB_USED{gpu('2', 'train-0')}": "1x2000",
    f"DCGM_FI_DEV_FB_USED{gpu('3', '')}": "1x2000",
    f"DCGM_FI_DEV_FB_USED{gpu('4', 'vision-0', model='NVIDIA L4', node='n2')}": "1x2000",
    f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu('1', 'chat-0')}": "0.75x2000",
    up("chat", "chat-0"): "1x2000",
    up("vision", "vision-0"): "0x2000",
}
NODES = {
    'node_gpu_hourly_cost{job="cost-model",namespace="opencost",node="n1",instance="n1",instance_type="g"}': "3x2000",
    'node_gpu_count{job="cost-model",namespace="opencost",node="n1",instance="n1",instance_type="g"}': "4x2000",
    'container_gpu_allocation{job="cost-model",namespace="ml",pod="chat-0",container="c",node="n1"}': "2x2000",
    'container_gpu_allocation{job="cost-model",namespace="ml",pod="web-0",container="c",node="n1"}': "0x2000",
    up("chat", "chat-0"): "1x2000",
}


@pytest.fixture
def play(real_tool: Callable[[str], tools.Tool], tmp_path: Path) -> Callable[..., Played]:
    return lambda made, series, step="5m": Played(made, series, real_tool("promtool"), tmp_path, step)


@pytest.mark.parametrize(
    ("query", "samples"),
    [
        (
            'sum by (pod) (obsgen:gpu_share{state="held"})',
            [('{pod="chat-0"}', 1.5), ('{pod="train-0"}', 0.5), ('{pod="vision-0"}', 1)],
        ),
        ('sum(obsgen:gpu_share{state="free"})', [("{}", 1)]),
        ("sum by (state) (obsgen:gpu_cost_usd:hourly)", [('{state="held"}', 9), ('{state="free"}', 4)]),
        (
            "sum by (server, team) (obsgen:server_gpu_cost_usd:hourly)",
            [('{server="chat",team="search"}', 6), ('{server="vision",team="none"}', 1)],
        ),
        ("sum by (state) (obsgen:idle_gpu_cost_usd:hourly)", [('{state="held"}', 1.5), ('{state="free"}', 4)]),
    ],
)
def test_a_card_costs_its_price_to_those_who_hold_it_in_equal_parts(
    query: str, samples: list[tuple[str, float]], play: Callable[..., Played]
) -> None:
    """A server whose scrapes fail holds its GPU all the same; idle is told only of a GPU that tells its work."""
    assert play(OWN, CARDS).gives(query, "30m", samples) == ""


@pytest.mark.parametrize(
    ("query", "samples"),
    [
        ("sum by (state) (obsgen:gpu_share)", [('{state="held"}', 2), ('{state="free"}', 2)]),
        ("count(obsgen:gpu_share)", [("{}", 2)]),
        ("sum by (server) (obsgen:server_gpu_cost_usd:hourly)", [('{server="chat"}', 6)]),
        ("sum by (state) (obsgen:idle_gpu_cost_usd:hourly)", [('{state="free"}', 6)]),
    ],
)
def test_without_a_gpu_exporter_the_cost_model_tells_who_asked_for_gpus(
    query: str, samples: list[tuple[str, float]], play: Callable[..., Played]
) -> None:
    assert play(MODEL, NODES).gives(query, "30m", samples) == ""


def test_with_both_the_exporter_tells_who_holds_and_the_model_what_it_costs(play: Callable[..., Played]) -> None:
    query = "sum by (node, state) (obsgen:gpu_cost_usd:hourly)"
    samples = [('{node="n1",state="held"}', 6), ('{node="n1",state="free"}', 3)]
    assert play(BOTH, {**CARDS, **NODES}).gives(query, "30m", samples) == ""


def test_hours_and_cost_of_a_day_are_those_that_it_ran(play: Callable[..., Played]) -> None:
    """Ten hours of a card and a half, told at the end of a day: a mean over the day would say more."""
    series = {name: values.replace("x2000", "x119 stale") for name, values in CARDS.items()}
    run = play(OWN, series)
    assert (
        run.gives('round(obsgen:server_gpu_hours:increase1d{server="chat"})', "20h", [(_own("chat", "search"), 15)])
        == ""
    )
    assert (
        run.gives('round(obsgen:server_gpu_cost_usd:increase1d{server="chat"})', "20h", [(_own("chat", "search"), 60)])
        == ""
    )
    hours = 'round(sum by (workload_namespace) (obsgen:gpu_hours:increase1d{state="held"}))'
    assert run.gives(hours, "20h", [('{workload_namespace="ml"}', 30)]) == ""


def _own(server: str, team: str) -> str:
    return f'{{job="cost",namespace="monitoring",stack="ai",server="{server}",team="{team}"}}'


def tokens(model: str, each: int) -> dict[str, str]:
    labels = f'job="chat",namespace="ml",pod="chat-0",model_name="{model}",engine="0"'
    return {f"vllm:generation_tokens_total{{{labels}}}": f"0+{each * 60}x2000"}


def test_a_million_tokens_cost_the_gpus_by_all_tokens_and_models_share_them(
    real_tool: Callable[[str], tools.Tool], tmp_path: Path
) -> None:
    """6 USD an hour at 300 tokens a second are 5.56 USD for a million, a quarter of them another model's."""
    series = {**CARDS, **tokens("big", 225), **tokens("small", 75)}
    run = Played(OWN, series, real_tool("promtool"), tmp_path, "1m")
    assert run.gives("round(obsgen:million_tokens_cost_usd:1d, 0.1)", "10h", [(_plain("chat"), 5.6)]) == ""
    cost = "obsgen:model_gpu_cost_usd:increase1d"
    share = f"round(sum by (model) ({cost}) / ignoring (model) group_left () sum({cost}), 0.01)"
    assert run.gives(share, "10h", [('{model="big"}', 0.75), ('{model="small"}', 0.25)]) == ""


def _plain(server: str) -> str:
    return f'{{job="cost",namespace="monitoring",stack="ai",server="{server}",team="search"}}'


@pytest.mark.parametrize(("now", "told"), [(12, True), (9, False)])
def test_tokens_twice_as_dear_as_a_week_ago_are_told(now: int, told: bool, play: Callable[..., Played]) -> None:
    """A week is played in hours: of the rules before it nothing is needed."""
    series = {f"obsgen:million_tokens_cost_usd:1d{_plain('chat')}": f"5x2016 {now}x100"}
    run = play(OWN, series)
    assert run.fires("TokenCostGrown", "170h", 'server="chat",team="search"') is told


def test_a_budget_counts_gpus_and_hosted_models(play: Callable[..., Played]) -> None:
    made = tree({**BASE, "gpuExporter": {"type": "dcgm"}, "gpuPrices": {"other": "1USD/h"}, "providers": [HOSTED]})
    spent = 'litellm_spend_metric_total{job="gate",namespace="gw",pod="g-0",api_provider="gemini",model="m"}'
    hosted = {spent: "0+1x400", 'up{job="gate",namespace="gw",pod="g-0"}': "1x400"}
    run = play(made, {**CARDS, **hosted}, "1m")
    kinds = "count by (kind) (obsgen:team_cost_usd:increase1d{team='search'})"
    assert run.gives(kinds, "5h", [('{kind="gpu"}', 1), ('{kind="hosted"}', 1)]) == ""
    assert run.fires("TeamBudgetExceeded", "5h", 'team="search"')
    assert not play(made, CARDS, "1m").fires("TeamBudgetExceeded", "5h")


def test_the_board_has_what_the_row_names() -> None:
    (board,) = (each for each in OWN.boards if each.name == "cost")
    assert board.title == "Cost"
    titles = {each["title"] for each in board.json["panels"]}
    assert {
        "GPUs a month at this rate",
        "Cost of the last 24 hours by team",
        "Cost of the last 24 hours by model",
        "GPU hours of the last 24 hours by namespace",
        "A million tokens",
        "Idle GPUs a day",
    } <= titles
    assert any("0.0304" in each or "30.4" in each for each in panel(OWN, "cost", "GPUs a month at this rate"))


def test_whose_a_pod_is_does_not_depend_on_labels_of_pods() -> None:
    """kube_pod_labels is empty unless kube-state-metrics is told otherwise."""
    texts = [rule["expr"] for group in groups(OWN) for rule in group["rules"]]
    assert not [text for text in texts if re.search(r"\bkube_pod_labels\b", text)]


def test_prices_and_budgets_that_nothing_takes_are_told() -> None:
    lonely = {"modelServers": [CHAT], "gpuPrices": {"other": "1USD/h"}, "teams": {"search": {"budget": "40USD/day"}}}
    told = " ".join(tree(lonely).base.stack.assumptions)
    assert "gpuPrices are not used" in told
    assert "budgets of search are not watched" in told
