"""Where a tree goes: the cluster, many clusters, the hub above them, Argo CD that brings it there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from obsgen.components.fields import Strict, refusal
from obsgen.conventions import IN_CLUSTER, PARTS
from obsgen.profile.names import GitUrl, Labels, Name, Namespace, OwnLabels, RelativePath, Revision, Url

Changes = Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)]
"""What an environment or a cluster changes; one that is left empty changes nothing."""


class Cluster(Strict):
    """The destination: what the cluster is called and where it runs.

    Nothing in a tree sets the labels `cluster` and `region` of series and alerts: Prometheus does, as external labels,
    and the tree's README says how to check it.
    """

    name: Name | None = Field(None, description="its name in Argo CD, and Prometheus's external label `cluster`")
    server: Url | None = Field(None, description="the API server's URL, if Argo CD knows the cluster by it")
    provider: Name | None = Field(None, description="such as aws-eks, gke, openshift")
    region: Name | None = Field(None, description="such as us-east-1: Prometheus's external label `region`")

    @property
    def key(self) -> str | None:
        """What tells it from other clusters; None where nothing does."""
        return self.server or self.name

    @property
    def is_argocds(self) -> bool:
        """Whether it is Argo CD's own: its Service's URL, the name that Argo CD gives it, or nothing said at all."""
        return self.server == IN_CLUSTER if self.server else self.name in (None, "in-cluster")


def _no_part(name: str) -> str:
    if name in PARTS:
        message = f"a cluster called '{name}' would lie in the folder of the part {name}"
        raise refusal("profile/reserved-name", message, f"give it another name, such as {name}-1")
    return name


class ClusterEntry(Strict):
    """One of many clusters that get the tree of an environment."""

    name: Annotated[Name, BeforeValidator(lambda name: _no_part(name) if isinstance(name, str) else name)] = Field(
        description="its name in Argo CD, its folder, and Prometheus's external label `cluster`", examples=["eu-1"]
    )
    environment: Name | None = Field(None, description="the environment whose tree it gets; else the only one")
    server: Url | None = Field(None, description="the API server's URL, if Argo CD knows the cluster by it")
    provider: Name | None = Field(None, description="else that of `cluster`, such as aws-eks, gke, openshift")
    region: Name | None = Field(None, description="else that of `cluster`, such as us-east-1")
    endpoint: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="where the hub reaches its Prometheus, or sidecar; else as `hub.endpoint` says"
    )
    labels: OwnLabels = Field(
        default_factory=dict, description="labels of its Applications, such as a wave of roll-outs"
    )
    values: Changes = Field(
        default_factory=dict, description="what differs on this cluster: the profile's own keys again; null removes"
    )


class Hub(Strict):
    """The central cluster, which shows all others."""

    cluster: Cluster = Field(Cluster(), description="the hub's own cluster")
    mode: Literal["datasources", "federation", "remoteWrite", "thanos"] = Field(
        "datasources",
        description="datasources: its Grafana asks each cluster's Prometheus; federation: its Prometheus fetches "
        "recorded series of each; remoteWrite: each sends its samples to it; thanos: its querier asks each sidecar",
    )
    endpoint: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None,
        description="where the hub reaches a cluster's Prometheus (thanos: its sidecar, host:port), from its `name`, "
        "`region`, `provider` and `environment`",
        examples=["https://prometheus.<< name >>.example.org"],
    )
    url: Url | None = Field(None, description="where clusters reach the hub's Prometheus (remoteWrite)")
    values: Changes = Field(
        default_factory=dict, description="what differs on the hub: the profile's own keys again; null removes"
    )


Part = Literal["platform", "monitors", "rules", "dashboards"]


class PartApplication(Strict):
    """An Argo CD Application for one part or one component of the tree."""

    name: Name = Field(description="its name, to which an environment adds `suffix`")
    part: Part | None = Field(None, description="the part that it syncs")
    component: Name | None = Field(None, description="the component whose objects it syncs, instead of a part")

    @model_validator(mode="after")
    def _syncs_one_thing(self) -> Self:
        if (self.part is None) == (self.component is None):
            message = f"application '{self.name}' syncs " + ("a part and a component" if self.part else "nothing")
            raise refusal("profile/application", message, "write `part:` or `component:`")
        return self

    @property
    def share(self) -> str:
        """The folder that it syncs."""
        return self.part or self.component or ""


class ApplicationSet(Strict):
    """One ApplicationSet instead of an Application for each cluster."""

    generator: Literal["list", "git", "clusters"] = Field(
        "list",
        description="list: it names the clusters; git: it finds their folders in the repository; clusters: it finds "
        "the clusters' Secrets in Argo CD by labels",
    )
    selector: Labels = Field(
        default_factory=dict,
        description="more labels that the clusters' Secrets have (clusters)",
        examples=[{"gpu": "true"}],
    )


class ArgoCD(Strict):
    """Argo CD Applications for the tree."""

    repo_url: GitUrl = Field(alias="repoURL", description="the repository that holds the tree")
    target_revision: Revision = Field("main", description="the branch, tag or commit that is synced")
    path: RelativePath | None = Field(None, description="the tree's folder in the repository; else out/<stack>")
    namespace: Namespace = Field("argocd", description="where Argo CD runs")
    application_per: Literal["stack", "part", "component"] | None = Field(
        None, description="what one application syncs; else as `applications` say, else the whole stack"
    )
    applications: tuple[PartApplication, ...] = Field(
        (), description="applications by name, for one part or component each; without `applicationPer` no others"
    )
    application_set: ApplicationSet | None = Field(
        None, description="one ApplicationSet for all clusters of an environment, instead of an Application each"
    )
    suffix: Annotated[str, StringConstraints(pattern=r"^(-[a-z0-9-]*[a-z0-9])?$", max_length=30)] | None = Field(
        None, description="what an environment adds to applications' names; else -<environment>", examples=["-dev"]
    )
    automated: bool = Field(True, description="whether a change in git is applied without a click")

    @model_validator(mode="after")
    def _one_granularity(self) -> Self:
        kinds = {"part" if each.part else "component" for each in self.applications}
        wanted = self.application_per
        if len(kinds) > 1 or (wanted and kinds - {wanted}):
            per = f"one application a {wanted}" if wanted and len(kinds) == 1 else "parts and components"
            hint = "an object lies in one folder: applications are for parts, or for components"
            raise refusal("profile/application", f"{per} cannot be had together with these applications", hint)
        for each in self.applications:
            others = [one.name for one in self.applications if one.share == each.share and one.name != each.name]
            if others:
                message = f"applications '{each.name}' and '{others[0]}' would both sync {each.share}"
                raise refusal("profile/application", message, "one application syncs an object: remove the other")
        return self

    def folder(self, stack: str) -> str:
        """The tree's folder in the repository."""
        return self.path or f"out/{stack}"

    def suffixed(self, name: str, environment: str) -> str:
        """An application's name with what an environment adds to it."""
        return f"{name}-{environment}" if self.suffix is None else f"{name}{self.suffix}"

    def shares(self, stack: str, folders: Iterable[str]) -> list[tuple[str, str]]:
        """What one application each syncs of a tree's folders: its name without a suffix, its share ('' is all)."""
        if self.per == "stack":
            return [(stack, "")]
        named = {each.share: each.name for each in self.applications}
        synced = [each for each in folders if each and (self.application_per or each in named)]
        return [(named.get(each, f"{stack}-{each}"), each) for each in synced]

    @property
    def per(self) -> str:
        """What one application syncs: stack, part or component."""
        if self.application_per or not self.applications:
            return self.application_per or "stack"
        return "part" if self.applications[0].part else "component"
