"""The hub: what the central cluster asks of all others, and what they send to it, as settings like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.components.origin import Origin
from obsgen.conventions import HUB
from obsgen.findings import Faults, InputError, error
from obsgen.profile.clusters import CLUSTERS
from obsgen.profile.destinations import Cluster, Hub
from obsgen.profile.grafana import Datasource
from obsgen.profile.load import Destination, Environment, LoadedProfile
from obsgen.profile.models import Settings
from obsgen.profile.names import HostPort, Url
from obsgen.profile.prometheus import Federation, RemoteWrite

WRITES = "/api/v1/write"
"""Where a Prometheus takes remote write."""

SIDECAR_LABEL = {"grafana_datasource": "1"}
"""What the sidecar of kube-prometheus-stack's Grafana finds datasources by."""

_URL: TypeAdapter[str] = TypeAdapter(Url)
_SIDECAR: TypeAdapter[str] = TypeAdapter(HostPort)


@dataclass(frozen=True)
class Spoke:
    """A cluster as the hub sees it; `endpoint` is where the hub reaches its Prometheus, empty where it need not."""

    name: str
    environment: str
    cluster: Cluster
    endpoint: str


def with_clusters(profile: LoadedProfile, faults: Faults) -> LoadedProfile:
    """The profile whose environments know their clusters, whose hub knows all, and whose clusters know the hub."""
    told: dict[str, list[dict[str, Any]]] = {}
    for each in profile.destinations:
        told.setdefault(each.environment, []).append(_shown(each.entry.name, each.environment, each.cluster, ""))
    environments = {
        name: replace(each, around={HUB: None, CLUSTERS: told.get(name, [])})
        for name, each in profile.environments.items()
    }
    profile = _with_environments(profile, environments)
    return _with_hub(profile, profile.hub, faults) if profile.hub and HUB in environments else profile


def _with_environments(
    profile: LoadedProfile,
    environments: Mapping[str, Environment],
    change: Callable[[Environment], Environment] = lambda each: each,
) -> LoadedProfile:
    """The profile with other environments; clusters without values of their own go with theirs, others are changed."""
    new = {id(each): environments[name] for name, each in profile.environments.items()}
    own = {id(each.variant): each.variant for each in profile.destinations if id(each.variant) not in new}
    new |= {key: change(each) for key, each in own.items()}
    destinations = (replace(each, variant=new[id(each.variant)]) for each in profile.destinations)
    return replace(profile, environments=environments, destinations=tuple(destinations))


def _with_hub(profile: LoadedProfile, hub: Hub, faults: Faults) -> LoadedProfile:
    spokes = faults.attempt(partial(_spokes, profile, hub), [])
    if hub.mode == "thanos" and profile.environments[HUB].settings.long_term is None:
        place = profile.base.merged.place((HUB,), key=True)
        hint = "write `longTerm:`, at the profile's top or below `hub.values`"
        faults.findings.append(error("profile/missing-key", "a hub with a Thanos querier has no longTerm", place, hint))
    shown = [_shown(each.name, each.environment, each.cluster, each.endpoint) for each in spokes]
    # A URL that is missing, which is told below, is not missed by every text that speaks of it.
    said = hub.model_dump(exclude={"values"}) | {"url": hub.url or ""}
    own = replace(profile.environments[HUB], around={HUB: said, CLUSTERS: shown})
    own = _changed(own, partial(_of_hub, hub=hub, spokes=spokes))
    profile = _with_environments(profile, {**profile.environments, HUB: own})
    if hub.mode != "remoteWrite":
        return profile
    if hub.url is None:
        hint = "write `url:`, where clusters reach the hub's Prometheus"
        place = profile.base.merged.place((HUB,), key=True)
        faults.findings.append(error("profile/endpoint", "clusters cannot reach a hub without a URL", place, hint))
        return profile
    return _sending(profile, f"{hub.url.rstrip('/')}{WRITES}")


def _shown(name: str, environment: str, cluster: Cluster, endpoint: str) -> dict[str, Any]:
    """A cluster as texts may speak of it."""
    return {**cluster.model_dump(), "name": name, "environment": environment, "endpoint": endpoint}


def _sending(profile: LoadedProfile, url: str) -> LoadedProfile:
    """The profile whose clusters send their samples to the hub."""
    send = partial(_changed, change=partial(_sends, url=url))
    environments = {name: each if name == HUB else send(each) for name, each in profile.environments.items()}
    return _with_environments(profile, environments, send)


