"""Finds out whether a message was sent, if its response was lost: the list of messages to that number is the witness.

Nothing marks a message. One from our sender, at that time, that may have our text and belongs to no entry of the
journal, is ours if it is the only one, no other entry in doubt may look the same, and only the journal's messages left
our sender then. Of two equal ones nobody can tell which is ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from twsql.errors import InputError, OutcomeUnknown, TwilioError
from twsql.procedures.witnesses import absence, texts
from twsql.procedures.witnesses.listed import since, to_recipient
from twsql.procedures.witnesses.lookups import is_inbound, is_sure, is_to, is_within, moment, number, sids
from twsql.procedures.witnesses.texts import Content, Verdict
from twsql.schema import Checked, Row
from twsql.schema.once import Lost, Record

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_READ = 20_000
"""How many messages of our sender are read at most, to find strangers'."""
_ABOUT = timedelta(seconds=10)
"""Time around the attempts in which a stranger's message from our sender makes a message doubtful."""
_SENT_BY = timedelta(days=2)
"""By then Twilio has sent a message, or gives it up."""


def details(checked: Checked) -> str:
    """What the journal has of a message, to find it again."""
    return texts.written(texts.content(checked))


def find(client: Client, lost: Lost, grace: float, wait: Callable[[float], None]) -> Row | None:
    """The message; None if it was certainly not sent. Raises OutcomeUnknown if one may be it, or it is too early.

    Twilio may list a message late, so this waits for `grace` seconds first.
    """
    wait(grace)
    asked = time.monotonic()
    ours = texts.read(lost.record.details)
    listed = [row for row in to_recipient(client, lost, "messages") if not lost.is_other(str(row["sid"]))]
    possible = [row for row in listed if _is_from_us(row, lost, ours) and ours.compare(row) is not Verdict.ANOTHER]
    if not possible:
        alike = [row for row in listed if _is_from_us(row, lost, ours) or ours.compare(row) is Verdict.SAME]
        if changed := [row for row in alike if is_within(row, lost) and not _is_of_rival(row, lost)]:
            raise OutcomeUnknown(f"{sids(changed)} may be it, if Twilio has changed its text or sender")
        if not ours.listed:
            raise OutcomeUnknown("Twilio does not list it under its number (AddressRetention), so nobody can tell")
        absence.prove(client, lost, "the list of messages", asked)
        return None
    named = sids(possible)
    if len(possible) > 1 or any(ours.may_be(texts.read(rival)) for rival in lost.rivals()):
        raise OutcomeUnknown(f"one of these messages may be it, and an equal one another's: {named}")
    is_doubtful = (
        not is_sure(possible[0].get("date_created"), named, lost) or _service(possible[0], ours) != ours.service
    )
    if is_doubtful or _has_strangers(client, lost, ours):
        raise OutcomeUnknown(f"{named} may be this message, or somebody else's from the same sender")
    return possible[0]


def decided(client: Client, record: Record, sid: str, mark: str | None) -> Row:
    """The message that a person names; InputError if it goes to another number, or has another text."""
    row = client.get(client.path("Messages", sid), key="messages")
    if row["sid"] != sid:
        raise TwilioError(f"the response is about another message than {sid}")
    if texts.read(record.details).listed and not is_to(row, record.recipient):
        raise InputError(f"{sid} is a message to {row.get('to')}, not to {record.recipient}")
    if texts.read(record.details).compare(row) is Verdict.ANOTHER:
        raise InputError(f"{sid} has another text than this message")
    return row


def _is_from_us(row: Row, lost: Lost, ours: Content) -> bool:
    """Whether our sender may have sent a message. One of a service has no From at first."""
    if is_inbound(row):
        return False
    if ours.service is not None and _service(row, ours) != ours.service:
        return False
    shown = row.get("from")
    senders = {number(each) for each in (lost.record.sender, ours.fallback) if each}
    return shown is None or lost.record.sender == ours.service or number(str(shown)) in senders


def _is_of_rival(row: Row, lost: Lost) -> bool:
    """Whether a message has the very text of another entry in doubt."""
    return any(texts.read(rival).compare(row) is Verdict.SAME for rival in lost.rivals())


def _service(row: Row, ours: Content) -> str | None:
    """The messaging service of a message; ours if Twilio tells none."""
    service = row.get("messaging_service_sid", ours.service)
    return None if service is None else str(service)


def _has_strangers(client: Client, lost: Lost, ours: Content) -> bool:
    """Whether a message of no journal entry left our sender at about that time; True if there are too many to read."""
    window, now = lost.window(), client.clock.at(time.monotonic())
    begin, end = window.since - _ABOUT, window.until + _ABOUT
    params = {} if lost.record.sender == ours.service else {"From": lost.record.sender}
    if now is not None and now > end + _SENT_BY:
        params["DateSent<"] = (end + _SENT_BY).strftime("%Y-%m-%d")
    found: list[tuple[str, str]] = []
    for count, row in enumerate(since(client, "messages", params, lambda: begin)):
        if count >= _READ:
            return True
        made = moment(row.get("date_created"))
        if (made is None or begin <= made <= end) and _is_from_us(row, lost, ours):
            found.append((str(row["sid"]), str(row.get("to"))))
    return bool(lost.foreign(found))
