"""messages: every message that the account has sent or received in the last 400 days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.lists import retention
from twsql.lists.resource import Resource
from twsql.procedures.update_messages import UPDATE_MESSAGE
from twsql.schema import Effect, Row, Table
from twsql.schema.messages import MESSAGE
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def messages(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each message. Twilio has no filter for those that wait and have no DateSent yet."""
    return _RESOURCE.rows(client, retention.kept(client, where, "DateSent"))


_RESOURCE = Resource("messages", MESSAGE, path="Messages", day="DateSent", undated=())

MESSAGES = Table(
    name="messages",
    description="Every message that the account has sent or received in the last 400 days.",
    columns=MESSAGE,
    rows=messages,
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
