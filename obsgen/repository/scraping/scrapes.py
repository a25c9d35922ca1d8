"""The way of series into Prometheus, for each place that objects are applied to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from obsgen.facts import Facts, tree_facts
from obsgen.knowledge.inventory import Inventory
from obsgen.promql.durations import milliseconds
from obsgen.repository.chartvalues import prometheus_made
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.scopes import Scopes
from obsgen.repository.scraping.prometheusconfigs import PrometheusConfig
from obsgen.repository.worlds import World
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint

OF_CLUSTER = "/"
"""What parts environment and cluster in the name of a world."""
_DEFAULT_INTERVAL = 60_000
"""Prometheus' own, in milliseconds, where its configuration does not say."""


def feeds(
    scopes: Scopes,
    worlds: Iterable[World],
    configs: Iterable[PrometheusConfig],
    values: Iterable[Located],
    inventory: Inventory,
) -> list[Feeds]:
    """One for each environment of a rendered tree that is built, and one for everything else together.

    The bare base of a tree is none of them: what is applied are its overlays.
    """
    worlds, configs, values = list(worlds), list(configs), list(values)
    trees = {one.tree for one in worlds if one.tree}
    found = []
    for world in worlds:
        if world.tree:
            jobs, chart = _of_tree(world.tree, configs), [each for each in values if _tree(each.file) == world.tree]
            own = OF_CLUSTER not in world.name
            found.append(Graph([world.objects], world.facts, jobs, chart, _made(world.facts, chart), has_own_facts=own))
    parts = [each.objects for each in scopes.all if each.tree not in trees]
    general = next((one.facts for one in worlds if one.tree is None), Facts())
    jobs, chart = _of_tree(None, configs), [each for each in values if _tree(each.file) not in trees]
    if parts or jobs or chart or not found:
        found.append(Graph(parts, general, jobs, chart, _made(general, chart), has_own_facts=len(parts) == 1))
    return [Feeds(graph, inventory) for graph in found]


def _made(facts: Facts, values: Iterable[Located]) -> list[KubeObject]:
    """The Prometheus that facts name, as the chart makes it of the first values that speak of one."""
    known = facts.prometheus
    if not known or known.mode != "values":
        return []
    found = (prometheus_made(each, known.name, known.namespace) for each in values)
    return [each for each in found if each][:1]


def _of_tree(tree: Path | None, configs: Iterable[PrometheusConfig]) -> list[Endpoint]:
    return [job for config in configs if _tree(config.located.file) == tree for job in _jobs(config)]


def _tree(file: str) -> Path | None:
    found = tree_facts(Path(file))
    return found[0] if found else None


def _jobs(config: PrometheusConfig) -> Iterator[Endpoint]:
    """The jobs of a configuration; what a chart adds to one is scraped as often as that one says."""
    own = config.located.at("global", "scrape_interval").value
    default = None if config.is_list else milliseconds(own) if isinstance(own, str) else _DEFAULT_INTERVAL
    return (Endpoint(job, None, default) for job in config.jobs if isinstance(job.value, dict))


def whole_paths(found: Iterable[Feeds]) -> tuple[int, int]:
    """How many monitors, and objects with rules, are surely selected; and how many there are."""
    graphs = [each.graph for each in found]
    selections = [graph.selections(each) for graph in graphs for each in graph.monitors]
    selections += [graph.loads(each) for graph in graphs for each in graph.rules]
    return sum(any(one.answer for one in each) for each in selections), len(selections)
