"""What the relations of one connection share, and what one run of one statement remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twsql import inputs
from twsql.dialing import guard
from twsql.errors import InputError, TwilioError
from twsql.schema import Checked, Procedure, Row, Value

if TYPE_CHECKING:
    from concurrent.futures import Future  # loads logging, 10 ms that a statement without a call need not wait

    from twsql.dialing.dialer import Dialer
    from twsql.twilio.client import Client
    from twsql.twilio.settings import Settings

Call = tuple[str, int, tuple[tuple[str, str | tuple[str, ...]], ...]]
"""What makes two calls the same: the procedure, which of several equal ones in a Batch it is, its checked inputs."""


class Engine:
    """The settings and the client of one connection; what is made is made when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def client(self) -> Client:
        """The door to Twilio."""
        from twsql.twilio.client import Client  # a statement that asks Twilio nothing need not load requests

        return Client(self.settings)

    @cached_property
    def dialer(self) -> Dialer:
        """What places calls. Raises OperationalError where the journal cannot be opened."""
        from twsql.dialing.dialer import Dialer
        from twsql.dialing.opening import journal_of

        return Dialer(self.client, journal_of(self.client))

    def begin(self, procedure: Procedure) -> Callable[[Checked], Row]:
        """What carries out a procedure, in any thread."""
        dialer = self.dialer if procedure.places_call and not self.settings.dry_run else None
        client = self.client

        def carry_out(checked: Checked) -> Row:
            if guard.is_dry(self.settings, checked):
                return {"account_sid": self.settings.account_sid, "status": "dry-run"}
            return dialer.place(procedure, checked) if dialer else procedure.run(client, checked)

        return carry_out

    def close(self) -> None:
        """Begin and wait for nothing more; calls that are under way stay on record."""
        if "dialer" in self.__dict__:
            self.dialer.stop()
        if "client" in self.__dict__:
            self.client.close()


@dataclass
class Statement:
    """One run of one SQL statement: it never does the same thing (same procedure, same inputs) twice.

    SQLite may evaluate a table function as often as its planner likes; what was done is remembered in `done`. `keys`
    has what identifies a row by its rowid, for rows whose rowid SQLite asked for in order to change them.
    """

    engine: Engine
    done: dict[Call, Future[Row]] = field(default_factory=dict)
    keys: dict[int, Mapping[str, Value]] = field(default_factory=dict)
    begun: int = 0

    def run(
        self, procedure: Procedure, given: Sequence[Mapping[str, Value]], copies: Sequence[int] = ()
    ) -> list[Future[Row]]:
        """Run the procedure for each of the inputs, side by side; all are checked before the first request is sent.

        Gives a future for each, in order. What this statement has run before is not run again. After a failure none is
        begun any more and the futures of those are cancelled, unless OnError makes a failure a row. `copies` numbers
        inputs that are equal and meant as several calls.

        Raises InputError, ReadOnlyError and (more than max_calls) NotSupportedError before anything is sent.
        """
        checked = [_check(procedure, each) for each in given]
        calls = [(procedure.name, copies[place] if copies else 0, _inputs(each)) for place, each in enumerate(checked)]
        new = {
            call: each
            for call, each in zip(calls, checked, strict=True)
            if not isinstance(each, InputError) and (call not in self.done or self.done[call].cancelled())
        }
        guard.check(self.engine.settings, procedure, self.begun, len(new))
        self.begun += len(new)
        if len(new) == 1:
            self._run_one(procedure, *new.popitem())
        elif new:
            self._run_all(procedure, new)
        return [
            _failed(each) if isinstance(each, InputError) else self.done[call]
            for call, each in zip(calls, checked, strict=True)
        ]

    def progress(self) -> str:
        """How far the statement has come, in words, once nothing is under way any more; empty for a single call."""
        from concurrent.futures import wait

        wait(self.done.values())
        if len(self.done) < 2:
            return ""
        tried = [future for future in self.done.values() if not future.cancelled()]
        failed = sum(future.exception() is not None for future in tried)
        return (
            f"{len(tried) - failed} done, {failed} failed, {len(self.done) - len(tried)} not attempted;"
            " twsql_journal has each; run again with a RequestKey for each call, only what was not placed is sent"
        )

    def _run_one(self, procedure: Procedure, call: Call, checked: Checked) -> None:
        """Run it in this thread, where Ctrl-C ends it."""
        from concurrent.futures import Future

        future: Future[Row] = Future()
        try:
            future.set_result(self.engine.begin(procedure)(checked))
        except TwilioError as error:
            if not is_row(checked):
                raise
            future.set_exception(error)
        self.done[call] = future

    def _run_all(self, procedure: Procedure, new: Mapping[Call, Checked]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        carry_out = self.engine.begin(procedure)
        pool = ThreadPoolExecutor(min(len(new), self.engine.settings.max_in_flight), "twsql-call")
        futures = {call: pool.submit(carry_out, checked) for call, checked in new.items()}
        pool.shutdown(wait=False)
        self.done |= futures

        def stop_on_failure(future: Future[Row]) -> None:
            if not future.cancelled() and future.exception() is not None:
                for other in futures.values():
                    other.cancel()

        for call, checked in new.items():
            if not is_row(checked):
                futures[call].add_done_callback(stop_on_failure)


def is_row(given: Mapping[str, object]) -> bool:
    """Whether a failure of this call is to be a row."""
    return str(given.get("OnError")).strip().lower() == "row"


def _check(procedure: Procedure, given: Mapping[str, Value]) -> Checked | InputError:
    try:
        return inputs.check(procedure, given)
    except InputError as error:
        if not is_row(given):
            raise
        return error


def _inputs(checked: Checked | InputError) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    return () if isinstance(checked, InputError) else tuple(sorted(checked.items()))


def _failed(error: Exception) -> Future[Row]:
    from concurrent.futures import Future

    future: Future[Row] = Future()
    future.set_exception(error)
    return future
