"""Asking ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count, islice

import pytest

from twsql.errors import TwilioError
from twsql.twilio.prefetch import prefetch
from twsql.twilio.workers import Workers


class Asked:
    """What has been asked for."""

    def __init__(self) -> None:
        self.wanted: list[int] = []

    def __call__(self, number: int) -> int:
        """Note it."""
        self.wanted.append(number)
        return number


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Eight threads."""
    made = Workers(8)
    yield made
    made.close()


def _settled(asked: Asked, number: int) -> bool:
    """Whether so many are asked for soon, and no more."""
    end = time.monotonic() + 60
    while len(asked.wanted) < number and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(0.05)
    return len(asked.wanted) == number


def test_answers_come_in_order(workers: Workers) -> None:
    """Whichever is ready first, answers come as they were wanted."""

    def slow_at_first(number: int) -> int:
        time.sleep(0.05 / (number + 1))
        return number

    assert list(prefetch(workers, 4, 8, slow_at_first, range(30))) == list(range(30))


def test_the_window_doubles(workers: Workers) -> None:
    """Two at once; who comes back for another has four wait, then eight, no more; who stops wastes no more."""
    asked = Asked()
    answers = prefetch(workers, 2, 8, asked, count())
    for number in (2, 2, 5, 10, 11, 12):
        assert _settled(asked, number)
        next(answers)
    answers.close()
    assert len(asked.wanted) <= 13


def test_closing_asks_no_more() -> None:
    """What has not been begun when the reader leaves is never asked for."""
    one, asked = Workers(1), Asked()
    begun, gate = threading.Event(), threading.Event()

    def ask(number: int) -> int:
        begun.set()
        gate.wait(60)
        return asked(number)

    answers = prefetch(one, 6, 6, ask, range(6))
    begun.wait(60)
    answers.close()
    gate.set()
    assert _settled(asked, 1)
    one.close()


def test_an_error_comes_in_its_turn(workers: Workers) -> None:
    """The answers before it are given first."""

    def ask(number: int) -> int:
        if number == 3:
            raise TwilioError("the fourth")
        return number

    answers = prefetch(workers, 8, 8, ask, range(8))
    assert list(islice(answers, 3)) == [0, 1, 2]
    with pytest.raises(TwilioError, match="the fourth"):
        next(answers)


def test_an_error_of_what_is_wanted_comes_in_its_turn(workers: Workers) -> None:
    """Where the list of what is wanted breaks off, what was wanted before is given first."""

    def wanted() -> Iterator[int]:
        yield from range(3)
        raise TwilioError("the next page")

    answers = prefetch(workers, 8, 8, Asked(), wanted())
    assert list(islice(answers, 3)) == [0, 1, 2]
    with pytest.raises(TwilioError, match="the next page"):
        next(answers)


def test_a_task_that_gives_another() -> None:
    """One thread is enough for tasks that wait for tasks of their own."""
    one = Workers(1)
    future = one.submit(lambda: one.submit(lambda: one.submit(lambda: 7).result()).result())
    assert future.result(timeout=60) == 7
    one.close()


def test_used_after_closing(workers: Workers) -> None:
    """Closing ends the threads, and later work begins others."""
    for _ in range(3):
        assert [workers.submit(lambda n=n: n).result(timeout=60) for n in range(20)] == list(range(20))
        workers.close()


def test_threads_end() -> None:
    """After closing none is left; before, no more than were allowed."""
    name, before = "twsql-read", threading.active_count()
    some = Workers(3)
    for future in [some.submit(lambda: time.sleep(0.01)) for _ in range(30)]:
        future.result(timeout=60)
    mine = [thread for thread in threading.enumerate() if thread.name == name]
    assert threading.active_count() - before <= 3
    some.close()
    for thread in mine[-3:]:
        thread.join(60)
    assert threading.active_count() <= before


def test_side_by_side(workers: Workers) -> None:
    """Eight tasks run together in eight threads."""
    together = threading.Barrier(8)
    futures = [workers.submit(lambda: together.wait(60)) for _ in range(8)]
    assert sorted(future.result(timeout=60) for future in futures) == list(range(8))
