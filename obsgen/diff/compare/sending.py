"""Where servers send alerts, and from which Secret an Alertmanager reads its routes: ways that may lead nowhere now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from obsgen.diff.model import Change, Key, Risk
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.trees import State
from obsgen.repository.alerting.alerts import OPERATOR
from obsgen.repository.keyrefs import SECRET
from obsgen.repository.objects import KubeObject, Located
from obsgen.repository.providers import providers

_OPERATED = "alertmanager-operated"
"""The Service that the operator makes in the namespace of every Alertmanager."""
_ALERTING, _NAMED = ("spec", "alerting"), ("spec", "alerting", "alertmanagers")
_ELSEWHERE = "additionalAlertManagerConfigs"
_READ = "alertmanager.yaml"

Service = tuple[str, str]
"""Its namespace and name."""


def compare(pair: Pair) -> Iterator[Change]:
    """Servers of the operator's that are there on both sides."""
    for thing in things(pair):
        if (thing.group, thing.kind) == (OPERATOR, "Prometheus") and thing.old and thing.new:
            yield from _senders(thing)
    for key, new in pair.new.objects.items():
        old = pair.old.objects.get(key)
        if (key.group, key.kind) == (OPERATOR, "Alertmanager") and old:
            yield from _reader(pair, key, old.located, new.located)


def _senders(thing: Thing) -> Iterator[Change]:
    old, new = (_addresses(thing, each) for each in thing.values(*_NAMED))
    gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
    if gone or come:
        # Where what stays differs in itself, somebody else tells of all of it.
        is_told = all(new[each] == value for each, value in old.items() if each in new)
        what, risk = _sent(thing, list(old), gone, come)
        route = _NAMED if old and new else _ALERTING
        change = thing.change("change/workload-alertmanagers", "~", what, risk, route)
        yield change if is_told else replace(change, covers=())


def _addresses(thing: Thing, listed: Any) -> dict[Service, Any]:
    """The Services to which alerts are sent, and what is said of each."""
    named = [each for each in listed if isinstance(each, dict) and each.get("name")] if isinstance(listed, list) else []
    return {(str(each.get("namespace") or _home(thing)), str(each["name"])): each for each in named}


def _home(thing: Thing) -> str:
    return "" if isinstance(thing.owner, str) else thing.owner.namespace


def _sent(thing: Thing, old: list[Service], gone: list[Service], come: list[Service]) -> tuple[str, Risk]:
    """In words where alerts go now; if nothing of the files answers there, and something did, nobody may be told."""
    before, after, home = thing.pair.old, thing.pair.new, _home(thing)
    was, now = _text(gone, home), _text(come, home)
    kept = [each for each in old if each not in gone]
    if not kept and not come:
        is_lost = not thing.values("spec", _ELSEWHERE)[1]
        return f"no longer sends alerts to {was}{', nor to anybody else' if is_lost else ''}", _risk(is_lost)
    if not come:
        what = f"no longer sends alerts to {was}, still to {_text(kept, home)}"
    else:
        how = f"instead of {was}" if gone else "besides" if old else "now"
        what = f"sends alerts to {now} {how}"
    missing = [each for each in come if not _answers(after, each)]
    if missing:
        what += f": no Service {_text(missing, home)} is among the files"
    was_heard = any(_answers(before, each) for each in old)
    return what, _risk(was_heard and not any(_answers(after, each) for each in (*kept, *come)))


def _risk(is_lost: bool) -> Risk:
    return Risk.STOPS_PAGING if is_lost else Risk.REVIEW


def _text(services: Iterable[Service], home: str) -> str:
    return " and ".join(name if namespace == home else f"{namespace}/{name}" for namespace, name in services)


def _answers(state: State, service: Service) -> bool:
    """Whether a Service is among the files, or made by the operator for an Alertmanager that is."""
    return service in _services(state)


@lru_cache(maxsize=64)
def _services(state: State) -> frozenset[Service]:
    found = [each for one in _around(state) for each in one.objects.values()]
    plain = ((each.namespace, each.name) for each in found if (each.group, each.kind) == ("", "Service"))
    running = (each for each in found if (each.group, each.kind) == (OPERATOR, "Alertmanager"))
    return frozenset((*plain, *((each.namespace, _OPERATED) for each in running)))


def _around(state: State) -> tuple[State, ...]:
    """What is applied to the same cluster, as far as anybody knows: other folders may be for the same one."""
    others = (each for each in state.tree.states.values() if not each.unit.environment)
    return (state,) if state.unit.environment else tuple(dict.fromkeys((state, *others)))


def _reader(pair: Pair, key: Key, old: Located, new: Located) -> Iterator[Change]:
    """An Alertmanager that reads another Secret, or whose Secret has another name now.

    Without it the operator makes a configuration that tells nobody: so it says itself of `configSecret`.
    """
    was, now = (str(each.at("spec", "configSecret").value or f"alertmanager-{key.name}") for each in (old, new))
    is_moved = Key("", SECRET, key.namespace, was) in pair.moved
    if (was == now and not is_moved) or new.at("spec", "alertmanagerConfiguration").value:
        return
    is_lost = _brings(pair.old, key, was) and not _brings(pair.new, key, now)
    if is_lost or was != now:
        why = "which is not among the files: without it nobody is told"
        what = f"reads its routes from Secret {now}{f', {why}' if is_lost else f' instead of {was}'}"
        thing = Thing(pair, key, old, new)
        yield thing.change("change/workload-routes", "~", what, _risk(is_lost), ("spec", "configSecret"))


def _brings(state: State, reader: Key, secret: str) -> bool:
    """Whether an object is, or makes, a Secret that has Alertmanager's configuration."""
    every = (each for one in _around(state) for each in one.objects.values() if _may_bring(each))
    made = (one for each in every for one in providers(each))
    fitting = (
        each for each in made if (each.kind, each.name) == (SECRET, secret) and each.namespace in ("", reader.namespace)
    )
    return any(each.keys is None or _READ in each.keys for each in fitting)


def _may_bring(object_: KubeObject) -> bool:
    return object_.kind.endswith(("Secret", "PasswordItem", "Certificate"))
