"""participants: everybody in a conference that is not over, or being called into one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists.resource import side_by_side
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.procedures.addressing import active, is_call_sid, is_conference_sid
from twsql.procedures.modify_participants import MODIFY_PARTICIPANTS
from twsql.procedures.remove_participants import REMOVE_PARTICIPANTS
from twsql.schema import Column, Effect, Row, Table
from twsql.schema.resources import PARTICIPANT
from twsql.schema.where import MOST_LISTS, Where
from twsql.tables.conferences import by_sid

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def participants(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each participant, conference by conference; several conferences are fetched side by side.

    ConferenceSid costs one request for each conference; with CallSid or Label, one for each participant. Without
    ConferenceSid the conferences that are not over are listed first: Twilio lists no participants of ended conferences,
    nor participants who have left.
    """
    sids = where.any_of("ConferenceSid")
    if sids is not None and len(sids) == 1:
        return _of(client, where, where.outer or {"sid": sids[0]}) if is_conference_sid(sids[0]) else iter(())
    conferences = _conferences(client, where)

    def fetch(conference: Row) -> list[Row]:
        return [*_of(client, where, conference)]

    return side_by_side(client, fetch, conferences, where.limit)


def _conferences(client: Client, where: Where) -> Iterator[Row]:
    """Yield the conferences whose participants are needed: their SIDs, and their names if the statement reads them."""
    sids = where.any_of("ConferenceSid")
    if sids is None:
        found = _active(client, where.any_of("FriendlyName"))
    elif "FriendlyName" in where.columns:
        found = by_sid(client, sids)
    else:
        yield from ({"sid": sid} for sid in sids if is_conference_sid(sid))
        return
    for conference in found:
        where.also_read("conferences", conference["sid"], conference)
        yield conference


def _active(client: Client, names: tuple[str, ...] | None) -> Iterator[Row]:
    """Yield each conference that is not over, of these names if there are any; many names are compared here."""
    if names is None or not names:
        return active(client) if names is None else iter(())
    listed = active(client, *(names if len(names) <= MOST_LISTS else ()))
    return (row for row in listed if row.get("friendly_name") in names)


def _of(client: Client, where: Where, conference: Row) -> Iterator[Row]:
    """Yield the participants of one conference; none if it has ended or is unknown."""
    sid, single = str(conference["sid"]), _single(where)
    name = _name(client, conference) if "FriendlyName" in where.columns else None
    try:
        if single is None:
            path = client.path("Conferences", sid, "Participants")
            rows = chain.from_iterable(client.pages(path, "participants", each) for each in where.lists(PARTICIPANT))
        else:
            rows = chain.from_iterable(_one(client, sid, address) for address in single)
        for row in rows:
            yield row if name is None else {**row, "friendly_name": name}
    except NotFound:
        if not _is_over(client, sid):
            raise


def _name(client: Client, conference: Row) -> object:
    """A conference's name, or a function that fetches it: an UPDATE names all columns, but SQLite reads few of them."""
    if "friendly_name" in conference:
        return conference["friendly_name"]
    return cache(lambda: client.get(client.path("Conferences", str(conference["sid"]))).get("friendly_name"))


def _single(where: Where) -> tuple[str, ...] | None:
    """The call SID or label of a single participant; None if a list is cheaper: it has all in one request."""
    calls, labels = where.any_of("CallSid"), where.any_of("Label")
    if calls is not None:
        singles = tuple(filter(is_call_sid, calls))
        return singles if len(singles) < 2 else None
    if labels is not None and len(labels) < 2:
        no_path = any("/" in label or label in ("", ".", "..") or is_call_sid(label) for label in labels)
        return None if no_path else labels
    return None


def _one(client: Client, sid: str, address: str) -> Iterator[Row]:
    try:
        yield client.get(client.path("Conferences", sid, "Participants", address), key="participants")
    except NotFound:
        return


def _is_over(client: Client, sid: str) -> bool:
    """Whether a conference has ended or does not exist: only then a 404 means that it has no participants."""
    try:
        return client.get(client.path("Conferences", sid)).get("status") == "completed"
    except NotFound:
        return True


_FRIENDLY_NAME = Column(
    "FriendlyName",
    "The name of the conference; WHERE takes it in place of ConferenceSid, for conferences that are not over.",
    key=True,
    hidden=True,
    late=True,
)

PARTICIPANTS = Table(
    name="participants",
    aliases=("ConferenceParticipants",),
    description="Everybody in a conference that is not over, or being called into one.",
    columns=(*PARTICIPANT, _FRIENDLY_NAME),
    rows=participants,
    identity=("ConferenceSid", "CallSid"),
    insert=Effect(
        ADD_PARTICIPANTS, keys=(("Conference", "ConferenceSid"), ("Conference", "FriendlyName")), done="called"
    ),
    update=Effect(MODIFY_PARTICIPANTS, keys=(("Conference", "ConferenceSid"), ("Participant", "CallSid"))),
    delete=Effect(
        REMOVE_PARTICIPANTS, keys=(("Conference", "ConferenceSid"), ("Participant", "CallSid")), done="removed"
    ),
    pages=200,
)
