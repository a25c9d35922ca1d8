"""Resolving a profile: components found, versions chosen, defaults filled in, every mistake told with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from obsgen.components.catalogue import HEAD, Catalogue, ComponentFolder
from obsgen.components.origin import Origin
from obsgen.findings import Finding, InputError, Severity
from obsgen.hints import nearest
from obsgen.profile.load import Environment, LoadedProfile
from obsgen.profile.models import (
    AlertChange,
    ModelServer,
    OwnAlert,
    PlatformSettings,
    Provider,
    Runtime,
    ServerSettings,
    Settings,
)
from obsgen.source import Route
from obsgen.stack import choices
from obsgen.stack.clashes import clashes
from obsgen.stack.context import instance_context, stack_context
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance, ResolvedSignal, Secret, Stack, Target
from obsgen.stack.signals import resolve_signals
from obsgen.stack.targets import target_of

DEFAULT_SELECTOR_LABELS = {"release": "monitoring"}
"""What kube-prometheus-stack selects by default: its Helm release, here under the name that its guide uses."""


def resolve_profile(profile: LoadedProfile, catalogue: Catalogue) -> tuple[Stack, dict[str, Stack]]:
    """The stack without environments and that of each environment; InputError with the findings of all of them."""
    findings: list[Finding] = []
    base = _Resolver(profile.base, catalogue, findings).stack()
    stacks = {name: _Resolver(each, catalogue, findings).stack() for name, each in profile.environments.items()}
    findings += clashes(profile, base, stacks)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise InputError(findings)
    return base, stacks


def _namespaces(settings: Settings) -> dict[str, str]:
    named = settings.namespaces
    models = named.models or named.monitoring
    return {"monitoring": named.monitoring, "models": models, "grafana": named.grafana or named.monitoring}


def _prometheus_url(settings: Settings, namespaces: Mapping[str, str]) -> str:
    if settings.prometheus.url:
        return settings.prometheus.url
    if settings.prometheus.mode == "openshift":
        return "https://thanos-querier.openshift-monitoring.svc:9091"
    return f"http://prometheus-operated.{settings.prometheus.namespace or namespaces['monitoring']}.svc:9090"


def listed(settings: Settings) -> Iterator[tuple[str, Route, ServerSettings]]:
    """The servers of a profile: role, route, settings."""
    for index, server in enumerate(settings.model_servers):
        yield "modelServer", ("modelServers", index), server
    if settings.gpu_exporter:
        yield "gpuExporter", ("gpuExporter",), settings.gpu_exporter
    for index, provider in enumerate(settings.providers):
        yield "provider", ("providers", index), provider


def _laid_on(change: AlertChange | None, nearer: AlertChange) -> AlertChange:
    """A server's own change of an alert, over the one for all servers."""
    return (
        change.model_copy(update={key: getattr(nearer, key) for key in nearer.model_fields_set}) if change else nearer
    )


