"""accounts: the account and its subaccounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from twsql.errors import AuthenticationFailed, NotFound
from twsql.procedures import changing
from twsql.schema import Column, Row, Table
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_SID = re.compile("AC[0-9a-fA-F]{32}")

ACCOUNT = (
    Column("Sid", "The SID of the account: AC and 32 hexadecimal digits.", key=True, sid="AC", names="FriendlyName"),
    Column("FriendlyName", "Its name.", filter="FriendlyName", loose=True, narrows=100),
    Column("Status", "active, suspended or closed.", filter="Status", values=("active", "suspended", "closed")),
    Column("Type", "Trial or Full."),
    Column(
        "OwnerAccountSid",
        "The SID of the account that it is a subaccount of; its own, if of none.",
        sid="AC",
        references="accounts.Sid",
    ),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("Uri", "Its path in the API, from the host on."),
    Column("SubresourceUris", "The paths of what it has, a JSON object."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account`, without `auth_token`: that is a secret."""


def accounts(client: Client, where: Where) -> Iterator[Row]:
    """Yield the accounts that the credentials open: one request for each SID, else the list."""
    sids = where.any_of("Sid")
    if sids is None:
        lists = where.lists(ACCOUNT)
        return chain.from_iterable(client.pages(client.account_path(), "accounts", params) for params in lists)

    found = client.prefetch(partial(_one, client), filter(_SID.fullmatch, sids))
    return (row for row in found if row is not None)


def _one(client: Client, sid: str) -> Row | None:
    """Fetch an account; None if there is none, or if it is another's, which Twilio may tell by either error."""
    own = client.settings.account_sid
    try:
        return client.get(client.account_path(sid), key="accounts")
    except NotFound:
        return None
    except AuthenticationFailed:
        if own is None or sid == own:
            raise
    client.get(client.account_path(own), key="accounts")  # raises if it is the credentials that are wrong
    return None


ACCOUNTS = Table(
    name="accounts",
    description="The account and its subaccounts.",
    columns=ACCOUNT,
    rows=accounts,
    identity=("Sid",),
    update=changing.update(
        "accounts",
        "{Sid}",
        ACCOUNT,
        changing.parameters(ACCOUNT, "FriendlyName"),
        address=lambda client, *segments: client.account_path(*segments),
    ),
    instead=(
        ("INSERT", "make a subaccount in Twilio's Console"),
        ("DELETE", "an account that is closed stays closed, so close it in Twilio's Console"),
    ),
    pages=1,
    expected_rows=100,
)
