"""Random kustomizations of three: a base, an overlay on it, and now and then a component."""

from __future__ import annotations

from random import Random
from typing import Any

from kustomize_support import Content, Object

from obsgen.kustomize.identity import object_id
from obsgen.tree.serialise import yaml_bytes

NAMES = ["a", "b", "a.b", "a-b", "default"]
NAMESPACES = ["n", "m", None, "default"]
SELECTED = {"matchLabels": {"x": "1"}}
AFFINITY = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": SELECTED}, {}]}}
SPREAD = [{"topologyKey": "k", "whenUnsatisfiable": "q", "labelSelector": SELECTED}]
IMAGES = ["a", "a:1", "b/a:1", "b:5/a@sha256:1", "a.b:1@sha256:2", "axb", ""]
PORTS = [{"port": 80}, {"port": 53, "protocol": "UDP", "name": "u"}, {"port": 53, "protocol": "TCP", "name": "t"}]
TESTED: list[Any] = [{"op": "test", "path": "/kind", "value": "Rule"}, {"op": "add", "path": "/jp", "value": 1}]
OPERATIONS: list[list[Any]] = [
    [{"op": "add", "path": "/jp", "value": 1}],
    [{"op": "replace", "path": "/metadata/namespace", "value": "zz"}],
    [{"op": "add", "path": "/metadata/labels", "value": {"jp": "1"}}],
    TESTED,
]
POLICY = {"podSelector": SELECTED, "ingress": [{"from": [{"podSelector": SELECTED}]}]}
CONVERSION = {"conversion": {"webhook": {"clientConfig": {"service": {"name": "s", "namespace": "q"}}}}}
LABEL_OPTIONS: list[Any] = [
    {},
    {"includeSelectors": True},
    {"includeTemplates": True},
    {"includeTemplates": True, "includeVolumeClaimTemplates": True},
]


def some(r: Random, chance: float, **fields: Any) -> Object:
    """These fields, or none."""
    return fields if r.random() < chance else {}


def pod_controller(r: Random) -> Object:
    pod = {
        "containers": [{"name": "c", **some(r, 0.6, image=r.choice(IMAGES))}],
        **some(r, 0.5, affinity=AFFINITY),
        **some(r, 0.3, topologySpreadConstraints=SPREAD),
    }
    template = {**some(r, 0.5, metadata={"labels": {"x": "1"}}), "spec": pod}
    claims = [{"metadata": {"name": "v"}}, {"metadata": {"name": "w", "labels": {"q": "1"}}}]
    return {"template": template, **some(r, 0.5, selector=SELECTED), **some(r, 0.5, volumeClaimTemplates=claims)}


def cron_job(r: Random) -> Object:
    return {"jobTemplate": {"spec": {"template": {**some(r, 0.5, metadata={"labels": {}}), "spec": {}}}}}


def binding(r: Random) -> Object:
    subjects = [
        {"kind": r.choice(["ServiceAccount", "User"]), "name": r.choice(NAMES), **in_namespace(r)}
        for _ in range(r.randrange(3))
    ]
    return {
        "roleRef": {"kind": "ClusterRole", "name": "a", "apiGroup": "rbac.authorization.k8s.io"},
        "subjects": subjects,
    }


def webhook(r: Random) -> Object:
    service = {"name": r.choice(NAMES), "namespace": r.choice(["n", "m", "default"])}
    return {"webhooks": [{"name": "w", "clientConfig": r.choice([{"url": "x"}, {"service": service}])}]}


def in_namespace(r: Random) -> Object:
    namespace = r.choice(NAMESPACES)
    return {"namespace": namespace} if namespace else {}


KINDS: list[tuple[str, Any]] = [
    ("x.io/v1 Rule", lambda r: {"spec": {"selector": {}}}),
    ("serving.knative.dev/v1 Service", lambda r: {}),
    ("v1 Service", lambda r: {"spec": {"ports": PORTS, **some(r, 0.5, selector={"x": "1"})}}),
    ("v1 ServiceAccount", lambda r: {}),
    ("v1 ConfigMap", lambda r: {"data": {"k": "v"}}),
    ("v1 Namespace", lambda r: {}),
    ("apps/v1 Deployment", lambda r: {"spec": pod_controller(r)}),
    ("apps/v1 StatefulSet", lambda r: {"spec": pod_controller(r)}),
    ("batch/v1 Job", lambda r: {"spec": pod_controller(r)}),
    ("batch/v1 CronJob", lambda r: {"spec": cron_job(r)}),
    ("rbac.authorization.k8s.io/v1 ClusterRole", lambda r: {}),
    ("rbac.authorization.k8s.io/v1 ClusterRoleBinding", binding),
    ("rbac.authorization.k8s.io/v1 RoleBinding", binding),
    ("networking.k8s.io/v1 NetworkPolicy", lambda r: {"spec": POLICY}),
    ("policy/v1 PodDisruptionBudget", lambda r: {"spec": {"selector": SELECTED}}),
    ("admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration", webhook),
    ("apiextensions.k8s.io/v1 CustomResourceDefinition", lambda r: some(r, 0.5, spec=CONVERSION)),
    ("apiregistration.k8s.io/v1 APIService", lambda r: some(r, 0.5, spec={"service": {"name": "a", "namespace": "n"}})),
    ("flowcontrol.apiserver.k8s.io/v1 FlowSchema", lambda r: {}),
]


