"""Inhibition rules, in the words of each form of Alertmanager's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.objects import Located
from obsgen.signalpath.resources import native_matcher
from obsgen.signalpath.routing import Matcher, RoutingError, parsed


@dataclass(frozen=True, eq=False)
class Inhibition:
    """Alerts that match the source silence those that match the target and have the same `equal` labels."""

    located: Located
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]

    @property
    def equal(self) -> tuple[str, ...]:
        """The labels that both must have alike."""
        return tuple(str(each.value) for each in self.located.at("equal").items())


def inhibitions(configuration: Configuration) -> Iterator[Inhibition]:
    """The rules of a configuration; those that cannot be read are told elsewhere."""
    for located in configuration.located.at(configuration.keys.inhibit).items():
        try:
            yield Inhibition(located, _side(configuration, located, "source"), _side(configuration, located, "target"))
        except RoutingError:
            continue


def _side(configuration: Configuration, rule: Located, side: str) -> tuple[Matcher, ...]:
    if not configuration.is_native:
        listed = (each.value for each in rule.at(f"{side}Match").items() if isinstance(each.value, dict))
        return tuple(found for each in listed for found in parsed(native_matcher(each)))
    texts = (each.value for each in rule.at(f"{side}_matchers").items() if isinstance(each.value, str))
    found = [each for text in texts for each in parsed(text)]
    for key, operator in ((f"{side}_match", "="), (f"{side}_match_re", "=~")):
        pairs = rule.at(key).value
        found += [(str(k), operator, str(v)) for k, v in pairs.items()] if isinstance(pairs, dict) else []
    return tuple(found)
