"""What unquoted YAML scalars mean, to YAML 1.2 and to the 1.1 readers in Kubernetes tools."""

from __future__ import annotations

import re

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_MAY_BE_TYPED = frozenset("0123456789+-.~nNtTfF")
KNOWN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")}

# What YAML 1.1 readers (PyYAML, the Go library under kubectl, kustomize, Argo CD) take for something else.
YAML11_TRAP = re.compile(
    r"(?:y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|=|<<"
    r"|[-+]?0[0-9_]+|0b[01_]+|[-+]?[1-9][0-9]*_[0-9_]*|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)\Z"
)


def resolve_plain(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means by YAML 1.2's core rules."""
    if text and text[0] not in _MAY_BE_TYPED:
        return text
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _INT.match(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else _integer(text)
    if _FLOAT.match(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _integer(text: str) -> int | str:
    # Python refuses to convert thousands of digits, and nobody means them as a number.
    return int(text) if len(text) <= 4000 else text
