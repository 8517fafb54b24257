"""Finds out whether a number was called to validate it, if the response was lost: the list of calls is the witness.

The caller is a number of Twilio's own, which no list names. So it is a call to that number at that time that belongs to
no entry of the journal, and that none of the account's numbers made. Its code is lost: Twilio shows it only once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from twsql.errors import OutcomeUnknown
from twsql.procedures.witnesses import absence, placed
from twsql.procedures.witnesses.listed import to_recipient
from twsql.procedures.witnesses.lookups import is_leg, is_sure, number, sids
from twsql.schema import Row
from twsql.schema.numbers import is_address
from twsql.schema.once import Lost, Record

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_CODE_LOST = (
    "the number was called, but the response with the code was lost, and Twilio tells it once: that call cannot be"
    " answered; give another RequestKey to have the number called again"
)
_OURS = (("IncomingPhoneNumbers", "incoming_phone_numbers"), ("OutgoingCallerIds", "outgoing_caller_ids"))
"""The lists of the numbers that the account may call from."""


def find(client: Client, lost: Lost, grace: float, wait: Callable[[float], None]) -> Row | None:
    """The call, without its code; None if nobody was called. Raises OutcomeUnknown if a call may be it, or too early.

    Twilio may list a call late, so this waits for `grace` seconds first.
    """
    wait(grace)
    asked = time.monotonic()
    listed = (call for call in to_recipient(client, lost, "calls") if not is_leg(call))
    calls = [call for call in listed if not lost.is_other(str(call["sid"]))]
    found = [call for call in calls if not _is_ours(client, str(call.get("from")))]
    if not found:
        absence.prove(client, lost, "the list of calls", asked)
        return None
    named = sids(found)
    if len(found) > 1 or lost.has_rival() or not is_sure(found[0].get("date_created"), named, lost):
        raise OutcomeUnknown(f"one of these calls may be it, and may be another's: {named}")
    return _row(found[0])


def decided(client: Client, record: Record, sid: str, mark: str | None) -> Row:
    """The call that a person names, without its code; InputError if it is to another number."""
    return _row(placed.decided(client, record, sid, mark))


def _is_ours(client: Client, caller: str) -> bool:
    """Whether a call came from the account: from one of its numbers, or from an address."""
    if is_address(caller):
        return True
    if not number(caller).isdecimal():  # such as Anonymous
        return False
    pages = (client.page(client.path(path), key, {"PhoneNumber": caller}) for path, key in _OURS)
    return any(number(str(row.get("phone_number"))) == number(caller) for page in pages for row in page.items)


def _row(call: Row) -> Row:
    found = {"account_sid": call.get("account_sid"), "call_sid": call["sid"], "phone_number": call.get("to")}
    return {**found, "status": "code-lost", "error_message": _CODE_LOST}
