"""Files and folders, read once and understood: what every check looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from obsgen.checks import chartvalues
from obsgen.checks.addedlabels import MONITORS, added_labels
from obsgen.checks.alerting import Alerting, destinations
from obsgen.checks.alertmanagers import Configuration, RouteTable, in_objects, in_values
from obsgen.checks.alerts import alerts
from obsgen.checks.applications import Application, Deployed, Folders, applications, deployed
from obsgen.checks.builds import BuiltTree, build_trees
from obsgen.checks.classify import (
    ALERTMANAGER,
    CHART_VALUES,
    CHECKED,
    FACTS,
    OTHER,
    PROMETHEUS,
    ROUTE_CASES,
    is_dashboard,
    kind_of,
)
from obsgen.checks.dashboards import Dashboard
from obsgen.checks.embedded import embedded_documents
from obsgen.checks.expressions import Expression, LogText, Skipped, board_expressions, rule_expressions
from obsgen.checks.files import KUSTOMIZATION_NAMES, Reading, Unread, is_helm, read_all
from obsgen.checks.grafanas import Grafanas, grafanas
from obsgen.checks.imageversions import with_versions
from obsgen.checks.kustomizations import Kustomization, Reference, roots
from obsgen.checks.logql import LogExpression, read_logql
from obsgen.checks.lookups import Lookup, look_up
from obsgen.checks.meanings import Meaning, meanings
from obsgen.checks.objects import KubeObject, Located, as_object
from obsgen.checks.prometheusconfigs import PrometheusConfig
from obsgen.checks.rules import RuleSet, distinct_rules, rules_of_object, rules_of_text
from obsgen.checks.scopes import Scope, Scopes, scopes
from obsgen.checks.scrapes import feeds
from obsgen.checks.secrets import Exposed, in_generators, in_secrets, in_texts
from obsgen.checks.shapes import REASON as ALIKE
from obsgen.checks.shapes import Shapes, few_of_each
from obsgen.checks.sidecars import board_maps
from obsgen.checks.worlds import World, worlds
from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.facts import Facts, facts_in, tree_facts
from obsgen.facts.model import together
from obsgen.findings import Finding, Place
from obsgen.knowledge.carried import Added
from obsgen.knowledge.inventory import Inventory
from obsgen.signalpath.feeds import Feeds
from obsgen.source import Document


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A document, where it lies, and what it is (see `classify.kind_of`)."""

    document: Document
    path: Path
    kind: str


