"""Kustomizations that work, with what they make, and kustomizations that do not, with what is said of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from kustomize_support import Content, Object, deployment, merging, metadata, rule, targeted

PLAIN = {"disableNameSuffixHash": True}
COMPONENT = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}


def config_map(data: Any = None, **fields: Any) -> Object:
    found = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "n", **fields}}
    return found | ({"data": data} if data else {})


def generator(**more: Any) -> Object:
    return {"name": "c", "namespace": "n", "options": PLAIN, **more}


def overlay(content: Any, **files: Content) -> dict[str, Content]:
    """An overlay on a base with one rule, one generated ConfigMap and a service account."""
    return {
        "base/kustomization.yaml": {
            "resources": ["rule.yaml", "account.yaml"],
            "configMapGenerator": [generator(files=["a.txt"], options={**PLAIN, "labels": {"b": "1"}})],
        },
        "base/rule.yaml": metadata(rule(spec={"a": 1, "l": [{"name": "x"}]}), labels={"b": "1"}),
        "base/account.yaml": {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "s", "namespace": "n"},
        },
        "base/a.txt": "A\n",
        "k/kustomization.yaml": {"resources": ["../base"], **content},
        **{f"k/{name.replace('_', '.')}": text for name, text in files.items()},
    }


def overlaid(the_rule: Any = None, the_map: Any = None, account: Any = None) -> list[Object]:
    """What the overlay's base makes, with other objects in place of some."""
    return [
        the_rule or metadata(rule(spec={"a": 1, "l": [{"name": "x"}]}), labels={"b": "1"}),
        the_map or config_map({"a.txt": "A\n"}, labels={"b": "1"}),
        account or {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "s", "namespace": "n"}},
    ]


BASE_RULE, BASE_MAP, ACCOUNT = overlaid()
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "b"},
    "roleRef": {"kind": "ClusterRole", "name": "r", "apiGroup": "rbac.authorization.k8s.io"},
}
ACCOUNTS = [
    {"kind": "ServiceAccount", "name": "s", "namespace": "n"},
    {"kind": "ServiceAccount", "name": "s", "namespace": "other"},
    {"kind": "ServiceAccount", "name": "default", "namespace": "q"},
    {"kind": "User", "name": "u"},
]
MOVED = [dict(account, namespace=to) for account, to in zip(ACCOUNTS[:3], ("new", "other", "new"), strict=True)]
SERVICE: Object = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"}}


