"""The places in which a path is worked out: each environment of a rendered tree, and all other files together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

import promql_parser as pq

from obsgen.facts import Facts, tree_facts
from obsgen.knowledge.inventory import Known
from obsgen.promql.tree import Node
from obsgen.repository import Repository
from obsgen.repository.alerting.alerts import Alert
from obsgen.repository.alerting.destinations import Destination
from obsgen.repository.builds import BuiltTree
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.kustomizations import Kustomization
from obsgen.repository.objects import Embedded, KubeObject, Located
from obsgen.repository.queries.expressions import Expression, LogText, rule_expressions
from obsgen.repository.queries.lookups import Lookup, look_up
from obsgen.repository.queries.rules import Rule, RuleSet, rules_of_object
from obsgen.repository.scraping.prometheusconfigs import PrometheusConfig
from obsgen.repository.worlds import OVERLAYS, World
from obsgen.signalpath.feeds import Feeds
from obsgen.signalpath.graph import Graph
from obsgen.signalpath.monitors import Endpoint
from obsgen.trace.defects import Defects


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel of a board, with its expressions in PromQL."""

    board: Dashboard
    located: Located
    expressions: tuple[Expression, ...]

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.located.value.get("title") or "")

    @property
    def board_title(self) -> str:
        """The title of its board."""
        return str(self.board.located.value.get("title") or "")

    @property
    def name(self) -> str:
        """Board and panel, by which it can be told from others."""
        return " / ".join(filter(None, (self.board_title, self.title)))


@dataclass(frozen=True, eq=False)
class Recorded:
    """A rule that records a series, with its group and the object that it stands in, if it is in one."""

    expression: Expression
    home: RuleSet
    object: KubeObject | None


