"""The profile's section on logs: which Loki, who writes to it, what is alerted on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from obsgen.components.fields import Kept, LabelName, Strict, refusal
from obsgen.profile.names import Labels, Name, Namespace, StorageClass, Url, in_whole

DAY = 86400


class Oidc(Strict):
    """Who may read and write through the gateway of a LokiStack, outside OpenShift: one tenant, one account."""

    issuer_url: Url = Field(alias="issuerURL", description="the identity provider, as its tokens name it")
    token_url: Url = Field(alias="tokenURL", description="where the collector gets its token by client credentials")
    secret: Name = Field("loki-oidc", description="the Secret with keys clientID and clientSecret")
    username_claim: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")] = Field(
        "sub", description="the claim of a token that names its account"
    )
    user: Annotated[str, StringConstraints(pattern=r"^[^\s\"'{}<>]{1,200}$")] = Field(
        description="the account that may read and write, as that claim has it"
    )
    opa: Url | None = Field(None, description="a policy server that decides instead; then `user` counts for nothing")


class Logs(Strict):
    """Logs in Loki: an existing one, or a LokiStack of the operator; how they get there; what is alerted on."""

    type: Literal["existing", "lokistack"] = Field(
        "existing", description="existing: a Loki that runs already; lokistack: a LokiStack object of Loki's operator"
    )
    url: Url | None = Field(None, description="where an existing Loki answers; else its chart's gateway is taken")
    tenant: Name | None = Field(
        None, description="the tenant that is written and read; else none, or `application` in a LokiStack"
    )
    namespace: Namespace | None = Field(
        None, description="where Loki runs; else the monitoring namespace, or openshift-logging for OpenShift's"
    )
    name: Annotated[Name, StringConstraints(min_length=4, max_length=40)] = Field(
        "logging", description="the LokiStack's name"
    )
    size: Literal["1x.demo", "1x.pico", "1x.extra-small", "1x.small", "1x.medium"] = Field(
        "1x.small", description="the LokiStack's size"
    )
    storage_class: StorageClass | None = Field(None, description="for the LokiStack's volumes; needed by lokistack")
    storage: Literal["s3", "gcs", "azure", "swift", "alibabacloud"] = Field(
        "s3", description="the kind of object storage that the Secret speaks of"
    )
    secret: Name = Field("loki-storage", description="the Secret with the object storage of the LokiStack")
    schema_from: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")] = Field(
        "2024-10-01", description="the day from which schema v13 holds; for a new Loki any day in the past"
    )
    retention: Annotated[Kept, in_whole(DAY, "Loki's operator keeps logs for whole days")] = Field(
        "14d", description="how long a LokiStack keeps logs, in whole days"
    )
    oidc: Oidc | None = Field(
        None, description="who may pass the gateway of a LokiStack outside OpenShift; else it has no gateway"
    )
    collector: str | None = Field(
        None, description="the component that brings the logs, such as alloy; else something that runs already"
    )
    deploy_collector: bool = Field(
        True, description="false if that collector runs already: then only the labels that it writes are used"
    )
    labels: dict[LabelName, LabelName] = Field(
        default_factory=dict,
        description="labels of log streams where they differ from the collector's: namespace, pod, container, cluster",
        examples=[{"pod": "pod_name"}],
    )
    ruler: Literal["none", "alertingrule", "configmap"] = Field(
        "none",
        description="how alerts on logs reach Loki's ruler: alertingrule: objects of Loki's operator; "
        "configmap: ConfigMaps that the sidecar of Loki's chart loads; none: no alerts on logs",
    )
    ruler_labels: Labels = Field({"loki_rule": "1"}, description="what the ruler's sidecar, or the LokiStack, selects")

    @model_validator(mode="after")
    def _whole(self) -> Logs:
        if self.type == "lokistack" and not self.storage_class:
            raise refusal("profile/missing-key", "a LokiStack needs a storage class", "write `storageClass: …`")
        if self.type == "lokistack" and self.ruler == "configmap":
            message = "the ruler of a LokiStack reads AlertingRule objects, no ConfigMaps"
            raise refusal("profile/value", message, "write `ruler: alertingrule`")
        if self.type == "existing" and self.oidc:
            raise refusal("profile/value", "`oidc` is for the gateway of a LokiStack", "remove it")
        return self
