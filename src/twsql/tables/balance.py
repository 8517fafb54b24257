"""balance: what is left of what was paid in; one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twsql.schema import Column, Row, Table
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def balance(client: Client, where: Where) -> Iterator[Row]:
    """Yield the account's balance: one request."""
    yield client.get(client.path("Balance"))


BALANCE = Table(
    name="balance",
    description="What is left of what was paid in: one row.",
    columns=(
        Column("Balance", "What is left.", type="real"),
        Column("Currency", "Its currency, ISO 4217: USD, …"),
        Column("AccountSid", "The SID of the account."),
    ),
    rows=balance,
    identity=("AccountSid",),
    pages=1,
    expected_rows=1,
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.balance`."""
