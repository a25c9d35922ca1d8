"""What is told where nothing can be compared: by forms that are shown elsewhere, where an older text would stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repos import PROFILE, Repo, empty, made_up_components, repo

from obsgen.diff.report import refused
from obsgen.diff.report.markdown import MARKER
from obsgen.findings import InputError, ObsgenError, Place, error
from obsgen.report.markdown import MOST_CHARACTERS

__all__ = ["empty", "made_up_components", "repo"]

SHOWN_ELSEWHERE = ("markdown", "github")


def fault(number: int = 0, message: str = "is wrong") -> InputError:
    return InputError([error("profile/unit", f"{message} {each}", Place("a.yaml", each + 1)) for each in range(number)])


@pytest.mark.parametrize("form", ["text", "json", *SHOWN_ELSEWHERE])
def test_a_bad_profile(repo: Repo, form: str) -> None:
    repo.replace("profiles/demo.yaml", "type: alpha", "type: alpah")
    ran = repo.diff("--format", form)
    assert ran.code == 2
    assert "did you mean 'alpha'?" in ran.err
    assert bool(ran.out) == (form in SHOWN_ELSEWHERE)


def test_a_comment_says_what_is_wrong_and_where(repo: Repo) -> None:
    repo.replace("profiles/demo.yaml", "type: alpha", "type: alpah")
    said = repo.diff("--format", "markdown").out.splitlines()
    assert said[:3] == [MARKER, "### obsgen diff: could not be compared, 1 error", ""]
    assert "did you mean 'alpha'?" in said[-1]
    assert said[-1].endswith(" | `profiles/demo.yaml:6:11` |")


def test_annotations_are_in_the_files_of_the_repository(repo: Repo) -> None:
    repo.write("team/profiles/demo.yaml", PROFILE.replace("type: alpha", "type: alpah"))
    first, second = repo.diff("--format", "github", "--base", "HEAD", at="team").out.splitlines()
    assert first == "::error title=obsgen diff::could not be compared"
    assert second.startswith("::error file=team/profiles/demo.yaml,line=6,col=11,")


@pytest.mark.parametrize("arguments", [("--base", "nonsuch"), ("--fail-on", "nonsuch"), ("--env", "nonsuch")])
@pytest.mark.parametrize("form", SHOWN_ELSEWHERE)
def test_what_is_asked_for_is_not_there(repo: Repo, form: str, arguments: tuple[str, ...]) -> None:
    ran = repo.diff("--format", form, *arguments)
    assert ran.code == 2
    assert "could not be compared" in ran.out
    assert "nonsuch" in ran.out
    assert "nonsuch" in ran.err


def test_a_comment_of_many_faults_is_short() -> None:
    said = refused("markdown", fault(30))
    assert said.count("| `profile/unit`") == 10
    assert said.endswith("\n\n20 more: run `obsgen diff`.\n")
    assert refused("markdown", fault()) == f"{MARKER}\n### obsgen diff: could not be compared\n\nThe log says why.\n"
    assert len(refused("markdown", fault(900, "x" * 900))) < MOST_CHARACTERS
    assert len(refused("github", fault(30)).splitlines()) == 31


@given(st.text(min_size=1, max_size=40))
def test_a_fault_is_no_more_than_text(message: str) -> None:
    for problem in (fault(1, message), ObsgenError(message)):
        said = refused("markdown", problem)
        assert not re.search(r"(?<![\\\w])@\w", re.sub(r"(?<!\\)(`+).*?\1", "", said))
        assert said.count("\n| ") == (2 if isinstance(problem, InputError) else 0)
        assert all(line.startswith("::error ") for line in refused("github", problem).splitlines())


@pytest.mark.parametrize("form", SHOWN_ELSEWHERE)
def test_secrets_stay_secret(repo: Repo, form: str) -> None:
    key = "sk-" + "a1B2c3D4" * 6
    repo.replace("profiles/demo.yaml", "type: alpha", f"type: {key}")
    ran = repo.diff("--format", form)
    assert ran.code == 2
    assert key not in ran.out
    assert "https://user:hunter2@" not in refused(form, ObsgenError("cannot read https://user:hunter2@example.org"))
