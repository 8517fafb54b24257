"""Places calls: on record before, once, and found again where an answer was lost."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from hashlib import blake2b
from secrets import token_hex
from typing import TYPE_CHECKING

from twsql.dialing import entries, recovery
from twsql.dialing.entries import Entry, Intent
from twsql.dialing.guard import Pace
from twsql.dialing.journal import Journal
from twsql.errors import OperationalError, OutcomeUnknown, TwilioError
from twsql.schema import Checked, Procedure, Row

if TYPE_CHECKING:
    from twsql.twilio.client import Client

LABEL_IN_USE = 16026
_OWN = "twsql-"
"""What our own labels begin with."""
_KEY_POLL_SECONDS = 0.1
"""How often it is looked whether another process, which is about the same RequestKey, has its result."""


class Dialer:
    """Places the calls of one connection. Any number of threads may use it at once."""

    def __init__(self, client: Client, journal: Journal) -> None:
        self._client = client
        self._settings = client.settings
        self._journal = journal
        self._stopping = threading.Event()
        self._pace = Pace(client.settings.calls_per_second, self._wait)

    def place(self, procedure: Procedure, checked: Checked) -> Row:
        """Place one call and give Twilio's answer, or the recorded one where its RequestKey was placed before.

        Raises TwilioError where Twilio refused, OutcomeUnknown where it cannot be found out, InputError where the
        RequestKey stands for other inputs, OperationalError where the journal fails: then nothing was sent.
        """
        entry = self._claim(procedure, checked)
        if entry.answer is not None:
            return entry.answer
        try:
            answer = self._send(procedure, checked, entry)
        except BaseException as error:
            refused = isinstance(error, TwilioError) and not isinstance(error, OutcomeUnknown)
            entries.failed(self._journal, entry, "refused" if refused else "unknown", error)
            raise
        self._record(entry, answer)
        return answer

    def settle(self, number: int) -> str | None:
        """Find out what became of an entry that was left behind; gives its state now, None where it is not in doubt.

        It is not sent again: one that was not placed is `refused`, and is sent when its RequestKey comes again.
        """
        entry = entries.take(self._journal, number)
        if entry is None:
            return None
        try:
            answer = self._find(entry, self._settings.recovery_grace)
        except BaseException as error:
            entries.failed(self._journal, entry, "unknown", error)
            raise
        if answer is None:
            entries.failed(self._journal, entry, "refused", TwilioError("it was not placed: Twilio does not know it"))
            return "refused"
        self._record(entry, answer)
        return "placed"

    def stop(self) -> None:
        """Wait for nothing any more: what is still in doubt stays on record as unknown."""
        self._stopping.set()

    def _claim(self, procedure: Procedure, checked: Checked) -> Entry:
        intent = self._intent(procedure, checked)
        while (entry := entries.claim(self._journal, intent)).todo == "wait":
            self._wait(_KEY_POLL_SECONDS)
        return entry

    def _intent(self, procedure: Procedure, checked: Checked) -> Intent:
        account = self._settings.require_credentials()[0]
        key = checked.get("RequestKey")
        return Intent(
            account_sid=account,
            request_key=None if key is None else str(key),
            digest=entries.digest(procedure, checked),
            conference=str(checked["Conference"]),
            caller=str(checked["From"]),
            called=str(checked["To"]),
            label=str(checked["Label"]) if "Label" in checked else self._label(account, key),
        )

    def _label(self, account: str, key: object) -> str | None:
        """A label of ours, by which the call can be found again; the same one for the same RequestKey."""
        if not self._settings.label_calls:
            return None
        digest = blake2b(f"{account} {key}".encode(), digest_size=16).hexdigest()
        return _OWN + (token_hex(16) if key is None else digest)

    def _send(self, procedure: Procedure, checked: Checked, entry: Entry) -> Row:
        """Send it until it is known to be placed or refused; before each further time it is looked for."""
        label = entry.intent.label
        labelled = checked if label is None else {**checked, "Label": label}
        doubt: OutcomeUnknown | None = None
        if entry.todo == "settle":
            doubt = OutcomeUnknown("an earlier attempt was cut off")
        for _ in range(self._settings.max_attempts):
            if doubt is not None:
                if (found := self._find(entry, self._settings.recovery_grace)) is not None:
                    return found
                entries.sending(self._journal, entry)
            self._pace.wait()
            try:
                return procedure.run(self._client, labelled)
            except OutcomeUnknown as error:
                if label is None:
                    raise
                doubt = error
            except TwilioError as error:
                if error.code != LABEL_IN_USE or (doubt is None and not _is_own(label)):
                    raise
                return self._in_use(entry, error)
        if (found := self._find(entry, self._settings.recovery_grace)) is not None:
            return found
        raise doubt or OutcomeUnknown("no attempt was made")

    def _in_use(self, entry: Entry, error: TwilioError) -> Row:
        """The label is taken: by this very call, which an earlier attempt has placed, or by somebody before it."""
        found = self._find(entry, 0)
        if found is None and _is_own(entry.intent.label):
            raise OutcomeUnknown(f"its label is in use, so it was placed, but it is not found: {error}") from error
        if found is None:
            raise error
        return found

    def _find(self, entry: Entry, grace: float) -> Row | None:
        """Ask both witnesses. Raises OutcomeUnknown where they cannot be asked, or do not tell."""
        lost = recovery.Lost(
            conference=entry.intent.conference,
            caller=entry.intent.caller,
            called=entry.intent.called,
            label=entry.intent.label,
            own_label=_is_own(entry.intent.label),
            since=datetime.fromisoformat(entry.started).replace(tzinfo=timezone.utc),
            is_other=lambda sid: entries.is_known(self._journal, sid),
            has_rival=lambda: entries.has_rival(self._journal, entry),
        )
        try:
            return recovery.find(self._client, lost, grace, self._wait)
        except OutcomeUnknown:
            raise
        except TwilioError as error:
            raise OutcomeUnknown(f"its answer was lost, and it could not be looked for: {error}") from error

    def _record(self, entry: Entry, answer: Row) -> None:
        try:
            entries.placed(self._journal, entry, answer)
        except OperationalError as error:
            sid = answer.get("call_sid")
            raise OperationalError(
                f"the call was placed, CallSid {sid}, but that could not be recorded: {error}"
            ) from error

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise OutcomeUnknown("stopped before it was known whether the call was placed")


def _is_own(label: str | None) -> bool:
    return label is not None and label.startswith(_OWN)
