"""Does what must happen once, such as a call: records it, sends it, and finds it again if its response was lost.

When is a call sent again? Only if its outcome is known to be "not placed". Example: a call with a RequestKey.

    journal               Twilio                                     conclusion
    sending, attempt 1    POST, sent; the connection is reset        the phone may be ringing: ask the witnesses
    sending               no participant has the label, no call      after recovery_grace: not placed, send again
                          to that number is in the list
    sending, attempt 2    POST with the same label; 503              the same doubt: ask the witnesses
    sending               a participant has the label: CA7           placed: there is no third attempt
    placed, CA7

If a witness cannot be reached, or cannot tell, the call is not sent again: OutcomeUnknown, state unknown. The next
statement with the same RequestKey then begins with the witnesses. A refusal of attempt 2 (a 400, say) proves nothing of
attempt 1, so that is OutcomeUnknown too. Without a label there is only the list of calls, which is too little to send a
call of AddParticipants again. Other procedures have no label at all; their witnesses prove the absence by waiting:

    journal               Twilio                                     conclusion
    sending, 10:00        POST of a message; no response comes       ask the list for recovery_grace: not in it
    unknown               the key comes again at 10:02               not in the list, which may be late: still unknown
    unknown               the key comes again at 10:07               not in the list: not sent, so send it
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from twsql.dialing import entries, known_entries
from twsql.dialing.attempts import Attempts, written
from twsql.dialing.entry import Entry, Intent
from twsql.dialing.guard import NotBegunError, Pace
from twsql.dialing.intents import intent_of, is_own, once_of
from twsql.dialing.journal import Journal
from twsql.dialing.outcomes import Outcomes
from twsql.dialing.prices import Prices, Refusal
from twsql.dialing.settling import Settling
from twsql.dialing.stop import Stop
from twsql.errors import (
    Error,
    OperationalError,
    OutcomeUnknown,
    TwilioError,
)
from twsql.redaction import hide
from twsql.schema import Checked, Procedure, Row
from twsql.schema.once import Mark, Once

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_POLL_SECONDS = 0.1
"""How often the dialer looks for the result of another process or thread with the same RequestKey."""
_CLOSING_SECONDS = 0.5
"""Seconds that `stop` leaves to calls in flight before the journal has them as unknown."""


class Dialer:
    """Runs the procedures of one connection whose effect must happen once. Threads may share it.

    `settling` settles entries of the `procedures`.
    """

    def __init__(self, client: Client, journal: Journal, procedures: Sequence[Procedure] = ()) -> None:
        self._client = client
        self._settings = client.settings
        self._journal = journal
        self._pace = Pace(client.settings.calls_per_second)
        self._outcomes = Outcomes(client, journal)
        self._under_way: dict[int, Entry] = {}
        self._ended = threading.Condition()
        self._begun = 0
        self.settling = Settling(client, journal, self._outcomes, procedures, self._at_work, self._await_others)

    @property
    def begun(self) -> int:
        """How many calls have been begun: the journal has them, or is just about to."""
        return self._begun

    def recorded(self, procedure: Procedure, calls: Sequence[Checked]) -> list[Row | None]:
        """For each call the recorded result of its RequestKey; None for a call that is still to be placed.

        Raises InputError for a RequestKey that was used with other inputs (with OnError row that becomes a row), and
        OperationalError if the journal fails.
        """
        intents = [intent_of(self._settings, self._journal, procedure, each) for each in calls]
        answers, wrong = known_entries.recorded(self._journal, intents)
        strict = {str(each.get("RequestKey")) for each in calls if each.get("OnError") != "row"}
        if wrong & strict:
            raise entries.other_inputs(wrong & strict)
        return [None if key is None or key in wrong else answers.get(key) for key in (i.request_key for i in intents)]

    def unfinished(self, procedure: Procedure, calls: Sequence[Checked]) -> set[str]:
        """The RequestKeys of calls that may have been placed, while no outcome is recorded."""
        return known_entries.unfinished(
            self._journal, [intent_of(self._settings, self._journal, procedure, each) for each in calls]
        )

    def place(self, procedure: Procedure, checked: Checked, stop: Stop, prices: Prices) -> Row:
        """Run the procedure once and return its result, or the recorded one if its RequestKey has one.

        Nothing is sent if its price is refused; a call in doubt is looked for all the same. Raises TwilioError if
        Twilio refused, OutcomeUnknown if nobody can tell, InputError if the RequestKey was used with other inputs or
        the price is too high, OperationalError if the journal fails, NotBegunError after `stop`.
        """
        once = once_of(procedure)
        intent = intent_of(self._settings, self._journal, procedure, checked)
        self._await_turn(stop)  # first, as the journal records the time of sending
        entry = self._claim_counted(intent, stop)
        if entry.answer is not None:
            return entry.answer
        hidden = hide(*_secrets(procedure, checked))
        with self._at_work(entry):
            attempts = Attempts(self._client.clock, entry)
            try:
                refusal = prices.refusal(procedure, checked)
                if refusal is not None and entry.todo == "send":
                    raise prices.refused(procedure, [refusal])
                answer = self._send(procedure, once, checked, attempts, stop, refusal)
            except BaseException as error:
                self._outcomes.record_failure(attempts.timed(), error)
                raise
            self._outcomes.record(once, entry, answer)
        del hidden  # errors and the journal may have this call's secrets until here, so they are redacted
        return answer

    def stop(self) -> None:
        """Begin nothing more. Record calls that do not end soon as unknown; their results may still follow."""
        self._outcomes.stop()
        with self._ended:
            self._ended.wait_for(lambda: not self._under_way, _CLOSING_SECONDS)
            left = list(self._under_way.values())
        for entry in left:
            with suppress(OperationalError):  # the entry stays `sending`, which is as much in doubt
                self._outcomes.fail(entry, "unknown", "the connection was closed before the response came", over=False)

    def _claim_counted(self, intent: Intent, stop: Stop) -> Entry:
        """Count the call, then claim it unless `stop` is set: a thread that sets `stop` sees every call counted."""
        self._count(1)
        try:
            entry = self._claim(intent, stop)
        except BaseException:
            self._count(-1)
            raise
        if entry.answer is not None:
            self._count(-1)
        return entry

    def _count(self, more: int) -> None:
        with self._ended:
            self._begun += more

    def _claim(self, intent: Intent, stop: Stop) -> Entry:
        while (entry := entries.claim(self._journal, intent, self._now(), self._is_off(stop))).todo == "wait":
            self._await_others(stop)
        return entry

    @contextmanager
    def _at_work(self, entry: Entry) -> Iterator[None]:
        self._under_way[entry.number] = entry
        try:
            yield
        finally:
            entries.release(self._journal, entry)
            with self._ended:
                del self._under_way[entry.number]
                self._ended.notify_all()

    def _send(
        self,
        procedure: Procedure,
        once: Once,
        checked: Checked,
        attempts: Attempts,
        stop: Stop,
        refusal: Refusal | None,
    ) -> Row:
        """Send it until it is known to be placed or refused; the witnesses are asked before each further attempt.

        With a `refusal` they are asked, and nothing is sent. Once the outcome of an attempt is in doubt it stays so,
        whatever the next attempt gives, until a witness knows.
        """
        label, mark = attempts.entry.intent.label, once.mark
        labelled = checked if label is None or mark is None else {**checked, mark.parameter: label}
        doubt = OutcomeUnknown("an earlier attempt was cut off") if attempts.entry.todo == "settle" else None
        # It may wait long for its turn among the requests.
        client = self._client.gated(lambda: self._go(attempts, stop))
        for _ in range(self._settings.max_attempts):
            if doubt is not None:
                if (found := self._outcomes.find(once, attempts)) is not None:
                    return found
                if not once.proves_absence and label is None:
                    raise doubt
                if refusal is not None:
                    raise OutcomeUnknown(f"{doubt.message}; it was not found, and not sent again: {refusal.words}")
                self._again(attempts, doubt, stop)
                doubt = None if once.proves_absence else doubt
            try:
                with attempts.one():
                    return procedure.run(client, labelled)
            except OutcomeUnknown as error:
                if label is None and mark is not None:
                    raise
                doubt = error
            except Error as error:
                if doubt is not None:
                    sent = "and not sent again" if isinstance(error, NotBegunError) else "so it was sent again"
                    doubt = OutcomeUnknown(f"{doubt.message}; it was not found, {sent}: {error}")
                    break
                if mark is not None and isinstance(error, TwilioError) and error.code == mark.code and is_own(label):
                    return self._in_use(once, mark, attempts, error)
                raise
        if (found := self._outcomes.find(once, attempts)) is not None:
            return found
        raise doubt or OutcomeUnknown("no attempt was made")

    def _go(self, attempts: Attempts, stop: Stop) -> float:
        """Let an attempt go out, until the moment that this gives.

        Raises NotBegunError after `stop`, or if another process has taken the entry over.
        """
        self._pause(0, stop)
        if attempts.entry.is_late:
            try:
                attempts.entry = entries.renewed(self._journal, attempts.entry, self._now(), self._is_off(stop))
            except OperationalError as error:
                raise NotBegunError(f"it was not sent in time: {error}") from error
        return attempts.entry.deadline if self._journal.locks.may_be_lost else math.inf

    def _again(self, attempts: Attempts, doubt: OutcomeUnknown, stop: Stop) -> None:
        """Record a further attempt at what no witness has found.

        Attempts so long ago that the lists would have them count no more: what a stranger did since then is not ours.
        """
        try:
            self._await_turn(stop)
            entry, now = attempts.timed(), self._now()
            entry = replace(entry, since=now) if self._outcomes.is_long_ago(attempts) else entry
            attempts.entry = entries.sending(self._journal, entry, now, self._is_off(stop))
        except OperationalError as error:
            raise OutcomeUnknown(f"{doubt.message}; it was neither found nor sent again: {error}") from error

    def _in_use(self, once: Once, mark: Mark, attempts: Attempts, error: TwilioError) -> Row:
        """Find the call that has the key's label already at the first attempt: it was in a journal that is lost."""
        found = self._outcomes.find(once, attempts)
        if found is not None:
            return found
        if mark.holder(self._client, self._outcomes.lost(attempts)) is not None:
            raise entries.other_inputs({str(attempts.entry.intent.request_key)})
        raise OutcomeUnknown(f"its label is in use, so it may have been done, but is not found: {error}") from error

    def _is_off(self, stop: Stop) -> Callable[[], bool]:
        """Whether what has not been sent is not to be sent any more."""
        return lambda: stop.is_set() or self._outcomes.is_stopped

    def _now(self) -> str | None:
        return written(self._client.clock.at(time.monotonic()))

    def _await_turn(self, stop: Stop) -> None:
        self._pause(0, stop)
        while (left := self._pace.turn()) > 0:
            self._pause(left, stop)

    def _await_others(self, stop: Stop) -> None:
        """Wait a little for another process or thread, before looking again for its result."""
        self._pause(_POLL_SECONDS, stop)

    def _pause(self, seconds: float, stop: Stop) -> None:
        """Wait before sending. Raises NotBegunError once `stop` is set, or the dialer stops."""
        end = time.monotonic() + seconds
        while not (stop.is_set() or self._outcomes.is_stopped):
            if (left := end - time.monotonic()) <= 0:
                return
            stop.wait(min(left, _POLL_SECONDS))
        raise NotBegunError("stopped before it was sent; nothing was sent")


def _secrets(procedure: Procedure, checked: Checked) -> tuple[str, ...]:
    """The secret inputs: Twilio's messages may repeat them, but errors and the journal must not."""
    return tuple(str(checked[each.name]) for each in procedure.inputs if each.secret and checked.get(each.name))
