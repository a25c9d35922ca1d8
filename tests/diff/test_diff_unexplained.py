"""What nothing else speaks of: short lines, no secrets, and nothing untold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from parts import manifest, part
from written import lines

from obsgen.diff.model import Change, Key, Risk, Spot
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.leaves import MISSING
from obsgen.diff.parts.shown import route_text, shown

SERVICE = ("v1", "Service")
SECRET = ("v1", "Secret")
CONFIG_MAP = ("v1", "ConfigMap")
TOKEN = "ghp_" + "Ab3" * 12


def nothing(_: Pair) -> Iterator[Change]:
    """A comparison that tells of nothing."""
    yield from ()


def told(folder: Path, old: str, new: str) -> list[str]:
    """What is told of two manifests."""
    return lines(part(nothing, folder, {"a.yaml": old}, {"a.yaml": new}))


def test_parts_are_called_by_the_names_of_what_they_are_in(tmp_path: Path) -> None:
    old, new = (
        manifest(SERVICE, {"ports": [{"name": "web", "port": 80}, {"name": "metrics", "port": port}], "x": [1, extra]})
        for port, extra in ((9090, 2), (9091, 3))
    )
    assert told(tmp_path, old, new) == [
        "~ Service obs/main: spec.ports[metrics].port 9090 → 9091; spec.x[1] 2 → 3 (needs review)"
    ]


def test_more_than_a_few_parts_are_counted_and_listed_for_those_who_ask(tmp_path: Path) -> None:
    old, new = (manifest(SERVICE, {f"k{each}": value for each in range(6)}) for value in ("a", "b"))
    (found,) = part(nothing, tmp_path, {"a.yaml": old}, {"a.yaml": new})
    assert found.what == "spec.k0 a → b; spec.k1 a → b; spec.k2 a → b; 3 more"
    assert found.details == tuple(f"spec.k{each} a → b" for each in range(6))
    assert len(found.covers) == 6


def test_long_texts_and_those_of_several_lines_are_not_spilled(tmp_path: Path) -> None:
    old, new = (manifest(SERVICE, {"long": each * 100, "lines": f"x\n{each}\nx\n{each}\n"}) for each in ("a", "b"))
    assert told(tmp_path, old, new) == [
        "~ Service obs/main: spec.long differs; spec.lines differs in 2 lines (needs review)"
    ]


def test_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    old = manifest(SERVICE, {"a": 1, "x": 0, "deep": {"b": "c" * 80}})
    new = manifest(SERVICE, {"x": 0, "d": [1, 2]})
    assert told(tmp_path, old, new) == [
        "~ Service obs/main: spec.a: 1 is gone; spec.deep is gone; spec.d: [1, 2] is new (needs review)"
    ]


def test_many_of_a_kind_are_counted(tmp_path: Path) -> None:
    kept = manifest(("v1", "Namespace"), {}, "obs", "")
    many = "".join(manifest(("networking.k8s.io/v1", "NetworkPolicy"), {"n": each}, f"p{each}") for each in range(5))
    few = manifest(SERVICE, {"n": 1}, "one") + manifest(SERVICE, {"n": 2}, "two")
    assert told(tmp_path / "come", kept, kept + many + few) == [
        "+ 5 NetworkPolicies: new (safe)",
        "+ Service obs/one: new (safe)",
        "+ Service obs/two: new (safe)",
    ]
    assert told(tmp_path / "go", kept + many, kept) == ["- 5 NetworkPolicies: gone (needs review)"]


def test_the_same_change_of_several_objects_reads_the_same(tmp_path: Path) -> None:
    old, new = ("".join(manifest(SERVICE, {"type": each}, name) for name in ("a", "b")) for each in ("X", "Y"))
    found = part(nothing, tmp_path, {"a.yaml": old}, {"a.yaml": new})
    assert len({(each.id, each.sign, each.what, each.risk) for each in found}) == 1
    assert [each.subject for each in found] == ["Service obs/a", "Service obs/b"]


def test_an_object_that_only_has_another_name_is_told(tmp_path: Path) -> None:
    old, new = (manifest(SERVICE, {"type": "X"}, name, namespace) for name, namespace in (("a", "obs"), ("b", "obs")))
    assert told(tmp_path / "1", old, new) == ["~ Service obs/b: renamed from a (needs review)"]
    moved = manifest(SERVICE, {"type": "X"}, "a", "other")
    assert told(tmp_path / "2", old, moved) == ["~ Service other/a: moved from obs (needs review)"]


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_values_of_secrets_are_never_shown(tmp_path: Path, field: str) -> None:
    old, new = (manifest(SECRET, None, **{field: {"key": each}}) for each in ("b25l", "dHdv"))
    assert told(tmp_path, old, new) == [f"~ Secret obs/main: {field}.key differs (needs review)"]


def test_what_looks_like_a_secret_is_never_shown(tmp_path: Path) -> None:
    env = [{"name": "API_TOKEN", "value": TOKEN}, {"name": "DB_PASSWORD", "value": "correct-horse"}]
    others = [{"name": "API_TOKEN", "value": f"{TOKEN}x1"}, {"name": "DB_PASSWORD", "value": "battery-staple"}]
    old = manifest(SERVICE, {"env": env, "password": "tr0ub4dor&3", "plain": "a"})
    new = manifest(SERVICE, {"env": others, "password": "an0ther&one", "plain": "b"})
    (found,) = told(tmp_path, old, new)
    assert all(each not in found for each in ("ghp_", "correct", "battery", "tr0ub4", "an0ther"))
    assert "spec.env[API_TOKEN].value differs" in found
    assert "spec.env[DB_PASSWORD].value differs" in found


def test_a_file_of_yaml_in_a_config_map_is_told_part_by_part(tmp_path: Path) -> None:
    texts = (f"# note {each}\nserver:\n  port: {each}\n" for each in (1, 2))
    old, new = (manifest(CONFIG_MAP, None, data={"app.yaml": each, "plain": "p"}) for each in texts)
    assert told(tmp_path, old, new) == ["~ ConfigMap obs/main: data.app.yaml.server.port 1 → 2 (needs review)"]


def test_only_what_nothing_covers_is_left(tmp_path: Path) -> None:
    key = Key("", "Service", "obs", "main")

    def of_a(_: Pair) -> Iterator[Change]:
        yield Change("change/x", "~", "a", "told", Risk.SAFE, covers=(Spot(key, ("spec", "a")),))

    old, new = (manifest(SERVICE, {"a": {"deep": each}, "b": each}) for each in (1, 2))
    found = lines(part(of_a, tmp_path, {"a.yaml": old}, {"a.yaml": new}))
    assert found == ["~ a: told (safe)", "~ Service obs/main: spec.b 1 → 2 (needs review)"]


def test_files_are_told_by_their_paths(tmp_path: Path) -> None:
    found = part(nothing, tmp_path, {"x.yaml": "a: 1\n", "y.yaml": "b: 1\n"}, {"x.yaml": "a: 2\n", "z.yaml": "c: 1\n"})
    assert lines(found) == [
        "~ x.yaml: a 1 → 2 (needs review)",
        "- y.yaml: gone (needs review)",
        "+ z.yaml: new (safe)",
    ]


@pytest.mark.parametrize(
    ("route", "whole", "expected"),
    [
        (("spec", "a", 0, "b"), {"spec": {"a": [{"name": "n"}]}}, "spec.a[n].b"),
        (("spec", "a", 1), {"spec": {"a": [1, 2]}}, "spec.a[1]"),
        (("groups", 0, "rules", 0), {"groups": [{"name": "g", "rules": [{"alert": "A"}]}]}, "groups[g].rules[A]"),
        ((), {}, ""),
    ],
)
def test_routes_read_as_people_write_them(route: tuple[str | int, ...], whole: Any, expected: str) -> None:
    assert route_text(route, whole) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), ("", "''"), (None, "null"), (True, "true"), ({"a": 1}, '{"a": 1}'), ("x" * 61, ""), (MISSING, "")],
)
def test_values_take_one_short_line(value: Any, expected: str) -> None:
    assert shown("Service", ("spec", "a"), value) == expected


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(2, 9) | st.sampled_from(["a", "b", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN, PLAIN)
def test_every_difference_is_told(tmp_path_factory: pytest.TempPathFactory, old: Any, new: Any) -> None:
    folder = tmp_path_factory.mktemp("u")
    sides = (manifest(SERVICE, {"k": each}) for each in (old, new))
    found = told(folder, *sides)
    assert bool(found) is (yaml.safe_dump(old) != yaml.safe_dump(new) and str(old) != str(new))
