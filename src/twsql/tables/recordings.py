"""recordings: every recording of the account's calls and conferences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.errors import ProgrammingError
from twsql.lists.resource import Resource, by_sid
from twsql.procedures.change_recordings import DELETE_RECORDING, UPDATE_RECORDING
from twsql.schema import Column, Effect, Row, Table, Value
from twsql.schema.recordings import RECORDING
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def recordings(client: Client, where: Where) -> Iterator[Row]:
    """Yield the recordings; with IncludeSoftDeleted = 1 those as well that were deleted less than 40 days ago."""
    asked = where.equal.get(_SOFT_DELETED.name)
    if _SOFT_DELETED.name not in where.columns:
        return _RECORDINGS.rows(client, where)
    if asked not in ((0,), (1,)):
        return ({**row, _SOFT_DELETED.json_key: _unclear} for row in _RECORDINGS.rows(client, where))
    sids = where.any_of("Sid")
    if sids is not None and asked == (1,):
        rows = by_sid(client, "Recordings", "recordings", _RECORDINGS.possible("Sid", sids), _WITH_DELETED)
    else:
        rows = _RECORDINGS.rows(client, where)
    return ({**row, _SOFT_DELETED.json_key: bool(asked[0])} for row in rows)


def _unclear() -> Value:
    """In place of the value, if the statement gives none: `WHERE IncludeSoftDeleted` would ask for no deleted ones."""
    raise ProgrammingError("recordings: IncludeSoftDeleted without a value; write IncludeSoftDeleted = 1, or = 0")


_SOFT_DELETED = Column(
    "IncludeSoftDeleted",
    "WHERE IncludeSoftDeleted = 1 gives the recordings as well that were deleted in the last 40 days, without audio.",
    type="boolean",
    filter="IncludeSoftDeleted",
    narrows=1,
    hidden=True,
    late=True,
)
_WITH_DELETED = {"IncludeSoftDeleted": "true"}
_COLUMNS = (*RECORDING, _SOFT_DELETED)
_RECORDINGS = Resource("recordings", _COLUMNS, path="Recordings", day="DateCreated")

RECORDINGS = Table(
    name="recordings",
    description="Every recording of the account's calls and conferences.",
    columns=_COLUMNS,
    rows=recordings,
    identity=("Sid",),
    newest_first="DateCreated",
    update=Effect(UPDATE_RECORDING, keys=(("Sid", "Sid"),)),
    delete=Effect(DELETE_RECORDING, keys=(("Sid", "Sid"),), done="deleted"),
    instead=(("INSERT", "the inputs Record and ConferenceRecord of AddParticipants record a call or a conference"),),
    pages=50,
    expected_rows=100_000,
)
