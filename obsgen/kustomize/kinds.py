"""What kustomize 5.8 knows about built-in kinds: their scope, which lists a strategic merge merges, and by what.

Read from the OpenAPI document inside kustomize (Kubernetes 1.21); `status` is left out, manifests carry none.
A kind or version that is not in it, such as autoscaling/v2 or any custom resource, counts as namespaced, and its
lists are replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MergeSchema:
    """How a field merges: by `keys` if it is a merged list (`("",)`: of scalars), and how its fields do."""

    keys: tuple[str, ...] = ()
    fields: Mapping[str, MergeSchema] = field(default_factory=dict)


def _by(*keys: str, **fields: MergeSchema) -> MergeSchema:
    return MergeSchema(keys, fields)


def _map(**fields: MergeSchema) -> MergeSchema:
    return MergeSchema((), fields)


_METADATA = _map(finalizers=_by(""), ownerReferences=_by("uid"))
_PLAIN = _map(metadata=_METADATA)
_MOUNTS = {"env": _by("name"), "volumeDevices": _by("devicePath"), "volumeMounts": _by("mountPath")}
_CONTAINERS = _by("name", **_MOUNTS, ports=_by("containerPort", "protocol"))
_POD_SPEC = _map(
    containers=_CONTAINERS,
    initContainers=_CONTAINERS,
    ephemeralContainers=_by("name", **_MOUNTS),
    hostAliases=_by("ip"),
    imagePullSecrets=_by("name"),
    topologySpreadConstraints=_by("topologyKey", "whenUnsatisfiable"),
    volumes=_by("name", ephemeral=_map(volumeClaimTemplate=_PLAIN)),
)
_POD = _map(metadata=_METADATA, spec=_POD_SPEC)
_WORKLOAD = _map(metadata=_METADATA, spec=_map(template=_POD))

# Each line: a group with its versions, and kinds.
_PLAIN_KINDS = """
v1 Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace PersistentVolume PersistentVolumeClaim
v1 ResourceQuota Secret
apiextensions.k8s.io/v1,v1beta1 CustomResourceDefinition
apiregistration.k8s.io/v1,v1beta1 APIService
apps/v1 ControllerRevision
autoscaling/v1,v2beta1,v2beta2 HorizontalPodAutoscaler
certificates.k8s.io/v1,v1beta1 CertificateSigningRequest
coordination.k8s.io/v1,v1beta1 Lease
discovery.k8s.io/v1,v1beta1 EndpointSlice
events.k8s.io/v1,v1beta1 Event
extensions/v1beta1 Ingress
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema PriorityLevelConfiguration
networking.k8s.io/v1 NetworkPolicy
networking.k8s.io/v1,v1beta1 Ingress IngressClass
node.k8s.io/v1,v1beta1 RuntimeClass
policy/v1,v1beta1 PodDisruptionBudget
policy/v1beta1 PodSecurityPolicy
rbac.authorization.k8s.io/v1,v1beta1 ClusterRole ClusterRoleBinding Role RoleBinding
scheduling.k8s.io/v1,v1beta1 PriorityClass
storage.k8s.io/v1,v1beta1 CSIDriver StorageClass VolumeAttachment
storage.k8s.io/v1beta1 CSIStorageCapacity
"""
_KINDS = (
    (_PLAIN, _PLAIN_KINDS),
    (_WORKLOAD, "v1 ReplicationController\napps/v1 DaemonSet Deployment ReplicaSet StatefulSet\nbatch/v1 Job"),
    (_map(metadata=_METADATA, spec=_map(jobTemplate=_WORKLOAD)), "batch/v1,v1beta1 CronJob"),
    (_POD, "v1 Pod"),
    (_map(metadata=_METADATA, template=_POD), "v1 PodTemplate"),
    (_map(metadata=_METADATA, secrets=_by("name")), "v1 ServiceAccount"),
    (_map(metadata=_METADATA, spec=_map(ports=_by("port", "protocol"))), "v1 Service"),
    (_map(metadata=_METADATA, spec=_map(podCIDRs=_by(""))), "v1 Node"),
    (
        _map(metadata=_METADATA, webhooks=_by("name")),
        "admissionregistration.k8s.io/v1,v1beta1 MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    ),
    (_map(metadata=_METADATA, spec=_map(drivers=_by("name"))), "storage.k8s.io/v1,v1beta1 CSINode"),
)
_CLUSTER_SCOPED = """
    APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding ComponentStatus
    CustomResourceDefinition FlowSchema IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume
    PodSecurityPolicy PriorityClass PriorityLevelConfiguration RuntimeClass StorageClass
    ValidatingWebhookConfiguration VolumeAttachment
"""


def _schemas() -> Iterator[tuple[tuple[str, str], MergeSchema]]:
    for schema, text in _KINDS:
        for line in text.strip().splitlines():
            versions, *kinds = line.split()
            group, slash, names = versions.rpartition("/")
            for version in names.split(","):
                yield from (((group + slash + version, kind), schema) for kind in kinds)


_SCHEMAS = dict(_schemas())


def merge_schema(api_version: object, kind: object) -> MergeSchema | None:
    """The merge rules of a built-in kind; None for kinds whose lists are replaced."""
    both_text = isinstance(api_version, str) and isinstance(kind, str)
    return _SCHEMAS.get((str(api_version), str(kind))) if both_text else None


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether kustomize knows that objects of this kind live in no namespace."""
    return kind in _CLUSTER_SCOPED.split() and merge_schema(api_version, kind) is not None
