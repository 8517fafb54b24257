"""What the relations of one connection share: settings, a client, a dialer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from twsql import forks
from twsql.dialing import guard
from twsql.dialing.stop import Stop
from twsql.schema import Checked, Procedure, Row

if TYPE_CHECKING:
    from twsql.dialing.dialer import Dialer
    from twsql.twilio.client import Client
    from twsql.twilio.settings import Settings
    from twsql.vtab.changes import Consent, Hear
    from twsql.vtab.tasks import Work  # loads logging, 10 ms that a statement without a call need not wait

Watch = Callable[[int, int], None]
"""Hears how many of a statement's calls have ended, and of how many; in any thread."""


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
