"""Resolving a profile: components found, versions chosen, defaults filled in, every mistake told with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from obsgen.components.catalogue import HEAD, Catalogue, ComponentFolder
from obsgen.components.origin import Origin
from obsgen.findings import Faults
from obsgen.hints import nearest
from obsgen.profile.load import Environment, LoadedProfile
from obsgen.profile.models import (
    AlertChange,
    Application,
    ModelServer,
    OwnAlert,
    PlatformSettings,
    Provider,
    Runtime,
    ServerSettings,
)
from obsgen.source import Route
from obsgen.stack import choices, demands, surroundings
from obsgen.stack.alerting import alerting_context, check_alerting
from obsgen.stack.applications import declared, with_pages
from obsgen.stack.clashes import clashes
from obsgen.stack.context import instance_context, stack_context
from obsgen.stack.costs import costs_context, servers_context
from obsgen.stack.datasources import with_datasources
from obsgen.stack.ledger import Ledger
from obsgen.stack.logs import logs_context, with_sources
from obsgen.stack.memo import Memo, noting
from obsgen.stack.model import Instance, ResolvedSignal, Stack, Target
from obsgen.stack.names import unknown_names
from obsgen.stack.neighbours import with_left_out, with_neighbours
from obsgen.stack.servers import WHOLE_SERVERS, listed
from obsgen.stack.signals import resolve_signals
from obsgen.stack.targets import target_of
from obsgen.stack.traces import traces_context

T = TypeVar("T")

Found = tuple[ServerSettings, ComponentFolder, Route]
"""A server, its component, and where the profile speaks of it."""

Stacks = tuple[Stack, dict[str, Stack]]
"""The stack without environments, and that of each environment."""


def resolve_profile(profile: LoadedProfile, catalogue: Catalogue) -> Stacks:
    """The stacks of a profile; InputError with the findings of all of them."""
    with Faults(profile.faults) as faults:
        return resolve_all(profile, catalogue, faults)


def resolve_all(profile: LoadedProfile, catalogue: Catalogue, faults: Faults) -> Stacks:
    """The stacks of a profile as far as they can be told; whoever is at fault is left out of them."""
    base = _Resolver(profile.base, catalogue, faults).stack()
    stacks = {name: _Resolver(each, catalogue, faults).stack() for name, each in profile.environments.items()}
    every = [base, *stacks.values()]
    faults.findings += faults.attempt(lambda: list(unknown_names(profile, every, catalogue)), [])
    faults.findings += faults.attempt(lambda: list(clashes(profile, every)), [])
    return base, with_neighbours({name: with_left_out(base, stack) for name, stack in stacks.items()})


def resolve(environment: Environment, catalogue: Catalogue, faults: Faults, memo: Memo) -> Stack:
    """The stack of an environment on one cluster; what of the cluster decides about it is noted in the memo.

    Its preconditions are not among it: they speak of the cluster as an example.
    """
    return _Resolver(environment, catalogue, faults, memo).stack()


def _laid_on(change: AlertChange | None, nearer: AlertChange) -> AlertChange:
    """A server's own change of an alert, over the one for all servers."""
    return (
        change.model_copy(update={key: getattr(nearer, key) for key in nearer.model_fields_set}) if change else nearer
    )


_DECISIVE = ("version", "options", "covers")
"""Keys of a server that decide about its signals."""
_FINDS_TARGET = ("selector", "port", "portNumber")
"""Keys of a server that take the place of the component's ways to find its target."""


