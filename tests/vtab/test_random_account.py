"""Random SQL over numbers, queues, applications, usage and the like gives what it gives over a plain copy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import product
from typing import Any

import apsw
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from twsql.catalog import CATALOG
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.tables.usage_records import LISTS

from .plain_copy import copy, same, statements
from .random_where import ACCOUNT, EVERY, LIMIT, Pair, order_of, where_of

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
NAMES = ("Sales", "sales", "5", "05", "5.0", "", "a/b?c#d%", "日本")
PERIODS = ("daily", "monthly", "yearly", "this-month")
"""Of all time there is no copy: its dates say which time is meant."""
REQUIRED = {
    "usage_records": (
        *(f"Granularity = '{each}'" for each in PERIODS),
        "Granularity IN ('daily', 'monthly', 'weekly', NULL)",
    ),
    "available_phone_numbers": ("CountryCode = 'US'", "CountryCode IN ('GB', 'US')"),
}
"""What Twilio lists nothing without."""
KEYS = {table.name: table.identity for table in CATALOG.listed}
JOINS = (
    "queues a LEFT JOIN queue_members b ON b.QueueSid = a.Sid",
    "queue_members a JOIN queues b ON a.QueueSid = b.Sid",
    "incoming_phone_numbers a LEFT JOIN applications b ON a.VoiceApplicationSid = b.Sid",
    "applications a JOIN incoming_phone_numbers b ON b.SmsApplicationSid = a.Sid",
    "accounts a LEFT JOIN accounts b ON a.OwnerAccountSid = b.Sid",
    "usage_triggers a JOIN usage_records b ON b.Category = a.UsageCategory AND b.Granularity = a.Recurring",
)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """An account with a few of everything that stands still."""
    with Sandbox(conferences=4, participants=2, over=1, days=35, now=NOW) as sandbox:
        login = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        live, plain = apsw.Connection(":memory:"), apsw.Connection(":memory:")
        registration = register(live, page_size=20, journal=":memory:", **login)
        with requests.Session() as session:
            session.auth = (sandbox.account_sid, sandbox.auth_token)
            _furnish(live, session, f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/")
            for table, rows in _rows(session, f"{sandbox.base_url}/2010-04-01/Accounts", sandbox.account_sid).items():
                copy(live, plain, table, rows)
        values = {
            f"{table}.{column}": [row[0] for row in plain.execute(f'SELECT DISTINCT "{column}" FROM {table} LIMIT 12')]
            for table in ACCOUNT
            for column in EVERY[table]
        }
        yield Pair(live, plain, values)
        registration.close()


def _furnish(live: apsw.Connection, session: requests.Session, base: str) -> None:
    for number, name in enumerate(NAMES):
        live.execute("INSERT INTO applications (FriendlyName, SmsUrl) VALUES (?, 'https://example.com/')", (name,))
        live.execute("INSERT INTO queues (FriendlyName, MaxSize) VALUES (?, ?)", (name or "-", number + 1))
        sids = [sid for (sid,) in live.execute("SELECT Sid FROM applications LIMIT 3")]
        form = {"PhoneNumber": f"+1202555010{number}", "FriendlyName": name, "SmsApplicationSid": sids[0]}
        form |= {"VoiceApplicationSid": sids[-1]} if number % 2 else {}
        assert session.post(base + "IncomingPhoneNumbers.json", form, timeout=60).ok
        place = "SELECT Sid FROM PlaceCall('+15005550006', ?) WHERE Twiml = ?"
        twiml = f"<Response><Enqueue>{NAMES[number % 3]}</Enqueue></Response>"
        live.execute(place, (f"+1202555017{number}", twiml)).fetchall()
    trigger = "INSERT INTO usage_triggers (UsageCategory, TriggerBy, TriggerValue, Recurring, CallbackUrl) VALUES "
    for category in ("calls", "totalprice", "Sales"):
        for recurring in ("daily", "monthly"):
            live.execute(f"{trigger} ('{category}', 'price', '5', '{recurring}', 'https://example.com/')")


def _rows(session: requests.Session, accounts: str, account: str) -> dict[str, list[dict[str, Any]]]:
    """Every row as Twilio's JSON, read without twsql."""

    def items(path: str, key: str) -> list[dict[str, Any]]:
        answer = session.get(f"{accounts}/{account}/{path}.json?PageSize=1000", timeout=60).json()
        found: list[dict[str, Any]] = answer.get(key, [])
        return found

    paths = {"applications": "Applications", "queues": "Queues", "usage_triggers": "Usage/Triggers"}
    paths |= {"incoming_phone_numbers": "IncomingPhoneNumbers", "outgoing_caller_ids": "OutgoingCallerIds"}
    listed = {key: items(path, key) for key, path in paths.items()}
    return {
        **listed,
        "accounts": session.get(f"{accounts}.json", timeout=60).json()["accounts"],
        "balance": [session.get(f"{accounts}/{account}/Balance.json", timeout=60).json()],
        "queue_members": [
            row for queue in listed["queues"] for row in items(f"Queues/{queue['sid']}/Members", "queue_members")
        ],
        "usage_records": [
            {**row, "granularity": each}
            for each in PERIODS
            for row in items(f"Usage/Records/{LISTS[each]}", "usage_records")
        ],
        "available_phone_numbers": [
            {**row, "country_code": country, "type": each}
            for country in ("US", "GB")
            for each in ("Local", "Mobile", "TollFree")
            for row in items(f"AvailablePhoneNumbers/{country}/{each}", "available_phone_numbers")
        ],
    }


