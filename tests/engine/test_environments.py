"""Environments: how they change a profile, and where every value of the result was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine_support import ALPHA, HEAD, Command, finding, findings, marked, profile

from obsgen.profile.environments import ANY_ITEM, Mark, Merged, merge
from obsgen.profile.load import load_text
from obsgen.source import Document

SERVERS = """\
modelServers:
  - {name: a, type: alpha, namespace: one}
  - {name: b, type: beta}
"""


def merged(text: str, environment: str = "dev") -> dict[str, Any]:
    return merge(document(text), environment).value


def document(text: str) -> Document:
    (only,) = load_text(HEAD + text, "profile.yaml")
    return only


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("cluster: {name: x}", {"name": "x", "region": "r"}),
        ("cluster: {region: null}", {"name": "main"}),
        ("cluster: {region: other, provider: p}", {"name": "main", "region": "other", "provider": "p"}),
    ],
)
def test_mappings_merge_key_by_key(change: str, value: object) -> None:
    text = f"cluster: {{name: main, region: r}}\nenvironments: {{dev: {{{change}}}}}\n"
    assert merged(text)["cluster"] == value


@pytest.mark.parametrize(
    ("change", "servers"),
    [
        ("{a: {namespace: two}}", [("a", "two"), ("b", None)]),
        ("{a: null}", [("b", None)]),
        ("{a: null, b: {namespace: three}}", [("b", "three")]),
        ("{a: {namespace: null}}", [("a", None), ("b", None)]),
        ("{z: {type: beta}, c: {type: beta}}", [("a", "one"), ("b", None), ("c", None), ("z", None)]),
    ],
)
def test_lists_of_named_items_are_changed_by_name(change: str, servers: list[tuple[str, str | None]]) -> None:
    result = merged(f"{SERVERS}environments: {{dev: {{modelServers: {change}}}}}\n")
    assert [(each["name"], each.get("namespace")) for each in result["modelServers"]] == servers


def test_the_profile_without_environments_is_left_as_it_is() -> None:
    read = document(f"{SERVERS}environments: {{dev: {{modelServers: {{a: null}}}}}}\n")
    assert merge(read, None).value == {"stack": "demo", "modelServers": read.value["modelServers"]}
    assert merge(read, "prod").value == merge(read, None).value
    assert len(read.value["modelServers"]) == 2, "the file's data must not change"


@pytest.mark.parametrize(
    "text",
    [
        "modelServers:\n  - {name: a, type: alpha, namespace: ^ONE}\nenvironments: {dev: {}}\n",
        f"{SERVERS}environments:\n  dev:\n    modelServers: {{a: {{namespace: ^ONE}}}}\n",
        f"{SERVERS}environments:\n  dev:\n    modelServers: {{a: null, b: {{namespace: ^ONE}}}}\n",
        f"{SERVERS}environments:\n  dev:\n    modelServers: {{new: {{type: alpha, namespace: ^ONE}}}}\n",
        "environments:\n  dev:\n    modelServers: [{name: new, type: alpha, namespace: ^ONE}]\n",
        "environments:\n  dev:\n    modelServers: {new: {type: alpha, namespace: ^ONE}}\n",
        "cluster: {region: r}\nenvironments:\n  dev:\n    cluster: {name: ^ONE}\n",
        "environments:\n  dev:\n    cluster: {name: ^ONE}\n",
    ],
)
def test_a_fault_is_told_where_the_value_was_written(text: str) -> None:
    source, line, column = marked(HEAD + text)
    place = next(each.place for each in findings(source) if "'ONE'" in each.message)
    assert (place.line, place.column) == (line, column)


LISTS = {
    "modelServers": (
        "[{name: chat, type: alpha}, {name: deep, type: beta}]",
        "{name: deep, type: beta}",
        "{type: beta}",
    ),
    "providers": (
        "[{name: paid, type: meter, covers: [acme]}]",
        "{name: p, type: meter, covers: [acme]}",
        "{type: meter}",
    ),
}


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("as_list", ["[]", "[{0}]", "[{0}, 5]"])
def test_a_list_that_would_drop_what_it_does_not_repeat_is_refused(key: str, as_list: str) -> None:
    base, item, _ = LISTS[key]
    written = as_list.replace("{0}", item)
    source, line, column = marked(f"{HEAD}{key}: {base}\nenvironments: {{dev: {{^{key}: {written}}}}}\n")
    only = finding(source)
    assert only.id == "profile/environment"
    assert f"this list would replace all of {key}: " in only.message
    assert f"{key}: {{{'chat' if key == 'modelServers' else 'paid'}: {{…}}}}" in only.hint
    assert (only.place.line, only.place.column) == (line, column)


def test_applications_are_changed_by_name_too() -> None:
    parts = "{name: x, part: rules}, {name: b, part: dashboards}, {name: m, part: monitors}"
    base = f"argocd: {{repoURL: 'https://github.com/acme/x.git', applications: [{parts}]}}\n"
    text = ALPHA + base + "environments: {dev: {argocd: {applications: "
    assert finding(f"{text}[{{name: y, part: rules}}]}}}}}}\n").id == "profile/environment"
    assert "among applications" in finding(f"{text}{{y: {{prat: rules}}}}}}}}}}\n").message
    assert not findings(f"{text}{{y: {{part: platform}}, x: null}}}}}}}}\n")


def test_an_environment_may_bring_the_first_of_a_list_or_a_part() -> None:
    for servers in ("[{name: a, type: alpha}]", "{a: {type: alpha}}"):
        result = merged(f"environments: {{dev: {{modelServers: {servers}, gpuExporter: {{type: probe}}}}}}\n")
        assert result["modelServers"] == [{"name": "a", "type": "alpha"}]
        assert result["gpuExporter"] == {"type": "probe"}


@pytest.mark.parametrize(
    ("change", "told", "hint"),
    [
        ("modelServers: {^chta: {thresholds: {latencyP95: 1s}}}", "no 'chta' among modelServers", "mean 'chat'?"),
        ("modelServers: {^z: {}}", "no 'z' among modelServers", "known: chat, deep; a new one has `type:`"),
        ("providers: {^piad: {covers: [acme]}}", "no 'piad' among providers", "did you mean 'paid'?"),
        ("^gpuExporter: {interval: 5s}", "no gpuExporter to change", "a new one has `type:`"),
        ("^argocd: {suffix: ''}", "no argocd to change", "a new one has `repoURL:`"),
    ],
)
def test_a_change_of_what_is_not_there_says_what_was_meant(change: str, told: str, hint: str) -> None:
    base = "".join(f"{key}: {items}\n" for key, (items, _, _) in LISTS.items())
    source, line, column = marked(f"{HEAD}{base}environments: {{dev: {{{change}}}}}\n")
    only = finding(source)
    assert only.id == "profile/environment"
    assert told in only.message
    assert hint in only.hint
    assert (only.place.line, only.place.column) == (line, column)


@pytest.mark.parametrize("faulty", ["{type: alpha}", "{name: 5, type: alpha}", "{name: Chat, type: alpha}", "7"])
@pytest.mark.parametrize("change", ["{chat: {namespace: x}}", "{chat: null}", "{chat: 5}"])
def test_a_server_whose_name_is_at_fault_may_be_the_one_that_is_changed(faulty: str, change: str) -> None:
    text = f"{HEAD}modelServers: [{faulty}]\nenvironments: {{dev: {{modelServers: {change}}}}}\n"
    assert [each.place.line for each in findings(text)] == [4]


def test_what_an_environment_leaves_out_is_told(obsgen: Command, tmp_path: Path) -> None:
    environments = (
        "environments:\n"
        "  dev: {cluster: {name: d}, modelServers: {chat: null}}\n"
        "  prod: {cluster: {name: p}, gpuExporter: null}\n"
    )
    (tmp_path / "profile.yaml").write_text(f"{ALPHA}gpuExporter: {{type: probe}}\n{environments}")
    ran = obsgen("render", "profile.yaml")
    assert ran.code == 0
    assert "left out in dev: model server chat\n" in ran.err
    assert "            prod: GPU exporter gpu\n" in ran.err
    readme = (tmp_path / "out/demo/README.md").read_text()
    assert "`overlays/dev` leaves out model server chat." in readme
    assert "`overlays/prod` leaves out GPU exporter gpu." in readme


def gone(text: str, *route: str | int) -> Merged:
    """The environment dev of a profile whose value at the route is at fault."""
    read = document(text)
    holder = read.value
    for step in route[:-1]:
        holder = holder[step]
    holder[route[-1]] = Mark.GONE
    return merge(read, "dev")


@pytest.mark.parametrize(
    ("change", "route", "lost", "names"),
    [
        ("{}", ("modelServers", 0), ("modelServers", ANY_ITEM), ["b"]),
        ("{b: {namespace: x}}", ("modelServers", 0), ("modelServers", ANY_ITEM), ["b"]),
        ("{}", ("modelServers", 0, "namespace"), ("modelServers", 0, "namespace"), ["a", "b"]),
        ("{}", ("modelServers",), ("modelServers",), None),
        ("{b: {namespace: x}}", ("environments", "dev", "modelServers", "b"), ("modelServers", 1), ["a", "b"]),
        (
            "{b: {namespace: x}}",
            ("environments", "dev", "modelServers", "b", "namespace"),
            ("modelServers", 1, "namespace"),
            ["a", "b"],
        ),
        (
            "{c: {type: beta}}",
            ("environments", "dev", "modelServers", "c"),
            ("modelServers", ANY_ITEM),
            ["a", "b"],
        ),
        ("{b: {port: x}}", ("environments", "dev", "modelServers"), ("modelServers",), ["a", "b"]),
    ],
)
def test_what_is_at_fault_is_left_out_and_remembered(
    change: str, route: tuple[str | int, ...], lost: tuple[str | int, ...], names: list[str] | None
) -> None:
    found = gone(f"{SERVERS}environments: {{dev: {{modelServers: {change}}}}}\n", *route)
    assert found.lost == {lost}
    assert found.faults == []
    left = found.value.get("modelServers")
    assert (left and [each["name"] for each in left]) == names


def test_a_proper_value_takes_the_place_of_one_at_fault() -> None:
    found = gone("cluster: {name: x y}\nenvironments: {dev: {cluster: {name: d}}}\n", "cluster", "name")
    assert (found.lost, found.value["cluster"]) == (set(), {"name": "d"})


@pytest.mark.parametrize(
    ("change", "told", "hint"),
    [
        ("{^gpuExportr: null}", "no 'gpuExportr' to remove", ""),
        ("{cluster: {name: x}, modelServers: {^chta: null}}", "no 'chta' to remove", "did you mean 'chat'?"),
        ("{modelServers: {^chat: 5}}", "cannot be changed into this", "null to remove"),
        ("{^stack: other}", "same in every environment", "profile's top"),
        ("{^templates: [x]}", "same in every environment", "profile's top"),
        ("{^dashboards: {alpha: {enabled: false}}}", "same in every environment", "profile's top"),
        ("{^clutser: {name: x}}", "unknown key 'clutser'", "did you mean 'cluster'?"),
        ("{^environments: {}}", "unknown key 'environments'", ""),
        ("{modelServers: ^5}", "must be a list", ""),
    ],
)
def test_changes_that_say_nothing_are_refused(change: str, told: str, hint: str) -> None:
    source, line, column = marked(f"{ALPHA}environments:\n  dev: {change}\n")
    only = finding(source)
    assert told in only.message
    assert hint in only.hint
    assert (only.place.line, only.place.column) == (line, column)


def test_environments_that_would_overwrite_each_other_are_refused() -> None:
    source, line, column = marked(
        f"{ALPHA}environments:\n  dev: {{cluster: {{name: x}}}}\n  ^qa: {{cluster: {{name: x}}}}\n"
    )
    only = finding(source)
    assert only.id == "profile/same-destination"
    assert (only.place.line, only.place.column) == (line, column)
    assert not findings(source.replace("qa: {", "qa: {namespaces: {monitoring: other}, "))


def test_a_profile_without_environments_has_one() -> None:
    assert list(profile(ALPHA).environments) == ["prod"]
    assert list(profile(ALPHA + "environments: {}\n").environments) == ["prod"]


def test_environments_come_in_the_order_of_their_names() -> None:
    text = ALPHA + "environments: {prod: {cluster: {name: p}}, dev: {cluster: {name: d}}}\n"
    assert list(profile(text).environments) == ["dev", "prod"]
