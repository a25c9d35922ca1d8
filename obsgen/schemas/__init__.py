"""JSON Schemas of Kubernetes kinds, carried in the package: closed, so that misspelt fields are refused.

`data/` is written by `scripts/schemas/generate.py`; its `index.json` names the origin and hash of every file.
"""

from obsgen.schemas.catalog import Schema, fields, is_foreign, known_kinds, kubeconform_location, lookup, nearest
from obsgen.schemas.judging import SchemaError, deprecated, errors

__all__ = [
    "Schema",
    "SchemaError",
    "deprecated",
    "errors",
    "fields",
    "is_foreign",
    "known_kinds",
    "kubeconform_location",
    "lookup",
    "nearest",
]
