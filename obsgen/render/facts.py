"""Facts that a tree carries for whoever checks it: what its files alone cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from obsgen.render.deliveries import Delivery
from obsgen.render.objects import Rendered
from obsgen.tree.serialise import json_bytes


def facts_file(
    environments: Mapping[str, Rendered], deliveries: Sequence[Delivery], told: Mapping[str, Rendered]
) -> bytes:
    """`.obsgen/facts.json`: per environment the Prometheus that must select the objects, and what runs where.

    Of many clusters their number, and those of which something else is true than of their environment.
    """
    counts = Counter(each.environment for each in deliveries if each.name)
    clusters = {"clusters": dict(sorted(counts.items()))} if counts else {}
    others = {"others": {name: _facts(rendered) for name, rendered in told.items()}} if told else {}
    every = {name: _facts(rendered) for name, rendered in environments.items()}
    return json_bytes({"schemaVersion": 1, "environments": every, **clusters, **others})


def _facts(rendered: Rendered) -> dict[str, object]:
    stack = rendered.stack
    prometheus = stack.settings.prometheus
    servers = [
        {"name": each.name, "component": each.folder.name, "versions": list(each.versions), "namespace": each.namespace}
        for each in stack.instances
    ]
    return {
        "cluster": stack.settings.cluster.name,
        "prometheus": {
            "mode": prometheus.mode,
            "namespace": prometheus.namespace or stack.namespaces["monitoring"],
            "selectorLabels": dict(sorted(stack.selector_labels.items())),
            "scrapeInterval": prometheus.scrape_interval,
        },
        "servers": servers,
        "assumptions": list(stack.assumptions),
    }
