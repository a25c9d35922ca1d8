"""Row K5: predictors are found by their pods' label, at a port that has no name."""

from __future__ import annotations

from row_support import changed
from tree_rows import Written

PORT = "    # KServe's runtimes declare their port without a name.\n    portNumber: 8080\n"


def test_the_monitor_is_that_of_the_row(kserve: Written) -> None:
    spec = kserve.of_kind("PodMonitor")["predictors"]["spec"]
    assert spec["namespaceSelector"] == {"matchNames": ["vllm"]}
    assert spec["selector"] == {"matchLabels": {"component": "predictor"}}
    (endpoint,) = spec["podMetricsEndpoints"]
    assert (endpoint["portNumber"], endpoint["path"]) == (8080, "/metrics")
    assert "port" not in endpoint


def test_a_port_with_a_name_is_asked_for_by_it() -> None:
    tree = changed("openshift-kserve", (PORT, "    port: http1\n"))
    (spec,) = (
        each.object["spec"]
        for each in tree.base.objects
        if (each.object["kind"], each.object["metadata"]["name"]) == ("PodMonitor", "predictors")
    )
    (endpoint,) = spec["podMetricsEndpoints"]
    assert endpoint["port"] == "http1"
    assert "portNumber" not in endpoint


def test_what_a_number_needs_of_the_operator_is_a_precondition(kserve: Written) -> None:
    told = kserve.section("Preconditions")
    assert "The Prometheus operator is 0.79 or newer" in told
    assert "carry component=predictor" in told
