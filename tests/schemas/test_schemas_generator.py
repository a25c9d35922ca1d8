"""The script that writes the stored schemas: what it keeps, closes, shares and adjusts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import adjusting
import closing
import core
import generate
import handwriting
import pytest
import sharing
from hypothesis import given
from hypothesis import strategies as st

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}


def closed(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


@pytest.mark.parametrize(
    ("given_schema", "expected"),
    [
        ({"type": "object", "description": "a", "properties": {"a": TEXT}}, closed(a=TEXT)),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": TEXT}),
        ({"type": "object", closing.OPEN: True}, {"type": "object", closing.OPEN: True}),
        ({"type": "object", "additionalProperties": True}, {"type": "object", closing.OPEN: True}),
        ({closing.OPEN: True}, {closing.OPEN: True}),
        ({"type": "array", "items": {"type": "object"}},
         {"type": "array", "items": {"type": "object", "additionalProperties": False}}),
        ({"anyOf": [{"type": "integer"}, TEXT], "x-kubernetes-int-or-string": True, "pattern": "^a$"},
         {"type": ["integer", "string"], "pattern": "^a$"}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": True},
         {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "integer", "maximum": 9, "exclusiveMaximum": False}, {"type": "integer", "maximum": 9}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "format": "byte"}, {"type": "string", "pattern": closing.BASE64}),
        ({"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"},
         {"type": "array", "items": TEXT, "uniqueItems": True}),
        ({"type": "string", "x-kubernetes-validations": [{"rule": "a", "message": "b", "fieldPath": ".c"}]},
         {"type": "string", "x-kubernetes-validations": [{"rule": "a", "message": "b"}]}),
        ({closing.CLOSED: {"type": "object"}}, {"type": "object"}),
    ],
)  # fmt: skip
def test_structural_schemas_are_closed(given_schema: Schema, expected: Schema) -> None:
    assert closing.close(given_schema) == expected


def test_required_fields_with_a_default_may_be_left_out() -> None:
    fields = {"a": TEXT, "b": {**TEXT, "default": "x"}}
    assert closing.close({"type": "object", "properties": fields, "required": ["b", "a"]})["required"] == ["a"]
    assert "required" not in closing.close({"type": "object", "properties": fields, "required": ["b"]})


@pytest.mark.parametrize("keyword", ["allOf", "patternProperties", "x-new"])
def test_nothing_is_dropped_unseen(keyword: str) -> None:
    with pytest.raises(ValueError, match=keyword):
        closing.close({"type": "object", "properties": {"a": {"type": "string", keyword: []}}})
    with pytest.raises(ValueError, match="anyOf"):
        closing.close({"anyOf": [TEXT]})


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("The image.", {}),
        ("An annotation that is officially deprecated.", {}),
        ("baseImage is deprecated: use 'spec.image' instead.", {"deprecated": True, "x-instead": "spec.image"}),
        ("Text.\nDeprecated: Use NamespaceSelectors instead.", {"deprecated": True, "x-instead": "namespaceSelectors"}),
        ("Deprecated: prefer using `authorization`.", {"deprecated": True, "x-instead": "authorization"}),
        ("Deprecated field, it has no effect", {"deprecated": True}),
    ],
)
def test_deprecation_is_read_from_descriptions(description: str, expected: Schema) -> None:
    assert closing.deprecation(description) == expected
    assert closing.close({"type": "string", "description": description}) == {"type": "string", **expected}


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^(?i)(abort|warn)?$", ["Warn", "ABORT", ""], ["war"]),
        ("^((?i)sun|mon)day(?:(:(sun|mon)day$)|$)", ["Sunday", "MONday:sunday"], ["SunDay", "monday:SUNday"]),
        ("^[a-z]+$", ["a"], ["A"]),
    ],
)
def test_case_flags_within_patterns_are_written_out(pattern: str, good: list[str], bad: list[str]) -> None:
    portable = re.compile(closing.portable(pattern))
    assert all(portable.search(text) for text in good)
    assert not any(portable.search(text) for text in bad)


@pytest.mark.parametrize("text", ["", "YQ==", "aGVsbG8=", "aGVs\nbG8=\n", "\nAAAA\r\nAAAA"])
def test_base64_takes_folded_text(text: str) -> None:
    assert re.search(closing.BASE64, text)


@pytest.mark.parametrize("text", ["a", "hunter2", "aGVs bG8=", "YQ=", "YQ==YQ=="])
def test_base64_refuses_plain_text(text: str) -> None:
    assert not re.search(closing.BASE64, text)


def test_equal_parts_are_written_once() -> None:
    big = closed(first=TEXT, second=TEXT, third={"type": "array", "items": TEXT})
    shared = sharing.share(closed(a=big, b=closed(c=big, small=TEXT)))
    assert shared["definitions"] == {"a": big}
    assert shared["properties"]["a"] == {"$ref": "#/definitions/a"}
    assert shared["properties"]["b"]["properties"] == {"c": {"$ref": "#/definitions/a"}, "small": TEXT}


def test_parts_of_a_shared_part_stay_inside_it() -> None:
    inner = closed(**{f"field{number}": TEXT for number in range(5)})
    outer = closed(inner=inner, other=TEXT)
    assert sharing.share(closed(a=outer, b=outer))["definitions"] == {"a": outer}


def test_recursive_definitions_are_kept() -> None:
    node = {**closed(again={"$ref": "#/definitions/node"}), "title": "x" * 100}
    shared = sharing.share({**closed(a={"$ref": "#/definitions/node"}), "definitions": {"node": node}})
    assert shared["definitions"]["node"] == node
    assert shared["properties"]["a"] == {"$ref": "#/definitions/node"}


def expanded(node: Any, definitions: Schema) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return expanded(definitions[node["$ref"].rpartition("/")[2]], definitions)
        return {key: expanded(value, definitions) for key, value in node.items()}
    return [expanded(value, definitions) for value in node] if isinstance(node, list) else node


leaves = st.sampled_from([TEXT, {"type": "integer"}, {"type": "string", "pattern": "x" * 120}, {"enum": ["y" * 120]}])
names = st.sampled_from(["a", "b", "items", "properties", "definitions"])
schemas = st.recursive(
    leaves,
    lambda inner: (
        st.dictionaries(names, inner, max_size=4).map(lambda fields: closed(**fields))
        | inner.map(lambda items: {"type": "array", "items": items})
        | inner.map(lambda values: {"type": "object", "additionalProperties": values})
        | st.lists(inner, min_size=1, max_size=2).map(lambda options: {"anyOf": options})
    ),
    max_leaves=20,
)


@given(schemas)
def test_sharing_changes_no_meaning(schema: Schema) -> None:
    shared = sharing.share(schema)
    assert json.loads(generate.render(shared)) == shared
    definitions = shared.pop("definitions", {})
    assert expanded(shared, definitions) == schema


def test_adjustments_remove_loosen_and_recurse() -> None:
    schema = closed(
        spec=closed(
            a={**closed(x=TEXT, gone=TEXT), "required": ["x"]},
            list={"type": "array", "items": {**TEXT, "pattern": "^a$"}},
            route={**closed(routes={closing.OPEN: True}, name={**TEXT, "deprecated": True}), "required": ["name"]},
        )
    )
    adjusting.Adjustment(
        absent=["spec/*/gone"], optional=["spec/a"], unchecked=["spec/list/-"], recursive={"spec/route": "routes"}
    ).apply(schema)
    spec = schema["properties"]["spec"]["properties"]
    again = {"type": "array", "items": {"$ref": "#/definitions/routes"}}
    assert spec["a"] == closed(x=TEXT)
    assert spec["list"]["items"] == TEXT
    assert spec["route"]["properties"]["routes"] == again
    assert spec["route"]["required"] == ["name"]
    assert schema["definitions"] == {"routes": closed(routes=again, name=TEXT)}


def test_an_adjustment_that_hits_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="spec/b"):
        adjusting.Adjustment(optional=["spec/b"]).apply(closed(spec=closed(a=TEXT)))


KIND = [{"group": "apps", "kind": "A", "version": "v1"}]
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
OPTIONAL = ["string", "null"]
BASE = core.Core(
    {
        "io.k8s.api.apps.v1.A": {
            "type": ["object", "null"],
            "x-kubernetes-group-version-kind": KIND,
            "properties": {
                "port": {"$ref": "#/$defs/io.k8s.apimachinery.pkg.util.intstr.IntOrString"},
                "memory": {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{core._QUANTITY}"}},
                "policy": {"type": OPTIONAL, "description": "Deprecated: use 'rule' instead."},
                "args": {"type": ["array", "null"], "items": {"type": OPTIONAL}},
                "raw": {"$ref": "#/$defs/io.k8s.apimachinery.pkg.runtime.RawExtension"},
                "marker": {"$ref": "#/$defs/io.k8s.api.apps.v1.Marker"},
            },
        },
        "io.k8s.apimachinery.pkg.runtime.RawExtension": {"type": ["object", "null"]},
        "io.k8s.api.apps.v1.Marker": {"type": "object"},
        META: {
            "type": "object",
            "properties": {
                "name": {"type": OPTIONAL},
                "labels": {"type": "object", "additionalProperties": {"type": OPTIONAL}},
                "annotations": {"type": "object", "additionalProperties": {"type": OPTIONAL}},
            },
        },
    },
    {"v1.A.policy": ["Always", "Never"]},
)


def test_core_kinds_are_inlined_and_closed() -> None:
    properties = BASE.named("apps/v1", "A")["properties"]
    assert properties["port"] == {"type": ["integer", "string", "null"]}
    assert properties["memory"]["additionalProperties"] == {
        "type": ["number", "string", "null"], "pattern": core.QUANTITY,
    }  # fmt: skip
    assert properties["policy"] == {
        "type": OPTIONAL, "enum": ["Always", "Never", "", None], "deprecated": True, "x-instead": "rule",
    }  # fmt: skip
    assert properties["args"] == {"type": ["array", "null"], "items": {"type": OPTIONAL}}
    assert properties["raw"] == {"type": ["object", "null"], closing.OPEN: True}
    assert properties["marker"] == {"type": "object", "additionalProperties": False}
    with pytest.raises(KeyError):
        BASE.named("apps/v1", "B")
    assert BASE.object_meta()["properties"]["labels"]["additionalProperties"] == TEXT


def test_handwritten_kinds_take_kubernetes_types_and_share_a_form(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    text = "{apiVersion: a/v1, kind: A, source: s, schema: {type: object, properties: {m: {$core: api.apps.v1.Marker}}}"
    path.write_text(text + ", also: [{apiVersion: a/v2, kind: B}]}", encoding="utf-8")
    first, second = handwriting.read(path, BASE)
    assert (first[0], first[1], first[3]) == ("a/v1", "A", "s")
    assert second[2]["properties"]["kind"] == {"const": "B"}
    assert first[2]["properties"]["m"] == {"type": "object", "additionalProperties": False}
    assert first[2]["required"] == ["apiVersion", "kind", "metadata"]
    assert first[2]["properties"]["metadata"]["anyOf"] == [{"required": ["name"]}, {"required": ["generateName"]}]
    path.write_text(text + ", file: true}", encoding="utf-8")
    ((_, _, schema, _),) = handwriting.read(path, BASE)
    assert set(schema["properties"]) == {"apiVersion", "kind", "m"}
    assert schema["properties"]["m"]["type"] == ["object", "null"]
    assert "required" not in schema


def test_written_files_replace_the_old_ones_and_are_equal_each_time(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "gone_v1.json").write_text("{}", encoding="utf-8")
    schema = closing.document("apps/v1", "A", BASE.named("apps/v1", "A"), BASE.object_meta())
    entries = [
        generate.Entry("v1", "Z", schema, "s", "1", {}),
        generate.Entry("apps/v1", "A", schema, "s", "", {"served": False}),
    ]
    generate.write(entries, tmp_path)
    first = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.json")}
    generate.write(entries[::-1], tmp_path)
    assert first == {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert set(first) == {"apps/a_v1.json", "v1/z_v1.json", "index.json"}
    index = json.loads(first["index.json"])
    assert index["apps/v1/A"]["served"] is False
    assert index["v1/Z"]["version"] == "1"
    assert index["v1/Z"]["openFields"] == 1
