"""twsql_journal: the journal's entry of each call that was placed, or tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.schema import Column, Row, Table
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_AT_ONCE = 1000
"""Entries of one read; between two reads the journal is not locked."""


def twsql_journal(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each entry, oldest first."""
    from twsql.dialing.opening import journal_of  # other statements that only read need no journal

    journal, last = journal_of(client), 0
    while page := journal.read(journal.statements.listed, {"id": last, "count": _AT_ONCE}):
        yield from page
        last = page[-1]["id"]


TWSQL_JOURNAL = Table(
    name="twsql_journal",
    description="The journal's entry of each call that was placed, or tried.",
    columns=(
        Column("Id", "The entry's number.", type="integer"),
        Column("DateCreated", "When the call was first sent, UTC."),
        Column("DateUpdated", "When the entry was last changed, UTC."),
        Column("AccountSid", "The account that the call was placed from."),
        Column("Server", "The account's server: https://api.twilio.com, or that of base_url."),
        Column("RequestKey", "The call's RequestKey."),
        Column("Conference", "The conference's name or SID, as written in the statement."),
        Column("From", "Who calls."),
        Column("To", "Who is called."),
        Column("Label", "The participant's label, which may be one that twsql made."),
        Column("State", "sending, placed, refused or unknown."),
        Column("CallSid", "The call's SID, if it was placed."),
        Column("ConferenceSid", "The conference's SID, if it is known."),
        Column("ErrorCode", "Twilio's code for the reason why it was refused, or is unknown.", type="integer"),
        Column("ErrorMessage", "Why it was refused, or is unknown."),
        Column("Attempts", "How many times it was sent.", type="integer"),
        Column("Procedure", "The procedure that was run: AddParticipants, or another that must happen once."),
        Column("Sid", "The SID of the new resource: a call's, or a message's."),
    ),
    rows=twsql_journal,
    identity=("Id",),
    pages=1,
    local=True,
)
