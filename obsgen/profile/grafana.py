"""Grafana in a profile: how boards reach it, and what it asks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from obsgen.components.fields import Strict
from obsgen.profile.names import LabelKey, LabelValue, Name, Size, Title, Url
from obsgen.profile.prometheus import Credentials


class Datasource(Credentials):
    """Something more that Grafana asks, such as the Prometheus of another cluster; boards offer it for choice."""

    name: Title = Field(description="its name in Grafana", examples=["prometheus-eu"])
    type: Literal["prometheus", "loki", "tempo", "alertmanager"] = Field("prometheus", description="what answers")
    url: Url = Field(description="where Grafana reaches it")
    uid: Annotated[Name, StringConstraints(max_length=40)] | None = Field(
        None, description="what links speak of; else made of the name"
    )
    default: bool = Field(False, description="true for the one that boards take first, in place of the tree's own")
    tenant: Name | None = Field(None, description="sent as X-Scope-OrgID, where there are tenants")


class Grafana(Strict):
    """How boards reach Grafana."""

    delivery: Literal["sidecar", "operator", "provisioned", "values"] = Field(
        "sidecar",
        description="sidecar: ConfigMaps for an existing Grafana; operator: Grafana's operator gets objects for "
        "Grafana, its folder, datasources and boards; provisioned: Grafana is deployed with its boards; values: they "
        "are part of the values of the Helm chart kube-prometheus-stack",
    )
    folder: Title | None = Field(None, description="the boards' folder; else the stack's name")
    sidecar_label: dict[LabelKey, LabelValue] = Field(
        {"grafana_dashboard": "1"}, description="what the sidecar looks for"
    )
    datasource_label: dict[LabelKey, LabelValue] | None = Field(
        None,
        description="with it, an existing Grafana gets datasources by a ConfigMap that its sidecar finds by this label",
        examples=[{"grafana_datasource": "1"}],
    )
    datasources: tuple[Datasource, ...] = Field((), description="what Grafana asks besides what the stack has itself")
    boards_config_map: Name | None = Field(
        None, description="one ConfigMap of this name for all boards, numbered where one is too small; else one each"
    )
    admin_secret: Name = Field(
        "grafana-admin", description="Secret with keys username and password (operator, provisioned, values)"
    )
    storage: Size | None = Field(
        None, description="size of a volume for Grafana's own state (operator, provisioned); else none"
    )
    place_variables: tuple[Literal["environment", "provider", "region"], ...] = Field(
        (),
        description="variables of every board besides the cluster, for a Grafana that sees several of each; they work "
        "where series lack the labels, too",
        examples=[["environment", "provider", "region"]],
    )
    url: Url | None = Field(None, description="where people reach Grafana, for links in runbooks")
