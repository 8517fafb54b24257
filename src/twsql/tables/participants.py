"""participants: who is in a conference now, or being called into one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.procedures.addressing import ACTIVE, is_call_sid, is_conference_sid
from twsql.procedures.modify_participants import MODIFY_PARTICIPANTS
from twsql.procedures.remove_participants import REMOVE_PARTICIPANTS
from twsql.resources import PARTICIPANT
from twsql.schema import Column, Effect, Row, Table
from twsql.tables.conferences import by_sid
from twsql.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def participants(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each participant, conference by conference.

    With ConferenceSid one request a conference, with CallSid or Label one a participant. Without, the conferences that
    are not over are listed first: Twilio has no participants of the others, nor those who have left.
    """
    named = "FriendlyName" in where.columns
    for conference in _conferences(client, where, named):
        for row in _of(client, str(conference["sid"]), where):
            yield {**row, "friendly_name": conference["friendly_name"]} if named else row


def _conferences(client: Client, where: Where, named: bool) -> Iterator[Row]:
    """Yield the conferences to look into, at least their SIDs; with the name where that is `named` in the statement."""
    sids = where.any_of("ConferenceSid")
    names = where.any_of("FriendlyName")
    if sids is None:
        yield from _active(client, names)
    elif not named:
        yield from ({"sid": sid} for sid in sids if is_conference_sid(sid))
    else:
        yield from by_sid(client, sids)


def _active(client: Client, names: tuple[str, ...] | None) -> Iterator[Row]:
    """Yield each conference that is not over, of these names if any are given."""
    given = set()
    for status in ACTIVE:
        for name in (None,) if names is None else names:
            params = {"Status": status} | ({} if name is None else {"FriendlyName": name})
            for row in client.pages(client.path("Conferences"), "conferences", params):
                if row["sid"] not in given:
                    given.add(row["sid"])
                    yield row


def _of(client: Client, sid: str, where: Where) -> Iterator[Row]:
    """Yield the participants of one conference. None if it is over, or unknown."""
    single = _single(where)
    try:
        if single is None:
            for params in where.lists(PARTICIPANT):
                yield from client.pages(client.path("Conferences", sid, "Participants"), "participants", params)
        for address in single or ():
            yield from _one(client, sid, address)
    except NotFound:
        if not _is_over(client, sid):
            raise


def _single(where: Where) -> tuple[str, ...] | None:
    """The call SIDs or labels of single participants; None where a list has to be read."""
    calls, labels = where.any_of("CallSid"), where.any_of("Label")
    if calls is not None:
        return tuple(filter(is_call_sid, calls))
    if labels is not None and not any("/" in x or x in ("", ".", "..") or is_call_sid(x) for x in labels):
        return labels
    return None


def _one(client: Client, sid: str, address: str) -> Iterator[Row]:
    try:
        yield client.get(client.path("Conferences", sid, "Participants", address))
    except NotFound:
        return


def _is_over(client: Client, sid: str) -> bool:
    """Whether a conference has ended or does not exist: only then is "not found" the same as no participants."""
    try:
        return client.get(client.path("Conferences", sid)).get("status") == "completed"
    except NotFound:
        return True


_FRIENDLY_NAME = Column(
    "FriendlyName",
    "The name of the conference; WHERE takes it in place of ConferenceSid, for conferences that are not over.",
    key=True,
    hidden=True,
)

PARTICIPANTS = Table(
    name="participants",
    description="Everybody in a conference that is not over, or being called into one.",
    columns=(*PARTICIPANT, _FRIENDLY_NAME),
    rows=participants,
    identity=("ConferenceSid", "CallSid"),
    insert=Effect(ADD_PARTICIPANTS, keys=(("Conference", "ConferenceSid"), ("Conference", "FriendlyName"))),
    update=Effect(MODIFY_PARTICIPANTS, keys=(("Conference", "ConferenceSid"), ("Participant", "CallSid"))),
    delete=Effect(REMOVE_PARTICIPANTS, keys=(("Conference", "ConferenceSid"), ("Participant", "CallSid"))),
    pages=200,
)
