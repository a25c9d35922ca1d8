"""Rows B3, B4 and B9: the RAG backend's metrics, its board, and the alerts of the comparison."""

from __future__ import annotations

import pytest
from row_support import alert, shipped, titles

PROFILE = "cross-provider-benchmark"


@pytest.mark.parametrize(
    ("name", "part", "severity"),
    [
        ("HighTTFT", "rag_ttft_seconds_bucket", "warning"),
        ("HighErrorRate", "rag_requests_total", "critical"),
        ("GPUMemoryHigh", "DCGM_FI_DEV_FB_USED", "warning"),
    ],
)
def test_the_alerts_of_the_comparison(name: str, part: str, severity: str) -> None:
    told = alert(name, PROFILE)
    assert part in told.expr
    assert told.severity == severity
    assert "cluster" in told.expr


def test_used_memory_is_a_share_of_all_and_not_of_what_is_free() -> None:
    assert "DCGM_FI_DEV_FB_USED" in alert("GPUMemoryHigh", PROFILE).expr
    assert (
        ") / (" in alert("GPUMemoryHigh", PROFILE).expr.replace("\n", " ")
        or "+" in alert("GPUMemoryHigh", PROFILE).expr
    )


def test_the_board_shows_where_the_time_goes() -> None:
    wanted = {"Requests", "Failures", "Time to first token", "Where the time goes", "Retrieval", "Tokens over time"}
    assert wanted <= set(titles("rag-overview", PROFILE))


def test_every_board_is_a_file_that_can_be_imported_alone() -> None:
    for each in shipped(PROFILE).boards:
        assert each.json["uid"]
        assert not [key for key in ("id", "version", "__inputs") if each.json.get(key)]
