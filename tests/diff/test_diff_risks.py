"""Which risk fails the command, by which words, and what is published of what it prints."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest
from repos import Repo, empty, made_up_components, repo

from obsgen.cli.comparing import _risks
from obsgen.diff.model import Risk
from obsgen.diff.risks import counted, flag, risk_of
from obsgen.findings import ObsgenError

__all__ = ["empty", "made_up_components", "repo"]


@pytest.mark.parametrize(
    ("risk", "code"),
    [("safe", 1), ("needs-review", 1), ("may-page", 0), ("loses-data", 0), ("stops-paging", 0), ("destroys data", 0)],
)
def test_the_least_risk_that_fails(repo: Repo, risk: str, code: int) -> None:
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    ran = repo.diff("--fail-on", risk, "-q")
    assert (ran.code, ran.out) == (code, "1 needs review.\n")


@pytest.mark.parametrize("risk", list(Risk))
def test_a_risk_is_called_as_it_is_shown(risk: Risk) -> None:
    for words in (risk, flag(risk), counted(risk, 2), risk.upper(), f" {flag(risk)}"):
        assert risk_of(words) is risk


def test_a_risk_of_before_is_still_known() -> None:
    assert risk_of("stops-paging") is Risk.STOPS_PAGING


def test_what_is_no_risk_is_refused_with_the_nearest(repo: Repo) -> None:
    ran = repo.diff("--fail-on", "may-stop-pagin")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: 'may-stop-pagin' is no risk: did you mean 'may-stop-paging'?")
    with pytest.raises(ObsgenError, match="known: safe, needs-review, may-page"):
        risk_of("")


def test_the_help_and_completion_name_all_risks(repo: Repo) -> None:
    shown = re.sub(r"[^a-z-]+", " ", repo.diff("--help").out)
    assert all(flag(each) in shown for each in Risk)
    assert _risks("may") == ["may-page", "may-stop-paging"]


@pytest.mark.parametrize("arguments", [("dev", "dev"), ("dev", "--env", "dev")])
def test_an_environment_does_not_differ_from_itself(repo: Repo, arguments: tuple[str, ...]) -> None:
    ran = repo.diff("--env", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: dev is named twice: name two environments to see how they differ\n"


def test_what_is_printed_is_as_the_published_schema_says(repo: Repo) -> None:
    schema = jsonschema_rs.validator_for(json.loads(repo.run("schema", "--diff").out))
    repo.replace("profiles/demo.yaml", "latencyP95: 5s", "latencyP95: 8s")
    document = json.loads(repo.diff("--format", "json").out)
    schema.validate(document)
    assert [each["id"] for each in document["changes"]] == ["change/alert-looser"]
    repo.write("manifests/one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {k: one}\n")
    for arguments in (("manifests",), ("--env", "dev", "prod"), ("--base", "HEAD", "--head", "HEAD")):
        schema.validate(json.loads(repo.diff(*arguments, "--format", "json").out))
