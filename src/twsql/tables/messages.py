"""messages: every message that the account has sent or received in the last 400 days."""

from __future__ import annotations

from twsql.lists import retention
from twsql.lists.resource import Resource
from twsql.procedures.update_messages import UPDATE_MESSAGE
from twsql.schema import Effect, Table
from twsql.schema.messages import MESSAGE

MESSAGES = Table(
    name="messages",
    description="Every message that the account has sent or received in the last 400 days.",
    columns=MESSAGE,
    # Twilio has no filter for messages that wait and have no DateSent yet.
    rows=Resource("messages", MESSAGE, path="Messages", day="DateSent", undated=(), kept=retention.oldest).rows,
    identity=("Sid",),
    newest_first="DateSent",
    update=Effect(UPDATE_MESSAGE, keys=(("Sid", "Sid"),), done="canceled"),
    instead=(
        ("INSERT", "SendMessage(…) sends a message"),
        ("DELETE", "the record of a message could not be brought back; Twilio's console deletes it"),
    ),
    pages=100,
    expected_rows=100_000,
)