def an_object(r: Random) -> Object:
    name, body = r.choice(KINDS)
    api_version, kind = name.split()
    metadata = {"name": r.choice(NAMES), **in_namespace(r), **some(r, 0.2, annotations={})}
    metadata |= some(r, 0.4, labels=r.choice([{"x": "1"}, {"y": "1"}, {}, None])) | some(r, 0.2, annotations={"x": "1"})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body(r)}


def a_generator(r: Random) -> Object:
    return {
        "name": r.choice(["g", "h", "a"]),
        "literals": ["p=1", f"q={r.randrange(3)}"],
        **some(r, 0.5, namespace=r.choice(["n", "m"])),
        **some(r, 0.3, behavior=r.choice(["replace", "merge", "create"])),
        **some(r, 0.4, options={"labels": {"gl": "1"}, "annotations": {"ga": "1"}}),
    }


def a_patch(r: Random, target: Object) -> Object:
    head = {"apiVersion": target["apiVersion"], "kind": target["kind"]}
    kept = {field: target["metadata"][field] for field in ("name", "namespace") if field in target["metadata"]}
    choice = r.random()
    if choice < 0.3:
        return {"patch": yaml_bytes({**head, "metadata": {**kept, "labels": {"sm": "1"}}}).decode()}
    if choice < 0.4:
        return {"patch": yaml_bytes({**head, "metadata": kept, "$patch": "delete"}).decode()}
    if choice < 0.5:
        selected = {"kind": target["kind"], **some(r, 0.3, labelSelector="x=1")}
        content = {"apiVersion": "q/v1", "kind": "Any", "metadata": {"name": "any", "labels": {"tsm": "1"}}}
        return {"target": selected, "patch": yaml_bytes(content).decode()}
    name = kept["name"] if r.random() < 0.7 else r.choice(["a", "a.*", "[ab]", "a|b", "b$", "^a"])
    group = target["apiVersion"].rpartition("/")[0]
    selected = {
        "version": "v1",
        "kind": target["kind"],
        "name": name,
        **some(r, 0.5, **({"group": group} if group else {})),
    }
    selected |= some(r, 0.2, labelSelector=r.choice(["x=1", "env=dev,x=9"])) | some(r, 0.1, annotationSelector="x=1")
    return {"target": selected, "patch": yaml_bytes(r.choice(OPERATIONS)).decode()}


def an_image(r: Random) -> Object:
    other = some(r, 0.4, newName=r.choice(["a", "b/a", "b:5/c", "x:1"])) | some(r, 0.5, newTag=r.choice(["2", "v1.2"]))
    return {"name": r.choice(["a", "b/a", "b:5/a", "a.b", "c"]), **other, **some(r, 0.3, digest="sha256:3")}


def a_kustomization(r: Random, known: list[Object], mine: list[Object]) -> Object:
    """Everything but its resources."""
    known = known + mine
    patches = [a_patch(r, target) for target in r.sample(known, min(len(known), r.randrange(4)))]
    options = {"disableNameSuffixHash": True, **some(r, 0.3, labels={"gg": "1"})}
    return {
        **({"patches": patches} if patches else {}),
        **some(r, 0.4, configMapGenerator=[a_generator(r) for _ in range(2)], generatorOptions=options),
        **some(r, 0.3, namespace=r.choice(["n", "m", "new"])),
        **some(r, 0.4, labels=[{"pairs": {"env": "dev", "x": "9"}, **r.choice(LABEL_OPTIONS)}]),
        **some(r, 0.2, commonLabels={"cl": "1"}),
        **some(r, 0.2, commonAnnotations={"ca": "1"}),
        **some(r, 0.4, images=[an_image(r) for _ in range(r.randrange(1, 4))]),
        **some(r, 0.1, replicas=[{"name": r.choice(NAMES), **some(r, 0.9, count=r.randrange(4))}]),
    }


def a_tree(r: Random) -> dict[str, Content]:
    """The files of a tree whose `k` is to be built; most of them build, some do not."""
    files: dict[str, Content] = {}
    known: list[Object] = []
    component = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    for folder, head in (("base", {}), ("comp", component), ("k", {"components": ["../comp"]})):
        mine: list[Object] = []
        for _ in range(r.randrange(5)):
            made = an_object(r)
            if object_id(made) not in map(object_id, known + mine) or r.random() < 0.05:
                mine.append(made)
        resources = [f"o{number}.yaml" for number in range(len(mine))]
        files |= {f"{folder}/{name}": yaml_bytes(made) for name, made in zip(resources, mine, strict=True)}
        resources += ["../base"] if folder == "k" else []
        content = {**head, "resources": resources, **a_kustomization(r, known, mine)}
        files[f"{folder}/kustomization.yaml"] = yaml_bytes(content)
        known += mine
    return files