@dataclass(frozen=True, eq=False)
class Ground:
    """One place: what is applied together there, and what checks find in all of the files."""

    repository: Repository
    feeds: Feeds
    defects: Defects
    world: World | None = None
    files: frozenset[str] = frozenset()
    """The files that its kustomization reads; empty for what is no environment of a tree."""
    foreign: frozenset[str] = frozenset()
    """The files of all other places."""
    trees: frozenset[Path] = frozenset()
    """The trees whose environments are places of their own."""
    _reached: dict[Path, frozenset[Path]] = field(default_factory=dict, repr=False)
    _series: dict[int, frozenset[str]] = field(default_factory=dict, repr=False)

    @property
    def graph(self) -> Graph:
        """The way from Pods to Prometheus."""
        return self.feeds.graph

    @property
    def facts(self) -> Facts:
        """What holds there besides the files."""
        return self.graph.facts

    @property
    def tree(self) -> Path | None:
        """The rendered tree that it is an environment of."""
        return self.world.tree if self.world else None

    @property
    def stack(self) -> str:
        """The name of that tree."""
        return self.tree.name if self.tree else ""

    @cached_property
    def root(self) -> Path | None:
        """The folder of that tree as somebody typed it."""
        above = self._build.kustomization.path.parents if self._build else ()
        return next((each for each in above if each.resolve() == self.tree), None)

    @cached_property
    def base(self) -> Path | None:
        """The folder of the environment's kustomization; None for what is no environment of a tree."""
        return self._build.kustomization.folder if self._build else None

    @property
    def is_environment(self) -> bool:
        """Whether it is an overlay of a tree, and no part that overlays are made of."""
        return self.base is not None and self.tree is not None and OVERLAYS in self.base.relative_to(self.tree).parts

    @cached_property
    def _build(self) -> BuiltTree | None:
        objects = self.world.objects if self.world else None
        return next((each for each in self.repository.builds if each.objects is objects), None)

    @cached_property
    def kustomizations(self) -> dict[Path, Kustomization]:
        """All kustomizations, by folder."""
        return {each.folder: each for each in self.repository.kustomizations}

    def reached(self, start: Path) -> frozenset[Path]:
        """All files that the kustomization of a folder brings in."""
        if start not in self._reached:
            found: set[Path] = set()
            ahead, seen = [start], set()
            while ahead:
                folder = ahead.pop()
                if folder in self.kustomizations and folder not in seen:
                    seen.add(folder)
                    paths = [each.path for each in self.kustomizations[folder].references()]
                    found.update(paths)
                    ahead += paths
            self._reached[start] = frozenset(found)
        return self._reached[start]

    @property
    def environment(self) -> str:
        """The environment, with the cluster if it has its own folder."""
        return self.world.name.removeprefix(self.stack).strip() if self.world else ""

    def has_file(self, file: str) -> bool:
        """Whether what stands in a file holds there."""
        if file in self.files:
            return True
        found = tree_facts(Path(file))
        home = found[0] if found else None
        if self.tree is None:
            return file not in self.foreign and home not in self.trees
        if home != self.tree or file in self.foreign or found is None:
            return False
        named = set(found[1].environments) & set(Path(file).resolve().relative_to(home).parts)
        return not named or self.environment.partition("/")[0] in named

    def has_object(self, object_: KubeObject) -> bool:
        """Whether an object is applied there."""
        return id(object_) in self._objects

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All that is scraped there, without the jobs of other environments' configurations."""
        found = self.graph.endpoints
        return tuple(each for each in found if each.monitor is not None or self.has_file(each.located.file))

    def loads(self, file: str) -> PrometheusConfig | None:
        """The configuration there that loads a file of rules, if its own patterns reach it."""
        for config in self.repository.prometheus_configs:
            if not config.is_list and self.has_file(config.located.file):
                home = Path(config.located.file).parent
                patterns = [each.value for each in config.located.at("rule_files").items()]
                if any(isinstance(each, str) and fnmatch(file, str(home / each)) for each in patterns):
                    return config
        return None

    @cached_property
    def _objects(self) -> frozenset[int]:
        return frozenset(map(id, self.graph.objects))

    @cached_property
    def alerts(self) -> list[Alert]:
        """The alerts that are evaluated there."""
        return [each for each in self.repository.alerting.alerts if self._has_alert(each)]

    def _has_alert(self, alert: Alert) -> bool:
        if alert.scope is not None:
            return any(map(self.has_object, alert.scope.objects[:1]))
        return self.has_file(alert.rule.located.file)

    @cached_property
    def destinations(self) -> list[Destination]:
        """The Alertmanagers there."""
        return [each for each in self.repository.alerting.destinations if self._has_destination(each)]

    def _has_destination(self, one: Destination) -> bool:
        if one.scope is not None:
            return any(map(self.has_object, one.scope.objects[:1]))
        return any(self.has_file(part.located.file) for part in one.parts)

    @cached_property
    def rule_sets(self) -> list[tuple[RuleSet, KubeObject | None]]:
        """The rules that hold there, with the objects that they stand in."""
        found: list[tuple[RuleSet, KubeObject | None]] = []
        for object_ in self.graph.objects:
            if set_ := rules_of_object(object_):
                found.append((set_, object_))
        for set_ in self.repository.rule_sets:
            if not set_.is_object and self.has_file(set_.located.file):
                where = set_.located.where
                found.append((set_, where.owner if isinstance(where, Embedded) else None))
        return found

    @cached_property
    def homes(self) -> dict[int, tuple[RuleSet, KubeObject | None]]:
        """Where each rule stands, by the identity of its value."""
        return {id(rule.value): (set_, object_) for set_, object_ in self.rule_sets for rule in set_.rules}

    @cached_property
    def _by_rule(self) -> dict[int, Expression | LogText]:
        found = rule_expressions(set_ for set_, _ in self.rule_sets)
        return {id(each.rule.value): each for each in found if each.rule}

    def expression(self, rule: Rule) -> Expression | LogText | None:
        """What a rule asks; None if it asks nothing."""
        return self._by_rule.get(id(rule.value))

    def promql(self, rule: Rule) -> Expression | None:
        """What a rule asks in PromQL; None if it is in another language or cannot be read."""
        found = self.expression(rule)
        return found if isinstance(found, Expression) and found.query else None

    @cached_property
    def recorded(self) -> dict[str, list[Recorded]]:
        """The rules that record series, by the series' name."""
        found: dict[str, list[Recorded]] = {}
        for key, (set_, object_) in self.homes.items():
            expression = self._by_rule.get(key)
            if isinstance(expression, Expression) and expression.rule and not expression.rule.is_alert:
                found.setdefault(expression.rule.name, []).append(Recorded(expression, set_, object_))
        return found

    @cached_property
    def panels(self) -> list[Panel]:
        """The panels of the boards that are shown there; rows left out."""
        by_panel: dict[int, list[Expression]] = {}
        for each in self.repository.expressions:
            if each.panel is not None:
                by_panel.setdefault(id(each.panel.value), []).append(each)
        boards = [each for each in self.repository.dashboards if self.has_file(each.located.file)]
        return [
            Panel(board, panel, tuple(by_panel.get(id(panel.value), ())))
            for board in boards
            for panel in board.panels()
            if panel.value.get("type") != "row"
        ]

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """All PromQL of rules and panels there."""
        rules = (found for set_, _ in self.rule_sets for rule in set_.rules if (found := self.promql(rule)))
        return (*rules, *(each for panel in self.panels for each in panel.expressions))

    @cached_property
    def asked(self) -> frozenset[str]:
        """The names of all series that rules and panels there ask for, or record."""
        return frozenset((*(name for each in self.expressions for name in self.series(each)), *self.recorded))

    @cached_property
    def signals(self) -> dict[str, list[Known]]:
        """All that is known of series, by the name of their signal."""
        inventory, found = self.repository.inventory, dict[str, list[Known]]()
        for row in (row for name in inventory.names for row in inventory.find(name)):
            found.setdefault(row.signal, []).append(row)
        return found

    def lookups(self, expression: Expression) -> list[Lookup]:
        """The series that an expression asks for, by what runs there; those that rules record are left out."""
        found = look_up([expression], lambda _: (self.facts,), self.repository.inventory, frozenset(self.recorded))
        return [each for each in found if not each.is_recorded]

    def through(self, expressions: Iterable[Expression]) -> list[Recorded]:
        """The rules that record what some expressions ask for, and what those ask for in turn; each once."""
        found: dict[int, Recorded] = {}
        ahead = list(expressions)
        while ahead:
            for each in self._recorded_for(ahead.pop()):
                if id(each) not in found:
                    found[id(each)] = each
                    ahead.append(each.expression)
        return list(found.values())

    def _recorded_for(self, expression: Expression) -> Iterator[Recorded]:
        """The rules whose series an expression asks for, and whose labels are not surely others."""
        for node in expression.query.selectors() if expression.query else ():
            for each in self.recorded.get(node.name, ()):
                if _may_have(each, _equal(node)):
                    yield each

    def series(self, expression: Expression) -> frozenset[str]:
        """The names of all series that an expression stands on, those of rules between included."""
        if id(expression) not in self._series:
            through = (name for each in self.through([expression]) for name in _names(each.expression))
            self._series[id(expression)] = frozenset((*_names(expression), *through))
        return self._series[id(expression)]


