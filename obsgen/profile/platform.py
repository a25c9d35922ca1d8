"""What the stack stands on: Secrets, volumes and object storage, and metrics that outlive Prometheus."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from obsgen.components.fields import Interval, Strict, refusal
from obsgen.leaks import leaks
from obsgen.profile.names import Age, Name, SecretKeyName, Size, StorageClass, Version
from obsgen.secrecy import ID as EXPOSED
from obsgen.units import duration


def _itself(example: str) -> Exception:
    """The refusal of what may be a secret where its name belongs; it is quoted nowhere."""
    hint = f"{example}; if the secret itself stood here, revoke it"
    return refusal(EXPOSED, "a Secret and its key are named here, never the secret itself", hint)


def _no_secret(value: Any) -> Any:
    if isinstance(value, str) and ("://" in value or leaks(value)):
        raise _itself("write the name alone, such as slack-url")
    return value


_Named = BeforeValidator(_no_secret)


class SecretKey(Strict):
    """One key of a Secret that must exist before the first sync; its value is never read or written."""

    secret: Annotated[Name, _Named] = Field(description="the Secret, in the namespace of what uses it")
    key: Annotated[SecretKeyName, _Named] = Field(description="the key that holds the value")

    @model_validator(mode="before")
    @classmethod
    def _no_text(cls, value: Any) -> Any:
        if isinstance(value, (str, int, float)):
            raise _itself("write {secret: NAME, key: KEY}: the Secret's name, and the key in it")
        return value


class Volume(Strict):
    """A volume for each pod."""

    size: Size = Field(description="such as 100Gi")
    storage_class: StorageClass | None = Field(None, description="else the cluster's default")


def _go_duration(text: str) -> str:
    if re.search("[dwy]", text):
        hours = f"{duration(text) // 3600}h"
        raise refusal("profile/duration", f"the operator of the store knows no '{text}'", f"write {hours}")
    return text


class SecretStore(Strict):
    """A store of External Secrets: with one, the tree brings an ExternalSecret for each Secret that must exist."""

    name: Name = Field(description="the store's name")
    kind: Literal["SecretStore", "ClusterSecretStore"] = Field("ClusterSecretStore", description="its kind")
    refresh: Annotated[Interval, AfterValidator(_go_duration)] = Field(
        "1h", description="how often values are read anew"
    )
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_.-]{0,200}$")] = Field(
        "", description="what stands before `<namespace>/<Secret>` in the names that the store knows"
    )


class ObjectStorage(Strict):
    """A Secret that says which bucket is written to and with which key; it must exist, its content is never read."""

    secret: Name = Field(description="the Secret, in the namespace of what uses it")
    key: SecretKeyName = Field("thanos.yaml", description="the key that holds the configuration")


_HOURS = {"h": 1, "d": 24, "w": 168, "y": 8760}


class Retention(Strict):
    """How long what is in object storage is kept, by resolution."""

    raw: Age = Field("30d", description="every sample")
    five_minutes: Age = Field("180d", description="one of five minutes")
    one_hour: Age = Field("2y", description="one of an hour")

    @model_validator(mode="after")
    def _long_enough(self) -> Retention:
        """Thanos 0.42 refuses to compact what would be deleted before it is down-sampled (cmd/thanos/compact.go)."""
        for key, kept, least in (("raw", self.raw, 40), ("fiveMinutes", self.five_minutes, 240)):
            if int(kept[:-1]) * _HOURS[kept[-1]] < least:
                message = f"{key} is shorter than the {least} hours after which Thanos down-samples"
                raise refusal("profile/retention", message, f"write {key}: {least}h or more")
        return self


class LongTerm(Strict):
    """Metrics beyond Prometheus' own retention: Thanos over object storage."""

    version: Version = Field("0.42.4", description="Thanos' version, of sidecars as well")
    object_storage: ObjectStorage = Field(description="where blocks are kept")
    store: bool = Field(True, description="a store gateway, so that queries see what is in object storage")
    query: bool = Field(True, description="a querier over sidecars and store gateway; Grafana then asks it")
    compact: bool = Field(True, description="a compactor, which down-samples and deletes by retention")
    stores: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:[0-9]{1,5}$")], ...] = Field(
        (),
        description="what the querier asks besides its own cluster, by gRPC, such as other clusters' sidecars",
        examples=[["sidecar.eu.example.org:10901"]],
    )
    rule: bool = Field(False, description="a ruler, for rules over the data of several clusters")
    replicas: Annotated[int, Field(ge=1, le=9)] = Field(2, description="pods of store gateway and querier")
    storage: Volume = Field(Volume(size="100Gi"), description="the store gateway's and the compactor's volumes")
    retention: Retention = Field(Retention(), description="how long what is in object storage is kept")