def webhooks(namespace: str) -> Object:
    """One webhook at the service, one elsewhere."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "w"},
        "webhooks": [
            {"name": "w", "clientConfig": {"service": {"name": "s", "namespace": namespace}}},
            {"name": "v", "clientConfig": {"url": "https://example.com"}},
        ],
    }


def policy(labels: dict[str, str]) -> Object:
    """A NetworkPolicy that selects pods by the same labels everywhere it can."""
    selector = {"podSelector": {"matchLabels": labels}}
    spec = {**selector, "ingress": [{"from": [selector, {"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec}


def images(*names: str) -> list[Object]:
    """Containers with these images."""
    return [{"name": f"c{number}", "image": name} for number, name in enumerate(names)]


CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "r"}}
GLOBAL_OPTIONS = {**PLAIN, "labels": {"g": "1", "l": "g"}, "annotations": {"h": "1"}, "immutable": True}
SELECTING = {"selector": {"matchLabels": {"x": "1"}}, "template": {"metadata": {"labels": {"x": "1"}}, "spec": {}}}
NAMESPACE: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
LABELS = {"b": "2", "env": "dev"}

GOOD: dict[str, tuple[dict[str, Content], list[Object]]] = {
    "base as it is": (overlay({"labels": []}), overlaid()),
    "merge": (
        overlay({"patches": [merging(rule(spec={"a": 2, "b": {}}))]}),
        overlaid({**BASE_RULE, "spec": {"a": 2, "b": {}, "l": [{"name": "x"}]}}),
    ),
    "merge from a file of several": (
        overlay(
            {"patches": [{"path": "p.yaml"}]},
            p_yaml=json.dumps(rule(spec={"a": 2})) + "\n---\n" + json.dumps(metadata(ACCOUNT, labels={"x": "1"})),
        ),
        overlaid({**BASE_RULE, "spec": {"a": 2, "l": [{"name": "x"}]}}, None, metadata(ACCOUNT, labels={"x": "1"})),
    ),
    "operations": (
        overlay({"patches": [targeted([{"op": "add", "path": "/spec/l/0/v", "value": 1}])]}),
        overlaid({**BASE_RULE, "spec": {"a": 1, "l": [{"name": "x", "v": 1}]}}),
    ),
    "targeted merge of any name": (
        overlay({"patches": [{"target": {"kind": "Rule|Nothing"}, **merging(rule("any", spec={"a": 2}))}]}),
        overlaid({**BASE_RULE, "spec": {"a": 2, "l": [{"name": "x"}]}}),
    ),
    "target by labels": (
        overlay({"patches": [{"target": {"labelSelector": "b=1"}, **merging(metadata(rule(), labels={"z": "9"}))}]}),
        overlaid(
            metadata(BASE_RULE, labels={"b": "1", "z": "9"}), config_map({"a.txt": "A\n"}, labels={"b": "1", "z": "9"})
        ),
    ),
    "what stands behind operations is overlooked": (
        overlay(
            {"patches": [{"path": "p.yaml", "target": {"kind": "Rule"}}]},
            p_yaml="- {op: add, path: /spec/b, value: 1}\n---\n- {op: remove, path: /spec}\n",
        ),
        overlaid({**BASE_RULE, "spec": {"a": 1, "b": 1, "l": [{"name": "x"}]}}),
    ),
    "removal of a rule and of a generated map": (
        overlay({"patches": [merging({**rule(), "$patch": "delete"}), merging({**config_map(), "$patch": "delete"})]}),
        [ACCOUNT],
    ),
    "renamed, then patched by its old name": (
        overlay(
            {
                "patches": [
                    targeted([{"op": "replace", "path": "/metadata/namespace", "value": "z"}]),
                    merging(rule(spec={"a": 3})),
                ]
            }
        ),
        overlaid({**metadata(BASE_RULE, namespace="z"), "spec": {"a": 3, "l": [{"name": "x"}]}}),
    ),
    "renamed in the base, then patched by its first name": (
        {
            "base/kustomization.yaml": {"resources": ["n.yaml", "a.yaml"], "namespace": "new"},
            "base/n.yaml": NAMESPACE,
            "base/a.yaml": ACCOUNT,
            "k/kustomization.yaml": {
                "resources": ["../base"],
                "patches": [merging(metadata(NAMESPACE, labels={"x": "1"})), merging({**ACCOUNT, "$patch": "delete"})],
            },
        },
        [metadata(NAMESPACE, name="new", labels={"x": "1"})],
    ),
    "generator replaces": (
        overlay({"configMapGenerator": [generator(files=["b.txt"], behavior="replace")]}, b_txt="B"),
        overlaid(None, config_map({"b.txt": "B"}, labels={"b": "1"})),
    ),
    "generator merges": (
        overlay(
            {
                "configMapGenerator": [
                    generator(literals=["a.txt=x=y", 'q="1"'], behavior="merge", options={"labels": {"c": "2"}})
                ]
            }
        ),
        overlaid(None, config_map({"a.txt": "x=y", "q": "1"}, labels={"b": "1", "c": "2"})),
    ),
    "generator of all sources": (
        {
            "k/kustomization.yaml": {
                "generatorOptions": GLOBAL_OPTIONS,
                "configMapGenerator": [
                    {
                        **generator(options={"labels": {"l": "own"}}),
                        "files": ["d/a.txt", "k=d/a.txt", "bin"],
                        "envs": ["e.env"],
                    }
                ],
            },
            "k/d/a.txt": "\ufeffa \r\n",
            "k/bin": b"\xff" * 60,
            "k/e.env": "# no\nA=1\n\nB\n",
        },
        [
            metadata(
                config_map({"A": "1", "B": "", "a.txt": "\ufeffa \r\n", "k": "\ufeffa \r\n"}),
                labels={"g": "1", "l": "own"},
                annotations={"h": "1"},
            )
            | {"binaryData": {"bin": "/" * 70 + "\n" + "/" * 10 + "\n"}, "immutable": True}
        ],
    ),
    "labels reach all objects and win": (
        overlay({"labels": [{"pairs": LABELS}]}),
        overlaid(
            metadata(BASE_RULE, labels=LABELS),
            config_map({"a.txt": "A\n"}, labels=LABELS),
            metadata(ACCOUNT, labels=LABELS),
        ),
    ),
    "labels in selectors": (
        {
            "k/kustomization.yaml": {
                "resources": ["d.yaml"],
                "labels": [{"pairs": {"x": "1"}, "includeSelectors": True}],
            },
            "k/d.yaml": deployment(),
        },
        [metadata(deployment(), labels={"x": "1"}) | {"spec": SELECTING}],
    ),
    "annotations": (
        {"k/kustomization.yaml": {"resources": ["d.yaml"], "commonAnnotations": {"x": "1"}}, "k/d.yaml": deployment()},
        [
            metadata(deployment(), annotations={"x": "1"})
            | {"spec": {"template": {"metadata": {"annotations": {"x": "1"}}, "spec": {}}}}
        ],
    ),
    "empty annotations vanish and others become texts": (
        {
            "k/kustomization.yaml": {"resources": ["a.yaml", "b.yaml"]},
            "k/a.yaml": metadata(rule("a"), annotations={}, labels={}),
            "k/b.yaml": metadata(rule("b"), annotations={"x": 1, "y": True, "z": None}),
        },
        [metadata(rule("a"), labels={}), metadata(rule("b"), annotations={"x": "1", "y": "true", "z": "null"})],
    ),
    "namespace": (
        overlay(
            {"namespace": "new", "resources": ["../base", "b.yaml", "n.yaml"]},
            b_yaml={**BINDING, "subjects": ACCOUNTS},
            n_yaml=NAMESPACE,
        ),
        [
            *(metadata(found, namespace="new") for found in overlaid()),
            {**BINDING, "subjects": [*MOVED, ACCOUNTS[3]]},
            metadata(NAMESPACE, name="new"),
        ],
    ),
    "webhooks follow their service": (
        {
            "k/kustomization.yaml": {"resources": ["s.yaml", "w.yaml"], "namespace": "new"},
            "k/s.yaml": SERVICE,
            "k/w.yaml": webhooks("n"),
        },
        [metadata(SERVICE, namespace="new"), webhooks("new")],
    ),
    "labels in selectors inside lists": (
        {
            "k/kustomization.yaml": {"resources": ["p.yaml"], "commonLabels": {"x": "1"}},
            "k/p.yaml": policy({"app": "a"}),
        },
        [metadata(policy({"app": "a", "x": "1"}), labels={"x": "1"})],
    ),
    "component": (
        overlay({"components": ["../c"]})
        | {
            "c/kustomization.yaml": {**COMPONENT, "resources": ["b.yaml"], "patches": [merging(rule(spec={"a": 5}))]},
            "c/b.yaml": rule("b"),
        },
        [*overlaid({**BASE_RULE, "spec": {"a": 5, "l": [{"name": "x"}]}}), rule("b")],
    ),
    "deprecated fields": (
        {
            "k/kustomization.yaml": {
                "bases": ["../b"],
                "patchesStrategicMerge": ["p.yaml", json.dumps(rule(spec={"b": 1})) + "\n"],
                "patchesJson6902": [targeted([{"op": "add", "path": "/spec/c", "value": 1}])],
                "commonLabels": {"x": "1"},
            },
            "k/p.yaml": rule(spec={"a": 1}),
            "b/kustomization.yml": {"resources": ["r.yaml"]},
            "b/r.yaml": rule(spec={}),
        },
        [metadata(rule(spec={"a": 1, "b": 1, "c": 1}), labels={"x": "1"})],
    ),
    "lists, empty files and local objects": (
        {
            "k/kustomization.yaml": {"resources": ["list.yaml", "empty.yaml", "local.yaml"]},
            "k/list.yaml": {"apiVersion": "v1", "kind": "List", "items": [rule("a"), rule("b")]},
            "k/empty.yaml": "# nothing\n---\n",
            "k/local.yaml": metadata(rule("c"), annotations={"config.kubernetes.io/local-config": "true"}),
        },
        [rule("a"), rule("b")],
    ),
    "what stands in the kustomization is spelt as there": (
        {
            "k/kustomization.yaml": (
                "resources: [r.yaml]\npatches:\n- patch: |-\n    "
                "apiVersion: x.io/v1\n    kind: Rule\n    metadata: {name: a}\n    spec: {a: 1.50, b: 'x', c: 0x1F}\n"
                "- patch: |-\n    apiVersion: x.io/v1\n    kind: Rule\n    metadata: {name: a}\n    spec: {b: 1.50}\n"
            ),
            "k/r.yaml": "apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a}\nspec: {a: \"1\", c: 'q'}\n",
        },
        [
            {
                "apiVersion": "x.io/v1",
                "kind": "Rule",
                "metadata": {"name": "a"},
                "spec": {"a": "1.50", "b": "1.50", "c": "0x1F"},
            }
        ],
    ),
    "an object may be replaced as a whole": (
        overlay({"patches": [targeted([{"op": "replace", "path": "", "value": rule("z", x=1)}])]}),
        overlaid(rule("z", x=1)),
    ),
    "other images": (
        {
            "k/kustomization.yaml": {
                "resources": ["d.yaml", "c.yaml", "f.yaml"],
                "images": [
                    {"name": "vllm/vllm-openai", "newTag": "v2"},
                    {"name": "reg:5000/x", "newName": "z"},
                    {"name": "dig", "digest": "sha256:12"},
                    {"name": "z", "newName": "chained", "newTag": "3", "digest": "sha256:ab"},
                    {"name": "x", "newName": "x:3"},
                    {"name": "away"},
                ],
            },
            "k/d.yaml": deployment(
                containers=images("vllm/vllm-openai:v1@sha512:00", "reg:5000/x", "dig:1", "vllm/vllm-openai-x:v1", ""),
                initContainers=[*images("vllm/vllm-openai", "away:1", "x"), {"name": "none"}, {"image": None}],
                volumes=[{"name": "v", "image": {"reference": "dig"}}, {"name": "w", "emptyDir": {}}],
            ),
            "k/c.yaml": CRD | {"spec": {"containers": images("dig")}},
            "k/f.yaml": rule(a=[{"containers": images("dig", "x")}], image="dig", volumes=[{"image": "dig"}]),
        },
        [
            deployment(
                containers=images(
                    "vllm/vllm-openai:v2", "chained:3@sha256:ab", "dig@sha256:12", "vllm/vllm-openai-x:v1", ""
                ),
                initContainers=[*images("vllm/vllm-openai:v2", "away:1", "x:3:3"), {"name": "none"}, {"image": None}],
                volumes=[{"name": "v", "image": {"reference": "dig@sha256:12"}}, {"name": "w", "emptyDir": {}}],
            ),
            CRD | {"spec": {"containers": images("dig")}},
            rule(a=[{"containers": images("dig@sha256:12", "x:3")}], image="dig", volumes=[{"image": "dig"}]),
        ],
    ),
    "other numbers of replicas": (
        {
            "k/kustomization.yaml": {
                "resources": ["d.yaml", "e.yaml", "f.yaml", "g.yaml"],
                "patches": [targeted([{"op": "replace", "path": "/metadata/name", "value": "z"}], kind="DaemonSet")],
                "replicas": [{"name": "a", "count": 0}, {"name": "e", "count": 4}],
            },
            "k/d.yaml": deployment() | {"spec": {"replicas": 2}},
            "k/e.yaml": deployment("e") | {"spec": {"replicas": None}},
            "k/f.yaml": {**rule(), "kind": "StatefulSet"},
            "k/g.yaml": {**rule(), "kind": "DaemonSet"},
        },
        [
            deployment() | {"spec": {"replicas": 0}},
            deployment("e") | {"spec": {"replicas": 4}},
            {**rule(), "kind": "StatefulSet", "spec": {"replicas": 0}},
            {**rule("z"), "kind": "DaemonSet"},
        ],
    ),
    "images of a base in an overlay and a component": (
        {
            "base/kustomization.yaml": {"resources": ["d.yaml"], "images": [{"name": "x", "newTag": "1"}]},
            "base/d.yaml": deployment(containers=images("x")),
            "c/kustomization.yaml": {**COMPONENT, "images": [{"name": "x", "newTag": "2"}]},
            "k/kustomization.yaml": {
                "resources": ["../base"],
                "components": ["../c"],
                "images": [{"name": "x", "newName": "y"}],
            },
        },
        [deployment(containers=images("y:2"))],
    ),
    "a few bytes that are no text": (
        {
            "k/kustomization.yaml": {"configMapGenerator": [generator(files=["bin"])]},
            "k/bin": b"\xff\xfe",
        },
        [config_map() | {"binaryData": {"bin": "//4="}}],
    ),
    "a number in the place of quoted text stays text": (
        {
            "k/kustomization.yaml": {"resources": ["r.yaml"], "patches": [{"path": "p.yaml"}]},
            "k/r.yaml": 'apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a}\nspec: {a: "1", b: plain}\n',
            "k/p.yaml": "apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a}\nspec: {a: 1.50, b: 2}\n",
        },
        [{"apiVersion": "x.io/v1", "kind": "Rule", "metadata": {"name": "a"}, "spec": {"a": "1.50", "b": 2}}],
    ),
}
"""Files below a root where `k` is built, and the objects that come of them."""


@dataclass(frozen=True)
class Bad:
    """Files, what is said of `k` as `file:line:column id`, words of it, and whether kustomize refuses it as well."""

    files: dict[str, Content]
    told: list[str]
    words: str = ""
    refused: bool = True
    severity: str = "error"


def with_rule(kustomization: str, **files: Content) -> dict[str, Content]:
    """A kustomization as text, next to a rule in a.yaml."""
    text = "resources:\n- a.yaml\n" + kustomization
    more = {f"k/{name.replace('_', '.')}": content for name, content in files.items()}
    return {"k/kustomization.yaml": text, "k/a.yaml": rule(spec={"a": 1, "l": [{"name": "x"}, {"name": "y"}]}), **more}


OPERATIONS = """\
patches:
- target: {kind: Rule, name: a}
  patch: |-
    - op: test
      path: /spec/l/0/name
      value: %s
    - op: %s
      path: %s
      value: 1
