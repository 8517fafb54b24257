"""Finds out from witnesses whether a call was placed, and records the outcome."""

from __future__ import annotations

import math
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from twsql.dialing import entries, known_entries
from twsql.dialing.attempts import Attempts, window
from twsql.dialing.entry import Entry
from twsql.dialing.guard import NotBegunError
from twsql.dialing.intents import is_own
from twsql.dialing.journal import Journal
from twsql.errors import DataError, Error, OperationalError, OutcomeUnknown, ProgrammingError, TwilioError
from twsql.redaction import clean
from twsql.schema import Row
from twsql.schema.once import Lost, Once
from twsql.twilio.transport import LONGEST_RESPONSE

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_LAST_WRITES = 2.0
"""Seconds after `stop` within which a journal that another process has locked is still written."""
_NOTHING_SENT = (TwilioError, DataError, ProgrammingError, NotBegunError)
"""Errors that mean that no call was placed, except OutcomeUnknown."""


class Outcomes:
    """The outcomes of one connection's entries. After `stop` it waits for no witness any more."""

    def __init__(self, client: Client, journal: Journal) -> None:
        self._client = client
        self._settings = client.settings
        self._journal = journal
        self._stopping = threading.Event()
        self._stopped = math.inf

    def stop(self) -> None:
        """Wait no more for witnesses, and shortly for the journal."""
        self._stopped = time.monotonic()
        self._stopping.set()

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` has been called."""
        return self._stopping.is_set()

    def find(self, once: Once, attempts: Attempts) -> Row | None:
        """Ask the witnesses; None means not placed. Raises OutcomeUnknown if they cannot be reached or cannot tell."""
        try:
            return once.find(self._client, self.lost(attempts), self._settings.recovery_grace, self._wait)
        except OutcomeUnknown:
            raise
        except Error as error:
            raise OutcomeUnknown(f"its response was lost, and it could not be looked for: {error}") from error

    def lost(self, attempts: Attempts) -> Lost:
        """What the witnesses need to know of an entry. The first response to them may tell the time of its attempts."""
        entry, longest = attempts.entry, timedelta(seconds=LONGEST_RESPONSE * self._settings.timeout)
        intent = entry.intent
        return Lost(
            record=intent.record,
            mark=intent.label,
            own_mark=is_own(intent.label),
            unique_mark=is_own(intent.label) and intent.request_key is None,
            window=lambda: window(attempts.timed(), self._client.clock, longest, self._journal.now),
            is_other=lambda sid: known_entries.is_known(self._journal, intent, sid),
            rivals=lambda: known_entries.rivals(self._journal, entry),
            foreign=lambda calls: known_entries.foreign(self._journal, intent, calls),
        )

    def is_long_ago(self, attempts: Attempts) -> bool:
        """Whether the lists would have the attempts by now, if Twilio had carried them out."""
        now = self._client.clock.at(time.monotonic())
        return now is not None and now > self.lost(attempts).window().listed

    def record(self, once: Once, entry: Entry, answer: Row) -> None:
        """Record that a call was placed. If the journal fails, the OperationalError names the call."""
        sid = answer.get(once.sid)
        kept = {name: value for name, value in answer.items() if name not in once.private}
        try:
            entries.placed(self._journal, entry, sid if isinstance(sid, str) else None, kept, self._is_over)
        except OperationalError as error:
            raise OperationalError(
                f"the {once.noun} was {once.done}, SID {sid}, but that could not be recorded: {error}"
            ) from error

    def record_failure(self, entry: Entry, error: BaseException) -> None:
        """Record why a call was refused or is unknown. Raises OperationalError if the journal fails."""
        refused = isinstance(error, _NOTHING_SENT) and not isinstance(error, OutcomeUnknown)
        text = clean(str(error)) or type(error).__name__
        code = error.code if isinstance(error, TwilioError) else None
        try:
            self.fail(entry, "refused" if refused else "unknown", text, code)
        except OperationalError as failure:
            if isinstance(error, Error):
                raise OperationalError(f"{error}; this could not be recorded: {failure}") from error
            raise error from failure

    def fail(
        self,
        entry: Entry,
        state: Literal["refused", "unknown"],
        message: str,
        code: int | None = None,
        *,
        over: bool = True,
    ) -> None:
        """Record a state and its reason; the work on it goes on unless it is `over`."""
        entries.failed(self._journal, entry, state, message, code, self._is_over, over=over)

    def _is_over(self) -> bool:
        return time.monotonic() > self._stopped + _LAST_WRITES

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise OutcomeUnknown("stopped before it was known whether it was done")
