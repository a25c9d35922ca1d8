"""Instances: a component at work under a name, with what the profile chooses of it and what else is taken to be so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from obsgen.components.catalogue import HEAD, ComponentFolder
from obsgen.hints import nearest
from obsgen.profile.models import Application, ModelServer, Provider, Runtime, ServerSettings
from obsgen.source import Route
from obsgen.stack import choices
from obsgen.stack.applications import with_pages
from obsgen.stack.asked import Asked, component_of
from obsgen.stack.context import instance_context
from obsgen.stack.model import Instance, ResolvedSignal, Target
from obsgen.stack.presumed import forgotten, unsaid_money
from obsgen.stack.scope import Scope
from obsgen.stack.signals import resolve_signals
from obsgen.stack.targets import target_of

_DECISIVE = ("version", "options", "covers")
"""Keys of a server that decide about its signals."""
_FINDS_TARGET = ("selector", "port", "portNumber")
"""Keys of a server that take the place of the component's ways to find its target."""


class Instances:
    """Makes the instances of one environment, and remembers what they share."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._signals: dict[Any, dict[str, ResolvedSignal]] = {}
        self._covered: dict[str, str] = {}

    def of(self, asked: Asked, context: Mapping[str, Any]) -> list[Instance]:
        """The server and what runs inside it; nothing if that is not known, as half a server would mislead."""
        found = self._scope.faults.attempt(partial(self._with_runtime, asked, context), [])
        return [] if asked.doubled else found

    def _with_runtime(self, asked: Asked, context: Mapping[str, Any]) -> list[Instance]:
        server, route = asked.server, asked.route
        outer = self._instance(asked, context)
        if isinstance(server, Application):
            return [replace(outer, target=with_pages(outer.target, server))]
        runtime = server.runtime if isinstance(server, ModelServer) else None
        if runtime is None:
            return [] if self._scope.ledger.lost((*route, "runtime")) else [outer]
        inner = self._runtime(outer, runtime, (*route, "runtime"), context)
        return [replace(outer, signals={**inner.signals, **outer.signals}), inner] if inner else []

    def _runtime(self, outer: Instance, runtime: Runtime, route: Route, context: Mapping[str, Any]) -> Instance | None:
        """The server inside another: scraped with it and known by its name, with signals and alerts of its own."""
        if not outer.folder.component.hosts_runtime:
            message = f"{outer.folder.name} hosts no runtime"
            self._scope.ledger.error("profile/no-runtime", message, route, "remove the key", key=True)
            return None
        folder = component_of(self._scope, runtime.type, "modelServer", (*route, "type"))
        if folder is None:
            return None
        settings = ServerSettings(name=outer.name, type=runtime.type).model_copy(update=runtime.__dict__)
        inner = self._instance(Asked(settings, folder, route), context, outer)
        return replace(inner, namespace=outer.namespace, pods=outer.pods)

    def _instance(self, asked: Asked, stack: Mapping[str, Any], outer: Instance | None = None) -> Instance:
        server, folder, route = asked.server, asked.folder, asked.route
        ledger, before = self._scope.ledger, len(self._scope.ledger.findings)
        versions = choices.versions(folder, server.version, route, ledger)
        options = choices.options(folder, server.options, route, ledger)
        covers = server.covers if isinstance(server, Provider) else ()
        self._check_covers(folder, covers, route)
        sure = len(ledger.findings) == before and not ledger.lost(*((*route, key) for key in _DECISIVE))
        thresholds = choices.thresholds(folder, server.thresholds, route, ledger)
        for told in unsaid_money(server.name, folder, server.thresholds):
            ledger.assume(told)
        choices.alert_changes(folder, server.alerts, route, ledger)
        namespace = outer.namespace if outer else self._namespace(folder, server, stack)
        context = instance_context(stack, server.name, namespace, options, covers, versions[0], outer is not None)
        choices.conflicts(folder, context, route, ledger.unless(not sure))
        target = outer.target if outer else self._target(asked, namespace, context, sure)
        signals = self._resolved(folder, versions if sure else (), context, target)
        choices.thresholds_in_buckets(folder, signals, thresholds, server.thresholds, route, ledger.unless(not sure))
        known_here = {**context, "exposes": signals.__contains__}
        objectives = choices.objectives(folder, server.objectives, known_here, route, ledger)
        for told in forgotten(server.name, folder, objectives, self._scope.settings.prometheus):
            ledger.assume(told)
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
            pods=_pods(folder, server, context),
            covers=covers,
            changes=dict(server.alerts),
            objectives=objectives,
            team=outer.team if outer else server.team,
            sure=sure,
            context=context,
        )

    def _target(self, asked: Asked, namespace: str, context: Mapping[str, Any], sure: bool) -> Target | None:
        settings, ledger, route = self._scope.settings, self._scope.ledger, asked.route
        sure = sure and not ledger.lost(*((*route, key) for key in _FINDS_TARGET))
        return target_of(asked.folder, asked.server, namespace, context, settings, route, ledger, sure)

    def _namespace(self, folder: ComponentFolder, server: ServerSettings, context: Mapping[str, Any]) -> str:
        """Where the server runs; a guess is told, unless the tree itself puts the server there."""
        models = self._scope.settings.namespaces.models
        if server.namespace:
            return server.namespace
        serves = folder.component.role in ("modelServer", "application")
        if serves and models:
            return models
        scrape = folder.component.scrape
        if scrape and scrape.namespace:
            return folder.origin(HEAD, "scrape", "namespace").text(scrape.namespace, context)
        default = folder.component.default_namespace
        namespace = default or self._scope.namespaces["models" if serves else "monitoring"]
        deployed = scrape and scrape.deployed
        if default or not (deployed or folder.component.role == "platform"):
            self._scope.ledger.assume(f"{server.name} runs in namespace {namespace} (namespace)")
        return namespace

    def _check_covers(self, folder: ComponentFolder, covers: Sequence[str], route: Route) -> None:
        catalogue = self._scope.catalogue
        for index, provider in enumerate(covers):
            if provider in folder.component.covers:
                self._check_counted_once(folder, provider, (*route, "covers", index))
                continue
            others = [name for name in catalogue.names if provider in catalogue.head(name).covers]
            near = nearest(provider, folder.component.covers)
            hint = f"{', '.join(others)} can: {{type: {others[0]}, covers: [{provider}]}}" if others else near
            message = f"{folder.name} exposes nothing of {provider}, only of {', '.join(folder.component.covers)}"
            self._scope.ledger.error("profile/provider-not-exposed", message, (*route, "covers", index), hint)

    def _check_counted_once(self, folder: ComponentFolder, provider: str, route: Route) -> None:
        """Two kinds of sources see the same calls; two sources of one kind may well belong to two accounts."""
        first = self._covered.setdefault(provider, folder.name)
        if first != folder.name:
            message = f"{provider} is read from {first} already: its tokens and cost would count twice"
            self._scope.ledger.error("profile/provider-twice", message, route, f"remove {provider} here or there")

    def _resolved(
        self, folder: ComponentFolder, versions: Sequence[str], context: Mapping[str, Any], target: Target | None
    ) -> dict[str, ResolvedSignal]:
        """The component's signals; shared by instances that do not differ in what decides about them."""
        exported = frozenset(target.page_labels if target and not target.honor_labels else ())
        decides = [context[each] for each in ("options", "covers", "hosted")]
        key = (folder.name, versions, repr(decides), exported)
        if key not in self._signals:
            self._signals[key] = resolve_signals(folder, versions, context, exported)
        return self._signals[key]


def _pods(folder: ComponentFolder, server: ServerSettings, context: Mapping[str, Any]) -> str | None:
    """The pods of the server, as a regex: the profile's, else the component's."""
    pods = folder.component.scrape.pods if folder.component.scrape else None
    return server.pods or (pods and folder.origin(HEAD, "scrape", "pods").text(pods, context))
