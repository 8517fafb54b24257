"""What the relations of one connection share, and what one run of one statement remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twsql import inputs
from twsql.errors import ReadOnlyError
from twsql.schema import Checked, Procedure, Row, Value

if TYPE_CHECKING:
    from twsql.twilio.client import Client
    from twsql.twilio.settings import Settings

Call = tuple[str, tuple[tuple[str, str | tuple[str, ...]], ...]]
"""What makes two calls the same: the procedure and its checked inputs."""


class Engine:
    """The settings and the client of one connection; the client is made when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def client(self) -> Client:
        """The door to Twilio."""
        from twsql.twilio.client import Client  # a statement that asks Twilio nothing need not load requests

        return Client(self.settings)

    def close(self) -> None:
        """Close the client, if there is one."""
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

    def run(self, procedure: Procedure, given: Sequence[Mapping[str, Value]]) -> list[Future[Row]]:
        """Run the procedure for each of the inputs, side by side; all are checked before the first request is sent.

        Gives a future for each, in order, all of them finished. What this statement has run before is not run again.
        After a failure none is begun any more; the futures of those are cancelled.
        """
        checked = [inputs.check(procedure, each) for each in given]
        if self.engine.settings.read_only:
            raise ReadOnlyError(f"{procedure.name} has an effect and read_only is set; nothing was sent")
        calls = [(procedure.name, tuple(sorted(each.items()))) for each in checked]
        new = {
            call: each
            for call, each in zip(calls, checked, strict=True)
            if call not in self.done or self.done[call].cancelled()
        }
        if len(new) == 1:
            self._run_one(procedure, *new.popitem())
        elif new:
            self._run_all(procedure, new)
        return [self.done[call] for call in calls]

    def _run_one(self, procedure: Procedure, call: Call, checked: Checked) -> None:
        """Run it in this thread, where Ctrl-C ends it."""
        row = procedure.run(self.engine.client, checked)
        self.done[call] = Future()
        self.done[call].set_result(row)

    def _run_all(self, procedure: Procedure, new: Mapping[Call, Checked]) -> None:
        client = self.engine.client
        pool = ThreadPoolExecutor(min(len(new), self.engine.settings.max_in_flight))
        try:
            for call, checked in new.items():
                self.done[call] = pool.submit(procedure.run, client, checked)
            wait_for([self.done[call] for call in new], return_when="FIRST_EXCEPTION")
        except BaseException:  # Ctrl-C: begin no more; those under way end in their threads
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown(wait=True, cancel_futures=True)
