"""What stands in documents and objects: rules, dashboards, queries, configurations, secrets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from obsgen.facts import Facts, facts_in
from obsgen.findings import Finding
from obsgen.repository import chartvalues
from obsgen.repository.alerting.alertmanagers import Configuration, in_chart_values, in_objects, in_values
from obsgen.repository.classify import (
    ALERTMANAGER,
    CHART_VALUES,
    FACTS,
    PROMETHEUS,
    is_dashboard,
    kind_of,
)
from obsgen.repository.embedded import embedded_documents
from obsgen.repository.gathered import Gathered
from obsgen.repository.grafana.dashboards import Dashboard
from obsgen.repository.objects import Located
from obsgen.repository.queries.expressions import Expression, LogText, Skipped, board_expressions, rule_expressions
from obsgen.repository.queries.logql import LogExpression, read_logql
from obsgen.repository.queries.rules import RuleSet, distinct_rules, rules_of_object, rules_of_text
from obsgen.repository.queries.scalers import scaler_expressions
from obsgen.repository.scraping.prometheusconfigs import PrometheusConfig
from obsgen.repository.secrets import Exposed, in_generators, in_secrets, in_texts


@dataclass(frozen=True)
class Contents(Gathered):
    """What the documents and objects say, each thing wherever it may stand."""

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
    def _embedded(self) -> list[Located]:
        files = {entry.document.text for entry in self.entries if entry.kind in ("dashboard", "rules")}
        return list(embedded_documents(self.objects, files))

    @cached_property
    def alertmanagers(self) -> list[Configuration]:
        """Alertmanager's configurations: files of their own, in objects, in Helm values."""
        found = [Configuration(Located(entry.document.value, entry.document)) for entry in self._of(ALERTMANAGER)]
        others = [Located(entry.document.value, entry.document) for entry in self._of("Helm values")]
        found += [*in_objects(self.objects), *(one for each in others for one in in_values(each))]
        return [*found, *(one for each in self.chart_values for one in in_chart_values(each))]

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
    def _queries(self) -> list[Expression | LogText | Skipped]:
        boards = board_expressions(self.dashboards)
        return [*rule_expressions(self.rule_sets), *boards, *scaler_expressions(self.objects)]

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
    def skipped_queries(self) -> list[Skipped]:
        """Queries in other languages, and LogQL that only Loki can read."""
        unread = (Skipped(one.located, "LogQL") for one in self.log_expressions if not one.query and not one.refusal)
        return [*(one for one in self._queries if isinstance(one, Skipped)), *unread]

    @cached_property
    def log_expressions(self) -> list[LogExpression]:
        """Every LogQL expression."""
        return [read_logql(one) for one in self._queries if isinstance(one, LogText)]

    @cached_property
    def secrets(self) -> list[Exposed]:
        """Everything that looks like a key, a token or a password."""
        texts = {entry.document.file: entry.document.text for entry in self.entries}
        found = [one for file, text in texts.items() for one in in_texts(file, text)]
        lines = {(one.place.file, one.place.line) for one in found}
        more = (*in_secrets(self.objects), *in_generators(self.kustomizations))
        return [*found, *(one for one in more if (one.place.file, one.place.line) not in lines)]

    @cached_property
    def _written_facts(self) -> list[tuple[Facts, list[Finding]]]:
        return [facts_in(entry.document) for entry in self._of(FACTS)]

    @cached_property
    def findings(self) -> list[Finding]:
        """What reading and building already found."""
        return [
            *(finding for reading in self._broken for finding in reading.findings),
            *(finding for build in self.builds for finding in (*build.findings, *build.unsupported)),
            *(finding for _, findings in self._written_facts for finding in findings),
        ]
