"""twsql_journal: the journal's entry of each call or message that was placed, or tried."""

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
    description="The journal's entry of each call or message that was placed, or tried.",
    columns=(
        Column("Id", "The entry's number.", type="integer"),
        Column("DateCreated", "When it was first sent, UTC."),
        Column("DateUpdated", "When the entry was last changed, UTC."),
        Column("AccountSid", "The account that placed the call, or sent the message."),
        Column("Server", "The account's server: https://api.twilio.com, or that of base_url."),
        Column("RequestKey", "The RequestKey of the call or message."),
        Column("Conference", "The conference's name or SID, as written in the statement; NULL if there is none."),
        Column("From", "Who calls or sends: a number, or the SID of a messaging service."),
        Column("To", "Who is called, or gets the message."),
        Column("Label", "The participant's label, which may be one that twsql made."),
        Column("State", "sending, placed, refused or unknown."),
        Column("CallSid", "The call's SID, if it was placed; NULL for a message."),
        Column("ConferenceSid", "The conference's SID, if it is known."),
        Column("ErrorCode", "Twilio's code for the reason why it was refused, or is unknown.", type="integer"),
        Column("ErrorMessage", "Why it was refused, or is unknown."),
        Column("Attempts", "How many times it was sent.", type="integer"),
        Column(
            "Procedure",
            "The procedure that was run: AddParticipants, PlaceCall, SendMessage or another that must happen once.",
        ),
        Column("Sid", "The SID of the call or message, if it was placed."),
    ),
    rows=twsql_journal,
    identity=("Id",),
    pages=1,
    local=True,
)
