"""Whole trees of small profiles, as files that a reviewer reads: what a change of the engine does to users' trees.

`pytest tests/engine/test_golden.py --update-golden` writes them anew and fails; read the difference, then run again.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
from engine_support import files_in, tree
from golden_cases import CASES, GOLDEN, case_profile


def wanted(name: str) -> tuple[list[str], dict[str, bytes]]:
    """All paths of a case's trees, and the content of those that the case is about."""
    rendered = tree(case_profile(name))
    files = {**rendered.files, **{f"argocd/{path}": data for path, data in rendered.argocd.items()}}
    patterns = (GOLDEN / name / "expect").read_text().split()
    about = {path: data for path, data in files.items() if any(fnmatch(path, pattern) for pattern in patterns)}
    return sorted(files), about


def update(folder: Path, paths: list[str], files: dict[str, bytes]) -> None:
    (folder / "files.txt").write_text("\n".join(paths) + "\n")
    for path in set(files_in(folder / "tree")) - set(files):
        (folder / "tree" / path).unlink()
    for path, data in files.items():
        (folder / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / path).write_bytes(data)


@pytest.mark.parametrize("name", CASES)
def test_a_tree_is_as_it_was(name: str, request: pytest.FixtureRequest) -> None:
    folder = GOLDEN / name
    paths, files = wanted(name)
    if request.config.getoption("--update-golden"):
        update(folder, paths, files)
        pytest.fail("written anew: read the difference, then run again without --update-golden")
    assert paths == (folder / "files.txt").read_text().split()
    there = files_in(folder / "tree")
    assert sorted(there) == sorted(files)
    for path, data in files.items():
        assert data.decode() == there[path].decode(), path
