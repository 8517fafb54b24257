"""What the tables and procedures of one connection share: settings, a client, a dialer."""

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
    from twsql.dialing.prices import Prices
    from twsql.twilio.client import Client
    from twsql.twilio.settings import Settings
    from twsql.vtab.changes import Consent, Hear
    from twsql.vtab.tasks import Work  # loads logging (10 ms), which only a statement with calls needs

Watch = Callable[[int, int], None]
"""Called with the number of a statement's runs that have ended, and the number of all its runs; in any thread."""


class Engine:
    """The settings, client and dialer of one connection; client and dialer are made at their first use.

    The dialer can settle journal entries of the `procedures`. `before` runs ahead of each request, see `Client`.
    `watch` follows the runs of a statement's procedures, `hear` the changed rows of tables. `consent` runs before the
    first change of a statement. `warn` takes the text of warnings.
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
        """The client of Twilio's REST API."""
        if self._client is None:
            with forks.put_off():
                self._client = self.new_client()
        return self._client

    @property
    def dialer(self) -> Dialer:
        """Places calls. Raises OperationalError if the journal cannot be opened."""
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

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return 0 if self._client is None else self._client.total.requests

    def new_client(self) -> Client:
        """Make a client of these settings."""
        from twsql.twilio.client import Client  # a statement without requests need not load the library

        def sleep(seconds: float) -> None:
            self._closed.wait(seconds)  # `close` ends it early: no result is needed any more

        return Client(self.settings, sleep=sleep, before=self._before)

    def recorded(self, procedure: Procedure, calls: Sequence[Checked]) -> list[Row | None]:
        """The recorded result of each run; None for a run that is still to be made.

        Raises InputError for a RequestKey that was used with other inputs.
        """
        if procedure.once is None or all(guard.is_dry(self.settings, each) for each in calls):
            return [None] * len(calls)
        return self.dialer.recorded(procedure, calls)

    def in_doubt(self, procedure: Procedure, calls: Sequence[Checked]) -> set[str]:
        """The RequestKeys of runs that may have been made: nobody has heard their outcome."""
        keyed = [each for each in calls if "RequestKey" in each]
        return self.dialer.unfinished(procedure, keyed) if procedure.once and keyed else set()

    def work(self, procedure: Procedure, checked: Checked, prices: Prices) -> Work:
        """A function that runs a procedure once, in any thread; `prices` are those of its statement."""
        if guard.is_dry(self.settings, checked):
            once = procedure.once
            price = prices.later(once.record(checked)) if once and once.per_minute else {}
            return lambda stop: {"account_sid": self.settings.account_sid, "status": guard.DRY, **price}
        client = self.client
        dialer = self.dialer if procedure.once else None

        def carry_out(stop: Stop) -> Row:
            return dialer.place(procedure, checked, stop, prices) if dialer else procedure.run(client, checked)

        return carry_out

    @property
    def calls(self) -> Stop:
        """Keeps all runs that wait from beginning, once it is set."""
        return self._calls

    def begin_no_more(self) -> None:
        """Keep runs that wait in threads from beginning; a statement that is read on begins them again."""
        self._calls.set()
        self._calls = Stop()

    def close(self) -> None:
        """Begin nothing more. Wait shortly for the calls in flight; the journal has them."""
        self.begin_no_more()
        self._closed.set()
        if self._dialer is not None:
            self._dialer.stop()
        if self._client is not None:
            self._client.close()

    def renew(self) -> None:
        """Drop the client: a forked child must not use its parent's connections, on which responses arrive."""
        self._client = self._dialer = None