@statements(120)
@given(st.data())
def test_random_sql(pair: Pair, data: st.DataObject) -> None:
    """WHERE gives the same rows, ORDER BY the same order, LIMIT the same of them, a join the same pairs."""
    table = data.draw(st.sampled_from(ACCOUNT))
    needed = data.draw(st.sampled_from(REQUIRED.get(table, ("1",))))
    where, limit = data.draw(where_of(pair, table)), data.draw(LIMIT)
    order = ", ".join([*data.draw(order_of(table)), *KEYS[table]])
    columns = ", ".join(f'"{column}"' for column in EVERY[table])
    same(pair, f"SELECT {columns} FROM {table} WHERE {needed} AND ({where}) ORDER BY {order} {limit}")
    join = data.draw(st.sampled_from(JOINS))
    outer, inner = join.split()[0], join.split("JOIN ")[1].split()[0]
    condition = data.draw(where_of(pair, outer, "a."))
    pairs = ", ".join(f"{alias}.{key}" for alias, of in (("a", outer), ("b", inner)) for key in KEYS[of])
    same(pair, f"SELECT {pairs} FROM {join} WHERE {condition}", ordered=False)


@pytest.mark.parametrize("granularity", PERIODS)
def test_dates(pair: Pair, granularity: str) -> None:
    """Whatever a date is compared with, the periods are whole: their sums are those of the copy."""
    for column, operator, day in product(
        ("StartDate", "EndDate"), ("=", "<", "<=", ">", ">="), ("2026-02-10", "2026-02-28", "2026-03-01")
    ):
        same(
            pair,
            "SELECT StartDate, EndDate, Count, Price FROM usage_records"
            f" WHERE Granularity = '{granularity}' AND Category = 'calls' AND {column} {operator} '{day}'",
            ordered=False,
        )


def test_the_account_is_varied(pair: Pair) -> None:
    """The copy has what the queries are to tell apart, or they would prove nothing."""
    for table in ACCOUNT:
        every = f"SELECT {', '.join(EVERY[table])} FROM {table}"
        for needed in REQUIRED.get(table, ("1",)):
            same(pair, f"{every} WHERE {needed}", ordered=False)
        least = {"balance": 1, "outgoing_caller_ids": 1, "accounts": 2}.get(table, 4)
        assert pair.plain.execute(f"SELECT count(*) FROM {table}").get >= least, table
    assert pair.plain.execute("SELECT count(DISTINCT QueueSid) FROM queue_members").get >= 2
