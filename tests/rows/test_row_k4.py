"""Row K4: the board AI Providers, with cost from tokens and prices, and a source for each provider that has it."""

from __future__ import annotations

import re

import pytest
from row_support import changed
from tree_rows import Written, series, shown

from obsgen.findings import InputError

PROFILE = "openshift-kserve"
ROBOTHEUS = ("    covers: [openai]\n", "    covers: [openai, gemini]\n")
PANELS = {
    ("Usage", "Tokens by provider"): ("suffix: tok/s", "obsgen:provider_tokens:rate5m"),
    ("Cost", "Cost per day by provider"): ("currencyUSD", "obsgen:provider_cost_usd:rate5m"),
    ("Trust in these figures", "Sources"): ("bool_yes_no", "obsgen:provider_source_up"),
}


def recorded(tree: Written, name: str) -> dict[str, str]:
    """The expressions of a recorded series, by the provider or job that its labels name."""
    return {
        rule["labels"].get("provider", rule["labels"]["job"]): rule["expr"]
        for _, group in tree.groups()
        for rule in group["rules"]
        if rule.get("record") == name
    }


@pytest.mark.parametrize(("place", "expected"), PANELS.items(), ids=[title for _, title in PANELS])
def test_the_panel_draws_its_series_in_its_unit(
    place: tuple[str, str], expected: tuple[str, str], kserve: Written
) -> None:
    panel = kserve.panels("ai-providers")[place]
    assert (panel["fieldConfig"]["defaults"]["unit"], shown(panel)) == (expected[0], {expected[1]})


@pytest.mark.parametrize("title", ["Tokens by provider", "Cost per day by provider"])
def test_providers_are_told_apart(title: str, kserve: Written) -> None:
    (target,) = next(each for (_, found), each in kserve.panels("ai-providers").items() if found == title)["targets"]
    assert "sum by (provider)" in target["expr"]
    assert target["legendFormat"] == "{{provider}}"


def test_cost_is_money_a_day(kserve: Written) -> None:
    (target,) = kserve.panels("ai-providers")["Cost", "Cost per day by provider"]["targets"]
    assert target["expr"].endswith("* 86400")


@pytest.mark.parametrize("name", ["obsgen:provider_tokens:rate5m", "obsgen:provider_source_up"])
def test_both_providers_have_a_source(name: str, kserve: Written) -> None:
    asked = {provider: series(expr) - {"up"} for provider, expr in recorded(kserve, name).items()}
    if name.endswith("_up"):
        assert set(asked) == {"openai-usage", "litellm"}
    else:
        assert asked["openai"] == {"robotheus_openai_tokens_total"}
        assert asked["gemini"] <= {"litellm_input_tokens_metric_total", "litellm_output_tokens_metric_total"}


def test_openais_cost_is_tokens_times_prices_and_not_the_exporters_counter(kserve: Written) -> None:
    """Robotheus adds each whole day again at every collection."""
    expr = recorded(kserve, "obsgen:provider_cost_usd:rate5m")["openai-usage"]
    assert series(expr) == {"obsgen:provider_tokens:rate5m", "obsgen:token_price_usd"}
    assert not [name for name in _all_series(kserve) if re.match(r"robotheus_.*cost", name)]


def _all_series(tree: Written) -> set[str]:
    return {name for _, group in tree.groups() for rule in group["rules"] for name in series(rule["expr"])}


def test_prices_are_those_of_the_profile_for_a_single_token(kserve: Written) -> None:
    prices = {
        (rule["labels"]["model"], rule["labels"]["direction"]): float(rule["expr"].removeprefix("vector(").rstrip(")"))
        for _, group in kserve.groups()
        for rule in group["rules"]
        if rule.get("record") == "obsgen:token_price_usd"
    }
    assert prices["gpt-4o-2024-08-06", "input"] == pytest.approx(2.5e-6)
    assert prices["gpt-4o-mini-2024-07-18", "output"] == pytest.approx(0.6e-6)


def test_a_provider_that_the_version_does_not_expose_is_told_with_one_that_does() -> None:
    with pytest.raises(InputError) as refused:
        changed(PROFILE, ROBOTHEUS)
    (found,) = refused.value.findings
    assert found.id == "profile/provider-not-exposed"
    assert found.message == "robotheus exposes nothing of gemini, only of openai"
    assert found.hint
    assert "litellm" in found.hint
    assert found.place.line


def test_the_alternative_that_is_named_works() -> None:
    """The shipped profile is that alternative; without it nobody would see Gemini."""
    providers = {each.labels.get("provider") for each in changed(PROFILE).base.recordings}
    assert {"openai", "gemini"} <= providers