def _changed(environment: Environment, change: Callable[[Settings], Settings]) -> Environment:
    return replace(environment, settings=change(environment.settings))


def _of_hub(settings: Settings, hub: Hub, spokes: Sequence[Spoke]) -> Settings:
    grafana, prometheus = settings.grafana, settings.prometheus
    if hub.mode == "datasources":
        asked = [_datasource(spoke, index == 0) for index, spoke in enumerate(spokes)]
        label = grafana.datasource_label or (SIDECAR_LABEL if grafana.delivery == "sidecar" else None)
        found = {"datasources": (*grafana.datasources, *asked), "datasource_label": label}
        grafana = grafana.model_copy(update=found)
    if hub.mode == "federation":
        read = [Federation.model_validate({"name": each.name, "url": each.endpoint}) for each in spokes]
        prometheus = prometheus.model_copy(update={"federate": (*prometheus.federate, *read)})
    if hub.mode == "remoteWrite":
        prometheus = prometheus.model_copy(update={"remote_write_receiver": True})
    long_term = settings.long_term
    if hub.mode == "thanos" and long_term:
        stores = (*long_term.stores, *(each.endpoint for each in spokes))
        long_term = long_term.model_copy(update={"stores": stores})
    return settings.model_copy(update={"grafana": grafana, "prometheus": prometheus, "long_term": long_term})


def _datasource(spoke: Spoke, first: bool) -> Datasource:
    return Datasource.model_validate({"name": spoke.name, "url": spoke.endpoint, "default": first})


def _sends(settings: Settings, url: str) -> Settings:
    """A Prometheus of the tree's own sends to the hub; what another one does is told as a precondition."""
    target = RemoteWrite.model_validate({"name": HUB, "url": url})
    writes = (*settings.prometheus.remote_write, *([target] if settings.prometheus.is_own else ()))
    return settings.model_copy(update={"prometheus": settings.prometheus.model_copy(update={"remote_write": writes})})


def clusters_of(profile: LoadedProfile) -> Iterator[tuple[str, str, Cluster, Destination | None]]:
    """Every cluster but the hub: name, environment, what it is, and its entry in the list if it has one."""
    for each in profile.destinations:
        yield each.entry.name, each.environment, each.cluster, each
    placed = {each.environment for each in profile.destinations}
    for name, environment in profile.environments.items():
        if name not in placed and name != HUB:
            cluster = environment.settings.cluster
            yield cluster.name or name, name, cluster, None


def _spokes(profile: LoadedProfile, hub: Hub) -> list[Spoke]:
    """All clusters with their endpoints; InputError with all that are missing or no addresses."""
    with Faults() as faults:
        found = faults.each(clusters_of(profile), lambda each: _spoke(profile, hub, *each))
        return list({spoke.name: spoke for spoke in found}.values())


def _spoke(
    profile: LoadedProfile, hub: Hub, name: str, environment: str, cluster: Cluster, listed: Destination | None
) -> Spoke:
    merged = profile.base.merged
    if listed and listed.entry.endpoint:
        origin = Origin(merged.place, (*listed.route, "endpoint"), merged.text_place)
        return Spoke(name, environment, cluster, _address(hub, listed.entry.endpoint, origin))
    if hub.mode == "remoteWrite":
        return Spoke(name, environment, cluster, "")
    if hub.endpoint is None:
        hint = f"write `endpoint: {_form(hub)[2]}` below `hub`, or one for each cluster"
        message = "where does the hub reach the clusters?"
        raise InputError([error("profile/endpoint", message, merged.place((HUB,), key=True), hint)])
    origin = Origin(merged.place, (HUB, "endpoint"), merged.text_place)
    names: dict[str, Any] = {**cluster.model_dump(), "name": name, "environment": environment}
    return Spoke(name, environment, cluster, _address(hub, origin.text(hub.endpoint, names), origin))


def _form(hub: Hub) -> tuple[TypeAdapter[str], str, str]:
    """What the hub needs to know of a cluster: its type, what it is called, an example."""
    if hub.mode == "thanos":
        return _SIDECAR, "host and port of a sidecar", "thanos.<< name >>.example.org:10901"
    return _URL, "URL of a Prometheus", "https://prometheus.<< name >>.example.org"


def _address(hub: Hub, text: str, origin: Origin) -> str:
    form, what, example = _form(hub)
    try:
        return form.validate_python(text)
    except ValidationError:
        origin.refuse("profile/endpoint", f"'{text}' is no {what}", f"such as {example}")