class _Resolver:
    """Resolves one environment."""

    def __init__(self, environment: Environment, catalogue: Catalogue, findings: list[Finding]) -> None:
        self.environment = environment
        self.settings = environment.settings
        self.catalogue = catalogue
        self.ledger = Ledger(environment.merged, findings)
        self.namespaces = _namespaces(self.settings)
        self.prometheus_url = _prometheus_url(self.settings, self.namespaces)
        prices = choices.prices(self.settings.prices, self.ledger)
        self.context = stack_context(self.settings, self.namespaces, self.prometheus_url, prices)
        self._signals: dict[Any, dict[str, ResolvedSignal]] = {}
        self._covered: dict[str, str] = {}

    def stack(self) -> Stack:
        """The resolved stack; of use only if no findings were noted."""
        selector_labels = self._selector_labels()
        self._assume_grafana()
        servers = list(self._servers())
        scraped = {each.target.namespace for each in servers if each.target and each.monitored}
        self.context = {**self.context, "target_namespaces": sorted(scraped)}
        instances = [*servers, *self._platform()]
        choices.unused_prices(self.settings.prices, servers, self.ledger)
        return Stack(
            name=self.settings.stack,
            environment=self.environment.name,
            settings=self.settings,
            namespaces=self.namespaces,
            instances=tuple(self._with_alerts(instances)),
            prometheus_url=self.prometheus_url,
            selector_labels=selector_labels,
            assumptions=tuple(self.ledger.assumptions),
            preconditions=tuple(dict.fromkeys(self._preconditions(instances))),
            secrets=tuple(sorted(self._secrets(instances), key=lambda s: (s.namespace, s.name, s.used_by))),
            context=self.context,
        )

    def _selector_labels(self) -> Mapping[str, str]:
        prometheus = self.settings.prometheus
        if prometheus.selector_labels is not None or prometheus.mode == "openshift":
            return prometheus.selector_labels or {}
        shown = ", ".join(f"{key}={value}" for key, value in DEFAULT_SELECTOR_LABELS.items())
        self.ledger.assume(f"Prometheus selects monitors and rules labelled {shown} (prometheus.selectorLabels)")
        return DEFAULT_SELECTOR_LABELS

    def _assume_grafana(self) -> None:
        """Notes how boards and data are taken to reach Grafana."""
        grafana = self.settings.grafana
        if grafana.delivery == "provisioned" and not self.settings.prometheus.url:
            self.ledger.assume(f"Prometheus answers at {self.prometheus_url} (prometheus.url)")
        if grafana.delivery == "sidecar" and "sidecar_label" not in grafana.model_fields_set:
            labels = ", ".join(f"{key}={value}" for key, value in grafana.sidecar_label.items())
            place = self.namespaces["grafana"]
            self.ledger.assume(
                f"Grafana's sidecar loads ConfigMaps labelled {labels} of {place} (grafana.sidecarLabel)"
            )

    def _servers(self) -> Iterator[Instance]:
        names: set[str] = set()
        for role, route, server in listed(self.settings):
            if server.name in names:
                hint = "objects, alerts and thresholds are told apart by it: choose another"
                self.ledger.error(
                    "profile/duplicate-name", f"the name '{server.name}' is used twice", (*route, "name"), hint
                )
            names.add(server.name)
            folder = self._component(server.type, role, (*route, "type"))
            if folder:
                yield from self._instances(folder, server, route)

    def _component(self, name: str, role: str, route: Route) -> ComponentFolder | None:
        known = [other for other in self.catalogue.names if self.catalogue.head(other).role == role]
        if name in known:
            return self.catalogue.get(name)
        wrong = self.catalogue.head(name).role if name in self.catalogue.names else None
        message = f"'{name}' is a {wrong}, not a {role}" if wrong else f"no {role} type '{name}'"
        self.ledger.error("profile/unknown-component", message, route, nearest(name, known))
        return None

    def _instances(self, folder: ComponentFolder, server: ServerSettings, route: Route) -> Iterator[Instance]:
        outer = self._instance(folder, server, route)
        runtime = server.runtime if isinstance(server, ModelServer) else None
        inner = self._runtime(outer, runtime, (*route, "runtime")) if runtime else None
        if inner:
            yield replace(outer, signals={**inner.signals, **outer.signals})
            yield inner
        else:
            yield outer

    def _runtime(self, outer: Instance, runtime: Runtime, route: Route) -> Instance | None:
        """The server inside another: scraped with it and known by its name, with signals and alerts of its own."""
        if not outer.folder.component.hosts_runtime:
            self.ledger.error(
                "profile/no-runtime", f"{outer.folder.name} hosts no runtime", route, "remove the key", key=True
            )
            return None
        folder = self._component(runtime.type, "modelServer", (*route, "type"))
        if folder is None:
            return None
        settings = ServerSettings(name=outer.name, type=runtime.type).model_copy(update=runtime.__dict__)
        inner = self._instance(folder, settings, route, outer)
        return replace(inner, namespace=outer.namespace, pods=outer.pods)

    def _instance(
        self, folder: ComponentFolder, server: ServerSettings, route: Route, outer: Instance | None = None
    ) -> Instance:
        ledger = self.ledger
        versions = choices.versions(folder, server.version, route, ledger)
        options = choices.options(folder, server.options, route, ledger)
        thresholds = choices.thresholds(folder, server.thresholds, route, ledger)
        choices.alert_changes(folder, server.alerts, route, ledger)
        covers = server.covers if isinstance(server, Provider) else ()
        self._check_covers(folder, covers, route)
        namespace = outer.namespace if outer else self._namespace(folder, server)
        context = instance_context(
            self.context, server.name, namespace, options, covers, versions[0], outer is not None
        )
        choices.conflicts(folder, context, route, ledger)
        target = outer.target if outer else target_of(folder, server, namespace, context, self.settings, route, ledger)
        signals = self._resolved(folder, versions, context, target)
        choices.thresholds_in_buckets(folder, signals, thresholds, server.thresholds, route, ledger)
        pods = folder.component.scrape.pods if folder.component.scrape else None
        return Instance(
            name=server.name,
            folder=folder,
            versions=versions,
            namespace=namespace,
            options=options,
            thresholds=thresholds,
            signals=signals,
            target=target,
            monitored=target is not None and target.rendered and outer is None,
            pods=server.pods or (pods and folder.origin(HEAD, "scrape", "pods").text(pods, context)),
            covers=covers,
            changes=dict(server.alerts),
            context=context,
        )

    def _namespace(self, folder: ComponentFolder, server: ServerSettings) -> str:
        if server.namespace:
            return server.namespace
        if folder.component.default_namespace:
            self.ledger.assume(f"{server.name} runs in namespace {folder.component.default_namespace} (namespace)")
            return folder.component.default_namespace
        return self.namespaces["models" if folder.component.role == "modelServer" else "monitoring"]

    def _check_covers(self, folder: ComponentFolder, covers: tuple[str, ...], route: Route) -> None:
        for index, provider in enumerate(covers):
            if provider in folder.component.covers:
                self._check_counted_once(folder, provider, (*route, "covers", index))
                continue
            others = [name for name in self.catalogue.names if provider in self.catalogue.head(name).covers]
            hint = f"{', '.join(others)} can: {{type: {others[0]}, covers: [{provider}]}}" if others else ""
            message = f"{folder.name} exposes nothing of {provider}, only of {', '.join(folder.component.covers)}"
            self.ledger.error("profile/provider-not-exposed", message, (*route, "covers", index), hint)

    def _check_counted_once(self, folder: ComponentFolder, provider: str, route: Route) -> None:
        """Two kinds of sources see the same calls; two sources of one kind may well belong to two accounts."""
        first = self._covered.setdefault(provider, folder.name)
        if first != folder.name:
            message = f"{provider} is read from {first} already: its tokens and cost would count twice"
            self.ledger.error("profile/provider-twice", message, route, f"remove {provider} here or there")

    def _resolved(
        self, folder: ComponentFolder, versions: tuple[str, ...], context: Mapping[str, Any], target: Target | None
    ) -> dict[str, ResolvedSignal]:
        """The component's signals; shared by instances that do not differ in what decides about them."""
        exported = frozenset(target.page_labels if target and not target.honor_labels else ())
        decides = [context[each] for each in ("options", "covers", "hosted")]
        key = (folder.name, versions, repr(decides), exported)
        if key not in self._signals:
            self._signals[key] = resolve_signals(folder, versions, context, exported)
        return self._signals[key]

    def _platform(self) -> Iterator[Instance]:
        """The components that are there without being listed, each under its own name."""
        names = [name for name in self.catalogue.names if self.catalogue.head(name).role == "platform"]
        for name in self.settings.platform.keys() - set(names):
            message = f"no platform component '{name}'"
            self.ledger.error("profile/unknown-component", message, ("platform", name), nearest(name, names), key=True)
        for name in names:
            folder = self.catalogue.get(name)
            if folder.origin(HEAD, "activate").holds(folder.component.activate, self.context):
                self._check_name(name)
                chosen = self.settings.platform.get(name, PlatformSettings())
                settings = ServerSettings(name=name, type=name).model_copy(update=chosen.__dict__)
                yield self._instance(folder, settings, ("platform", name))

    def _check_name(self, platform: str) -> None:
        for _, route, server in listed(self.settings):
            if server.name == platform:
                message = f"'{platform}' is the name of a platform component, whose objects are called so already"
                self.ledger.error("profile/duplicate-name", message, (*route, "name"), "choose another")

    def _with_alerts(self, instances: list[Instance]) -> Iterator[Instance]:
        """The instances with the profile's changes of alerts, and alerts of its own, laid on."""
        changes, own = {}, {}
        for name, entry in sorted(self.settings.alerts.items()):
            if isinstance(entry, OwnAlert):
                own[name] = entry
            else:
                changes[name] = entry
        self._check_alerts(instances, changes, own)
        origin = Origin(self.environment.merged.place, ("alerts",))
        for instance in instances:
            mine = {name: change for name, change in changes.items() if name in instance.folder.alerts}
            # A server and the runtime inside it share a name; the outer one, which comes first, knows both's signals.
            sentences = {name: own.pop(name) for name in list(own) if own[name].server == instance.name}
            context = {**instance.context, "exposes": instance.signals.__contains__}
            changed = mine | {name: _laid_on(mine.get(name), change) for name, change in instance.changes.items()}
            yield replace(instance, changes=changed, own_alerts=sentences, own_origin=origin, context=context)

    def _check_alerts(
        self, instances: list[Instance], changes: Mapping[str, AlertChange], own: Mapping[str, OwnAlert]
    ) -> None:
        known = sorted({name for instance in instances for name in instance.folder.alerts})
        for name in changes:
            if name not in known:
                hint = f"{nearest(name, known)}; an alert of your own needs `server:`"
                self.ledger.error(
                    "profile/unknown-alert", f"no alert '{name}' in this stack", ("alerts", name), hint, key=True
                )
        names = sorted({instance.name for instance in instances})
        for name, alert in own.items():
            if alert.server not in names:
                hint = nearest(alert.server, names)
                self.ledger.error(
                    "profile/unknown-server", f"no server '{alert.server}'", ("alerts", name, "server"), hint
                )

    def _preconditions(self, instances: list[Instance]) -> Iterator[tuple[str, str | None]]:
        for instance in instances:
            for index, each in enumerate(instance.folder.component.preconditions):
                origin = instance.folder.origin(HEAD, "preconditions", index)
                if origin.at("when").holds(each.when, instance.context):
                    command = origin.at("command").text(each.command or "", instance.context)
                    yield origin.at("text").text(each.text, instance.context), command or None

    def _secrets(self, instances: list[Instance]) -> Iterator[Secret]:
        for instance in instances:
            for index, each in enumerate(instance.folder.component.secrets):
                origin = instance.folder.origin(HEAD, "secrets", index)
                if origin.at("when").holds(each.when, instance.context):
                    name = origin.at("name").text(each.name, instance.context)
                    namespace = origin.at("namespace").text(each.namespace, instance.context)
                    yield Secret(namespace, name, each.keys, each.used_by)
