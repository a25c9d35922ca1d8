"""Which line brought a change: of the profile, of one's own components, or nobody's."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repos import PROFILE, Repo, empty, made_up_components, repo
from test_diff_sides import OWN

from obsgen.diff.causes import attribution
from obsgen.diff.causes.levers import keys, mixed
from obsgen.diff.sides import stacks

__all__ = ["empty", "made_up_components", "repo"]


def subjects(repo: Repo, *arguments: str) -> dict[str, list[str]]:
    """The causes of each subject."""
    document = json.loads(repo.diff("--format", "json", *arguments).out)
    found: dict[str, list[str]] = {}
    for each in document["changes"]:
        found.setdefault(each["subject"], []).extend(cause["text"] for cause in each["causes"])
    return found


def test_one_changed_key_brought_everything(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    repo.monkeypatch.setattr(attribution._Stack, "_tried", None)  # nothing needs to be tried
    assert subjects(repo) == {"AlphaLatencyHigh": ["profiles/demo.yaml:9"]}
    assert repo.diff().out.splitlines()[1].endswith("  profiles/demo.yaml:9")


ALERTS = """prod:
    cluster: {name: eu-prod}
    alerts:
      AlphaDown:
        for: 9m
      AlphaMemoryFull: {enabled: false}
"""


def test_each_change_is_brought_by_its_own_key(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "{latencyP95: 5s}", "{latencyP95: 8s, queueLength: 3}")
    repo.replace("profiles/demo.yaml", "prod: {cluster: {name: eu-prod}}\n", ALERTS)
    found = subjects(repo)
    assert found["AlphaLatencyHigh"] == found["AlphaQueued"] == ["profiles/demo.yaml:9"]
    assert found["AlphaDown"] == ["profiles/demo.yaml:16"]
    assert found["AlphaMemoryFull"] == ["profiles/demo.yaml:17"]


def test_a_new_block_is_taken_apart(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "prod: {cluster: {name: eu-prod}}\n", ALERTS)
    found = subjects(repo)
    assert found["AlphaDown"] == ["profiles/demo.yaml:16"]
    assert found["AlphaMemoryFull"] == ["profiles/demo.yaml:17"]


def test_what_is_gone_is_told_where_it_stood(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "    thresholds: {latencyP95: 5s}\n", "")
    repo.replace(
        "profiles/demo.yaml",
        "dev: {cluster: {name: eu-dev}}",
        "dev: {cluster: {name: eu-dev}, alerts: {AlphaDown: {for: 9m}}}",
    )
    found = subjects(repo)
    assert found["AlphaLatencyHigh"] == ["profiles/demo.yaml@main:9"]
    assert found["AlphaDown"] == ["profiles/demo.yaml:10"]


def test_two_keys_of_which_each_is_needed_are_both_named(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    repo.replace(
        "profiles/demo.yaml",
        "dev: {cluster: {name: eu-dev}}",
        "dev: {cluster: {name: eu-dev}, modelServers: {chat: {thresholds: {latencyP95: 8s}}}}",
    )
    repo.replace("profiles/demo.yaml", "    selector: {app: chat}", "    selector: {app: chat}\n    version: 1.9.0")
    causes = subjects(repo)["AlphaLatencyHigh"]
    assert "profiles/demo.yaml:10" in causes
    assert "profiles/demo.yaml:9" not in causes


def test_a_cluster_of_a_list_of_its_own_stands_there(repo: Repo) -> None:
    text = PROFILE.partition("environments:")[0] + "environments: {prod: {}}\nclustersFile: clusters.yaml\n"
    repo.write("profiles/demo.yaml", text)
    repo.write(
        "profiles/clusters.yaml",
        "- {name: one, server: https://one.example.org}\n- {name: three, server: https://three.example.org}\n",
    )
    repo.run("render", "profiles/demo.yaml", "--force")
    repo.commit()
    repo.write(
        "profiles/clusters.yaml",
        "- {name: one, server: https://one.example.org}\n- {name: two, server: https://two.example.org}\n",
    )
    found = subjects(repo)
    assert found["cluster two"] == ["profiles/clusters.yaml:2"]
    assert found["cluster three"] == ["profiles/clusters.yaml@main:2"]


@pytest.mark.parametrize("named", [False, True])
def test_a_file_of_ones_own_components_is_a_cause_too(repo: Repo, named: bool) -> None:
    own = "own" if named else "profiles/own"
    arguments = ["--templates", "own"] if named else []
    repo.write(f"{own}/alpha/alerts.yaml", OWN)
    if not named:
        repo.replace("profiles/demo.yaml", "stack: demo\n", "stack: demo\ntemplates: [own]\n")
    repo.run("render", "profiles/demo.yaml", *arguments)
    repo.commit()
    repo.write(f"{own}/alpha/alerts.yaml", OWN.replace("5m", "7m"))
    assert subjects(repo, *arguments) == {"AlphaQueued": [f"{own}/alpha/alerts.yaml:6"]}
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    found = subjects(repo, *arguments)
    assert found["AlphaQueued"] == [f"{own}/alpha/alerts.yaml:6"]
    assert found["AlphaLatencyHigh"][0].startswith("profiles/demo.yaml:")


def test_a_file_that_comes_or_goes_is_a_cause_too(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "stack: demo\n", "stack: demo\ntemplates: [own]\n")
    repo.write("profiles/own/alpha/alerts.yaml", OWN)
    repo.write("profiles/own/alpha/recording.yaml", "[]\n")
    repo.run("render", "profiles/demo.yaml")
    repo.commit()
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    (repo.folder / "profiles/own/alpha/alerts.yaml").unlink()
    found = subjects(repo)
    assert set(found["AlphaQueued"]) == {"profiles/own/alpha/alerts.yaml@main:1"}
    assert found["AlphaLatencyHigh"] == ["profiles/demo.yaml:10"]
    repo.run("render", "profiles/demo.yaml")
    repo.commit()
    repo.replace("profiles/demo.yaml", "latencyP95: 8s", "latencyP95: 9s")
    repo.write("profiles/own/alpha/alerts.yaml", OWN)
    assert set(subjects(repo)["AlphaQueued"]) == {"profiles/own/alpha/alerts.yaml:1"}


@pytest.mark.parametrize(
    ("module", "limit"), [(attribution, "_MOST_LEVERS"), (attribution, "_MOST_FILES"), (stacks, "_MOST_TRIED")]
)
def test_nothing_is_tried_where_that_would_take_long(repo: Repo, module: ModuleType, limit: str) -> None:
    """Then the changed key that has most in common with the line that decides the alert is its cause."""
    repo.monkeypatch.setattr(module, limit, 0)
    repo.monkeypatch.setattr(attribution._Stack, "_gone", None)
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    repo.replace("profiles/demo.yaml", "modelServers:\n", "alerts: {AlphaDown: {for: 9m}}\nmodelServers:\n")
    found = subjects(repo)
    assert found["AlphaLatencyHigh"] == ["profiles/demo.yaml:10"]
    assert found["AlphaDown"] == ["profiles/demo.yaml:4"]


def test_what_no_profile_brought_is_obsgens_own_doing(repo: Repo) -> None:
    """A committed tree that this obsgen would not make: an older one made it, or somebody edited it."""
    rules = next((repo.folder / "out/demo").rglob("prometheusrule-*.yaml")).relative_to(repo.folder)
    repo.replace(str(rules), "for: 3m", "for: 4m")
    repo.commit()
    assert subjects(repo)["AlphaQueued"] == ["obsgen, or a stale out/demo@main"]
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    found = subjects(repo)
    assert found["AlphaQueued"] == ["obsgen, or a stale out/demo@main"]
    assert found["AlphaLatencyHigh"] == ["profiles/demo.yaml:9"]


def test_keys_that_make_no_sense_alone_are_set_back_together(repo: Repo) -> None:
    """A team and the receiver that it names, and a threshold that has nothing to do with them."""
    alerting = """alertmanager:
  receivers:
    all: {slack: {channel: "#all", url: {secret: keys, key: slack}}}
    one: {slack: {channel: "#one", url: {secret: keys, key: slack}}}
  severities: {critical: all, warning: all}
