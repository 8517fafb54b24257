"""Judges whether a call between the two numbers is the one whose response was lost.

    the call                                                               verdict
    is in our conference, with our label (both may have none)              LIKELY ours
    is in our conference with another label, or in another conference      ANOTHER's
    goes on, and is in no conference that was checked                      PERHAPS ours
    has ended, and no conference had our name at that time                 ANOTHER's
    has ended, and its end was the end of another conference               ANOTHER's
    has ended, and a call of no journal entry left our number at the time  PERHAPS ours
    has ended, and no other call left our number at the time               LIKELY ours

Twilio does not tell in which conference an ended call was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from twsql.procedures.addressing import active, is_conference_sid
from twsql.procedures.witnesses.listed import since
from twsql.procedures.witnesses.lookups import conferences, is_inbound, moment, participant
from twsql.schema import Row
from twsql.schema.once import CLOCKS_AGREE, Lost

if TYPE_CHECKING:
    from twsql.twilio.client import Client

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_LOOKED_AT = 200
"""How many of the newest conferences are searched for a call that goes on, with a request each."""
_READ = 5000
"""How many ended conferences, and how many calls from our number, are read at most."""
_ABOUT = timedelta(seconds=10)
"""Time around the attempts in which a stranger's call from our number makes a call doubtful."""


class Verdict(Enum):
    """Whose call it is."""

    LIKELY = "ours, if nothing else speaks against it"
    PERHAPS = "ours or a stranger's"
    ANOTHER = "a stranger's"


def judge(client: Client, lost: Lost, call: Row) -> Verdict:
    """Judge whose call it is. This costs some requests; 200 for a call that goes on in no conference of ours."""
    sid = str(call["sid"])
    ours = [*conferences(client, _conference(lost))]
    for conference in ours:
        label = _label_in(client, conference, sid)
        if label is not None:
            return Verdict.LIKELY if label == (lost.mark or "") else Verdict.ANOTHER
    if call.get("status") in ENDED:
        return _judge_ended(client, lost, sid, ours)
    others = (str(row["sid"]) for row in active(client))
    looked_at = islice((each for each in others if each not in ours), _LOOKED_AT)
    labels = client.prefetch(lambda conference: _label_in(client, conference, sid), looked_at)
    return Verdict.PERHAPS if all(label is None for label in labels) else Verdict.ANOTHER


def conference_of(client: Client, lost: Lost) -> str | None:
    """The SID of the only conference in which the call can have been; None if there are several or none."""
    if is_conference_sid(_conference(lost)):
        return _conference(lost)
    found = {*conferences(client, _conference(lost)), *(str(row["sid"]) for row in _over(client, lost))}
    return next(iter(found)) if len(found) == 1 else None


def _judge_ended(client: Client, lost: Lost, sid: str, ours: list[str]) -> Verdict:
    if not is_conference_sid(_conference(lost)) and not (ours or any(True for _ in _over(client, lost))):
        return Verdict.ANOTHER
    if _has_ended_another(client, lost, sid):
        return Verdict.ANOTHER
    return Verdict.PERHAPS if has_strangers(client, lost) else Verdict.LIKELY


def _label_in(client: Client, conference: str, call_sid: str) -> str | None:
    """The label of a call in a conference, '' if it has none; None if the call is not in it."""
    row = participant(client, conference, call_sid)
    return None if row is None else str(row.get("label") or "")


def _over(client: Client, lost: Lost) -> Iterator[Row]:
    """Yield the conferences of our name that have ended since the call was sent."""
    for row in _ended_since(client, lost, {"FriendlyName": _conference(lost)}):
        if str(row.get("friendly_name")).casefold() == _conference(lost).casefold():
            yield row


def _ended_since(client: Client, lost: Lost, params: dict[str, str]) -> Iterator[Row]:
    since = lost.window().earliest - CLOCKS_AGREE
    params = {"Status": "completed", **params, "DateUpdated>": since.strftime("%Y-%m-%d")}
    for row in client.pages(client.path("Conferences"), "conferences", params):
        ended = moment(row.get("date_updated"))
        if ended is None or ended >= since:
            yield row


def _has_ended_another(client: Client, lost: Lost, sid: str) -> bool:
    rows = islice(_ended_since(client, lost, {}), _READ)
    return any(
        row.get("call_sid_ending_conference") == sid and row.get("friendly_name") != lost.record.conference
        for row in rows
    )


def has_strangers(client: Client, lost: Lost) -> bool:
    """Whether a call of no journal entry left our number at about that time; True if there are too many to read."""
    window, now = lost.window(), client.clock.at(time.monotonic())
    begin, end = window.since - _ABOUT, window.until + _ABOUT
    last = end + timedelta(days=2)
    params = {"StartTime<": last.strftime("%Y-%m-%d")} if now is None or now > last else {}
    for caller in lost.senders:
        found: list[tuple[str, str]] = []
        for count, row in enumerate(since(client, "calls", {"From": caller, **params}, lambda: begin)):
            made = moment(row.get("date_created"))
            if count >= _READ:
                return True
            if (made is None or begin <= made <= end) and not is_inbound(row):
                found.append((str(row["sid"]), str(row.get("to"))))
        if lost.foreign(found):
            return True
    return False


def _conference(lost: Lost) -> str:
    return lost.record.conference or ""
