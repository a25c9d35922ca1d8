"""Prometheus' own configuration, and the real promtool on it, its answers led back to the keys of the files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from obsgen.findings import Place, redacted
from obsgen.repository.objects import Located
from obsgen.source import Route
from obsgen.tools import Tool, run

_REFUSED = re.compile(r"FAILED: (?:parsing YAML file \S+: )?(.*)", re.DOTALL)
# Prometheus 3.15, discovery/: each registers itself by this name, and a build may leave it out.
_DISCOVERIES = frozenset((
    "aws", "azure", "consul", "digitalocean", "dns", "docker", "dockerswarm", "ec2", "ecs", "elasticache", "eureka",
    "gce", "hetzner", "http", "ionos", "kubernetes", "kuma", "lightsail", "linode", "marathon", "msk", "nerve", "nomad",
    "oci", "openstack", "outscale", "ovhcloud", "puppetdb", "rds", "scaleway", "serverset", "stackit", "uyuni",
    "vultr",
))  # fmt: skip
_DISCOVERY = re.compile(r"field (\w+)_sd_configs not found")
_FIELD = re.compile(r"field (\S+) not found")
_QUOTED = re.compile(r'"([^"]+)"')


@dataclass(frozen=True, eq=False)
class PrometheusConfig:
    """A configuration, or the list of scrape jobs that a chart adds to one."""

    located: Located
    is_list: bool = False

    @property
    def jobs(self) -> list[Located]:
        """The scrape jobs."""
        return (self.located if self.is_list else self.located.at("scrape_configs")).items()

    @property
    def whole(self) -> dict[str, Any]:
        """What promtool reads."""
        return {"scrape_configs": self.located.value} if self.is_list else self.located.value


@dataclass(frozen=True)
class Judged:
    """What promtool says against a configuration, where, and the part that it is about; nothing if it is content.

    `unknown` are the places of service discovery that this promtool was built without: nobody has judged it.
    """

    refused: tuple[tuple[str, Place, Located], ...]
    unknown: tuple[tuple[str, Place], ...]


def judged(config: PrometheusConfig, tool: Tool) -> Judged:
    """What promtool says of a configuration, as far as it was built to read it."""
    message, left_out = _answer_without(config.whole, tool)
    routes = [route for route, _ in _walk(config.located.value) if route and route[-1] in left_out]
    unknown = tuple((str(route[-1]), config.located.place(route, key=True)) for route in routes)
    if not message:
        return Judged((), unknown)
    about = _culprit(config, tool)
    return Judged(((message, _place(about, message), about),), unknown)


def _culprit(config: PrometheusConfig, tool: Tool) -> Located:
    """The first scrape job that is refused by itself; else the whole."""
    bad = (job for job in config.jobs if _answer_without({"scrape_configs": [job.value]}, tool)[0])
    return next(bad, config.located)


def _answer_without(value: dict[str, Any], tool: Tool) -> tuple[str, set[str]]:
    """Why promtool refuses a configuration, and the keys without which it was asked as it does not know them."""
    left_out: set[str] = set()
    while True:
        message = _answer(_without(value, left_out), tool)
        known = {f"{name}_sd_configs" for name in _DISCOVERY.findall(message) if name in _DISCOVERIES}
        if not known - left_out:
            return message, left_out
        left_out |= known


def _without(value: Any, keys: set[str]) -> Any:
    """A value without mappings' keys, however deep."""
    if isinstance(value, dict):
        return {key: _without(inner, keys) for key, inner in value.items() if key not in keys}
    return [_without(each, keys) for each in value] if isinstance(value, list) else value


def _answer(value: dict[str, Any], tool: Tool) -> str:
    """Why promtool refuses a configuration; nothing if it does not. Files that it names are not looked for."""
    with TemporaryDirectory(prefix="obsgen-") as folder:
        Path(folder, "prometheus.json").write_text(json.dumps(value, default=str), encoding="utf-8")
        done = run(tool, ["check", "config", "--syntax-only", "prometheus.json"], cwd=Path(folder))
    if not done.returncode:
        return ""
    told = _REFUSED.search(done.stdout + done.stderr)
    # Lines are those of the file made for it, where all is one line.
    text = re.sub(r"\s*line \d+: |\s*\n\s*|yaml: unmarshal errors:", " ", told[1] if told else done.stderr)
    return redacted(re.sub(r"\s+", " ", text).strip())[:300]


def _place(about: Located, message: str) -> Place:
    """The key or value that the message names; else the part's beginning."""
    field = _FIELD.search(message)
    if field and (route := _key(about.value, field[1])) is not None:
        return about.place(route, key=True)
    values = (_value(about.value, each) for each in _QUOTED.findall(message))
    found = next((route for route in values if route is not None), None)
    return about.place(found) if found is not None else about.place()


def _key(value: Any, name: str) -> Route | None:
    return next((route for route, _ in _walk(value) if route and route[-1] == name), None)


def _value(value: Any, text: str) -> Route | None:
    return next((route for route, inner in _walk(value) if isinstance(inner, str) and inner == text), None)


def _walk(value: Any, route: Route = ()) -> Iterator[tuple[Route, Any]]:
    yield route, value
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _walk(inner, (*route, step))
