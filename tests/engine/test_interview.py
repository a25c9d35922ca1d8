"""The questions of init: which are asked, in which order, with which defaults, and what each answer must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engine_support import MADE_UP

from obsgen import interview
from obsgen.interview import Answers, Check, Interview, RefusedAnswerError, proposed, refusals


class Asked:
    """Somebody who gives answers by a word of the question, or else takes the default."""

    def __init__(self, **answers: str | list[str]) -> None:
        self.answers = answers
        self.questions: list[str] = []

    def __call__(self, question: str, default: str, check: Check) -> str:
        self.questions.append(question)
        found = next((answer for word, answer in self.answers.items() if word in question), default)
        answer = found if isinstance(found, str) else found.pop(0)
        check(answer)
        return answer


def complete(given: Answers, ask: Asked | None = None, file: Path | None = None) -> Answers:
    return Interview(MADE_UP, ask, file).complete(given)


def test_without_anybody_to_ask_the_defaults_are_taken() -> None:
    assert complete(Answers()) == Answers("demo", ("alpha@2.0.0",), "probe", "models", "monitoring")


def test_questions_come_in_the_order_in_which_people_think() -> None:
    asked = Asked()
    complete(Answers(), asked)
    words = ("Name", "What serves", "Which version", "Another", "Namespace", "GPU exporter", "Helm release")
    assert [word for word, question in zip(words, asked.questions, strict=True) if question.startswith(word)] == list(
        words
    )


GIVEN = Answers("mine", ("beta",), "none", "ml", "prom")


def test_what_is_given_is_not_asked() -> None:
    asked = Asked()
    assert complete(GIVEN, asked) == GIVEN
    assert asked.questions == []


@pytest.mark.parametrize(
    ("open_", "word"),
    [("name", "Name"), ("servers", "What serves"), ("namespace", "Namespace"), ("gpu", "GPU"), ("release", "Helm")],
)
def test_only_what_is_open_is_asked(open_: str, word: str) -> None:
    asked = Asked()
    given = {field: getattr(GIVEN, field) for field in ("name", "servers", "gpu", "namespace", "release")}
    done = complete(Answers(**{**given, open_: () if open_ == "servers" else None}), asked)
    assert asked.questions[0].startswith(word)
    assert {field: getattr(done, field) for field in given if field != open_} == {
        field: value for field, value in given.items() if field != open_
    }


def test_servers_are_asked_for_until_no_more_are_wanted() -> None:
    asked = Asked(serves=["alpha", "beta", "alpha@1.9"], version="1.10", Another=["y", "yes", "n"])
    assert complete(Answers(), asked).servers == ("alpha@1.10", "beta", "alpha@1.9")
    assert sum("Which version" in question for question in asked.questions) == 1


def test_questions_name_what_may_be_answered() -> None:
    asked = Asked()
    complete(Answers(), asked)
    (serves,) = (each for each in asked.questions if "serves" in each)
    assert "(alpha, beta" in serves
    assert "probe" not in serves
    (gpu,) = (each for each in asked.questions if "GPU" in each)
    assert "probe, none)" in gpu
    (version,) = (each for each in asked.questions if "version" in each)
    assert "known: 2.0.0, 1.10.1" in version


def test_a_file_that_is_there_is_refused_by_the_name_that_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/mine.yaml").write_text("x")
    talk = Interview(MADE_UP, None, None)
    assert talk.path("mine") == Path("profiles/mine.yaml")
    talk.check_path(None)
    talk.check_path("other")
    with pytest.raises(RefusedAnswerError, match=r"profiles/mine\.yaml exists: choose another name"):
        talk.check_path("mine")
    with pytest.raises(RefusedAnswerError, match="exists"):
        complete(Answers(), Asked(Name="mine"))


def test_a_file_of_ones_own_is_looked_at_whatever_the_name(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    talk = Interview(MADE_UP, None, file)
    assert talk.path("mine") == file
    talk.check_path("mine")
    file.write_text("x")
    for name in ("mine", None):
        with pytest.raises(RefusedAnswerError, match="exists"):
            talk.check_path(name)


@pytest.mark.parametrize(
    ("check", "good", "bad", "told"),
    [
        (interview.check_name, "demo-2", "Demo", "write demo"),
        (interview.check_name, "1", "", ""),
        (interview.check_namespace, "ml", "a_b", "write a-b"),
        (interview.check_release, "Prom_1", "a b", "write a-b"),
        (interview.check_release, "", "-", ""),
    ],
)
def test_a_name_has_its_form(check: Callable[[str], None], good: str, bad: str, told: str) -> None:
    check(good)
    with pytest.raises(RefusedAnswerError) as refused:
        check(bad)
    assert told in str(refused.value)
    assert str(refused.value)


@pytest.mark.parametrize("answer", ["alpha", "beta", "alpha@1.9", "alpha@latest"])
def test_a_server_that_is_known_is_taken(answer: str) -> None:
    interview.check_server(MADE_UP, answer)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("alpah", "no model server 'alpah'; did you mean 'alpha'?"),
        ("probe", "no model server 'probe'"),
        ("", "no model server ''"),
        ("beta@1", "beta has no versions: write beta alone"),
        ("beta@", "beta has no versions: write beta alone"),
        ("alpha@", "'' is not a released version; newest known: 2.0.0"),
        ("alpha@9", "version 9 is newer than any known here; newest known: 2.0.0"),
    ],
)
def test_any_other_server_is_refused_with_what_may_be_meant(answer: str, told: str) -> None:
    with pytest.raises(RefusedAnswerError) as refused:
        interview.check_server(MADE_UP, answer)
    assert str(refused.value).startswith(told)


def test_no_gpu_exporter_is_one_too() -> None:
    interview.check_gpu(MADE_UP, "probe")
    interview.check_gpu(MADE_UP, "none")
    with pytest.raises(RefusedAnswerError, match="no GPU exporter 'alpha'"):
        interview.check_gpu(MADE_UP, "alpha")


def test_all_refusals_of_flags_are_told_at_once_with_their_flags() -> None:
    given = Answers("My Stack", ("alpha", "alhpa", "beta@1"), "prob", "A B", "a b")
    told = list(refusals(given, MADE_UP))
    assert [each.partition(":")[0] for each in told] == [
        "--name",
        "--server",
        "--server",
        "--gpu",
        "--namespace",
        "--release",
    ]
    assert list(refusals(Answers(), MADE_UP)) == []
    assert list(refusals(GIVEN, MADE_UP)) == []


@pytest.mark.parametrize("role", ["modelServer", "gpuExporter"])
def test_what_is_proposed_first_is_a_component_of_the_role(role: str) -> None:
    assert MADE_UP.head(proposed(MADE_UP, role)).role == role