@dataclass(frozen=True)
class Repository:
    """Everything that was found under the given paths. Parts are worked out when first asked for, and kept."""

    paths: tuple[Path, ...]
    readings: tuple[Reading, ...]
    every_build: bool = False
    """Whether kustomizations that differ in names and figures alone are all built."""
    given: Facts = field(default_factory=Facts)
    """Facts that flags give; files of kind Facts among the paths add to them."""
    templates: tuple[Path, ...] = ()
    """Folders with components besides the built-in ones."""
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Versions of components that are taken to run, whatever the facts say."""

    @cached_property
    def entries(self) -> list[Entry]:
        """All documents that are not empty, in the order of their files."""
        found = []
        for reading in self.readings:
            for document in reading.documents:
                kind = kind_of(reading.file, document.value)
                if kind != "empty":
                    found.append(Entry(document, reading.path, _or_helm(kind, document)))
        return found

    @cached_property
    def kustomizations(self) -> list[Kustomization]:
        """All kustomizations, by folder."""
        return [
            Kustomization(entry.document, entry.path, entry.path.parent.resolve())
            for entry in self.entries
            if entry.kind == "kustomization"
        ]

    @cached_property
    def references(self) -> dict[Path, list[Reference]]:
        """What kustomizations name, by the resolved path of the file or folder."""
        found: dict[Path, list[Reference]] = {}
        for kustomization in self.kustomizations:
            for reference in kustomization.references():
                found.setdefault(reference.path, []).append(reference)
        return found

    @cached_property
    def builds(self) -> list[BuiltTree]:
        """The builds of the kustomizations that no other one includes; of many alike a few."""
        return build_trees(self._built, self.readings)

    @cached_property
    def samples(self) -> list[BuiltTree]:
        """One build of each shape, for tools that take their time."""
        if self.every_build:
            return self.builds
        one_each = few_of_each([one.kustomization for one in self.builds], self._shapes, 1)
        return [one for one in self.builds if one.kustomization in one_each]

    @cached_property
    def _built(self) -> list[Kustomization]:
        found = roots(self.kustomizations)
        if self.every_build:
            return found
        few = {one.folder for one in few_of_each(found, self._shapes)}
        wanted = few | {table.target for table in self.route_tables}
        return [one for one in found if one.folder in wanted]

    @cached_property
    def _shapes(self) -> Shapes:
        documents: dict[Path, list[Any]] = {}
        for entry in self.entries:
            documents.setdefault(entry.path.resolve(), []).append(entry.document.value)
        return Shapes(self.kustomizations, documents)

    @cached_property
    def manifests(self) -> list[KubeObject]:
        """The objects as written; patches, kustomize's own configuration and orphans left out."""
        return [object_ for entry in self.entries if entry.kind == "manifest" for object_ in self._objects_in(entry)]

    @cached_property
    def orphans(self) -> dict[Path, str]:
        """Manifests that nobody applies: files of a folder that is kustomized, and which kustomization forgot them.

        A folder is kustomized if it has a kustomization, or files that one lists.
        """
        owners = {one.folder: one.document.file for one in self.kustomizations if one.is_sound}
        for path in self.references:
            owner = next((owners[folder] for folder in path.parent.parents if folder in owners), "")
            owners.setdefault(path.parent, owner)
        files = {entry.path.resolve() for entry in self._of("manifest")} - self.references.keys()
        return {path: owners[path.parent] for path in sorted(files) if owners.get(path.parent)}

    @cached_property
    def objects(self) -> list[KubeObject]:
        """The objects as applied: built where a kustomization builds them, as written elsewhere; each once."""
        built = [object_ for one in self.builds for object_ in one.objects]
        return [*_distinct(built), *self._unbuilt]

    @cached_property
    def rule_sets(self) -> list[RuleSet]:
        """The rules of objects, rule files and ConfigMaps, for Prometheus and for Loki."""
        found = [set_ for object_ in self.objects if (set_ := rules_of_object(object_))]
        found += [RuleSet(Located(entry.document.value, entry.document), False) for entry in self._of("rules")]
        return found + [rules_of_text(one) for one in self._embedded if kind_of("", one.value) == "rules"]

    @cached_property
    def dashboards(self) -> list[Dashboard]:
        """Grafana's boards: files of their own, and those inside objects."""
        found = []
        for entry in self._of("dashboard"):
            located = Located(entry.document.value, entry.document)
            found.append(Dashboard(located if is_dashboard(located.value) else located.at("dashboard")))
        return found + [Dashboard(one) for one in self._embedded if is_dashboard(one.value)]

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
    def alerting(self) -> Alerting:
        """All alerts, all Alertmanagers, and which may get which."""
        queries = {each.rule.expr: each.query for each in self.expressions if each.rule}
        found = alerts(self.scopes, self.rule_sets, queries, self.prometheus_configs)
        has_chart = any(each.at("defaultRules", "create").value is not False for each in self.chart_values)
        return Alerting(found, destinations(self.scopes, self.alertmanagers), has_chart)

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

    @cached_property
    def _unbuilt(self) -> list[KubeObject]:
        """The objects that no kustomization builds."""
        covered = {file for one in self.builds for file in one.files}
        return [one for one in self.manifests if one.located.file not in covered]

    def facts_of(self, expression: Expression) -> tuple[Facts, ...]:
        """The facts by which an expression is judged: those of each world that its rule is in."""
        found = self._facts_of_rules.get(id(expression.rule.value)) if expression.rule else None
        return found or (self._facts_of_file(Path(expression.located.file)),)

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
    def _written_facts(self) -> list[tuple[Facts, list[Finding]]]:
        return [facts_in(entry.document) for entry in self._of(FACTS)]

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
    def secrets(self) -> list[Exposed]:
        """Everything that looks like a key, a token or a password."""
        texts = {entry.document.file: entry.document.text for entry in self.entries}
        found = [one for file, text in texts.items() for one in in_texts(file, text)]
        lines = {(one.place.file, one.place.line) for one in found}
        more = (*in_secrets(self.objects), *in_generators(self.kustomizations))
        return [*found, *(one for one in more if (one.place.file, one.place.line) not in lines)]

    @cached_property
    def alertmanagers(self) -> list[Configuration]:
        """Alertmanager's configurations: files of their own, in objects, in Helm values."""
        found = [Configuration(Located(entry.document.value, entry.document)) for entry in self._of(ALERTMANAGER)]
        others = [Located(entry.document.value, entry.document) for entry in self._of("Helm values")]
        values = (*others, *self.chart_values)
        return [*found, *in_objects(self.objects), *(one for each in values for one in in_values(each))]

    @cached_property
    def chart_values(self) -> list[Located]:
        """Values of kube-prometheus-stack: in files, and in objects that install it."""
        files = [
            chartvalues.of_document(Located(each.document.value, each.document)) for each in self._of(CHART_VALUES)
        ]
        return [*files, *chartvalues.in_objects(self.objects)]

    @cached_property
    def prometheus_configs(self) -> list[PrometheusConfig]:
        """Prometheus' configurations: files of their own, in ConfigMaps, and scrape jobs in values of a chart."""
        files = [Located(entry.document.value, entry.document) for entry in self._of(PROMETHEUS)]
        inside = [each for each in self._embedded if kind_of("", each.value) == PROMETHEUS]
        jobs = [each.at("prometheus", "prometheusSpec", "additionalScrapeConfigs") for each in self.chart_values]
        whole = [PrometheusConfig(each) for each in (*files, *inside)]
        return [*whole, *(PrometheusConfig(each, is_list=True) for each in jobs if isinstance(each.value, list))]

    @cached_property
    def route_tables(self) -> list[RouteTable]:
        """The cases of alerts and the receivers that they must reach."""
        tables = self._of(ROUTE_CASES)
        return [RouteTable(Located(entry.document.value, entry.document), entry.path) for entry in tables]

    @cached_property
    def expressions(self) -> list[Expression]:
        """Every PromQL expression."""
        return [one for one in self._queries if isinstance(one, Expression)]

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The names of the series that rules record."""
        rules = distinct_rules(self.rule_sets)
        return frozenset(rule.name for rule in rules if not rule.is_alert)

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

    @cached_property
    def skipped_queries(self) -> list[Skipped]:
        """Queries in other languages, and LogQL that only Loki can read."""
        unread = (Skipped(one.located, "LogQL") for one in self.log_expressions if not one.query and not one.refusal)
        return [*(one for one in self._queries if isinstance(one, Skipped)), *unread]

    @cached_property
    def log_expressions(self) -> list[LogExpression]:
        """Every LogQL expression."""
        return [read_logql(one) for one in self._queries if isinstance(one, LogText)]

    @cached_property
    def unread(self) -> list[Unread]:
        """Files that were not checked, or not all of their documents, each with the reason."""
        found = [Unread(one.file, one.excuse) for one in self.readings if one.excuse and one not in self._broken]
        found += [Unread(entry.document.file, reason) for entry in self.entries if (reason := self.excuse(entry))]
        left = {one.document.file for one in roots(self.kustomizations)} - {one.document.file for one in self._built}
        found += [Unread(file, ALIKE) for file in sorted(left)]
        return list(dict.fromkeys(found))

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing under the paths can be checked: no file of a known sort, not even a broken one."""
        return not self._broken and all(map(self.excuse, self.entries))

    @cached_property
    def findings(self) -> list[Finding]:
        """What reading and building already found."""
        return [
            *(finding for reading in self._broken for finding in reading.findings),
            *(finding for build in self.builds for finding in (*build.findings, *build.unsupported)),
            *(finding for _, findings in self._written_facts for finding in findings),
        ]

    @cached_property
    def broken_files(self) -> frozenset[str]:
        """Files that could not be read, of which that has been told."""
        return frozenset(reading.file for reading in self._broken)

    @cached_property
    def trap_places(self) -> frozenset[Place]:
        """Where scalars stand that mean something else to YAML 1.1 readers."""
        return frozenset(trap.place for entry in self.entries for trap in entry.document.traps)

    def excuse(self, entry: Entry) -> str:
        """Why no check looks at a document; empty if some do."""
        path = entry.path.resolve()
        roles = {reference.role for reference in self.references.get(path, ())}
        if entry.kind in ("manifest", "incomplete manifest", "patch") and not roles:
            if self._broken_folders.intersection(path.parents):
                return "its kustomization cannot be read"
            return "a patch that no kustomization names" if entry.kind == "patch" else ""
        return "" if entry.kind in CHECKED or roles & {"resource", "patch"} else entry.kind

    @cached_property
    def _broken(self) -> list[Reading]:
        """The files that could not be read and should be: what a kustomization names has no excuse."""
        faulty = (one for one in self.readings if one.findings)
        return [one for one in faulty if not one.excuse or one.path.resolve() in self.references]

    @cached_property
    def _broken_folders(self) -> frozenset[Path]:
        """The folders whose kustomization could not be read: nobody knows what the manifests below are for."""
        return frozenset(one.path.parent.resolve() for one in self._broken if one.path.name in KUSTOMIZATION_NAMES)

    @cached_property
    def _embedded(self) -> list[Located]:
        files = {entry.document.text for entry in self.entries if entry.kind in ("dashboard", "rules")}
        return list(embedded_documents(self.objects, files))

    @cached_property
    def _queries(self) -> list[Expression | LogText | Skipped]:
        return [*rule_expressions(self.rule_sets), *board_expressions(self.dashboards)]

    def _of(self, kind: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.kind == kind)

    def _objects_in(self, entry: Entry) -> Iterator[KubeObject]:
        path = entry.path.resolve()
        roles = {reference.role for reference in self.references.get(path, ())}
        if path in self.orphans or (roles and "resource" not in roles) or self.excuse(entry):
            return
        whole = Located(entry.document.value, entry.document)
        is_list = whole.value["kind"].endswith("List") and "items" in whole.value
        for located in whole.at("items").items() if is_list else [whole]:
            object_ = as_object(located, entry.document)
            if object_:
                yield object_


def read_repository(
    paths: Iterable[Path], *, every_build: bool = False, facts: Facts | None = None, templates: Sequence[Path] = ()
) -> Repository:
    """Reads all YAML and JSON files under the paths; InputError only if a path does not exist."""
    paths = tuple(paths)
    return Repository(paths, tuple(read_all(paths)), every_build, facts or Facts(), tuple(templates))


def _or_helm(kind: str, document: Document) -> str:
    """The kind, unless the manifest's name is a template: then the file parses as YAML by chance."""
    object_ = as_object(Located(document.value, document)) if kind == "manifest" else None
    return "Helm template" if object_ and "{{" in object_.name and is_helm(document.text) else kind


def _distinct(objects: Iterable[KubeObject]) -> Iterator[KubeObject]:
    """Each object once: overlays mostly build the same ones."""
    seen: set[tuple[str, str]] = set()
    for object_ in objects:
        key = (object_.located.file, object_.fingerprint)
        if key not in seen:
            seen.add(key)
            yield object_
