"""The price table of a profile: dollars a token, providers that nobody reads, prices that nothing takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stack_support import HEAD, Resolved, component, ledger, told

from obsgen.components.catalogue import Catalogue
from obsgen.profile.load import parse_profile
from obsgen.stack.costs import costs_context

METER = """\
title: M
role: provider
description: d
covers: [acme, initech]
usesPrices: options.cost != 'own'
options: {cost: {help: h, default: prices, values: [prices, own]}}
"""


def prices(root: Path, table: str) -> tuple[list[dict[str, Any]], list[tuple[str, str, str]]]:
    component(root, METER, name="meter")
    text = f"prices: {table}\n"
    book = ledger(text)
    context = costs_context(parse_profile(HEAD + text).base.settings, Catalogue((root,)), {"gpuPrices": False}, book)
    return context["prices"], told(book)


def test_prices_are_by_token(tmp_path: Path) -> None:
    table = "{initech: {z: {input: 1000000USD/Mtok, output: 2USD/ktok}, a: {input: 3USD/Mtok, output: 0USD/Mtok}}}"
    found, findings = prices(tmp_path, table)
    assert findings == []
    assert [(each["provider"], each["model"], each["input"], each["output"]) for each in found] == [
        ("initech", "a", pytest.approx(3e-6), 0),
        ("initech", "z", 1, pytest.approx(0.002)),
    ]


def test_a_price_for_nobody_is_told_with_whom_it_may_be_for(tmp_path: Path) -> None:
    _, findings = prices(tmp_path, "{amce: {x: {input: 1USD/Mtok, output: 1USD/Mtok}}}")
    assert findings == [
        (
            "profile/unknown-provider",
            "no component reads the usage of a provider 'amce'",
            "did you mean 'acme'? known: acme, initech",
        )
    ]


def test_a_price_without_a_unit_is_told(tmp_path: Path) -> None:
    found, findings = prices(tmp_path, "{acme: {x: {input: 1, output: 1USD/Mtok}}}")
    assert [check for check, _, _ in findings] == ["profile/unit"]
    assert found[0]["input"] == 0


@pytest.mark.parametrize(
    ("providers", "assumed"),
    [
        ("[{name: m, type: meter, covers: [acme]}]", None),
        ("[]", "prices of acme are not used: no provider covers it (prices)"),
        ("[{name: m, type: meter, covers: [initech]}]", "prices of acme are not used: no provider covers it (prices)"),
        (
            "[{name: m, type: meter, covers: [acme], options: {cost: own}}]",
            "prices of acme are not used: m counts its cost itself (prices)",
        ),
    ],
)
def test_prices_that_nothing_takes_are_assumptions(tmp_path: Path, providers: str, assumed: str | None) -> None:
    component(tmp_path, METER, name="meter")
    table = "prices: {acme: {x: {input: 1USD/Mtok, output: 1USD/Mtok}}}\n"
    found = Resolved(tmp_path, f"providers: {providers}\n{table}")
    assert found.findings == []
    assert [each for each in found.base.assumptions if "prices" in each] == ([assumed] if assumed else [])
