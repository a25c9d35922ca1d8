"""Names and texts made to break out of what they stand in: refused with a reason, or harmless to every reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from engine_support import ALPHA, as_yaml, findings, objects, rules, tree, yaml
from promql_parser import parse as parse_promql

from obsgen import tools
from obsgen.findings import InputError
from obsgen.pipeline import StackTree
from obsgen.promql.template import read_template
from obsgen.tree.serialise import yaml_bytes

HOSTILE = (
    *("../../etc/passwd", "/etc/passwd", "a/b", "..", ".", "", " ", "A", "aB", "a b", "a_b", "-a", "a-", "a.b", "é"),
    *('a"', "a'", "a`", "a}}", "{{ $value }}", "{{ .X }}", "{{", "<< name >>", "<% if %>", "x" * 300, "😀"),
    *("a\nb", "a\n", "a\x00", "a\x1b[31m", "\u202ea", "\ufeffa", "\u2028", "$(id)", "`id`", "; rm -rf /", "${a}", "$a"),
    *("a: b", "a, b", "[a]", "{a: b}", "#a", "&a", "*a", "!a", "%a", "@a", "|", ">", "?", "- a", "---"),
    *('"} or vector(1) #', "a|b", ".*", "(", "a\\", "null", "~", "true", "1", "1e3"),
)

Put = Callable[[dict[str, Any], str], object]


def server(data: dict[str, Any]) -> dict[str, Any]:
    only: dict[str, Any] = data["modelServers"][0]
    return only


# Where only names of a certain form make sense: how a text gets there, and which of the texts above are such names.
NAMES: dict[str, tuple[Put, set[str]]] = {
    "stack": (lambda data, text: data.update(stack=text), {"null", "true", "1", "1e3"}),
    "server": (lambda data, text: server(data).update(name=text), {"null", "true", "1", "1e3"}),
    "type": (lambda data, text: server(data).update(type=text), set()),
    "version": (lambda data, text: server(data).update(version=text), {"1"}),
    "namespace": (lambda data, text: server(data).update(namespace=text), {"null", "true", "1", "1e3"}),
    "monitoring": (lambda data, text: data.update(namespaces={"monitoring": text}), {"null", "true", "1", "1e3"}),
    "port": (lambda data, text: server(data).update(port=text), {"null", "true", "1e3"}),
    "path": (lambda data, text: server(data).update(path=text), {"/etc/passwd"}),
    "interval": (lambda data, text: server(data).update(interval=text), set()),
    "pods": (
        lambda data, text: server(data).update(pods=text),
        {"..", ".", "-a", "a-", "a.b", "a|b", ".*", "[a]", "|", "---", "null", "true", "1", "1e3"},
    ),
    "threshold": (lambda data, text: server(data).update(thresholds={"failures": text}), {"1"}),
    "option": (lambda data, text: server(data).update(options={"mode": text}), set()),
    "label": (
        lambda data, text: data.update(labels={"key": text}),
        {"", "A", "aB", "a_b", "a.b", "null", "true", "1", "1e3"},
    ),
    "label key": (
        lambda data, text: data.update(labels={text: "x"}),
        {"a/b", "A", "aB", "a_b", "a.b", "null", "true", "1", "1e3"},
    ),
    "selector": (
        lambda data, text: server(data).update(selector={"app": text}),
        {"", "A", "aB", "a_b", "a.b", "null", "true", "1", "1e3"},
    ),
    "selector of Prometheus": (
        lambda data, text: data.update(prometheus={"selectorLabels": {"release": text}}),
        {"", "A", "aB", "a_b", "a.b", "null", "true", "1", "1e3"},
    ),
    "environment": (
        lambda data, text: data.update(environments={text: {}}),
        {"null", "true", "1", "1e3"},
    ),
    "cluster": (lambda data, text: data.update(cluster={"name": text}), {"null", "true", "1", "1e3"}),
    "API server": (lambda data, text: data.update(cluster={"server": text}), set()),
    "object of rules": (lambda data, text: data.update(rules={"object": text}), {"null", "true", "1", "1e3"}),
    "alert": (lambda data, text: data.update(alerts={"AlphaDown": {"name": text}}), set()),
    "alert of one's own": (lambda data, text: data.update(alerts={text: own()}), set()),
    "group": (
        lambda data, text: data.update(alerts={"AlphaDown": {"group": text}}),
        {"A", "aB", "a b", "a_b", "a-", "a.b", "null", "true", "1", "1e3"},
    ),
    "label of an alert": (
        lambda data, text: data.update(alerts={"AlphaDown": {"labels": {"team": text}}}),
        {"", "A", "aB", "a_b", "a.b", "null", "true", "1", "1e3"},
    ),
    "by": (lambda data, text: data.update(alerts={"Mine": own(by=[text])}), set()),
    "matched label": (
        lambda data, text: data.update(alerts={"Mine": own(match={text: "x"})}),
        {"A", "aB", "a_b", "null", "true"},
    ),
    "runbooks": (lambda data, text: data.update(runbooks={"baseURL": text}), set()),
    "components": (lambda data, text: data.update(templates=[text]), {"..", ".", ""}),
}


def own(**changes: Any) -> dict[str, Any]:
    """An alert of one's own."""
    words = {"group": "g", "for": "1m", "severity": "info", "summary": "s", "description": "d"}
    return {"server": "chat", **({} if "expr" in changes else {"signal": "waiting"}), "above": 3, **words, **changes}


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with the profile and nothing else, nor beside it: no folder of components has mistakes."""
    folder = tmp_path / "above" / "here"
    folder.mkdir(parents=True)
    (folder / "profile.yaml").write_text(ALPHA)
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("field", NAMES)
@pytest.mark.usefixtures("alone")
def test_a_name_has_its_form_or_is_refused_at_its_place(field: str) -> None:
    put, good = NAMES[field]
    passed = set()
    for text in HOSTILE:
        data = yaml(ALPHA.encode())
        put(data, text)
        found = findings(as_yaml(data))
        if not found:
            passed.add(text)
        assert {each.place.file for each in found} <= {"profile.yaml"}
        assert all(each.message.strip() for each in found)
        assert all(each.message.replace(text, "").isprintable() for each in found)
        assert all(len(each.message) < 500 for each in found)
    assert passed == good


# Where people write what they like.
TEXTS: dict[str, Put] = {
    "folder": lambda data, text: data.update(grafana={"folder": text}),
    "title": lambda data, text: data.update(dashboards={"alpha": {"title": text}}),
    "model": lambda data, text: data.update(prices={"acme": {text: {"input": "1USD/Mtok", "output": "1USD/Mtok"}}}),
    "summary": lambda data, text: data.update(alerts={"Mine": own(summary=text)}),
    "label": lambda data, text: data.update(alerts={"Mine": own(labels={"team": text})}),
    "matched value": lambda data, text: data.update(alerts={"Mine": own(match={"model": text, "zone": [text, "x"]})}),
    "query": lambda data, text: data.update(alerts={"Mine": own(expr=text, unit="count")}),
}


def with_text(field: str, text: str) -> str:
    data = yaml(ALPHA.encode())
    if field == "model":
        data["providers"] = [{"name": "m", "type": "meter", "covers": ["acme"]}]
    TEXTS[field](data, text)
    return as_yaml(data)


def rendered_with(field: str, text: str) -> StackTree | None:
    """The tree of a profile with a text in a field, None if that is refused, in the profile."""
    try:
        return tree(with_text(field, text))
    except InputError as refused:
        elsewhere = [each for each in refused.findings if each.place.file != "profile.yaml"]
    assert not elsewhere
    return None


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_is_refused_or_harmless(field: str) -> None:
    usual = rendered_with(field, "up")
    rendered = [each for text in HOSTILE if (each := rendered_with(field, text))]
    assert usual
    assert len(rendered) > 5
    for each in rendered:
        _prove_harmless(each, usual)


def _prove_harmless(rendered: StackTree, usual: StackTree) -> None:
    for path, data in rendered.files.items():
        if path.endswith(".yaml"):
            assert pyyaml.safe_load(data) == yaml(data)
        elif path.endswith(".json"):
            json.loads(data)
    for each in rules(rendered.base):
        parse_promql(each["expr"])
        for value in (*each["labels"].values(), *each["annotations"].values()) if "alert" in each else ():
            assert not read_template(value).problems
    assert [each.identity for each in objects(rendered.base)] == [each.identity for each in objects(usual.base)]
    assert list(rendered.files) == list(usual.files)


@pytest.mark.parametrize("text", ['"} or vector(1) #', "a\nb", "a\\", "{{ $value }}", "😀"])
def test_a_matched_value_is_matched_as_it_is(text: str) -> None:
    rendered = tree(with_text("matched value", text)).base
    (mine,) = (each["expr"] for each in rules(rendered) if each.get("alert") == "Mine")
    matchers = {each.name: each.value for each in parse_promql(mine).lhs.expr.matchers.matchers}
    assert matchers["model_name"] == text


@pytest.mark.tools
def test_promtool_takes_every_rule_with_a_hostile_text(tmp_path: Path, real_tool: Callable[[str], tools.Tool]) -> None:
    groups = []
    for number, (field, text) in enumerate((field, text) for field in TEXTS for text in HOSTILE):
        if rendered := rendered_with(field, text):
            found = [each for each in rules(rendered.base) if each.get("alert") == "Mine" or "meter" in str(each)]
            groups.append({"name": f"g{number}", "rules": found})
    assert len(groups) > 100
    (tmp_path / "rules.yaml").write_bytes(yaml_bytes({"groups": groups}))
    done = tools.run(real_tool("promtool"), ["check", "rules", "--lint=none", "rules.yaml"], cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
