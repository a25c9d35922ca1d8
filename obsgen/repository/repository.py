"""A repository, understood: what every check looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.facts import Facts, tree_facts
from obsgen.facts.model import together
from obsgen.knowledge.carried import Added
from obsgen.knowledge.inventory import Inventory
from obsgen.repository.alerting.alerts import Queries, alerts
from obsgen.repository.alerting.chartalertmanager import silent
from obsgen.repository.alerting.destinations import Alerting, destinations
from obsgen.repository.argocd.applications import Application, Deployed, Folders, applications, deployed
from obsgen.repository.classify import (
    OTHER,
)
from obsgen.repository.contents import Contents
from obsgen.repository.files import read_all
from obsgen.repository.grafana.datasources import Grafanas, grafanas
from obsgen.repository.grafana.sidecars import board_maps
from obsgen.repository.imageversions import with_versions
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.queries.expressions import Expression
from obsgen.repository.queries.lookups import Lookup, look_up
from obsgen.repository.queries.meanings import Meaning, meanings
from obsgen.repository.queries.rules import distinct_rules, rules_of_object
from obsgen.repository.scopes import Scope, Scopes, scopes
from obsgen.repository.scraping.addedlabels import MONITORS, added_labels
from obsgen.repository.scraping.scrapes import feeds
from obsgen.repository.worlds import World, worlds
from obsgen.signalpath.feeds import Feeds


@dataclass(frozen=True)
class Repository(Contents):
    """What is applied together, by which facts it is judged, and how its parts depend on each other."""

    given: Facts = field(default_factory=Facts)
    """Facts that flags give; files of kind Facts among the paths add to them."""
    templates: tuple[Path, ...] = ()
    """Folders with components besides the built-in ones."""
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Versions of components that are taken to run, whatever the facts say."""

    @cached_property
    def worlds(self) -> list[World]:
        """The objects that are applied together, and the facts that hold for them."""
        return worlds(self.builds, self._unbuilt, self._facts, self.versions, self.catalogue)

    @cached_property
    def scopes(self) -> Scopes:
        """The objects that are applied together, by kustomization."""
        return scopes(self.builds, self._unbuilt, self.worlds)

    @cached_property
    def feeds(self) -> list[Feeds]:
        """How series get from Pods into Prometheus, in each place that objects are applied to."""
        return feeds(self.scopes, self.worlds, self.prometheus_configs, self.chart_values, self.inventory)

    @cached_property
    def feeds_by_facts(self) -> dict[int, list[Feeds]]:
        """The same by the identity of the facts that hold there."""
        found: dict[int, list[Feeds]] = {}
        for each in self.feeds:
            found.setdefault(id(each.graph.facts), []).append(each)
        return found

    @cached_property
    def alerting(self) -> Alerting:
        """All alerts, all Alertmanagers, and which may get which."""
        of_prometheus = {each.rule.expr: each.query for each in self.expressions if each.rule and each.query}
        of_loki = {each.asked.text: each.query for each in self.log_expressions if each.asked.rule and each.query}
        queries = Queries(of_prometheus, of_loki)
        found = alerts(self.scopes, self.rule_sets, queries, self.prometheus_configs)
        has_chart = any(each.at("defaultRules", "create").value is not False for each in self.chart_values)
        return Alerting(found, destinations(self.scopes, self.alertmanagers), has_chart)

    @cached_property
    def silent_charts(self) -> list[Located]:
        """Values of charts whose Alertmanager tells nobody of anything, and is the only one."""
        return list(silent(self.chart_values, self.objects, self.alerting))

    @cached_property
    def grafanas(self) -> Grafanas:
        """Grafana's datasources, and the dashboards that ask them."""
        files = [Located(each.document.value, each.document) for each in self.entries if each.kind == OTHER]
        return grafanas(self.scopes, self.chart_values, files, self.dashboards)

    @cached_property
    def board_maps(self) -> list[tuple[Scope, list[KubeObject]]]:
        """The ConfigMaps with dashboards that no object names, by what they are applied with."""
        return [(each, board_maps(each, self.scopes.around(each))) for each in self.scopes.all]

    @cached_property
    def applications(self) -> list[Application]:
        """Argo CD's Applications."""
        return applications(self.scopes)

    @cached_property
    def deployed(self) -> list[Deployed]:
        """What Argo CD deploys from here."""
        built = {one.kustomization.folder: one.objects for one in self.builds}
        others = {one.folder: one for one in self.kustomizations}
        return list(deployed(self.applications, Folders(built, others, self.manifests, self.readings)))

    def facts_of(self, expression: Expression) -> tuple[Facts, ...]:
        """The facts by which an expression is judged: those of each world that its rule is in."""
        found = self._facts_of_rules.get(id(expression.rule.value)) if expression.rule else None
        file = expression.located.file
        if not found and file not in self._facts_of_files:
            self._facts_of_files[file] = (self._facts_of_file(Path(file)),)
        return found or self._facts_of_files[file]

    @cached_property
    def _facts_of_files(self) -> dict[str, tuple[Facts]]:
        return {}

    def _facts_of_file(self, file: Path) -> Facts:
        """The facts for a file that no build brings in: those of its tree's environments together."""
        root, carried = tree_facts(file) or (None, None)
        if root not in self._facts_of_trees:
            self._facts_of_trees[root] = (
                self._facts.plus(carried.anywhere()).at(self.versions) if carried else self._facts_of_plain
            )
        return self._facts_of_trees[root]

    @cached_property
    def _facts_of_plain(self) -> Facts:
        """The facts for files of no tree: what the objects beside them show is among them."""
        return with_versions(self._facts, self.manifests, self.catalogue, self.versions)

    @cached_property
    def _facts_of_trees(self) -> dict[Path | None, Facts]:
        return {}

    @cached_property
    def _facts_of_rules(self) -> dict[int, tuple[Facts, ...]]:
        """The facts by the identity of a rule, which builds share as long as no patch touches it."""
        found: dict[int, dict[int, Facts]] = {}
        for world in self.worlds:
            for rule in distinct_rules(set_ for each in world.objects if (set_ := rules_of_object(each))):
                found.setdefault(id(rule.value), {})[id(world.facts)] = world.facts
        return {rule: tuple(facts.values()) for rule, facts in found.items()}

    @cached_property
    def _facts(self) -> Facts:
        return together((self.given, *(facts for facts, _ in self._written_facts))).at(self.versions)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The components within reach."""
        return catalogue(self.templates)

    @cached_property
    def inventory(self) -> Inventory:
        """What is known of series: of components, of declared metrics."""
        declared = [world.facts.metrics for world in self.worlds]
        return Inventory(self.catalogue, {name: each for one in declared for name, each in one.items()})

    @cached_property
    def lookups(self) -> list[Lookup]:
        """Every series that an expression names and no rule records, and what is known of it."""
        return [each for each in self._asked if not each.is_recorded]

    @cached_property
    def _asked(self) -> list[Lookup]:
        return look_up(self.expressions, self.facts_of, self.inventory, self.recorded)

    @cached_property
    def meanings(self) -> list[Meaning]:
        """Every expression that names a series, as it is meant."""
        return list(meanings(self._asked, self.inventory, self.added_labels))

    @cached_property
    def added_labels(self) -> Added:
        """The labels that scraping may add to series."""
        values = [each.located.value for each in self.objects if each.kind in MONITORS]
        values += [each.value for each in (*self.chart_values, *(one.located for one in self.prometheus_configs))]
        return added_labels(values, (each.facts for each in self.worlds))


def read_repository(
    paths: Iterable[Path], *, every_build: bool = False, facts: Facts | None = None, templates: Sequence[Path] = ()
) -> Repository:
    """Reads all YAML and JSON files under the paths; InputError only if a path does not exist."""
    paths = tuple(paths)
    return Repository(paths, tuple(read_all(paths)), every_build, facts or Facts(), tuple(templates))
