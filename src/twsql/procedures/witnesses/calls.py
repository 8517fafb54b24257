"""Finds out whether a call into a conference was placed, if its response was lost. There are two witnesses.

The first is the participant with the call's label in its conference: that is proof. The second is the account's list of
calls. `evidence` judges each call between the two numbers, as it may be a stranger's: of another machine with its own
journal, of another program, or of a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from twsql.errors import InputError, NotFound, OutcomeUnknown
from twsql.procedures.witnesses import evidence
from twsql.procedures.witnesses.listed import calls_between
from twsql.procedures.witnesses.lookups import conferences, fetched, is_callers, is_sure, is_to, participant, sids
from twsql.schema import Row
from twsql.schema.once import Lost, Record

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_STATUS = {
    "queued": "queued",
    "initiated": "connecting",
    "ringing": "ringing",
    "in-progress": "connected",
    "completed": "complete",
    **dict.fromkeys(("busy", "failed", "no-answer", "canceled"), "failed"),
}
"""A call's status as a participant's; an undocumented status stays as it is."""


def find(client: Client, lost: Lost, grace: float, wait: Callable[[float], None]) -> Row | None:
    """The call as a participant's row; None if it was not placed.

    Twilio's lists do not show a new call at once. So this asks the first witness again, with growing pauses, for
    `grace` seconds, and then the second witness. Raises OutcomeUnknown if a call may be this one or another one.
    """
    end, pause = time.monotonic() + grace, 0.25
    while True:
        is_last = time.monotonic() >= end
        row = _by_label(client, lost)
        if row is None and is_last:
            row = _by_calls(client, lost)
        if row is not None or is_last:
            return row
        wait(max(0.0, min(pause, end - time.monotonic())))
        pause *= 2


def labelled(client: Client, lost: Lost) -> str | None:
    """The SID of the call that now has the label in the conference."""
    return next((str(row.get("call_sid")) for row in _labelled(client, lost)), None)


def _by_label(client: Client, lost: Lost) -> Row | None:
    """The first witness: the participant with this label, if it is a call to the same number."""
    for row in _labelled(client, lost):
        if lost.unique_mark:
            return row
        sid = str(row["call_sid"])
        with suppress(NotFound):
            call = fetched(client, sid)
            if not is_to(call, lost.record.recipient):
                continue
            if lost.own_mark:
                return row
            if is_callers(call, lost) and not lost.is_other(sid) and is_sure(call.get("date_created"), sid, lost):
                return row
    return None


def _labelled(client: Client, lost: Lost) -> Iterator[Row]:
    for conference in conferences(client, lost.record.conference or "") if lost.mark else ():
        row = participant(client, conference, str(lost.mark))
        if row is not None:
            yield row


def _by_calls(client: Client, lost: Lost) -> Row | None:
    """The second witness: the account's calls between the two numbers, also those that have ended."""
    calls = [call for call in calls_between(client, lost) if not lost.is_other(str(call["sid"]))]
    judged = [(call, evidence.judge(client, lost, call)) for call in calls]
    possible = [(call, verdict) for call, verdict in judged if verdict is not evidence.Verdict.ANOTHER]
    if not possible:
        return None
    named = sids([call for call, _ in possible])
    if len(possible) > 1 or lost.has_rival():
        raise OutcomeUnknown(f"one of these calls may be it, and may be another's: {named}")
    (call, verdict) = possible[0]
    if not is_sure(call.get("date_created"), named, lost):
        return None
    if verdict is evidence.Verdict.PERHAPS:
        raise OutcomeUnknown(f"{named} is between these numbers, and may be this call or somebody else's")
    return as_participant(call, lost.mark, evidence.conference_of(client, lost))


def decided(client: Client, record: Record, sid: str, label: str | None) -> Row:
    """The row of the call that a person names; InputError if it is a call to another number."""
    call = fetched(client, sid)
    if not is_to(call, record.recipient):
        raise InputError(f"{sid} is a call to {call.get('to')}, not to {record.recipient}")
    return as_participant(call, label, None)


def as_participant(call: Row, label: str | None, conference: str | None) -> Row:
    """A call's JSON in the form of a participant's."""
    return {
        "account_sid": call.get("account_sid"),
        "call_sid": call["sid"],
        "conference_sid": conference,
        "label": label,
        "status": _STATUS.get(str(call.get("status")), call.get("status")),
        "date_created": call.get("date_created"),
        "date_updated": call.get("date_updated"),
    }
