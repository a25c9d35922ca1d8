"""What templates know of money: prices of GPUs, budgets of teams, servers and whose they are."""

from __future__ import annotations

from typing import Any

import pytest

from obsgen.components.catalogue import catalogue
from obsgen.findings import InputError
from obsgen.profile.load import parse_profile
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve_profile

HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"
GPU = "gpuExporter: {type: dcgm}\n"


def stack(text: str) -> Stack:
    return resolve_profile(parse_profile(HEAD + text), catalogue())[0]


def _servers(more: str = "") -> list[dict[str, Any]]:
    servers = f"modelServers: [{{name: chat, type: vllm{more}}}]\n"
    money = "gpuPrices: {other: 2USD/h}\nteams: {search: {budget: 10USD/day}}\n"
    base = stack(f"{servers}{GPU}{money}")
    (cost,) = (each for each in base.instances if each.name == "cost")
    return list(cost.context["servers"])


@pytest.mark.parametrize(("more", "team"), [("", "none"), (", team: search", "search")])
def test_templates_know_servers_their_teams_and_signals(more: str, team: str) -> None:
    chat, gpu = _servers(more)
    assert (chat["name"], chat["role"], chat["team"], chat["scraped"]) == ("chat", "modelServer", team, True)
    assert "generation_tokens" in chat["signals"]
    assert gpu["role"] == "gpuExporter"


@pytest.mark.parametrize(
    ("section", "unit"), [("gpuPrices: {other: 2USD}", "usd/hour"), ("teams: {a: {budget: 5USD/h/h}}", "usd/day")]
)
def test_money_without_its_time_is_refused_where_it_stands(section: str, unit: str) -> None:
    with pytest.raises(InputError) as problem:
        stack(section)
    (found,) = problem.value.findings
    assert (found.id, found.place.line) == ("profile/unit", 4)
    assert unit in found.message


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("gpuPrices: {other: 2USD/h}\n" + GPU, True),
        ("exporters: [{name: c, type: opencost}]\n", True),
        (GPU, False),
        ("gpuPrices: {other: 2USD/h}\n", False),
    ],
)
def test_cost_is_told_where_prices_and_holders_of_gpus_are_known(text: str, there: bool) -> None:
    assert any(each.name == "cost" for each in stack(text).instances) is there


def test_a_team_may_have_a_budget_and_nobody_of_its_own_to_tell() -> None:
    assert stack("teams: {a: {budget: 5USD/day}}\n").settings.teams["a"].receiver is None
    with pytest.raises(InputError, match="no receiver"):
        stack("teams: {a: {severities: {critical: b}}}\n")