class _Resolver:
    """Resolves one environment."""

    def __init__(
        self, environment: Environment, catalogue: Catalogue, faults: Faults, memo: Memo | None = None
    ) -> None:
        self.environment = environment
        self.memo = memo or Memo()
        self.settings = environment.settings
        self.catalogue = catalogue
        self.faults = faults
        self.ledger = Ledger(environment.merged, faults.findings)
        self.namespaces = surroundings.namespaces(self.settings)
        self.prometheus_url = surroundings.prometheus_url(self.settings, self.namespaces)
        self.context: dict[str, Any] = {}
        self.complete = not environment.merged.lost & WHOLE_SERVERS
        self._signals: dict[Any, dict[str, ResolvedSignal]] = {}
        self._covered: dict[str, str] = {}
        self._names: set[str] = set()

    def stack(self) -> Stack:
        """The resolved stack; of use only if no findings were noted."""
        selector_labels = surroundings.selector_labels(self.settings, self.ledger)
        surroundings.assume_grafana(self.settings, self.namespaces, self.prometheus_url, self.ledger)
        surroundings.check_prometheus(self.settings, self.ledger)
        check_alerting(self.settings, self.ledger)
        prices = choices.prices(self.settings.prices, self.catalogue, self.ledger)
        found = list(self._components())
        roles = {folder.component.role for _, folder, _ in found}
        self.context = {
            **self.memo.aside(
                lambda: stack_context(
                    self.settings, self.environment.name, self.namespaces, self.prometheus_url, prices, roles
                )
            ),
            **self.environment.around,
        }
        self.context |= noting(self.context, self.memo)
        self.context["logs"] = logs_context(self.settings, self.namespaces, self.catalogue, self.ledger)
        self.context["traces"] = traces_context(self.settings, self.namespaces, self.ledger)
        prices_gpus = any(folder.component.prices_gpus for _, folder, _ in found)
        self.context["has"] = {**self.context["has"], "gpuPrices": prices_gpus}
        self.context |= costs_context(self.settings, self.context["has"], self.ledger)
        servers = self._gathered(found)
        scraped = {each.target.namespace for each in servers if each.target and each.monitored}
        alerting = alerting_context(self.settings, self.namespaces, servers)
        selected_text = ",".join(f"{key}={value}" for key, value in selector_labels.items())
        selected = {"selected": dict(selector_labels), "selected_text": selected_text}
        prometheus = self.context["prometheus"] | selected
        logs = with_sources(self.context["logs"], servers, self.ledger)
        self.context |= {**alerting, "prometheus": prometheus, "logs": logs, "target_namespaces": sorted(scraped)}
        self.context["servers"] = servers_context(servers)
        gathered = [*servers, *self._gathered(self._platform())]
        instances = self.faults.attempt(partial(with_datasources, gathered, self.settings, self.ledger), gathered)
        self.context["prometheus"] = prometheus | {"watched": self._watched(instances)}
        self.faults.attempt(partial(choices.unused_prices, self.settings.prices, servers, self.ledger), None)
        return Stack(
            name=self.settings.stack,
            environment=self.environment.name,
            settings=self.settings,
            namespaces=self.namespaces,
            instances=tuple(self._with_alerts(instances)),
            prometheus_url=self.prometheus_url,
            selector_labels=selector_labels,
            assumptions=tuple(self.ledger.assumptions),
            preconditions=self.memo.aside(lambda: tuple(dict.fromkeys(self._each(instances, demands.preconditions)))),
            secrets=demands.merged(self._each(instances, demands.secrets)),
            complete=self.complete,
            context=self.context,
        )

    def _watched(self, instances: Iterable[Instance]) -> list[str]:
        """The namespaces that Prometheus must be able to read: of all targets, its own, that of Alertmanager."""
        own = surroundings.own_namespaces(self.settings, self.namespaces)
        return sorted({*own, *(each.target.namespace for each in instances if each.target and each.monitored)})

    def _each(self, instances: Iterable[Instance], told: Callable[[Instance], Iterator[T]]) -> Iterator[T]:
        """What each instance has to tell; one whose component is at fault tells nothing."""
        for some in self.faults.each(instances, lambda instance: list(told(instance))):
            yield from some

    def _components(self) -> Iterator[Found]:
        """The servers of the profile whose components can be had."""
        names: set[str] = set()
        for role, route, server in listed(self.settings):
            if server.name in names:
                hint = "objects, alerts and thresholds are told apart by it: choose another"
                self.ledger.error(
                    "profile/duplicate-name", f"the name '{server.name}' is used twice", (*route, "name"), hint
                )
            names.add(server.name)
            folder = self.faults.attempt(partial(self._component, server.type, role, (*route, "type")), None)
            if folder and isinstance(server, Application):
                self._check_own_name(server, route)
                yield server, declared(folder, server, route, self.ledger), route
            elif folder:
                yield server, folder, route
            else:
                self.complete = False

    def _check_own_name(self, application: Application, route: Route) -> None:
        """An application's name stands for a component of its own."""
        if application.name in self.catalogue.names and application.name != application.type:
            message = f"'{application.name}' is the name of a component"
            self.ledger.error("profile/duplicate-name", message, (*route, "name"), "choose another")

    def _gathered(self, found: Iterable[Found]) -> list[Instance]:
        """The instances of all servers that can be resolved; of those that share a name the first."""
        instances: list[Instance] = []
        for server, folder, route in found:
            some = self.faults.attempt(partial(self._instances, server, folder, route), None)
            if some and server.name not in self._names:
                instances += some
            else:
                self.complete = False
            self._names.add(server.name)
        return instances

    def _component(self, name: str, role: str, route: Route) -> ComponentFolder | None:
        known = [other for other in self.catalogue.names if self.catalogue.head(other).role == role]
        if name in known:
            return self.catalogue.get(name)
        wrong = self.catalogue.head(name).role if name in self.catalogue.names else None
        message = f"'{name}' is a {wrong}, not a {role}" if wrong else f"no {role} type '{name}'"
        self.ledger.error("profile/unknown-component", message, route, nearest(name, known))
        return None

    def _instances(self, server: ServerSettings, folder: ComponentFolder, route: Route) -> list[Instance]:
        """The server and what runs inside it; nothing if that is not known, as half a server would mislead."""
        outer = self._instance(folder, server, route)
        if isinstance(server, Application):
            return [replace(outer, target=with_pages(outer.target, server))]
        runtime = server.runtime if isinstance(server, ModelServer) else None
        if runtime is None:
            return [] if self.ledger.lost((*route, "runtime")) else [outer]
        inner = self._runtime(outer, runtime, (*route, "runtime"))
        return [replace(outer, signals={**inner.signals, **outer.signals}), inner] if inner else []

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
        ledger, before = self.ledger, len(self.ledger.findings)
        versions = choices.versions(folder, server.version, route, ledger)
        options = choices.options(folder, server.options, route, ledger)
        covers = server.covers if isinstance(server, Provider) else ()
        self._check_covers(folder, covers, route)
        sure = len(ledger.findings) == before and not ledger.lost(*((*route, key) for key in _DECISIVE))
        thresholds = choices.thresholds(folder, server.thresholds, route, ledger)
        choices.alert_changes(folder, server.alerts, route, ledger)
        namespace = outer.namespace if outer else self._namespace(folder, server)
        context = instance_context(
            self.context, server.name, namespace, options, covers, versions[0], outer is not None
        )
        choices.conflicts(folder, context, route, ledger.unless(not sure))
        target = outer.target if outer else self._target(folder, server, namespace, context, route, sure)
        signals = self._resolved(folder, versions if sure else (), context, target)
        choices.thresholds_in_buckets(folder, signals, thresholds, server.thresholds, route, ledger.unless(not sure))
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
            objectives=choices.objectives(
                folder, server.objectives, {**context, "exposes": signals.__contains__}, route, ledger
            ),
            team=outer.team if outer else server.team,
            sure=sure,
            context=context,
        )

    def _target(
        self,
        folder: ComponentFolder,
        server: ServerSettings,
        namespace: str,
        context: Mapping[str, Any],
        route: Route,
        sure: bool,
    ) -> Target | None:
        sure = sure and not self.ledger.lost(*((*route, key) for key in _FINDS_TARGET))
        return target_of(folder, server, namespace, context, self.settings, route, self.ledger, sure)

    def _namespace(self, folder: ComponentFolder, server: ServerSettings) -> str:
        """Where the server runs; a guess is told, unless the tree itself puts the server there."""
        if server.namespace:
            return server.namespace
        serves = folder.component.role in ("modelServer", "application")
        if serves and self.settings.namespaces.models:
            return self.settings.namespaces.models
        scrape = folder.component.scrape
        if scrape and scrape.namespace:
            return folder.origin(HEAD, "scrape", "namespace").text(scrape.namespace, self.context)
        default = folder.component.default_namespace
        namespace = default or self.namespaces["models" if serves else "monitoring"]
        deployed = scrape and scrape.deployed
        if default or not (deployed or folder.component.role == "platform"):
            self.ledger.assume(f"{server.name} runs in namespace {namespace} (namespace)")
        return namespace

    def _check_covers(self, folder: ComponentFolder, covers: tuple[str, ...], route: Route) -> None:
        for index, provider in enumerate(covers):
            if provider in folder.component.covers:
                self._check_counted_once(folder, provider, (*route, "covers", index))
                continue
            others = [name for name in self.catalogue.names if provider in self.catalogue.head(name).covers]
            near = nearest(provider, folder.component.covers)
            hint = f"{', '.join(others)} can: {{type: {others[0]}, covers: [{provider}]}}" if others else near
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

    def _platform(self) -> Iterator[Found]:
        """The components that are there without being listed, each under its own name."""
        names = [name for name in self.catalogue.names if self.catalogue.head(name).role == "platform"]
        for name in self.settings.platform.keys() - set(names):
            message = f"no platform component '{name}'"
            self.ledger.error("profile/unknown-component", message, ("platform", name), nearest(name, names), key=True)
        for folder in self.faults.each(names, self.catalogue.get):
            activate = partial(folder.origin(HEAD, "activate").holds, folder.component.activate, self.context)
            if self.faults.attempt(activate, False):
                self._check_name(folder.name)
                chosen = self.settings.platform.get(folder.name, PlatformSettings())
                settings = ServerSettings(name=folder.name, type=folder.name).model_copy(update=chosen.__dict__)
                yield settings, folder, ("platform", folder.name)

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
        origin = Origin(self.environment.merged.place, ("alerts",), self.environment.merged.text_place)
        for instance in instances:
            mine = {name: change for name, change in changes.items() if name in instance.folder.alerts}
            # A server and the runtime inside it share a name; the outer one, which comes first, knows both's signals.
            sentences = {name: own.pop(name) for name in list(own) if own[name].server == instance.name}
            known = {"exposes": instance.signals.__contains__, "prometheus": self.context["prometheus"]}
            context = {**instance.context, **known}
            changed = mine | {name: _laid_on(mine.get(name), change) for name, change in instance.changes.items()}
            yield replace(instance, changes=changed, own_alerts=sentences, own_origin=origin, context=context)
