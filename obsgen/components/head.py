"""What a component may say of itself: component.yaml, what it is and how it is configured."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from obsgen.components.datasources import Datasource
from obsgen.components.fields import LabelName, Quantity, Strict, UnitName, sensible
from obsgen.components.logs import Collects
from obsgen.components.scrape import Scrape


class Versions(Strict):
    """The versions that the component's facts were read at, oldest first, and where they were read."""

    known: tuple[str, ...] = Field(min_length=1)
    source: str


class Option(Strict):
    """A switch of the component that a profile may set."""

    help: str
    default: Any = None
    values: tuple[Any, ...] | None = None


class Threshold(Strict):
    """A limit that a profile may set: its unit, the default of an experienced operator, and what it means."""

    unit: UnitName
    default: Quantity
    help: str

    @model_validator(mode="after")
    def _sensible(self) -> Threshold:
        sensible(self.default, self.unit)
        return self


class Conflict(Strict):
    """What makes no sense together: an error where `when` holds; `hint` says what to choose.

    It is told at the `option`, or for a component that needs no listing at a `key` of the profile, such as `a.b`.
    """

    when: str
    option: str | None = None
    key: str | None = None
    message: str
    hint: str


class Precondition(Strict):
    """Something that must be true of the cluster before the stack works, and how to see whether it is."""

    text: str
    when: str | None = None
    command: str | None = None


class SecretKeys(Strict):
    """A Secret that must exist before the first sync: where, and which keys it holds. Never a value.

    `optional` keys may be missing. With `forEach` there is one for each item; equal names in one namespace are one
    Secret with the keys of all.
    """

    name: str
    namespace: str
    keys: tuple[str, ...]
    optional: tuple[str, ...] = ()
    used_by: str
    when: str | None = None
    for_each: dict[str, str] | None = None


class Copy(Strict):
    """The same series under another prefix, as something between exporter and Prometheus hands them on."""

    prefix: str
    of: str
    by: str = Field(description="what renames them, for people")


class Page(Strict):
    """What is known of the exporter's page.

    Every series whose name begins with one of the `prefixes` comes from it; where the page is `complete` it has no such
    series but those of the signals. `shared` are beginnings of names that a library gives to many programs: where
    nobody says that this one runs, they may be anybody's. `labels` may be on any of its series besides the signal's
    own: by version, or by how it is configured. `copies` are the same series under other names. What is `pushed` comes
    from no target: there is no `up`, and between two runs nothing at all.
    """

    prefixes: tuple[str, ...] = ()
    complete: bool = False
    shared: tuple[str, ...] = ()
    labels: tuple[LabelName, ...] = ()
    copies: tuple[Copy, ...] = ()
    pushed: bool = False

    @property
    def any_labels(self) -> frozenset[str]:
        """`labels` as a set."""
        return frozenset(self.labels)


class Switch(Strict):
    """An argument of the component's container that takes metrics away; `series` are those that miss it, none: many.

    `argument` is a regular expression that is looked for in the command and its arguments, joined by spaces.
    """

    argument: str
    text: str
    hint: str
    series: tuple[str, ...] = ()


class Need(Strict):
    """An argument, or a variable, without which a container of one of the `images` has no page of metrics.

    `program` is a regular expression for what its command or arguments say where they start the server themselves.
    """

    argument: str
    program: str
    images: tuple[str, ...]
    variable: str = ""


class Component(Strict):
    """component.yaml: what the component is, how it is configured and scraped."""

    title: str
    role: Literal["modelServer", "gpuExporter", "exporter", "provider", "application", "platform"]
    description: str
    activate: str | None = None
    versions: Versions | None = None
    default_version: str = "latest"
    options: dict[str, Option] = Field(default_factory=dict)
    scrape: Scrape | None = None
    page: Page = Field(default_factory=Page, description="what is known of the series that it exposes")
    images: tuple[str, ...] = Field((), description="container images whose tag is its version")
    kinds: tuple[str, ...] = Field((), description="kinds of objects whose spec.version, or spec.image, is its version")
    mute_images: tuple[str, ...] = Field((), description="container images of it that have no page of metrics")
    needs: tuple[Need, ...] = Field((), description="arguments without which its container has no page of metrics")
    switches: tuple[Switch, ...] = Field((), description="arguments of its container that take metrics away")
    rests: str | None = Field(None, description="when it may have no replica, and its target be gone")
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    reserves: dict[str, Quantity] = Field(
        default_factory=dict, description="shares that it takes when it starts, by the thresholds of others on the same"
    )
    covers: tuple[str, ...] = ()
    uses_prices: str | None = Field(None, description="when the profile's prices count for what an instance covers")
    hosts_runtime: bool = False
    prices_gpus: bool = Field(False, description="whether it knows what the cluster's GPUs cost")
    collects: Collects | None = Field(None, description="what it writes to Loki, if it collects logs")
    starter: bool = Field(False, description="what `obsgen init` proposes among the components of its role")
    default_namespace: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    secrets: tuple[SecretKeys, ...] = ()
    datasources: tuple[Datasource, ...] = ()
