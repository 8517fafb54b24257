"""The limit on requests under way."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from twsql.sandbox import Sandbox
from twsql.twilio import limits
from twsql.twilio.client import Client
from twsql.twilio.deadline import Deadline
from twsql.twilio.limits import BEGIN, Limit
from waiting import together, until

MakeClient = Callable[..., Client]


def _taken(limit: Limit, number: int, most: int = 1000) -> ExitStack:
    """So many turns at once."""
    stack = ExitStack()
    for _ in range(number):
        stack.enter_context(limit.slot(most))
    return stack


def test_it_begins_modestly_and_doubles() -> None:
    """Each good answer while it is in full use makes room for one more: twice as much with each round."""
    limit = Limit()
    assert limit.window == BEGIN == 16
    with _taken(limit, 15):
        for _ in range(16):
            limit.good()
    assert limit.window == 32


def test_it_does_not_grow_unused() -> None:
    """Good answers to one request at a time do not tell what the account bears."""
    limit = Limit()
    for _ in range(100):
        limit.good()
    assert limit.window == BEGIN


def test_it_halves_once_for_all_that_were_under_way() -> None:
    """Sixteen refusals of one round halve it once, a refusal of the next round once more; then it grows slowly."""
    limit = Limit()
    with _taken(limit, 16):
        begun = time.monotonic()
        for _ in range(16):
            limit.refused(begun)
        assert limit.window == 8
        limit.refused(begun + 60)
        assert limit.window == 4
        for _ in range(4):
            limit.good()
        assert limit.window == 4
        limit.good()
        assert limit.window == 5


def test_it_grows_again_from_one() -> None:
    """However far down it went, good answers lead up again."""
    limit = Limit()
    for minutes in range(1, 4):
        limit.refused(time.monotonic() + 60 * minutes)
    assert limit.window == 1
    limit.good()
    assert limit.window == 2


def test_what_twilio_says_is_heard() -> None:
    """It does not grow again to the load with which Twilio refused, be that ours or that of other programs."""
    limit = Limit()
    with _taken(limit, 8):
        limit.refused(time.monotonic(), load=21)
        limit.refused(0.0, load=30)
        assert limit.too_much == 21
        window = limit.window
        for _ in range(50):
            limit.good(load=20)
        assert limit.window == window
        for _ in range(50):
            limit.good(load=12)
        assert limit.window > window


def test_what_twilio_does_not_say() -> None:
    """Answers that tell no load make it grow; a refusal at a small load, for another reason, is no ceiling."""
    limit = Limit()
    with _taken(limit, 8):
        limit.refused(time.monotonic(), load=20)
        window = limit.window
        for _ in range(50):
            limit.good()
        assert limit.window > window
    other = Limit()
    other.refused(time.monotonic(), load=2)
    assert other.too_much is None


def test_what_was_too_much_is_forgotten() -> None:
    """After a while it is tried again."""
    limit = Limit(forgotten=0.01)
    with _taken(limit, 4):
        limit.refused(time.monotonic(), load=9)
        until(lambda: limit.too_much is None)
        window = limit.window
        for _ in range(30):
            limit.good(load=9)
        assert limit.window > window


def test_calls_go_first() -> None:
    """Of those who wait, a call to be placed has the next turn, though reads came before it."""
    limit, came, order = Limit(), list[float](), list[str]()

    class Noted(Deadline):
        """Whoever finds no slot looks at the deadline, and then waits."""

        def check(self) -> None:
            came.append(self.left)

    def turn(name: str, urgent: bool) -> None:
        with limit.slot(1, urgent=urgent, deadline=Noted()):
            order.append(name)

    threads = [threading.Thread(target=turn, args=(f"read {n}", False)) for n in range(3)]
    threads.append(threading.Thread(target=turn, args=("call", True)))
    with limit.slot(1):
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until(lambda wanted=number: len(came) >= wanted)
    for thread in threads:
        thread.join(60)
    assert order[0] == "call"
    assert len(order) == 4


def test_retry_after_holds_all_back() -> None:
    """Nobody begins before the time that Twilio named, calls neither; who comes again has waited for it himself."""
    shortly, long = Limit(), Limit()
    begun = time.monotonic()
    shortly.refused(begun, after=0.3)
    with shortly.slot(9, urgent=True) as at:
        assert at - begun >= 0.3
    long.refused(begun, after=60.0)
    with long.slot(9, again=True) as at:
        assert at - begun < 30


def test_one_for_the_process(sandbox: Sandbox, client: MakeClient) -> None:
    """Two connections to an account share it."""
    sandbox.change(latency=0.05)
    clients = [client(sandbox.base_url), client(sandbox.base_url)]
    path = clients[0].path("Conferences")
    with ThreadPoolExecutor(40) as threads:
        list(threads.map(lambda n: clients[n % 2].get(path, {"Status": "init"}), range(40)))
    assert sandbox.counters.peak <= BEGIN * 2  # it grows meanwhile
    assert sandbox.counters.requests == 40


@pytest.mark.parametrize("most", [1, 5])
def test_max_in_flight_caps_it(most: int, sandbox: Sandbox, client: MakeClient) -> None:
    """Never more than max_in_flight."""
    one = client(sandbox.base_url, max_in_flight=most)
    path = one.path("Conferences")
    with ThreadPoolExecutor(20) as threads, together(sandbox, most):
        list(threads.map(lambda _: one.get(path, {"Status": "init"}), range(40)))
    assert sandbox.counters.peak == most


def test_it_finds_what_the_account_bears(sandbox: Sandbox, client: MakeClient) -> None:
    """At a server that bears twenty at a time nearly all answers are good, and all work gets done."""
    sandbox.change(latency=0.02, max_concurrent=20)
    one = client(sandbox.base_url, max_attempts=20)
    path = one.path("Conferences")
    with ThreadPoolExecutor(48) as threads:
        list(threads.map(lambda _: one.get(path, {"Status": "init"}), range(600)))
        first = sandbox.counters.by_status
        list(threads.map(lambda _: one.get(path, {"Status": "init"}), range(600)))
    both = sandbox.counters.by_status
    assert (first[200], both[200]) == (600, 1200)
    assert 0 < first[429] < 150
    assert both[429] - first[429] < 10  # it has learnt
    assert 10 <= limits.shared(sandbox.base_url, sandbox.account_sid).window <= 24


def _child(limit: tuple[str, str], results: Any) -> None:
    with limits.shared(*limit).slot(1):
        results.put("its turn")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_begins_anew() -> None:
    """What the parent has under way does not keep a forked child from its turn."""
    context = multiprocessing.get_context("fork")
    key, results = ("http://127.0.0.1:1", "AC"), context.Queue()
    with limits.shared(*key).slot(1):
        child = context.Process(target=_child, args=(key, results))
        child.start()
        assert results.get(timeout=60) == "its turn"
        child.join(60)
