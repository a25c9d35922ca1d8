"""The servers of a profile, whatever their role."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.profile.environments import ANY_ITEM
from obsgen.profile.models import ServerSettings, Settings
from obsgen.source import Route

_LISTS = ("modelServers", "applications", "exporters", "providers")

WHOLE_SERVERS: frozenset[Route] = frozenset(
    (("gpuExporter",), *((each,) for each in _LISTS), *((each, ANY_ITEM) for each in _LISTS))
)
"""Where something is lost if a whole server is."""


def listed(settings: Settings) -> Iterator[tuple[str, Route, ServerSettings]]:
    """The servers of a profile: role, route, settings."""
    for index, server in enumerate(settings.model_servers):
        yield "modelServer", ("modelServers", index), server
    if settings.gpu_exporter:
        yield "gpuExporter", ("gpuExporter",), settings.gpu_exporter
    for index, application in enumerate(settings.applications):
        yield "application", ("applications", index), application
    for index, exporter in enumerate(settings.exporters):
        yield "exporter", ("exporters", index), exporter
    for index, provider in enumerate(settings.providers):
        yield "provider", ("providers", index), provider
