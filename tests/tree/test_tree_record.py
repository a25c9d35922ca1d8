from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.findings import InputError
from obsgen.tree.record import Step, digest, dump_journal, dump_record, load_journal, load_record

HASH = digest(b"")
paths = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=1).map("/".join)
hashes = st.binary(max_size=3).map(digest)


@given(st.dictionaries(paths, hashes))
def test_a_record_comes_back_and_is_the_same_in_any_order(record):
    data = dump_record(record)
    assert load_record(data, "record.json") == record
    assert dump_record(dict(reversed(record.items()))) == data
    assert data.endswith(b"}\n")


@given(st.dictionaries(paths, st.builds(Step, st.none() | hashes, st.none() | hashes)))
def test_a_journal_comes_back(journal):
    assert load_journal(dump_journal(journal), "journal.json") == journal


def test_a_record_has_one_line_per_path_so_that_git_merges_it():
    lines = dump_record({"b": HASH, "a/c": HASH}).decode().splitlines()
    assert f'    "a/c": "{HASH}",' in lines
    assert f'    "b": "{HASH}"' in lines


def document(**changes):
    return json.dumps({"schemaVersion": 1, "files": {"a": HASH}} | changes).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "schemaVersion"),
        (dump_record({"a": HASH})[:-9], "not JSON"),
        (b'{\n<<<<<<< ours\n  "a": 1\n=======\n>>>>>>> theirs\n}', "merge conflict"),
        (b'{"schemaVersion": 1, "files": {"a": 1, "a": 2}}', "twice"),
        (document(schemaVersion=2), "schemaVersion is 2"),
        (document(files=[]), "no mapping"),
        (document(files={"a": "0"}), "64 hex digits"),
        (document(files={"a": None}), "64 hex digits"),
        (document(files={"../../etc/passwd": HASH}), "'../../etc/passwd' has a part"),
        (document(files={".git/config": HASH}), "reserved"),
    ],
)
def test_a_damaged_record_says_why_and_the_way_out(data, reason):
    with pytest.raises(InputError) as caught:
        load_record(data, "out/demo/.obsgen/record.json")
    (finding,) = caught.value.findings
    assert finding.id == "tree/record"
    assert finding.place.file == "out/demo/.obsgen/record.json"
    assert reason in finding.message
    assert "delete this file and render again" in finding.hint


@pytest.mark.parametrize("step", ["x", [HASH], [HASH, 1], {"old": HASH, "new": None}])
def test_a_damaged_journal_is_told(step):
    data = json.dumps({"schemaVersion": 1, "steps": {"a": step}}).encode()
    with pytest.raises(InputError, match="tree/record"):
        load_journal(data, "journal.json")
