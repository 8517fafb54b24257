"""One run of one SQL statement: remembers what it has done, so that it does nothing twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twsql import forks
from twsql.dialing import guard
from twsql.dialing.prices import Prices
from twsql.dialing.stop import Stop
from twsql.errors import InputError, OperationalError, OutcomeUnknown, TwilioError
from twsql.schema import Checked, Procedure, Row, Value, inputs
from twsql.twilio import deadline
from twsql.twilio.costs import Cost, counting
from twsql.twilio.deadline import Deadline
from twsql.vtab.lookahead import Lookahead

if TYPE_CHECKING:
    from twsql.twilio.client import Client
    from twsql.vtab.engine import Engine
    from twsql.vtab.tasks import Task, Work  # loads logging (10 ms), which only a statement with calls needs

RunKey = tuple[str, int, tuple[tuple[str, str | tuple[str, ...]], ...]]
"""Identifies a run of a procedure: its name, its number among equal ones of a Batch, its checked inputs."""

_MOST_NAMED = 10
"""How many runs with wrong inputs an error names."""


@dataclass
class Statement:
    """One run of one SQL statement: it never runs a procedure with the same inputs twice.

    SQLite may evaluate a table function as often as its planner likes; `done` remembers each run. `keys` has the
    identity of rows by rowid, for rows that SQLite is about to change. `lookahead` connects the scans of a join; `cost`
    counts the requests. `sql` is the text, if the host knows it. `allowed` has the tables that the statement may
    change, `warned` the columns that it has warned of. No request for rows, and no call, begins after `deadline`.
    """

    engine: Engine
    done: dict[RunKey, Task] = field(default_factory=dict)
    keys: dict[int, Mapping[str, Value]] = field(default_factory=dict)
    lookahead: Lookahead = field(default_factory=Lookahead)
    cost: Cost = field(default_factory=Cost)
    together: bool = False
    sql: str = ""
    warned: set[str] = field(default_factory=set)
    deadline: Deadline = field(init=False)
    _process: int = field(default_factory=os.getpid)
    allowed: set[str] = field(default_factory=set)
    _counted: set[RunKey] = field(default_factory=set)
    _begun: Counter[str] = field(default_factory=Counter)
    _participles: set[str] = field(default_factory=set)
    _ended: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.deadline = deadline.after(self.engine.settings.statement_timeout)

    @cached_property
    def client(self) -> Client:
        """The client of Twilio's REST API; it adds its requests to this statement's cost, and keeps its deadline."""
        return self.engine.client.counted(self.cost, self.deadline)

    @cached_property
    def prices(self) -> Prices:
        """The prices of its calls."""
        return Prices(lambda: self.client)

    def warn(self, subject: str, words: str) -> None:
        """Warn of a column, once."""
        if subject not in self.warned:
            self.warned.add(subject)
            self.engine.warn(f"{subject} {words}")

    def refuse_children(self) -> None:
        """Raise OperationalError in a forked child: its parent goes on with the statement, and both would dial."""
        if self._process != os.getpid():
            raise OperationalError(
                "the statement was begun before this process was forked: run it anew here; nothing was sent"
            )

    def end(self) -> None:
        """End the statement: cancel prefetches that have not been sent."""
        self.lookahead.close()
        self.cost.end()

    def run(
        self,
        procedure: Procedure,
        given: Sequence[Mapping[str, Value]],
        copies: Sequence[int] = (),
        stop: Stop | None = None,
    ) -> list[Task]:
        """Run the procedure for each of the inputs, side by side; all are checked before the first request.

        Returns a task for each, in order. A run that this statement has made before is not made again. After a failure
        no other run begins, unless OnError makes the failure a row. `copies` numbers equal inputs that mean several
        calls. No run begins after `stop` is set, or after the engine's `begin_no_more`.

        Raises InputError, ReadOnlyError and (beyond max_calls or max_changes) NotSupportedError before it sends
        anything; with max_price_per_minute TwilioError, if a price could not be fetched.
        """
        with forks.put_off():
            from twsql.vtab import tasks

        checked = self._checked(procedure, given)
        calls = [_run_key(procedure, each, copies[place] if copies else 0) for place, each in enumerate(checked)]
        new = {
            call: each
            for call, each in zip(calls, checked, strict=True)
            if not isinstance(each, InputError) and (call not in self.done or not self.done[call].was_begun())
        }
        guard.refuse_effects(self.engine.settings, procedure)
        recorded = self.engine.recorded(procedure, [*new.values()])
        self.done |= {call: tasks.done(row) for call, row in zip(new, recorded, strict=True) if row is not None}
        left = {call: each for (call, each), row in zip(new.items(), recorded, strict=True) if row is None}
        more = len(left.keys() - self._counted)
        guard.refuse_more(self.engine.settings, procedure, self._begun[guard.limit_of(procedure)], more)
        left = self._affordable(procedure, left)
        self._counted |= left.keys()
        self._begun[guard.limit_of(procedure)] += more
        self._participles |= {procedure.once.done} if procedure.once else set()
        self._begin(procedure, left, Stop(self.engine.calls, *([stop] if stop else [])))
        return [
            tasks.failed(each) if isinstance(each, InputError) else self.done[call]
            for call, each in zip(calls, checked, strict=True)
        ]

    def _affordable(self, procedure: Procedure, calls: dict[RunKey, Checked]) -> dict[RunKey, Checked]:
        """The calls that max_price_per_minute allows; those that it refuses are done, if OnError makes them rows.

        All prices are known before the first call is recorded. Of a call in doubt the price decides only whether it is
        sent again, so the dialer asks for it.
        """
        settings, once = self.engine.settings, procedure.once
        if settings.max_price_per_minute is None or once is None or not once.per_minute:
            return calls
        priced = {call: each for call, each in calls.items() if not guard.is_dry(settings, each)}
        doubtful = self.engine.in_doubt(procedure, [*priced.values()])
        priced = {call: each for call, each in priced.items() if each.get("RequestKey") not in doubtful}
        refusals = self.prices.refusals(procedure, [*priced.values()])
        refused = {call: why for call, why in zip(priced, refusals, strict=True) if why is not None}
        strict = [why for call, why in refused.items() if not is_row(calls[call])]
        if strict:
            raise self.prices.refused(procedure, strict)
        from twsql.vtab import tasks

        self.done |= {call: tasks.failed(self.prices.refused(procedure, [why])) for call, why in refused.items()}
        return {call: each for call, each in calls.items() if call not in refused}

    def perform(self, procedure: Procedure, given: Mapping[str, Value]) -> Row:
        """Run the procedure once and wait for its result. An interrupt keeps it from beginning."""
        stop = Stop()
        try:
            (task,) = self.run(procedure, [given], stop=stop)
            return self.result(task)
        finally:
            stop.set()

    def _checked(self, procedure: Procedure, given: Sequence[Mapping[str, Value]]) -> list[Checked | InputError]:
        """Check the inputs of each run. Raises InputError with all mistakes of all of them."""
        checked: list[Checked | InputError] = []
        wrong: list[tuple[int, str]] = []
        for place, each in enumerate(given):
            known, problems = inputs.examined(procedure, each, self.engine.settings.default_country)
            checked.append(inputs.refusal(procedure, problems) if problems else known)
            if problems and not is_row(each):
                wrong.append((place, "; ".join(problems)))
        if wrong:
            raise _all_of(procedure, wrong) if len(given) > 1 else inputs.refusal(procedure, [wrong[0][1]])
        return checked

    def result(self, task: Task) -> Row:
        """Wait for a task's result; its error says how far the statement has come."""
        try:
            return task.result()
        except TwilioError as error:
            error.progress = self.progress()
            raise

    def progress(self) -> str:
        """How far the statement has come, in words, once all runs have ended; '' for a single run."""
        if len(self.done) < 2:
            return ""
        tried = [task for task in self.done.values() if task.was_begun()]
        unknown = sum(isinstance(task.problem(), OutcomeUnknown) for task in tried)
        failed = sum(task.problem() is not None for task in tried) - unknown
        left = f"{len(self.done) - len(tried)} not attempted" if self.together else "nothing after it attempted"
        if not self._begun["max_calls"]:
            return f"{len(tried) - failed} done, {failed} failed, {left}"
        done = "done" if len(self._participles) > 1 else min(self._participles)
        counts = f"{len(tried) - failed - unknown} {done}, {failed} failed, {unknown} unknown, {left}"
        if all("RequestKey" in dict(inputs) for _, _, inputs in self.done):
            return f"{counts}; to go on run the same again: a RequestKey that the journal has is not {done} again"
        return f"{counts}; to go on leave out what twsql_journal has as placed, or use a RequestKey from the start"

    def _begin(self, procedure: Procedure, new: Mapping[RunKey, Checked], stop: Stop) -> None:
        from twsql.vtab import tasks

        self.together = self.together or len(new) > 1
        work = [self._work(procedure, each) for each in new.values()]
        begun = tasks.begin(work, self.engine.settings.max_in_flight, self._heard, stop) if work else []
        self.done |= zip(new, begun, strict=True)

    def _work(self, procedure: Procedure, checked: Checked) -> Work:
        work = self.engine.work(procedure, checked, self.prices)

        def and_count(stop: Stop) -> Row:
            with counting(self.cost):
                try:
                    self.deadline.check()
                    return work(stop)
                except BaseException:
                    if not is_row(checked):
                        stop.set()  # and no more of them
                    raise

        return and_count

    def _heard(self) -> None:
        with self._lock:
            self._ended += 1
            ended = self._ended
        self.engine.watch(ended, max(ended, len(self.done)))


def is_row(given: Mapping[str, object]) -> bool:
    """Whether OnError makes a failure a row."""
    return str(given.get("OnError")).strip().lower() == "row"


def _all_of(procedure: Procedure, problems: Sequence[tuple[int, str]]) -> InputError:
    """The error for mistakes in several runs; a mistake that repeats is named once, for the first."""
    first: dict[str, int] = {}
    for place, text in problems:
        first.setdefault(text, place)
    named = [f"call {place + 1}: {text}" for text, place in list(first.items())[:_MOST_NAMED]]
    more = [f"and {len(first) - _MOST_NAMED} more"] if len(first) > _MOST_NAMED else []
    return inputs.refusal(procedure, [*named, *more])


def _run_key(procedure: Procedure, checked: Checked | InputError, copy: int) -> RunKey:
    """The key of a run; runs with the same RequestKey and inputs are one."""
    if isinstance(checked, InputError):
        return procedure.name, copy, ()
    return procedure.name, 0 if "RequestKey" in checked else copy, tuple(sorted(checked.items()))
