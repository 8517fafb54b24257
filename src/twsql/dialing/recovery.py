"""Finds out whether a call was placed whose answer was lost: two witnesses, asked until they must have seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from twsql.errors import NotFound, OutcomeUnknown
from twsql.procedures.addressing import ACTIVE, is_conference_sid
from twsql.schema import Row
from twsql.values import utc

if TYPE_CHECKING:
    from twsql.twilio.client import Client

CLOCKS_APART = timedelta(minutes=5)
"""How far this machine's clock and Twilio's may differ: a call so much before or after the attempts may be the one."""
CLOCKS_AGREE = timedelta(seconds=5)
"""How far they differ where all is well; Twilio's dates are whole seconds."""
_PAGE = 50
"""Calls asked for at a time: those to one number are mostly few, and the newest come first."""

_STATUS = {
    "queued": "queued",
    "initiated": "connecting",
    "ringing": "ringing",
    "in-progress": "connected",
    "completed": "complete",
}
"""A call's status as a participant's; every other is `failed`."""


@dataclass(frozen=True)
class Lost:
    """A call whose outcome is not known: from one of `callers`, dated `since` to `until` (UTC) if it was placed.

    `own_label` says that nobody else uses the label. `is_other` says of a call's SID that it is known to be another's;
    `has_rival` that another call from and to the same numbers is in doubt as well.
    """

    conference: str
    callers: tuple[str, ...]
    called: str
    label: str | None
    own_label: bool
    since: datetime
    until: datetime
    is_other: Callable[[str], bool]
    has_rival: Callable[[], bool]


def find(client: Client, lost: Lost, deadline: datetime, wait: Callable[[float], None]) -> Row | None:
    """The call as a participant's row, or None: it was not placed.

    Asks at once, then again with growing pauses until `deadline`; Twilio's lists do not show a new call at once. Raises
    OutcomeUnknown where a call was found that may be this or another, even then.
    """
    pause = 0.25
    while True:
        row, problem = _ask(client, lost)
        left = (deadline - datetime.now(timezone.utc)).total_seconds()
        if row is not None:
            return row
        if left <= 0 and problem:
            raise problem
        if left <= 0:
            return None
        wait(min(pause, left))
        pause *= 2


def has_called(client: Client, call_sid: str, called: str) -> bool:
    """Whether a call is to that number."""
    return _number(str(client.get(client.path("Calls", call_sid)).get("to"))) == _number(called)


def _ask(client: Client, lost: Lost) -> tuple[Row | None, OutcomeUnknown | None]:
    try:
        return _by_label(client, lost) or _by_calls(client, lost), None
    except OutcomeUnknown as problem:  # raised by `find`, unless what is in doubt besides is settled until then
        return None, problem


def _by_label(client: Client, lost: Lost) -> Row | None:
    """The first witness: who is in the conference under this label, unless that may be somebody else."""
    for sid in _conferences(client, lost) if lost.label else ():
        with suppress(NotFound):
            row = client.get(client.path("Conferences", sid, "Participants", str(lost.label)))
            if lost.own_label or (
                not lost.is_other(str(row["call_sid"])) and _is_sure(row, str(row["call_sid"]), lost)
            ):
                return row
    return None


def _is_sure(row: Row, sid: str, lost: Lost) -> bool:
    """Whether the date is that of the attempts, and not that of something else; OutcomeUnknown between these."""
    date = row.get("date_created")
    if _is_within(date, lost, CLOCKS_APART) and not _is_within(date, lost, CLOCKS_AGREE):
        raise OutcomeUnknown(f"{sid} may be it, if this machine's clock differs from Twilio's: set the clock")
    return _is_within(date, lost, CLOCKS_AGREE)


def _conferences(client: Client, lost: Lost) -> Iterator[str]:
    if is_conference_sid(lost.conference):
        yield lost.conference
        return
    for status in ACTIVE:
        params = {"Status": status, "FriendlyName": lost.conference}
        for row in client.pages(client.path("Conferences"), "conferences", params):
            if row.get("friendly_name") == lost.conference:
                yield str(row["sid"])


def _by_calls(client: Client, lost: Lost) -> Row | None:
    """The second witness: the account's calls to that number from that number, those that have ended too."""
    possible = [
        row
        for row in _calls(client, lost)
        if not lost.is_other(str(row["sid"])) and not _is_elsewhere(client, lost, row)
    ]
    if not possible:
        return None
    sids = ", ".join(str(row["sid"]) for row in possible)
    if len(possible) > 1 or lost.has_rival():
        raise OutcomeUnknown(f"one of these calls may be it, and may be another's: {sids}")
    return _as_participant(client, lost, possible[0]) if _is_sure(possible[0], sids, lost) else None


def _calls(client: Client, lost: Lost) -> Iterator[Row]:
    """Yield the calls that may be it, by number and date.

    Twilio is only told the number: whether a call that waits in the queue has a StartTime, and which From a call with a
    CallerId has, is not known. A number without its plus may be listed either way.
    """
    callers = {_number(caller) for caller in lost.callers}
    seen: set[str] = set()
    for to in dict.fromkeys((lost.called, f"+{lost.called}" if lost.called.isdigit() else lost.called)):
        for row in client.pages(client.path("Calls"), "calls", {"To": to}, page_size=_PAGE):
            if _is_before(row.get("date_created"), lost.since - CLOCKS_APART):
                break  # they come newest first
            if (
                row["sid"] not in seen
                and _number(str(row.get("from"))) in callers
                and _is_within(row.get("date_created"), lost, CLOCKS_APART)
            ):
                seen.add(str(row["sid"]))
                yield row


def _number(text: str) -> str:
    return text.strip().lower().lstrip("+")


def _is_within(date: object, lost: Lost, apart: timedelta) -> bool:
    return not _is_before(date, lost.since - apart) and _is_before(date, lost.until + apart)


def _is_before(date: object, moment: datetime) -> bool:
    """Whether a date of Twilio's is before a moment; false for one that is missing."""
    if not isinstance(date, str):
        return False
    return datetime.strptime(utc(date), "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc) < moment


def _is_elsewhere(client: Client, lost: Lost, call: Row) -> bool:
    """Whether a call is in the conference under another label, and so is another call."""
    for sid in _conferences(client, lost) if lost.label else ():
        with suppress(NotFound):
            row = client.get(client.path("Conferences", sid, "Participants", str(call["sid"])))
            return row.get("label") != lost.label
    return False


def _as_participant(client: Client, lost: Lost, call: Row) -> Row:
    """A call's row in the form of a participant's; which conference it was in is known only from a SID."""
    return {
        "account_sid": call.get("account_sid"),
        "call_sid": call["sid"],
        "conference_sid": lost.conference if is_conference_sid(lost.conference) else _ended(client, lost),
        "label": lost.label,
        "status": _STATUS.get(str(call.get("status")), "failed"),
        "date_created": call.get("date_created"),
        "date_updated": call.get("date_updated"),
    }


def _ended(client: Client, lost: Lost) -> str | None:
    """The one conference of the name that there has been since the call was sent; None where it is not certain."""
    day = (lost.since - CLOCKS_APART).strftime("%Y-%m-%d")
    found = dict.fromkeys(_conferences(client, lost))
    params = {"Status": "completed", "FriendlyName": lost.conference, "DateUpdated>": day}
    for row in client.pages(client.path("Conferences"), "conferences", params):
        before = _is_before(row.get("date_updated"), lost.since - CLOCKS_APART)
        if row.get("friendly_name") == lost.conference and not before:
            found[str(row["sid"])] = None
    return next(iter(found)) if len(found) == 1 else None