"""
MERGE = """\
patches:
- patch: |-
    apiVersion: x.io/v1
    kind: Rule
    metadata:
      name: %s
      namespace: %s
    spec:
      a: %s
"""

BAD: dict[str, Bad] = {
    "missing file": Bad(
        with_rule("- rules.yaml\n", rule_yaml=rule("b")),
        ["k/kustomization.yaml:3:3 kustomize/missing-reference"],
        "rules.yaml does not exist; did you mean 'rule.yaml'?",
    ),
    "missing directory": Bad(
        with_rule("- ../bse\n") | {"base/kustomization.yaml": {"resources": []}},
        ["k/kustomization.yaml:3:3 kustomize/missing-reference"],
        "did you mean 'base'?",
    ),
    "missing patch": Bad(
        with_rule("patches:\n- path: patches/p.yaml\n"),
        ["k/kustomization.yaml:4:9 kustomize/missing-reference"],
        "there is no directory",
    ),
    "missing data": Bad(
        with_rule("configMapGenerator:\n- name: c\n  files: [k=a.txt]\n"),
        ["k/kustomization.yaml:5:11 kustomize/missing-reference"],
    ),
    "file above the kustomization": Bad(
        with_rule("- ../b.yaml\n") | {"b.yaml": rule("b")},
        ["k/kustomization.yaml:3:3 kustomize/missing-reference"],
        "is outside",
    ),
    "directory where a file is wanted": Bad(
        with_rule("patches:\n- path: d\n") | {"k/d/x": ""},
        ["k/kustomization.yaml:4:9 kustomize/missing-reference"],
        "d is a directory",
    ),
    "directory without kustomization": Bad(
        with_rule("- d\n") | {"k/d/x.yaml": rule("b")},
        ["k/kustomization.yaml:3:3 kustomize/missing-reference"],
        "has no kustomization.yaml",
    ),
    "directory with two": Bad(
        with_rule("- d\n") | {"k/d/kustomization.yaml": {"resources": []}, "k/d/Kustomization": {"resources": []}},
        ["k/kustomization.yaml:3:3 kustomize/missing-reference"],
        "keep one of kustomization.yaml, Kustomization",
    ),
    "empty kustomization": Bad(
        with_rule("- d\n") | {"k/d/kustomization.yaml": {"kind": "Kustomization"}},
        ["k/d/kustomization.yaml:2:1 kustomize/bad-kustomization"],
    ),
    "component among resources": Bad(
        with_rule("- d\n") | {"k/d/kustomization.yaml": {**COMPONENT, "namespace": "x"}},
        ["k/kustomization.yaml:3:3 kustomize/bad-kustomization"],
        "list it under components:",
    ),
    "kustomization among components": Bad(
        with_rule("components: [d]\n") | {"k/d/kustomization.yaml": {"namespace": "x"}},
        ["k/kustomization.yaml:3:14 kustomize/bad-kustomization"],
        "list it under resources:",
    ),
    "cycle": Bad(
        with_rule("- ../b\n") | {"b/kustomization.yaml": "resources: [../k]\n"},
        ["b/kustomization.yaml:1:13 kustomize/cycle"],
        "leads back to",
    ),
    "itself": Bad(with_rule("- .\n"), ["k/kustomization.yaml:3:3 kustomize/cycle"]),
    "the directory above": Bad(
        with_rule("- ..\n") | {"kustomization.yaml": "resources: [k]\n"},
        ["k/kustomization.yaml:3:3 kustomize/cycle"],
    ),
    "one object twice": Bad(
        with_rule("- b.yaml\n", b_yaml="apiVersion: x.io/v1\nkind: Rule\nmetadata:\n  name: a\n  namespace: n\n"),
        ["k/b.yaml:4:9 kustomize/duplicate-object"],
        "Rule n/a (x.io/v1) is there already, from ",
    ),
    "one object by two ways": Bad(
        with_rule("- d\n- e\n")
        | {
            "k/d/kustomization.yaml": {"resources": ["../../o"]},
            "k/e/kustomization.yaml": {"resources": ["../../o"]},
            "o/kustomization.yaml": {"resources": ["o.yaml"]},
            "o/o.yaml": "apiVersion: x.io/v1\nkind: Rule\nmetadata:\n  name: o\n",
        },
        ["o/o.yaml:4:9 kustomize/duplicate-object"],
    ),
    "generated twice": Bad(
        with_rule("configMapGenerator:\n- {name: c, literals: [a=b]}\n- {name: c, literals: [a=b]}\n"),
        ["k/kustomization.yaml:5:10 kustomize/duplicate-object"],
        "write behavior: replace",
    ),
    "moved onto another": Bad(
        with_rule("- b.yaml\nnamespace: m\n", b_yaml="apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a}\n"),
        ["k/kustomization.yaml:4:12 kustomize/duplicate-object"],
    ),
    "patched onto another": Bad(
        with_rule(
            "- b.yaml\npatches:\n- target: {kind: Rule, name: a, namespace: n}\n"
            "  patch: '- {op: replace, path: /metadata/namespace, value: m}'\n",
            b_yaml="apiVersion: x.io/v1\nkind: Rule\nmetadata: {name: a, namespace: m}\n",
        ),
        ["k/b.yaml:3:32 kustomize/duplicate-object"],
    ),
    "merge without object": Bad(
        with_rule(MERGE % ("aa", "n", "1")), ["k/kustomization.yaml:8:13 kustomize/no-target"], "did you mean 'a'?"
    ),
    "merge in another namespace": Bad(
        with_rule(MERGE % ("a", "m", "1")),
        ["k/kustomization.yaml:8:13 kustomize/no-target"],
        "there is Rule n/a (x.io/v1)",
    ),
    "removed twice": Bad(
        with_rule("patches:\n" + 2 * ("- patch: " + json.dumps(json.dumps({**rule(), "$patch": "delete"})) + "\n")),
        ["k/kustomization.yaml:5:86 kustomize/no-target"],
    ),
    "generator without object": Bad(
        with_rule("configMapGenerator:\n- name: c\n  behavior: merge\n"),
        ["k/kustomization.yaml:4:9 kustomize/no-target"],
        "there is no ConfigMap default/c (v1) to merge",
    ),
    "target without object": Bad(
        with_rule("patches:\n- target: {kind: Rule, name: aa}\n  patch: '- {op: remove, path: /spec}'\n"),
        ["k/kustomization.yaml:4:11 kustomize/no-target"],
        "did you mean 'a'?",
        refused=False,
    ),
    "replicas of nothing": Bad(
        with_rule("replicas:\n- {name: a, count: 2}\n"),
        ["k/kustomization.yaml:4:10 kustomize/no-target"],
        "there is no Deployment, StatefulSet, ReplicaSet or ReplicationController a to scale",
    ),
    "failed test": Bad(
        with_rule(OPERATIONS % ("y", "add", "/spec/b")),
        ["k/kustomization.yaml:8:14 kustomize/failed-test"],
        "/spec/l/0/name is 'x', not 'y'; item 1 has that value",
    ),
    "bad path": Bad(
        with_rule(OPERATIONS % ("x", "add", "/spce/b")),
        ["k/kustomization.yaml:10:13 kustomize/bad-path"],
        "there is nothing at /spce; did you mean 'spec'?",
    ),
    "bad path in a file": Bad(
        with_rule("patches:\n- {path: p.yaml, target: {kind: Rule}}\n", p_yaml="- op: remove\n  path: /spec/l/2\n"),
        ["k/p.yaml:2:9 kustomize/bad-path"],
        "there is no item 2; the list has items 0 to 1",
    ),
    "replacing nothing": Bad(
        with_rule(OPERATIONS % ("x", "replace", "/spec/b")),
        ["k/kustomization.yaml:10:13 kustomize/bad-path"],
        "kustomize adds it",
        refused=False,
        severity="warning",
    ),
    "merge of another shape": Bad(
        with_rule(MERGE % ("a", "n", "{b: 1}")),
        ["k/kustomization.yaml:11:10 kustomize/bad-patch"],
        "gives a map where the object has a scalar",
    ),
    "operations without target": Bad(
        with_rule("patches:\n- patch: '- {op: remove, path: /spec}'\n"),
        ["k/kustomization.yaml:4:3 kustomize/bad-patch"],
        "give it a target",
    ),
    "patch that leaves no object": Bad(
        with_rule(OPERATIONS % ("x", "replace", "/metadata/name") + OPERATIONS[9:] % ("x", "remove", "/metadata/name")),
        ["k/kustomization.yaml:14:5 kustomize/bad-patch"],
        "the patch spoils Rule n/1 (x.io/v1): an object needs a metadata.name",
    ),
    "operations behind a merge": Bad(
        with_rule("patches:\n- path: p.yaml\n", p_yaml=json.dumps(rule()) + "\n---\n- {op: remove, path: /spec}\n"),
        ["k/kustomization.yaml:4:3 kustomize/bad-patch"],
        "give it a target",
    ),
    "patch of no kind": Bad(
        with_rule("patches:\n- patch: |-\n    spec: 1\n"), ["k/kustomization.yaml:5:5 kustomize/bad-patch"], "neither"
    ),
    "neither path nor patch": Bad(
        with_rule("patches:\n- target: {kind: Rule}\n"), ["k/kustomization.yaml:4:3 kustomize/bad-patch"], "not both"
    ),
    "both path and patch": Bad(
        with_rule("patches:\n- {path: a.yaml, patch: 'a: b'}\n"), ["k/kustomization.yaml:4:3 kustomize/bad-patch"]
    ),
    "many merges, one target": Bad(
        with_rule(
            "patches:\n- {path: p.yaml, target: {kind: Rule}}\n", p_yaml="\n---\n".join(2 * [json.dumps(rule())])
        ),
        ["k/kustomization.yaml:4:26 kustomize/bad-patch"],
        "give each an entry of its own",
    ),
    "patch that is no YAML": Bad(
        with_rule("patches:\n- patch: |-\n    a: b\n    c: [\n"), ["k/kustomization.yaml:7:1 yaml/syntax"]
    ),
    "resource that is no YAML": Bad(with_rule("- b.yaml\n", b_yaml="a: [\n"), ["k/b.yaml:2:1 yaml/syntax"]),
    "kustomization that is no YAML": Bad(
        with_rule("- d\n") | {"k/d/kustomization.yaml": "resources: [\n"}, ["k/d/kustomization.yaml:2:1 yaml/syntax"]
    ),
    "kustomization of two documents": Bad(
        with_rule("- d\n") | {"k/d/kustomization.yaml": "resources: []\n---\nresources: []\n"},
        ["k/d/kustomization.yaml:1:1 file/many-documents"],
        refused=False,  # it reads the first and says nothing
    ),
    "name longer than any file's": Bad(
        with_rule(f"- {'x' * 300}\n"), ["k/kustomization.yaml:3:3 kustomize/missing-reference"], "does not exist"
    ),
    "object without name": Bad(
        with_rule("- b.yaml\n", b_yaml="apiVersion: v1\nkind: ConfigMap\n"), ["k/b.yaml:1:1 kustomize/bad-object"]
    ),
    "generator without name": Bad(
        with_rule("configMapGenerator:\n- literals: [a=b]\n"), ["k/kustomization.yaml:4:3 kustomize/bad-generator"]
    ),
    "key given twice": Bad(
        with_rule("configMapGenerator:\n- name: c\n  literals:\n  - a=b\n  - a=c\n"),
        ["k/kustomization.yaml:7:5 kustomize/bad-generator"],
        "key 'a' is given twice",
    ),
    "literal without value": Bad(
        with_rule("configMapGenerator:\n- name: c\n  literals: [a]\n"),
        ["k/kustomization.yaml:5:14 kustomize/bad-generator"],
        "'a' is not key=value",
    ),
}
"""What goes wrong, and where."""
