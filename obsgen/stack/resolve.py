"""Resolving a profile: components found, versions chosen, defaults filled in, every mistake told with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from obsgen.components.catalogue import Catalogue
from obsgen.findings import Faults
from obsgen.profile.load import Environment, LoadedProfile
from obsgen.stack import demands, surroundings
from obsgen.stack.alerting import check_alerting
from obsgen.stack.asked import Asked, platform_asked, servers_asked
from obsgen.stack.changes import with_alerts
from obsgen.stack.clashes import clashes
from obsgen.stack.context import after_all, after_servers, before_servers
from obsgen.stack.costs import unused_prices
from obsgen.stack.datasources import with_datasources
from obsgen.stack.instances import Instances
from obsgen.stack.ledger import Ledger
from obsgen.stack.memo import Memo
from obsgen.stack.model import Instance, Stack
from obsgen.stack.names import unknown_names
from obsgen.stack.neighbours import with_left_out, with_neighbours
from obsgen.stack.presumed import never_below
from obsgen.stack.scope import Scope
from obsgen.stack.servers import WHOLE_SERVERS, listed

T = TypeVar("T")

Stacks = tuple[Stack, dict[str, Stack]]
"""The stack without environments, and that of each environment."""


def resolve_profile(profile: LoadedProfile, catalogue: Catalogue) -> Stacks:
    """The stacks of a profile; InputError with the findings of all of them."""
    with Faults(profile.faults) as faults:
        return resolve_all(profile, catalogue, faults)


def resolve_all(profile: LoadedProfile, catalogue: Catalogue, faults: Faults) -> Stacks:
    """The stacks of a profile as far as they can be told; whoever is at fault is left out of them."""
    base = resolve(profile.base, catalogue, faults, Memo())
    stacks = {name: resolve(each, catalogue, faults, Memo()) for name, each in profile.environments.items()}
    every = [base, *stacks.values()]
    faults.findings += faults.attempt(lambda: list(unknown_names(profile, every, catalogue)), [])
    faults.findings += faults.attempt(lambda: list(clashes(profile, every)), [])
    return base, with_neighbours({name: with_left_out(base, stack) for name, stack in stacks.items()})


def resolve(environment: Environment, catalogue: Catalogue, faults: Faults, memo: Memo) -> Stack:
    """The stack of an environment on one cluster; what of the cluster decides about it is noted in the memo.

    Its preconditions are not among it: they speak of the cluster as an example. The stack is of use only if no
    findings were noted.
    """
    scope = Scope(environment, catalogue, faults, Ledger(environment.merged, faults.findings), memo)
    selector_labels = surroundings.selector_labels(scope.settings, scope.ledger)
    surroundings.assume_grafana(scope.settings, scope.namespaces, scope.ledger)
    surroundings.check_prometheus(scope.settings, scope.ledger)
    check_alerting(scope.settings, scope.ledger)
    instances, context, complete = _at_work(scope, selector_labels)
    settled = with_alerts((_knowing_all(each, context) for each in instances), environment)
    return Stack(
        name=scope.settings.stack,
        environment=environment.name,
        settings=scope.settings,
        namespaces=scope.namespaces,
        instances=tuple(settled),
        selector_labels=selector_labels,
        assumptions=tuple(scope.ledger.assumptions),
        preconditions=memo.aside(lambda: tuple(dict.fromkeys(_each(instances, demands.preconditions, faults)))),
        secrets=demands.merged(_each(instances, demands.secrets, faults)),
        complete=complete,
        context=context,
    )


def _at_work(scope: Scope, selector_labels: Mapping[str, str]) -> tuple[list[Instance], dict[str, Any], bool]:
    """All instances, what texts of the whole stack may speak of, and whether no server is missing by mistake."""
    settings, make = scope.settings, Instances(scope)
    asked = list(servers_asked(scope))
    context = before_servers(scope, [each.folder.component for each in asked])
    serving = _made(make, asked, context)
    servers = list(chain.from_iterable(serving))
    context = after_servers(context, scope, servers, selector_labels)
    platform = _made(make, platform_asked(scope, context), context)
    found = [*servers, *chain.from_iterable(platform)]
    for told in never_below(found):
        scope.ledger.assume(told)
    instances = scope.faults.attempt(partial(with_datasources, found, settings, scope.ledger), found)
    scope.faults.attempt(partial(unused_prices, settings.prices, servers, scope.ledger), None)
    every = len(asked) == len(list(listed(settings))) and not scope.environment.merged.lost & WHOLE_SERVERS
    return instances, after_all(context, scope, instances), every and all(serving) and all(platform)


def _made(make: Instances, asked: Iterable[Asked], context: Mapping[str, Any]) -> list[list[Instance]]:
    return [make.of(each, context) for each in asked]


def _knowing_all(instance: Instance, context: Mapping[str, Any]) -> Instance:
    """The instance, whose texts may speak of its signals and of what Prometheus watches."""
    known = {"exposes": instance.signals.__contains__, "prometheus": context["prometheus"]}
    return replace(instance, context={**instance.context, **known})


def _each(instances: Iterable[Instance], told: Callable[[Instance], Iterator[T]], faults: Faults) -> Iterator[T]:
    """What each instance has to tell; one whose component is at fault tells nothing."""
    return chain.from_iterable(faults.each(instances, lambda instance: list(told(instance))))