"""
    repo.write("profiles/demo.yaml", PROFILE + alerting + "teams: {ours: {receiver: one}}\n")
    repo.replace("profiles/demo.yaml", "    type: alpha\n", "    type: alpha\n    team: ours\n")
    ran = repo.run("render", "profiles/demo.yaml", "--force")
    assert ran.code == 0, ran.err
    repo.commit()
    repo.replace("profiles/demo.yaml", "    team: ours\n", "")
    repo.replace("profiles/demo.yaml", '    one: {slack: {channel: "#one", url: {secret: keys, key: slack}}}\n', "")
    repo.replace("profiles/demo.yaml", "teams: {ours: {receiver: one}}\n", "")
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    found = subjects(repo)
    gone = {"profiles/demo.yaml@main:7", "profiles/demo.yaml@main:17", "profiles/demo.yaml@main:19"}
    assert "profiles/demo.yaml:9" in found["AlphaLatencyHigh"]
    assert gone >= set(found["AlphaQueued"]) != set()


def test_an_old_profile_that_cannot_be_read_brings_nothing_down(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 5 apples")
    repo.commit()
    repo.write("profiles/demo.yaml", PROFILE.replace("latencyP95: 5s", "latencyP95: 8s"))
    ran = repo.diff()
    assert (ran.code, "AlphaLatencyHigh" in ran.out, ran.err) == (1, True, "")


def test_every_stack_has_its_own_causes(repo: Repo) -> None:
    other = PROFILE.replace("stack: demo", "stack: other").replace("eu-", "us-")
    repo.write("profiles/other.yaml", other)
    repo.run("render", "profiles/other.yaml")
    repo.commit()
    for name in ("demo", "other"):
        repo.replace(f"profiles/{name}.yaml", "latencyP95: 5s", "latencyP95: 8s")
    repo.replace(
        "profiles/other.yaml",
        "dev: {cluster: {name: us-dev}}",
        "dev: {cluster: {name: us-dev}, alerts: {AlphaDown: {for: 9m}}}",
    )
    found = subjects(repo)
    assert found["AlphaLatencyHigh"] == ["profiles/demo.yaml:9", "profiles/other.yaml:9"]
    assert found["AlphaDown"] == ["profiles/other.yaml:11"]


SCALARS = st.one_of(st.integers(0, 3), st.sampled_from(["a", "b"]), st.none())
NAMES = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)


def _values(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    mappings = st.dictionaries(st.sampled_from("xyz"), children, max_size=3)
    items = st.builds(lambda names, inner: [{"name": name, **inner} for name in names], NAMES, mappings)
    return st.one_of(mappings, items, st.lists(st.integers(0, 2), max_size=2))


PROFILES = st.dictionaries(st.sampled_from("xyz"), st.recursive(SCALARS, _values, max_leaves=10))


@given(PROFILES, PROFILES, st.data())
def test_keys_set_back_are_as_they_were_and_the_others_as_they_are(old: Any, new: Any, data: st.DataObject) -> None:
    found = keys(old, new)
    assert keys(new, new) == []
    assert _sorted(mixed(old, new, {each.path for each in found})) == _sorted(old)
    assert mixed(old, new, set()) == new
    back = data.draw(st.sets(st.sampled_from([each.path for each in found]))) if found else set()
    some = mixed(old, new, back)
    assert {each.path for each in keys(old, some)} <= {each.path for each in found} - back
    assert {each.path for each in keys(some, new)} <= back


def _sorted(value: Any) -> Any:
    """Without the order of named items, which says nothing."""
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) and "name" in each for each in value):
        return sorted(map(_sorted, value), key=lambda each: str(each["name"]))
    return [_sorted(each) for each in value] if isinstance(value, list) else value


def test_a_key_set_back_leaves_the_others_alone() -> None:
    old = {"servers": [{"name": "a", "x": 1}, {"name": "b", "x": 1}], "gone": {"k": 1}}
    new = {"servers": [{"name": "c"}, {"name": "b", "x": 2}], "come": {"one": 1, "two": 2}}
    found = {".".join(each.path): mixed(old, new, {each.path}) for each in keys(old, new)}
    assert found.keys() == {"servers.a", "servers.b.x", "servers.c", "gone", "come"}
    assert found["servers.b.x"] == {**new, "servers": [{"name": "c"}, {"name": "b", "x": 1}]}
    assert found["servers.a"]["servers"] == [*new["servers"], old["servers"][0]]
    assert found["servers.c"]["servers"] == [{"name": "b", "x": 2}]
    assert found["gone"] == {**new, "gone": {"k": 1}}
    assert found["come"] == {"servers": new["servers"]}
    assert mixed(old, new, {("come", "two")})["come"] == {"one": 1}
    assert new["servers"][1] == {"name": "b", "x": 2}


def test_a_list_may_be_empty_on_one_side() -> None:
    old, new = {"y": [{"name": "a"}]}, {"y": [{"name": "b"}]}
    assert [each.path for each in keys(old, new)] == [("y", "a"), ("y", "b")]
    assert mixed(old, new, {("y", "b")}) == {"y": []}
    assert [each.path for each in keys(old, {"y": []})] == [("y", "a")]
    assert mixed({"y": []}, new, {("y", "b")}) == {"y": []}
