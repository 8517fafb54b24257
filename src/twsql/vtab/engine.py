"""What the relations of one connection share, and what one run of one statement remembers."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twsql import forks
from twsql.dialing import guard
from twsql.dialing.stop import Stop
from twsql.errors import InputError, OperationalError, OutcomeUnknown, TwilioError
from twsql.schema import Checked, Procedure, Row, Value, inputs
from twsql.twilio.costs import Cost, counting
from twsql.vtab.lookahead import Lookahead

if TYPE_CHECKING:
    from twsql.dialing.dialer import Dialer
    from twsql.twilio.client import Client
    from twsql.twilio.settings import Settings
    from twsql.vtab.changes import Consent, Hear
    from twsql.vtab.tasks import Task, Work  # loads logging, 10 ms that a statement without a call need not wait

RunKey = tuple[str, int, tuple[tuple[str, str | tuple[str, ...]], ...]]
"""What makes two calls the same: the procedure, which of several equal ones in a Batch it is, its checked inputs."""
Watch = Callable[[int, int], None]
"""Hears how many of a statement's calls have ended, and of how many; in any thread."""

_MOST_NAMED = 10
"""How many calls with wrong inputs an error names."""


class Engine:
    """The settings and the client of one connection; what is made is made when it is first needed.

    The `procedures` are those whose journal entries can be settled. `watch` hears of the calls of each statement,
    `hear` of the rows of tables that are changed; `consent` is asked before the first of a statement.
    `before` is called ahead of each request, see `Client`. `warn` hears of what a statement may not mean.
    """

    def __init__(
        self,
        settings: Settings,
        procedures: Sequence[Procedure] = (),
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self._before = before
        self._procedures = procedures
        self.watch: Watch = lambda ended, total: None
        self.consent: Consent = lambda changes: True
        self.hear: Hear = lambda change: None
        self.warn: Callable[[str], None] = lambda text: None
        self._closed = threading.Event()
        self._calls = Stop()
        self._client: Client | None = None
        self._dialer: Dialer | None = None
        forks.renew_in_children(self)

    @property
    def client(self) -> Client:
        """The door to Twilio."""
        if self._client is None:
            with forks.put_off():
                self._client = self.new_client()
        return self._client

    @property
    def dialer(self) -> Dialer:
        """What places calls. Raises OperationalError where the journal cannot be opened."""
        if self._dialer is None:
            with forks.put_off():
                from twsql.dialing.dialer import Dialer
                from twsql.dialing.opening import journal_of

                self._dialer = Dialer(self.client, journal_of(self.client), self._procedures)
        return self._dialer

    @property
    def dialled(self) -> int:
        """How many calls were dialled, or tried, that are on record in a file."""
        in_memory = self.settings.journal == ":memory:" or (self.settings.sandbox and not self.settings.journal)
        return 0 if self._dialer is None or in_memory else self._dialer.begun

    def new_client(self) -> Client:
        """Make a client of these settings."""
        from twsql.twilio.client import Client  # a statement that asks Twilio nothing need not load requests

        def sleep(seconds: float) -> None:
            self._closed.wait(seconds)  # nobody waits for what is repeated after the end

        return Client(self.settings, sleep=sleep, before=self._before)

    def recorded(self, procedure: Procedure, calls: Sequence[Checked]) -> list[Row | None]:
        """For each of these the answer that is on record, None where it is yet to be done.

        Raises InputError for a RequestKey that stands for other inputs.
        """
        if procedure.once is None or all(guard.is_dry(self.settings, each) for each in calls):
            return [None] * len(calls)
        return self.dialer.recorded(procedure, calls)

    def work(self, procedure: Procedure, checked: Checked) -> Work:
        """What carries out a procedure, in any thread."""
        if guard.is_dry(self.settings, checked):
            return lambda stop: {"account_sid": self.settings.account_sid, "status": guard.DRY}
        client = self.client
        dialer = self.dialer if procedure.once else None

        def carry_out(stop: Stop) -> Row:
            return dialer.place(procedure, checked, stop) if dialer else procedure.run(client, checked)

        return carry_out

    @property
    def calls(self) -> Stop:
        """What stops all that is being begun."""
        return self._calls

    def begin_no_more(self) -> None:
        """Begin nothing more of what has been handed to threads; a statement that is read on begins it again."""
        self._calls.set()
        self._calls = Stop()

    def close(self) -> None:
        """Begin nothing more; calls that are under way are waited for shortly, and are on record."""
        self.begin_no_more()
        self._closed.set()
        if self._dialer is not None:
            self._dialer.stop()
        if self._client is not None:
            self._client.close()

    def renew(self) -> None:
        """Make the client anew: a forked child must not use its parent's connections, on which answers come."""
        self._client = self._dialer = None


@dataclass
class Statement:
    """One run of one SQL statement: it never does the same thing (same procedure, same inputs) twice.

    SQLite may evaluate a table function as often as its planner likes; what was done is remembered in `done`. `keys`
    has what identifies a row by its rowid, for rows whose rowid SQLite asked for in order to change them. `lookahead`
    is what its scans know of each other, `cost` what it has asked. `sql` is its text, where the host tells.
    `allowed` are the tables that it may change, `warned` are the columns that it was warned of.
    """

    engine: Engine
    done: dict[RunKey, Task] = field(default_factory=dict)
    keys: dict[int, Mapping[str, Value]] = field(default_factory=dict)
    lookahead: Lookahead = field(default_factory=Lookahead)
    cost: Cost = field(default_factory=Cost)
    together: bool = False
    sql: str = ""
    warned: set[str] = field(default_factory=set)
    _process: int = field(default_factory=os.getpid)
    allowed: set[str] = field(default_factory=set)
    _counted: set[RunKey] = field(default_factory=set)
    _begun: Counter[str] = field(default_factory=Counter)
    _ended: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def client(self) -> Client:
        """The door to Twilio, where what is asked is counted as this statement's."""
        return self.engine.client.counted(self.cost)

    def warn(self, subject: str, words: str) -> None:
        """Warn of something, once."""
        if subject not in self.warned:
            self.warned.add(subject)
            self.engine.warn(f"{subject} {words}")

    def refuse_children(self) -> None:
        """Raise OperationalError in a forked child: its parent goes on with the statement, and both would call."""
        if self._process != os.getpid():
            raise OperationalError(
                "the statement was begun before this process was forked: run it anew here; nothing was sent"
            )

    def end(self) -> None:
        """Nothing of it is read any more: what was asked for ahead and has not been sent is not sent."""
        self.lookahead.close()
        self.cost.end()

    def run(
        self,
        procedure: Procedure,
        given: Sequence[Mapping[str, Value]],
        copies: Sequence[int] = (),
        stop: Stop | None = None,
    ) -> list[Task]:
        """Run the procedure for each of the inputs, side by side; all are checked before the first request is sent.

        Gives a task for each, in order. What this statement has run before is not run again. After a failure none is
        begun any more, unless OnError makes a failure a row. `copies` numbers inputs that are equal and meant as
        several calls. Nothing more is begun once `stop` is set, or the engine begins no more.

        Raises InputError, ReadOnlyError and (more than max_calls or max_changes) NotSupportedError before anything is
        sent.
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
        self._counted |= left.keys()
        self._begun[guard.limit_of(procedure)] += more
        self._begin(procedure, left, Stop(self.engine.calls, *([stop] if stop else [])))
        return [
            tasks.failed(each) if isinstance(each, InputError) else self.done[call]
            for call, each in zip(calls, checked, strict=True)
        ]

    def perform(self, procedure: Procedure, given: Mapping[str, Value]) -> Row:
        """Run the procedure once, and wait for what it gives. An interrupt keeps it from beginning."""
        stop = Stop()
        try:
            (task,) = self.run(procedure, [given], stop=stop)
            return self.result(task)
        finally:
            stop.set()

    def _checked(self, procedure: Procedure, given: Sequence[Mapping[str, Value]]) -> list[Checked | InputError]:
        """Check the inputs of each call. Raises InputError that names all that is wrong, of all of them."""
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
        """Wait for what a task gives; what it raises says how far the statement has come."""
        try:
            return task.result()
        except TwilioError as error:
            error.progress = self.progress()
            raise

    def progress(self) -> str:
        """How far the statement has come, in words, once nothing is under way any more; empty for a single call."""
        if len(self.done) < 2:
            return ""
        tried = [task for task in self.done.values() if task.was_begun()]
        unknown = sum(isinstance(task.problem(), OutcomeUnknown) for task in tried)
        failed = sum(task.problem() is not None for task in tried) - unknown
        left = f"{len(self.done) - len(tried)} not attempted" if self.together else "nothing after it attempted"
        if not self._begun["max_calls"]:
            return f"{len(tried) - failed} done, {failed} failed, {left}"
        counts = f"{len(tried) - failed - unknown} placed, {failed} failed, {unknown} unknown, {left}"
        if all("RequestKey" in dict(inputs) for _, _, inputs in self.done):
            return f"{counts}; to go on run the same again: what has its RequestKey on record is not placed again"
        return f"{counts}; to go on leave out what twsql_journal has as placed, or use a RequestKey from the start"

    def _begin(self, procedure: Procedure, new: Mapping[RunKey, Checked], stop: Stop) -> None:
        from twsql.vtab import tasks

        self.together = self.together or len(new) > 1
        work = [self._work(procedure, each) for each in new.values()]
        begun = tasks.begin(work, self.engine.settings.max_in_flight, self._heard, stop) if work else []
        self.done |= zip(new, begun, strict=True)

    def _work(self, procedure: Procedure, checked: Checked) -> Work:
        work = self.engine.work(procedure, checked)

        def and_count(stop: Stop) -> Row:
            with counting(self.cost):
                try:
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
    """Whether a failure of this call is to be a row."""
    return str(given.get("OnError")).strip().lower() == "row"


def _all_of(procedure: Procedure, problems: Sequence[tuple[int, str]]) -> InputError:
    """The error for what is wrong with several calls; the same words are said once, of the first."""
    first: dict[str, int] = {}
    for place, text in problems:
        first.setdefault(text, place)
    named = [f"call {place + 1}: {text}" for text, place in list(first.items())[:_MOST_NAMED]]
    more = [f"and {len(first) - _MOST_NAMED} more"] if len(first) > _MOST_NAMED else []
    return inputs.refusal(procedure, [*named, *more])


def _run_key(procedure: Procedure, checked: Checked | InputError, copy: int) -> RunKey:
    """What the call is known by; with a RequestKey equal ones are one."""
    if isinstance(checked, InputError):
        return procedure.name, copy, ()
    return procedure.name, 0 if "RequestKey" in checked else copy, tuple(sorted(checked.items()))
