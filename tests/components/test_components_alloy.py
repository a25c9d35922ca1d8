"""Alloy's configuration: no tool here judges it, so it is read and held against a closed list of words.

The words are those of grafana/alloy 1.21.2, docs/sources/reference/components.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from component_variants import Variant, rendering

WORDS = {
    "discovery.kubernetes": {"role", "namespaces"},
    "discovery.kubernetes namespaces": {"names"},
    "discovery.relabel": {"targets", "rule"},
    "discovery.relabel rule": {"source_labels", "separator", "regex", "target_label"},
    "loki.source.kubernetes": {"targets", "forward_to", "clustering"},
    "loki.source.kubernetes clustering": {"enabled"},
    "loki.write": {"endpoint", "external_labels"},
    "loki.write endpoint": {"url", "tenant_id", "oauth2"},
    "loki.write endpoint oauth2": {"client_id", "client_secret_file", "token_url"},
}
"""What may stand in each block."""
EXPORTS = {
    "discovery.kubernetes": {"targets"},
    "discovery.relabel": {"output"},
    "loki.source.kubernetes": set(),
    "loki.write": {"receiver"},
}
OIDC = {
    "type": "lokistack",
    "storageClass": "fast",
    "oidc": {"issuerURL": "https://i.example.org", "tokenURL": "https://t.example.org", "user": "u"},
}
PROFILES: dict[str, dict[str, Any]] = {
    "existing": {},
    "tenant": {"logs": {"tenant": "ml"}, "cluster": {"name": "ml-prod"}},
    "gateway": {"logs": {"url": None, **OIDC}},
}

_LINE = re.compile(r"(?:(?P<block>[\w.]+)(?: \"(?P<label>\w+)\")? \{|(?P<word>\w+) += (?P<value>.+)|(?P<close>\}))\Z")


def configuration(profile: dict[str, Any]) -> str:
    rendered = rendering(Variant("alloy", ("1.21.2",)), profile)
    (found,) = (each.object["data"] for each in rendered.base.objects if "config.alloy" in each.object.get("data", {}))
    text: str = found["config.alloy"]
    return text


def statements(text: str) -> Iterator[tuple[str, str, str]]:
    """Every word with the block that it stands in, and its value."""
    blocks: list[str] = []
    inside = False
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if inside:  # a map's entries are of our own
            assert re.fullmatch(r'\w+ = "[^"]*",|\}', line), line
            inside = line != "}"
            continue
        read = _LINE.match(line)
        assert read, line
        if read["block"]:
            yield " ".join(blocks), read["block"], read["label"] or ""
            blocks.append(read["block"])
        elif read["close"]:
            blocks.pop()
        else:
            yield " ".join(blocks), read["word"], read["value"]
            inside = read["value"] == "{"
    assert not blocks
    assert not inside


@pytest.mark.parametrize("name", PROFILES)
def test_every_word_is_known_where_it_stands(name: str) -> None:
    for block, word, _ in statements(configuration(PROFILES[name])):
        assert word in (WORDS[block] if block else EXPORTS), f"{block}: {word}"


@pytest.mark.parametrize("name", PROFILES)
def test_values_are_texts_lists_truth_calls_or_what_another_component_exports(name: str) -> None:
    text = configuration(PROFILES[name])
    made = {f"{word}.{label}": word for block, word, label in statements(text) if not block}
    plain = re.compile(r'"[^"]*"|\["[^"]*"(?:, "[^"]*")*\]|true|\{|sys\.env\("\w+"\)')
    for block, word, value in statements(text):
        if not block or word in {each.rpartition(" ")[2] for each in WORDS if " " in each}:
            continue
        if not plain.fullmatch(value):
            component, _, export = value.strip("[]").rpartition(".")
            assert export in EXPORTS[made[component]], f"{word}: {value}"
