"""Settles entries in doubt: by the witnesses, or by what a person has found out. Nothing is sent again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from twsql.dialing import entries, known_entries
from twsql.dialing.attempts import Attempts
from twsql.dialing.entry import Entry
from twsql.dialing.journal import Journal
from twsql.dialing.outcomes import Outcomes
from twsql.dialing.stop import Stop
from twsql.errors import InputError, OperationalError, OutcomeUnknown
from twsql.schema import Procedure, Row
from twsql.schema.once import Once

if TYPE_CHECKING:
    from twsql.twilio.client import Client


class Settling:
    """Settles entries of these `procedures`. `at_work` and `wait` are the dialer's: work on an entry, and pauses."""

    def __init__(
        self,
        client: Client,
        journal: Journal,
        outcomes: Outcomes,
        procedures: Sequence[Procedure],
        at_work: Callable[[Entry], AbstractContextManager[None]],
        wait: Callable[[Stop], None],
    ) -> None:
        self._client = client
        self._journal = journal
        self._outcomes = outcomes
        self._procedures = {procedure.name: procedure for procedure in procedures}
        self._at_work = at_work
        self._wait = wait

    def in_doubt(self) -> list[int]:
        """The entries of this account that may need `settle`."""
        return known_entries.in_doubt(self._journal, *self._owner())

    def settle(self, number: int) -> str | None:
        """Find out the outcome of an entry in doubt and return its new state; None if it is not in doubt (any more).

        A call that was not placed becomes `refused`; a statement with its RequestKey may then place it.
        """
        entry = self._take(number)
        if entry is None:
            return None
        with self._at_work(entry):
            attempts = Attempts(self._client.clock, entry)
            try:
                once = self._once_of(entry)
                answer = self._outcomes.find(once, attempts)
                if answer is None and entry.intent.label is None and not once.proves_absence:
                    raise OutcomeUnknown(f"nothing marked it, and it is not among the {once.noun}s to that recipient")
            except BaseException as error:
                self._outcomes.record_failure(attempts.timed(), error)
                if isinstance(error, OutcomeUnknown):
                    return "unknown"
                raise
            if answer is None:
                self._outcomes.fail(entry, "refused", f"it was not {once.done}: Twilio does not know it")
                return "refused"
            self._outcomes.record(once, entry, answer)
            return "placed"

    def decide(self, number: int, sid: str | None) -> None:
        """Record what a person found out about an entry in doubt: its SID, or None if it was not placed.

        Raises InputError if the entry is not in doubt, or the SID belongs to another number or entry; TwilioError if
        the SID cannot be fetched.
        """
        entry = self._take(number)
        if entry is None:
            raise InputError(f"entry {number} is not in doubt, or a program is working on it")
        with self._at_work(entry):
            try:
                once = self._once_of(entry)
                if sid is None:
                    self._outcomes.fail(entry, "refused", f"it was not {once.done}, as was decided by hand")
                else:
                    self._outcomes.record(once, entry, self._decided(once, entry, sid))
            except BaseException as error:
                self._outcomes.record_failure(entry, OutcomeUnknown(f"it could not be decided: {error}"))
                raise

    def _decided(self, once: Once, entry: Entry, sid: str) -> Row:
        if known_entries.is_known(self._journal, entry.intent, sid):
            raise InputError(f"{sid} is the {once.noun} of another entry")
        return once.decided(self._client, entry.intent.record, sid, entry.intent.label)

    def _once_of(self, entry: Entry) -> Once:
        """The strategy of an entry's procedure. Raises OperationalError if this twsql lacks the procedure."""
        procedure = self._procedures.get(entry.intent.procedure)
        if procedure is None or procedure.once is None:
            raise OperationalError(f"the entry belongs to {entry.intent.procedure}, a procedure that this twsql lacks")
        return procedure.once

    def _take(self, number: int) -> Entry | None:
        while (entry := entries.take(self._journal, number, *self._owner())) is not None and entry.todo == "wait":
            self._wait(Stop())
        return entry

    def _owner(self) -> tuple[str, str]:
        """The account and its server, whose entries these are."""
        settings = self._client.settings
        return settings.require_credentials()[0], settings.realm
