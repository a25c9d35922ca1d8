"""Every kind that has a schema: good objects are accepted, misspelt ones refused; kubeconform agrees."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sample_objects import OBJECTS, Object, misspelt, routes_of_objects, samples, schema_of, with_labels

from obsgen import schemas, tools

MINIMAL = samples("minimal.yaml")
REAL = samples("real.yaml")
# Kinds whose spec holds only scalars, lists of scalars and maps.
FLAT = {
    "scheduling.k8s.io/v1/PriorityClass",
    "serving.kserve.io/v1alpha1/LocalModelCache",
    "serving.kserve.io/v1alpha1/LocalModelNamespaceCache",
    "v1/ConfigMap",
    "v1/Namespace",
    "v1/Secret",
}


def test_every_kind_has_a_sample() -> None:
    known = {f"{version}/{kind}" for kind, versions in schemas.known_kinds().items() for version in versions}
    assert set(MINIMAL) == known


@pytest.mark.parametrize("name", [*MINIMAL, *(f"real {name}" for name in REAL)])
def test_a_good_object_is_accepted(name: str) -> None:
    obj = REAL[name.removeprefix("real ")] if name.startswith("real ") else MINIMAL[name]
    assert list(schemas.errors(obj, schema_of(obj))) == []


@pytest.mark.parametrize("name", MINIMAL)
def test_a_misspelt_field_is_refused_at_its_key(name: str) -> None:
    obj = MINIMAL[name]
    routes = routes_of_objects(obj)
    assert len(routes) == 2 or name in FLAT
    for route in routes:
        (error,) = schemas.errors(misspelt(obj, route), schema_of(obj))
        assert error.at_key
        assert error.route[:-1] == route
        assert error.message == f"unknown field '{error.route[-1]}'"
        assert error.hint == f"did you mean '{str(error.route[-1])[:-1]}'?"


@pytest.mark.parametrize("name", MINIMAL)
def test_labels_are_text(name: str) -> None:
    obj = with_labels(MINIMAL[name], {"a": "b", "release": True})
    assert list(schemas.errors(obj, schema_of(obj))) == [
        schemas.SchemaError(
            ("metadata", "labels", "release"), "expected string, got boolean true", 'write "true", in quotes'
        )
    ]


def spoilt() -> Iterator[tuple[str, Object]]:
    for name, obj in MINIMAL.items():
        file = name.replace("/", "-")
        yield f"{file}-labels", with_labels(obj, {"release": True})
        yield f"{file}-annotations", {**obj, "metadata": {**obj.get("metadata", {}), "annotations": {"a": 1}}}
        for depth, route in enumerate(routes_of_objects(obj)):
            yield f"{file}-misspelt-{depth}", misspelt(obj, route)
    for name in ("a", "b"):
        yield f"no-name-{name}", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": name}}


@pytest.mark.tools
def test_kubeconform_accepts_and_refuses_the_same(tmp_path: Path, real_tool: Callable[[str], tools.Tool]) -> None:
    bad = dict(spoilt())
    for name, obj in bad.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(obj), encoding="utf-8")
    arguments = ["-strict", "-output", "json", "-verbose", "-schema-location", schemas.kubeconform_location()]
    done = tools.run(real_tool("kubeconform"), [*arguments, str(OBJECTS), str(tmp_path)])
    status: dict[str, set[str]] = {}
    for resource in json.loads(done.stdout)["resources"]:
        status.setdefault(resource["status"], set()).add(Path(resource["filename"]).stem)
    assert status == {"statusValid": {"minimal", "real"}, "statusInvalid": set(bad)}
