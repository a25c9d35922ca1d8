"""Work on many things: the same results by however many processes, and none of them left behind."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from functools import partial

import pytest

from obsgen import cores
from obsgen.cores import spread
from obsgen.findings import InputError, Place, error


class Squares:
    """Squares numbers, and says which process it was."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def __call__(self, number: int) -> tuple[int, int]:
        return number * number + self.offset, os.getpid()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_results_come_in_order_whoever_works(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    found = list(spread(partial(Squares, 3), range(50), "squaring", lambda _: None))
    assert [each for each, _ in found] == [number * number + 3 for number in range(50)]
    alone = {process for _, process in found} == {os.getpid()}
    assert alone == (count == 1)


def test_few_things_are_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert {process for _, process in spread(Squares, range(3), "", lambda _: None)} == {os.getpid()}
    assert {process for _, process in spread(Squares, range(3), "", lambda _: None, few=1)} != {os.getpid()}
    assert list(spread(Squares, [], "", lambda _: None)) == []


def test_processes_inherit_what_cannot_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    known = (each for each in ["nobody can pickle this"])
    made: Callable[[], Callable[[int], str]] = lambda: lambda number: f"{type(known).__name__} {number}"  # noqa: E731
    wanted = [f"generator {number}" for number in range(9)]
    assert list(spread(made, range(9), "", lambda _: None, inherits=True)) == wanted
    monkeypatch.setattr(cores, "_FORKS", False)
    assert list(spread(made, range(9), "", lambda _: None, inherits=True)) == wanted


def test_a_process_of_a_pool_has_no_pool_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def inner(_: int) -> set[int]:
        return {process for _, process in spread(Squares, range(9), "", lambda _: None)} - {os.getpid()}

    assert list(spread(lambda: inner, range(9), "", lambda _: None, inherits=True)) == [set()] * 9


def test_it_is_told_how_far_it_is() -> None:
    heard: list[str] = []
    list(spread(Squares, range(1200), "squaring", heard.append))
    assert (heard[0], heard[1198], heard[-1]) == ("squaring 1 of 1,200", "squaring 1,199 of 1,200", "")
    heard.clear()
    list(spread(Squares, range(3), "squaring", heard.append))
    assert heard == []


def test_who_stops_ends_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    work = spread(lambda: lambda number: time.sleep(number), [0, 60, 60, 60, 60], "", lambda _: None, inherits=True)
    next(work)
    work.close()  # type: ignore[attr-defined]  # it is a generator
    assert multiprocessing.active_children() == []


def test_what_is_wrong_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    finding = error("profile/odd", "odd", Place("a.yaml", 3, 4))

    def fails(number: int) -> int:
        if number == 5:
            raise InputError([finding])
        return number

    with pytest.raises(InputError) as caught:
        list(spread(lambda: fails, range(9), "", lambda _: None, inherits=True))
    assert caught.value.findings == (finding,)
