"""participants: who is in a conference now, or being called into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from twsql.errors import NotFound
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.procedures.addressing import ACTIVE, is_call_sid, is_conference_sid
from twsql.procedures.modify_participants import MODIFY_PARTICIPANTS
from twsql.procedures.remove_participants import REMOVE_PARTICIPANTS
from twsql.resources import PARTICIPANT
from twsql.schema import Column, Effect, Row, Table
from twsql.tables.conferences import by_sid
from twsql.tables.joined import Ahead, rows_of
from twsql.tables.seen import seen
from twsql.where import MOST_LISTS, Company, Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


_FEW = 4
"""Participants that a conference may well have: LIMIT asks for no more conferences ahead than it is likely to read."""


def participants(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each participant, conference by conference; several conferences are asked side by side.

    With ConferenceSid one request a conference, with CallSid or Label one a participant. Without, the conferences that
    are not over are listed first: Twilio has no participants of the others, nor those who have left.
    """
    sids = where.any_of("ConferenceSid")
    named = "FriendlyName" in where.columns
    if sids is not None and len(sids) == 1:
        return iter(_one_conference(client, where, sids[0], named))
    fetch = partial(_named if named else _of, client, where)
    conferences = _conferences(client, where, named)
    if where.limit is None:
        return chain.from_iterable(client.ahead(fetch, conferences))
    return chain.from_iterable(client.ahead(fetch, conferences, first=1, most=max(1, where.limit // _FEW)))


def _one_conference(client: Client, where: Where, sid: str, named: bool) -> list[Row]:
    """The participants of one conference, perhaps one of many in a join."""
    rows = _of_conferences(client, where, where.company, sid, named) if where.company else None
    if rows is not None or not is_conference_sid(sid) or (where.company and sid in seen(where.company).over):
        return rows or []
    rows = _of(client, where, {"sid": sid})
    if not named:
        return rows
    name = cache(lambda: client.get(client.path("Conferences", sid)).get("friendly_name"))
    return [_LateName(row, name) for row in rows]


def _of_conferences(client: Client, where: Where, company: Company, sid: str, named: bool) -> list[Row] | None:
    """The participants of the conference that a cursor over `conferences` in the same statement is on, or was on.

    None if there is no such cursor.
    """
    others = tuple(sorted((name, values) for name, values in where.equal.items() if name != "ConferenceSid"))
    key = ("participants of conferences", others, named)
    ahead: Ahead | None = company.kept.get(key)
    if ahead is None:
        ahead = Ahead(client, "sid", _none_is_in, partial(_named if named else _of, client, where))
        company.kept[key] = ahead
    return rows_of(ahead, company.around("conferences", "sid", sid), seen(company).around(sid))


def _none_is_in(conference: Row) -> list[Row] | None:
    """Twilio has no participants of a conference that is over, so nothing is asked."""
    return [] if conference.get("status") == "completed" else None


def _conferences(client: Client, where: Where, named: bool) -> Iterator[Row]:
    """Yield the conferences to look into, at least their SIDs; with the name where that is `named` in the statement."""
    sids = where.any_of("ConferenceSid")
    if sids is None:
        return _active(client, where.any_of("FriendlyName"))
    return by_sid(client, sids) if named else ({"sid": sid} for sid in sids if is_conference_sid(sid))


def _named(client: Client, where: Where, conference: Row) -> list[Row]:
    return [{**row, "friendly_name": conference["friendly_name"]} for row in _of(client, where, conference)]


class _LateName(dict[str, Any]):
    """A row that learns its conference's name when that is read; an UPDATE names all columns and reads few."""

    def __init__(self, row: Row, name: Callable[[], Any]) -> None:
        super().__init__(row)
        self._name = name

    def get(self, key: str, default: Any = None) -> Any:
        return self._name() if key == "friendly_name" else super().get(key, default)


def _active(client: Client, names: tuple[str, ...] | None) -> Iterator[Row]:
    """Yield each conference that is not over, of these names if any are given; many names are compared here."""
    given = set()
    for status in ACTIVE:
        for name in (None,) if names is None or len(names) > MOST_LISTS else names:
            params = {"Status": status} | ({} if name is None else {"FriendlyName": name})
            for row in client.pages(client.path("Conferences"), "conferences", params):
                if row["sid"] not in given and (names is None or row.get("friendly_name") in names):
                    given.add(row["sid"])
                    yield row


def _of(client: Client, where: Where, conference: Row) -> list[Row]:
    """The participants of one conference, 250 at most. None if it is over, or unknown."""
    sid, single = str(conference["sid"]), _single(where)
    try:
        if single is None:
            path = client.path("Conferences", sid, "Participants")
            lists = where.lists(PARTICIPANT)
            rows = [row for params in lists for row in client.pages(path, "participants", params)]
        else:
            rows = [row for address in single for row in _one(client, sid, address)]
    except NotFound:
        if not _is_over(client, sid):
            raise
        return []
    if "status" in conference:  # read whole, as a join with `conferences` may want it
        rows = [{**row, "conference": conference} for row in rows]
    return rows


def _single(where: Where) -> tuple[str, ...] | None:
    """The call SID or label of a single participant; None where a list is to be read: it holds all, in one request."""
    calls, labels = where.any_of("CallSid"), where.any_of("Label")
    if calls is not None:
        singles = tuple(filter(is_call_sid, calls))
        return singles if len(singles) < 2 else None
    if labels is not None and len(labels) < 2 and not any(map(_is_no_address, labels)):
        return labels
    return None


def _is_no_address(label: str) -> bool:
    return "/" in label or label in ("", ".", "..") or is_call_sid(label)


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
    page_rows=5,
)
