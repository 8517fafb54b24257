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

CLOCKS_APART = timedelta(seconds=60)
"""How far this machine's clock may be ahead of Twilio's: a call dated so much before the attempt may be it."""

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
    """A call whose outcome is not known. `since` is when it was first sent, UTC.

    `own_label` says that nobody else uses the label. `is_other` says of a call's SID that it is known to be another's;
    `has_rival` that another call from and to the same numbers is in doubt as well.
    """

    conference: str
    caller: str
    called: str
    label: str | None
    own_label: bool
    since: datetime
    is_other: Callable[[str], bool]
    has_rival: Callable[[], bool]


def find(client: Client, lost: Lost, grace: float, wait: Callable[[float], None]) -> Row | None:
    """The call as a participant's row, or None: it was not placed.

    Asks at once, then again with growing pauses until `grace` seconds have gone by since it was sent; Twilio's lists do
    not show a new call at once. Raises OutcomeUnknown where a call was found that may be this or another.
    """
    pause = 0.25
    while True:
        row = _by_label(client, lost) or _by_calls(client, lost)
        left = grace - (datetime.now(timezone.utc) - lost.since).total_seconds()
        if row is not None or left <= 0:
            return row
        wait(min(pause, left))
        pause *= 2


def _by_label(client: Client, lost: Lost) -> Row | None:
    """The first witness: who is in the conference under this label, unless since before the call was sent."""
    for sid in _conferences(client, lost) if lost.label else ():
        with suppress(NotFound):
            row = client.get(client.path("Conferences", sid, "Participants", str(lost.label)))
            if lost.own_label or _is_since(row.get("date_created"), lost):
                return row
    return None


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
    day = (lost.since - CLOCKS_APART).strftime("%Y-%m-%d")
    params = {"To": lost.called, "From": lost.caller, "StartTime>": day}
    possible = [
        row
        for row in client.pages(client.path("Calls"), "calls", params)
        if _is_since(row.get("date_created"), lost) and not lost.is_other(str(row["sid"]))
    ]
    mine = [row for row in possible if not _is_elsewhere(client, lost, row)]
    if not mine:
        return None
    if len(mine) > 1 or lost.has_rival():
        sids = ", ".join(str(row["sid"]) for row in mine)
        raise OutcomeUnknown(f"one of these calls may be it, and may be another's: {sids}")
    return _as_participant(client, lost, mine[0])


def _is_since(date: object, lost: Lost) -> bool:
    if not isinstance(date, str):
        return False
    moment = datetime.strptime(utc(date), "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    return moment >= lost.since - CLOCKS_APART


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
        if row.get("friendly_name") == lost.conference and _is_since(row.get("date_updated"), lost):
            found[str(row["sid"])] = None
    return next(iter(found)) if len(found) == 1 else None
