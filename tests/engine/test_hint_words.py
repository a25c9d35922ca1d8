"""Near names and repaired texts: what is found, what is too far, and what is better not guessed of."""

from __future__ import annotations

import re

import pytest

from obsgen.hints import ascii_text, closest, did_you_mean, nearest, plain, repaired

NAMES = [f"name{number}" for number in range(13)]


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("vlmm", ["vllm", "triton"], "vllm"),
        ("VLLM", ["vllm", "triton"], "vllm"),
        ("v-l_l.m", ["vllm", "triton"], "vllm"),
        ("v\u200bllm", ["vllm"], "vllm"),
        (" vllm ", ["vllm"], "vllm"),
        ("model\u00a0servers", ["modelServers"], "modelServers"),
        ("xyz", ["vllm", "triton"], None),
        ("vllm", [], None),
        ("", ["vllm"], None),
    ],
)
def test_the_name_that_is_nearest(name: str, known: list[str], near: str | None) -> None:
    assert closest(name, known) == near
    assert did_you_mean(name, known) == (f"did you mean '{near}'?" if near else "")


@pytest.mark.parametrize(
    ("name", "known", "told"),
    [
        ("vlmm", ["vllm", "triton"], "did you mean 'vllm'? known: vllm, triton"),
        ("name00", NAMES[:12], f"did you mean 'name0'? known: {', '.join(NAMES[:12])}"),
        ("name00", NAMES, "did you mean 'name0'?"),
        ("xyz", NAMES, f"known: {', '.join(NAMES)}"),
        ("xyz", [f"n{number}" for number in range(41)], ""),
        ("xyz", [], ""),
    ],
)
def test_names_are_listed_while_they_can_be_read(name: str, known: list[str], told: str) -> None:
    assert nearest(name, known) == told


@pytest.mark.parametrize("name", ["a-b", "a_b", "a.b", "a b", "aB", "AB"])
def test_separators_and_case_make_no_other_name(name: str) -> None:
    assert plain(name) == "ab"


@pytest.mark.parametrize(
    ("text", "latin"),
    [("héé", "hee"), ("Straße", "Strasse"), ("Łódź", "Lodz"), ("smørrebrød", "smorrebrod"), ("þorn", "thorn")],
)
def test_letters_of_other_alphabets_in_plain_ones(text: str, latin: str) -> None:
    assert ascii_text(text.lower()) == latin.lower()


LABEL = r"[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?"


@pytest.mark.parametrize(
    ("text", "form", "meant"),
    [
        ("Demo", LABEL, "demo"),
        ("“demo”", LABEL, "demo"),
        (" demo\u00a0", LABEL, "demo"),
        ("my_demo", LABEL, "my-demo"),
        ("my  demo!", LABEL, "my-demo"),
        ("my.demo", LABEL, "my-demo"),
        ("--demo--", LABEL, "demo"),
        ("a" * 60, LABEL, "a" * 50),
        ("^chat-.*$", r"[-a-z.*]+", "chat-.*"),
        ("metrics", r"/[a-z]+", "/metrics"),
        ("7", r"0\d", "07"),
        ("general", r"#[a-z]+", "#general"),
        ("https://a.b/", r"https://[a-z.]+", "https://a.b"),
        ("https://a.b?x=1", r"https://[a-z.]+", "https://a.b"),
        ("a.b/c", r"https://[a-z./]+", "https://a.b/c"),
        ("http://a.b/c", r"https://[a-z./]+", "https://a.b/c"),
        ("git://a.b/c", r"ssh://git@[a-z./]+", "ssh://git@a.b/c"),
        ("./out/demo/", r"[a-z/]+[a-z]", "out/demo"),
        ("out\\demo", r"[a-z/]+", "out/demo"),
        ("100GB", r"\d+Gi", "100Gi"),
        ("100 mb", r"\d+Mi", "100Mi"),
        ("100", r"\d+Gi", "100Gi"),
        ("queue_long", r"[A-Z][A-Za-z]+", "QueueLong"),
        ("queue is long", r"[A-Z][A-Za-z]+", "QueueIsLong"),
        ("my-team", r"[a-z_]+", "my_team"),
    ],
)
def test_the_least_change_that_makes_a_text_right(text: str, form: str, meant: str) -> None:
    assert repaired(text, lambda each: re.fullmatch(form, each)) == meant


@pytest.mark.parametrize("text", ["日本", "", "???"])
def test_what_is_beyond_repair_has_no_other_meaning(text: str) -> None:
    assert repaired(text, lambda each: re.fullmatch(LABEL, each)) is None


def test_credentials_and_endless_texts_are_not_repeated() -> None:
    assert repaired("HTTPS://me:hunter2@a.b", lambda _: True) is None
    assert repaired("A" * 501, lambda _: True) is None
    assert repaired("A" * 500, lambda _: True) == "a" * 500
