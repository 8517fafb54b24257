"""calls: every call of the account, those that are over as well."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures.update_calls import UPDATE_CALL
from twsql.schema import Effect, Table
from twsql.schema.calls import CALL

_CALLS = Resource(
    "calls",
    CALL,
    path="Calls",
    day="StartTime",
    undated=({"Status": "queued"}, {"Status": "canceled"}),  # canceled while it waited, it never started
)

CALLS = Table(
    name="calls",
    description="Every call of the account, those that are over as well.",
    columns=CALL,
    rows=_CALLS.rows,
    identity=("Sid",),
    newest_first="StartTime",
    update=Effect(UPDATE_CALL, keys=(("Sid", "Sid"),)),
    instead=(
        ("INSERT", "PlaceCall(…) places a call, and AddParticipants(…) one into a conference"),
        (
            "DELETE",
            "UPDATE calls SET Status = 'completed' WHERE … hangs up; the record of a call could not be brought back",
        ),
    ),
    pages=100,
    expected_rows=100_000,
)
