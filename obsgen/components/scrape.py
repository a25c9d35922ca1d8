"""What a component may say of how its metrics are collected: `scrape:` of component.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from obsgen.components.fields import LabelName, Step, Strict


class Endpoint(Strict):
    """A further page of the same target, scraped into the same job where `when` holds."""

    port: str | None = None
    port_number: int | None = None
    path: str = "/metrics"
    interval: Step | None = None
    when: str | None = None


class Authorization(Strict):
    """The Secret, and the key in it, that hold a bearer token; both may be templates, no Secret means none is sent."""

    secret: str
    key: str


class Scrape(Strict):
    """How the component's metrics are collected.

    `page_labels` are labels that the exporter's own page carries and that clash with target labels: with honorLabels
    they win, without it Prometheus stores them as `exported_…`. `selector` and `port` may be templates; a label of the
    selector that renders to nothing is left out. `deployed` says that the component's manifests bring the Service, so
    that nothing about it is an assumption; `namespace` is where they put it. Where `when` does not hold, something else
    scrapes the component, if anything does.
    """

    when: str | None = None
    monitor: Literal["service", "pod"] = "service"
    selector: dict[str, str] = Field(default_factory=dict)
    port: str | None = None
    port_number: int | None = None
    path: str = "/metrics"
    also: tuple[Endpoint, ...] = ()
    scheme: Literal["http", "https"] | None = None
    interval: Step | None = None
    honor_labels: bool = False
    page_labels: tuple[LabelName, ...] = ()
    attach_node: bool = False
    authorization: Authorization | None = None
    pods: str | None = None
    namespace: str | None = None
    deployed: bool = False
