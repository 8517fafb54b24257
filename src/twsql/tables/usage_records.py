"""usage_records: what the account has used and what that cost, by category and period."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import product
from typing import TYPE_CHECKING

from twsql.lists.hidden_inputs import searches
from twsql.lists.periods import spans
from twsql.schema import Column, Row, Table, snake_case
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

LISTS = {
    "all-time": "AllTime",
    "daily": "Daily",
    "monthly": "Monthly",
    "yearly": "Yearly",
    "today": "Today",
    "yesterday": "Yesterday",
    "this-month": "ThisMonth",
    "last-month": "LastMonth",
}
"""Twilio's list of each granularity, as its path ends."""

RECORD = (
    Column(
        "Granularity",
        "The length of the periods: all-time, daily, monthly or yearly; or one period: today, yesterday, this-month,"
        " last-month.",
        filter="Granularity",
        required=True,
        values=tuple(LISTS),
    ),
    Column("Category", "What was used: calls, sms, phonenumbers, totalprice, …", filter="Category", narrows=50),
    Column("StartDate", "The first UTC day of the period: YYYY-MM-DD.", filter="StartDate", ranges=True),
    Column("EndDate", "The last UTC day of the period, which belongs to it.", filter="EndDate", ranges=True),
    Column("Count", "How many calls, messages, …", type="real"),
    Column("CountUnit", "What was counted: calls, messages, …"),
    Column("Usage", "How much was used.", type="real"),
    Column("UsageUnit", "Its unit: minutes, …"),
    Column("Price", "What it cost.", type="real"),
    Column("PriceUnit", "The currency, ISO 4217: USD, …"),
    Column("Description", "The category in words."),
    Column("AsOf", "Until when it was counted, UTC.", type="datetime"),
    Column("AccountSid", "The SID of the account."),
    Column("ApiVersion", "The version of the API: 2010-04-01."),
    Column("Uri", "Its path in the API, from the host on."),
    Column("SubresourceUris", "The paths of the same category in other granularities, a JSON object."),
    Column(
        "IncludeSubaccounts",
        "Whether what subaccounts used is counted too, as it is by default.",
        type="boolean",
        filter="IncludeSubaccounts",
        hidden=True,
        late=True,
    ),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.usage.usage_record`."""

_FILTERS = tuple(column for column in RECORD if column.name == "Category")


def usage_records(client: Client, where: Where) -> Iterator[Row]:
    """Yield the records of each granularity asked for: one list each, and one for each value of an IN."""
    page_size = None if where.limit is None else max(1, min(where.limit, client.settings.page_size))
    today = (client.clock.at(time.monotonic()) or datetime.now(timezone.utc)).date()
    named = where.any_of("Granularity") or ()
    for granularity in (each for each in LISTS if each in named):
        path = client.path("Usage", "Records", LISTS[granularity])
        for (first, last), category, (search, given) in product(
            spans(where, granularity, today), where.lists(_FILTERS), searches(where, RECORD)
        ):
            days = {name: str(day) for name, day in (("StartDate", first), ("EndDate", last)) if day}
            if granularity == "all-time":  # of a time before the account was made there is nothing, and it counts as 0
                given = {**given, **{snake_case(name): day for name, day in days.items()}}
            for row in client.pages(path, "usage_records", {**days, **category, **search}, page_size=page_size):
                yield {**row, "granularity": granularity, **given}


USAGE_RECORDS = Table(
    name="usage_records",
    description="What the account has used and what that cost, by category and period.",
    columns=RECORD,
    rows=usage_records,
    identity=("Granularity", "Category", "StartDate", "EndDate"),
    pages=5,
    expected_rows=5000,
)
