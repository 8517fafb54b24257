"""media: the pictures and other media of the account's messages."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.schema import Table
from twsql.schema.messages import MEDIA as COLUMNS
from twsql.tables.messages import MESSAGES

MEDIA = Table(
    name="media",
    description="The pictures and other media of the account's messages.",
    columns=COLUMNS,
    rows=Resource("media_list", COLUMNS, within="Messages/{ParentSid}/Media", parents=MESSAGES.rows).rows,
    identity=("ParentSid", "Sid"),
    instead=(
        ("INSERT", "the input MediaUrl of SendMessage sends media"),
        ("DELETE", "a medium could not be brought back; Twilio's console deletes it"),
    ),
    pages=10_000,
    expected_rows=200_000,
)
