from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.tree.paths import MAX_PART, MAX_PATH, faults, folders


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("a//b", "empty"),
        ("a/", "empty"),
        ("../a", "dots"),
        ("a/../../b", "dots"),
        ("./a", "dots"),
        ("a/...", "dots"),
        ("a b", "characters"),
        ("ä.yaml", "characters"),
        ("a\\b", "characters"),
        ("a\n", "characters"),
        ("a\0b", "characters"),
        ("C:/a", "characters"),
        ("x" * (MAX_PART + 1), "longer"),
        ("/".join(["x" * 80] * 4), "longer"),
        (".obsgen/record.json", "reserved"),
        (".obsgen/RECORD.json", "reserved"),
        (".obsgen/journal.json", "reserved"),
        (".obsgen/stage/0", "reserved"),
        (".git/hooks/pre-commit", "reserved"),
        ("a/.GIT/config", "reserved"),
    ],
)
def test_unfit_names_are_told(path, reason):
    assert reason in faults([path])[path]


@pytest.mark.parametrize(
    "path",
    ["README.md", "base/kustomization.yaml", ".gitattributes", ".obsgen/facts.json", "a-b_c.D/1", "x" * MAX_PART],
)
def test_fit_names_pass(path):
    assert faults([path]) == {}


def test_names_that_some_file_systems_take_for_one_are_told():
    assert "upper and lower case" in faults(["a/X.yaml", "a/x.yaml"])["a/x.yaml"]
    assert "upper and lower case" in faults(["A/x.yaml", "a/y.yaml"])["a/y.yaml"]


def test_a_name_cannot_be_a_file_and_a_folder():
    assert faults(["a", "a/b", "b"]) == {"a/b": "needs a folder a, which is also a file"}
    assert "a/b" in faults(["A", "a/b"])


def test_every_fault_is_told_at_once():
    assert set(faults(["/a", "b c", "good"])) == {"/a", "b c"}


def test_folders_lead_down_to_the_file():
    assert list(folders("a/b/c.yaml")) == ["a", "a/b"]
    assert list(folders("c.yaml")) == []


@given(st.lists(st.text(st.sampled_from("aB./-~ "), max_size=9), max_size=6))
def test_what_passes_is_relative_and_one_of_a_kind(paths):
    bad = faults(paths)
    good = {path for path in paths if path not in bad}
    assert len({path.lower() for path in good}) == len(good)
    for path in good:
        assert len(path) <= MAX_PATH
        assert not {"", ".", ".."} & set(path.split("/"))
        assert not good & set(folders(path))
