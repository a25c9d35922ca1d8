"""Random objects and their changed versions, with the keys and values that trip patches up.

Everything draws from a `random.Random`, so that hypothesis can steer it (`st.randoms()`) and a seed can fill a
large batch for the real kustomize in no time.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

KEYS = ["a", "b", "c", "spec", "name"]
ODD_KEYS = ["a/b", "a~b", "~1", "a.b", "", "yes", "1", "null", "true", " x", "a: b", "#c", "-", "é", '"q"', "o'n", "$x"]
TEXTS = ["a", "b", "plain text", "sum by (a) (rate(x[5m])) > 0.5"]
ODD_TEXTS = [
    "", " ", "yes", "no", "1", "012", "1e3", "null", "~", "true", "0x1F", "1:30", "=", "<<", "- a", "a: b", "#x",
    "a #b", "%", "@x", "`x", "*x", "&x", "!x", "{{ $labels.x }}", "'", '"', "\\", "a\tb", "\t", "a\nb\n",
    "a\n  b\n c\n", " a\n", "a \nb", "a b\n c\n", "\n", "\n\na", "é\u2028<&>", "2024-01-01", "[a]", "|", ">-",
]  # fmt: skip
NUMBERS = [0, 1, -7, 8080, 2**40, 0.5, -1.25, 1e-7, 1e21, 0.1, 3.0, 1e6]
NAMES = ["a", "b", "c", "d", "e", "f", "80", "true"]

Make = Callable[[Random], Any]


def key(r: Random) -> str:
    return r.choice(KEYS if r.random() < 0.6 else ODD_KEYS)


def text(r: Random) -> str:
    return r.choice(TEXTS if r.random() < 0.5 else ODD_TEXTS)


def scalar(r: Random) -> Any:
    return r.choice([text(r), text(r), r.choice(NUMBERS), r.random() < 0.5])


def mapping(r: Random, make: Make = scalar, most: int = 3) -> dict[str, Any]:
    return {key(r): make(r) for _ in range(r.randrange(most + 1))}


def many(r: Random, make: Make, most: int = 4) -> list[Any]:
    return [make(r) for _ in range(r.randrange(most + 1))]


def named(r: Random, name: str, make: Make = scalar) -> list[Any]:
    """Items that a key names, mostly but not always uniquely."""
    return many(r, lambda r: mapping(r, make) | {name: r.choice(NAMES)}, 6)


def rules(r: Random) -> list[Any]:
    """Alerts and recording rules, some of one name."""
    return many(
        r,
        lambda r: {r.choice(["alert", "record"]): r.choice(NAMES), "expr": text(r), "labels": mapping(r, text)},
        6,
    )


def value(r: Random, depth: int = 2) -> Any:
    """Scalars, mappings, and lists of all the sorts that naming of items distinguishes."""
    if depth == 0:
        return scalar(r)

    def below(r: Random) -> Any:
        return value(r, depth - 1)

    kinds: list[Make] = [
        scalar,
        lambda r: mapping(r, below, 4),
        lambda r: many(r, scalar, 5),
        lambda r: many(r, below),
        lambda r: named(r, "name", below),
        lambda r: many(r, lambda r: {"x": scalar(r), "y": r.choice(NAMES)}),
        rules,
    ]
    return r.choice(kinds)(r)


def metadata(r: Random, name: str) -> dict[str, Any]:
    def pairs(r: Random) -> dict[str, str]:
        return {r.choice(["a", "b.io/c", "d~e", "f"]): text(r) for _ in range(r.randrange(1, 4))}

    made = {"name": name, "namespace": "n"}
    optional: dict[str, Make] = {
        "labels": pairs,
        "annotations": pairs,
        "finalizers": lambda r: many(r, lambda r: r.choice(NAMES)),
    }
    return made | {field: make(r) for field, make in optional.items() if r.random() < 0.5}


def custom_resource(r: Random, name: str) -> dict[str, Any]:
    """An object of a kind that kustomize does not know."""
    return {"apiVersion": "x.io/v1", "kind": "Rule", "metadata": metadata(r, name), "spec": mapping(r, value, 5)}


def container(r: Random) -> dict[str, Any]:
    def port(r: Random) -> dict[str, Any]:
        more = {"protocol": r.choice(["TCP", "UDP"]), "name": r.choice(NAMES)}
        return {"containerPort": r.choice([80, 81, 82])} | {k: v for k, v in more.items() if r.random() < 0.5}

    optional: dict[str, Make] = {
        "image": text,
        "env": lambda r: named(r, "name"),
        "ports": lambda r: many(r, port),
        "args": lambda r: many(r, text),
        "volumeMounts": lambda r: named(r, "mountPath"),
        "resources": lambda r: {"limits": mapping(r)},
    }
    return {"name": r.choice(NAMES)} | {field: make(r) for field, make in optional.items() if r.random() < 0.4}


def workload(r: Random, name: str) -> dict[str, Any]:
    """A Deployment whose lists a merge would merge."""
    optional: dict[str, Make] = {
        "containers": lambda r: many(r, container),
        "volumes": lambda r: named(r, "name"),
        "nodeSelector": lambda r: mapping(r, text),
        "tolerations": lambda r: many(r, lambda r: mapping(r, text)),
    }
    pod = {field: make(r) for field, make in optional.items() if r.random() < 0.7}
    template = {"metadata": {"labels": mapping(r, text)}, "spec": pod}
    spec = {"replicas": r.randrange(9), "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(r, name), "spec": spec}


def changed(r: Random, old: Any) -> Any:
    """The value with some of it changed, removed, added or moved, its shape included."""
    chance = r.random()
    if chance < 0.4:
        return old
    if isinstance(old, dict) and chance < 0.95:
        return {name: changed(r, part) for name, part in old.items() if r.random() < 0.8} | mapping(r, value, 1)
    if isinstance(old, list) and chance < 0.95:
        items = [changed(r, item) for item in old if r.random() < 0.8]
        items += [r.choice(old)] if old and r.random() < 0.5 else []
        return shuffled(r, items)
    return value(r, 1)


def mixed(r: Random, one: Any, other: Any) -> Any:
    """A value of the same shape, made of two: kustomize refuses Deployments of odd shapes."""
    if isinstance(one, dict) and isinstance(other, dict):
        kept = {name: mixed(r, part, other.get(name, part)) for name, part in one.items() if r.random() < 0.85}
        return kept | {name: part for name, part in other.items() if name not in one and r.random() < 0.5}
    if isinstance(one, list) and isinstance(other, list):
        items = [mixed(r, item, r.choice([item, *other])) for item in one if r.random() < 0.85]
        return shuffled(r, items + [r.choice(other) for _ in other[:2] if r.random() < 0.5])
    return r.choice([one, other])


def shuffled(r: Random, items: list[Any]) -> list[Any]:
    return r.sample(items, len(items)) if r.random() < 0.4 else items


def pair(r: Random, name: str = "o") -> tuple[dict[str, Any], dict[str, Any]]:
    """An object and what shall become of it."""
    if r.random() < 0.5:
        base = workload(r, name)
        spec = mixed(r, base["spec"], workload(r, name)["spec"])
    else:
        base = custom_resource(r, name)
        new = changed(r, base["spec"])
        spec = new if isinstance(new, dict) else {}
    wanted = base | {"spec": spec, "metadata": changed_metadata(r, base["metadata"])}
    return base, wanted


def changed_metadata(r: Random, old: dict[str, Any]) -> dict[str, Any]:
    new = metadata(r, old["name"]) if r.random() < 0.5 else old
    return new | {"namespace": "elsewhere"} if r.random() < 0.05 else new


def merge_patch(r: Random, old: Any, other: Any) -> Any:
    """A strategic merge patch by hand: parts of both values, lists, nulls and directives."""
    if isinstance(old, dict):
        made = {name: merge_patch(r, part, part) for name, part in old.items() if r.random() < 0.3}
        if isinstance(other, dict):
            made |= {name: merge_patch(r, part, part) for name, part in other.items() if r.random() < 0.3}
        made |= {name: None for name in old if r.random() < 0.1}
        return made | ({"$patch": r.choice(["delete", "replace", "merge"])} if r.random() < 0.05 else {})
    if isinstance(old, list):
        items = [item if r.random() < 0.5 else merge_patch(r, item, item) for item in old if r.random() < 0.6]
        items += [{"$patch": r.choice(["delete", "replace"])}] if r.random() < 0.1 else []
        return shuffled(r, items)
    return scalar(r) if r.random() < 0.5 else old


def operations(r: Random, old: Any) -> list[dict[str, Any]]:
    """JSON 6902 operations by hand: mostly sensible, some off by one, loose or wrong."""
    paths = list(pointers(old))

    def path(r: Random) -> str:
        known = r.choice(paths)
        return known if r.random() < 0.7 else known + r.choice(["/x", "/-", "/0", "/-1", "/1", "/99", "/01", ""])

    made = []
    for _ in range(r.randrange(1, 4)):
        name = r.choice(["add", "remove", "replace", "test", "move", "copy"])
        operation = {"op": name, "path": path(r)}
        if name in ("move", "copy"):
            operation["from"] = path(r)
        if name in ("add", "replace", "test"):
            operation["value"] = value(r, 1) if r.random() < 0.5 else r.choice([None, "a", "a", 8080, []])
        made.append(operation)
    return made


def pointers(old: Any, above: str = "") -> Any:
    """The JSON pointers of all parts of a value."""
    parts = old.items() if isinstance(old, dict) else enumerate(old) if isinstance(old, list) else ()
    for step, part in parts:
        here = above + "/" + str(step).replace("~", "~0").replace("/", "~1")
        yield here
        yield from pointers(part, here)
