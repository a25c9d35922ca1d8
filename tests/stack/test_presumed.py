"""What limits take to be so is told: money that may be spent, memory that a server reserves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from obsgen import pipeline
from obsgen.profile.load import parse_profile

HEAD = {"apiVersion": "obsgen.dev/v1alpha1", "kind": "Profile", "stack": "ai"}
CHAT = {"name": "chat", "type": "vllm", "version": "0.12", "namespace": "ml", "selector": {"app": "c"}, "port": "http"}


def assumed(**sections: Any) -> str:
    """Everything that a profile leaves open."""
    made = pipeline.render(parse_profile(json.dumps({**HEAD, **sections})))
    return "\n".join(made.environments["prod"].stack.assumptions)


def test_limits_of_money_that_nobody_set_are_told() -> None:
    bill = {"name": "bill", "type": "opencost"}
    told = assumed(exporters=[bill])
    assert "bill on money take for a limit costPerDay 500 USD/day, namespaceCostPerDay 200 USD/day" in told
    told = assumed(exporters=[{**bill, "thresholds": {"costPerDay": "80USD/day", "namespaceCostPerDay": "20USD/day"}}])
    assert "of bill on money" not in told
    assert "on money" not in assumed(modelServers=[CHAT])


@pytest.mark.parametrize(("limit", "told"), [("90%", True), ("85%", True), ("95%", False), (None, False)])
def test_a_limit_that_a_healthy_server_exceeds_is_told(limit: str | None, told: bool) -> None:
    gpus = {"type": "dcgm", **({"thresholds": {"gpuMemory": limit}} if limit else {})}
    assert ("it takes 90 % when it starts" in assumed(modelServers=[CHAT], gpuExporter=gpus)) is told
    assert "when it starts" not in assumed(gpuExporter=gpus)
