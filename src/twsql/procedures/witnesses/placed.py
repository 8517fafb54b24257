"""Finds out whether a call into no conference was placed, if its response was lost: the list of calls is the witness.

Nothing marks such a call. A call between the two numbers, at that time, of no other entry of the journal, is ours if it
is the only one, and only the journal's calls left our number then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from twsql.errors import InputError, OutcomeUnknown
from twsql.procedures.witnesses import absence
from twsql.procedures.witnesses.evidence import has_strangers
from twsql.procedures.witnesses.listed import to_recipient
from twsql.procedures.witnesses.lookups import fetched, is_callers, is_leg, is_sure, is_to, is_within, sids
from twsql.schema import Row
from twsql.schema.once import Lost, Record

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def find(client: Client, lost: Lost, grace: float, wait: Callable[[float], None]) -> Row | None:
    """The call; None if it was certainly not placed. Raises OutcomeUnknown if a call may be it, or it is too early.

    Twilio may list a call late, so this waits for `grace` seconds first.
    """
    wait(grace)
    asked = time.monotonic()
    placed = (call for call in to_recipient(client, lost, "calls") if not is_leg(call))
    calls = [call for call in placed if not lost.is_other(str(call["sid"]))]
    found = [call for call in calls if is_callers(call, lost)]
    if not found:
        if unclear := [call for call in calls if is_within(call, lost)]:
            raise OutcomeUnknown(f"{sids(unclear)} may be it, if Twilio shows another caller than From and CallerId")
        absence.prove(client, lost, "the list of calls", asked)
        return None
    named = sids(found)
    if len(found) > 1 or lost.has_rival():
        raise OutcomeUnknown(f"one of these calls may be it, and may be another's: {named}")
    if not is_sure(found[0].get("date_created"), named, lost) or has_strangers(client, lost):
        raise OutcomeUnknown(f"{named} is between these numbers, and may be this call or somebody else's")
    return found[0]


def decided(client: Client, record: Record, sid: str, mark: str | None) -> Row:
    """The call that a person names; InputError if it is to another number."""
    call = fetched(client, sid)
    if not is_to(call, record.recipient):
        raise InputError(f"{sid} is a call to {call.get('to')}, not to {record.recipient}")
    return call