def _may_have(recorded: Recorded, wanted: Mapping[str, str]) -> bool:
    """Whether series that a rule records may have some labels: those that it sets itself are known."""
    labels = recorded.expression.rule.value.get("labels") if recorded.expression.rule else None
    own = labels if isinstance(labels, dict) else {}
    return all(str(own.get(label, value)) == value for label, value in wanted.items())


def _equal(node: Node) -> dict[str, str]:
    """What a selector asks of labels exactly; placeholders of a board's variables are none."""
    matchers = node.raw.matchers.matchers if isinstance(node.raw, pq.VectorSelector) else ()
    exact = (each for each in matchers if each.op == pq.MatchOp.Equal and each.name != "__name__")
    return {each.name: each.value for each in exact if each.value.strip("x")}


def _names(expression: Expression) -> list[str]:
    found = expression.query.selectors() if expression.query else []
    return [each.name for each in found if each.name]


def grounds(repository: Repository, found: Defects) -> list[Ground]:
    """All places of a repository, the environments of trees first; a tree's base is one only if they are not there."""
    worlds = [each for each in repository.worlds if each.tree]
    files = [_files(repository, each) for each in worlds]
    every = frozenset().union(*files)
    trees = frozenset(each.tree for each in worlds if each.tree)
    own = zip(repository.feeds, worlds, files, strict=False)
    places = [Ground(repository, feeds, found, world, read, every - read) for feeds, world, read in own]
    rest = repository.feeds[len(worlds) :]
    applied = {each.tree for each in places if each.is_environment}
    places = [each for each in places if each.is_environment or each.tree not in applied]
    return [*places, *(Ground(repository, each, found, None, frozenset(), every, trees) for each in rest)]


def _files(repository: Repository, world: World) -> frozenset[str]:
    return frozenset(file for one in repository.builds if one.objects is world.objects for file in one.files)
