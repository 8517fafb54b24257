"""What a read asks of Twilio, and what it gives, without a cluster: the reader's own methods, in this process."""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pyspark import cloudpickle
from pyspark.sql.datasource import EqualTo, GreaterThanOrEqual, In, LessThan
from pyspark.sql.types import BooleanType, LongType, StringType, StructField, StructType

import twsql
from twsql.catalog import CATALOG
from twsql.errors import ProgrammingError, SettingError
from twsql.sandbox import Sandbox
from twsql.schema import Table
from twsql.spark import columns
from twsql.spark.pieces import is_of_accounts
from waiting import together

from .conftest import Source

OWN = {"conference_participant_summaries"}
"""Tables that Twilio lists for the account of the credentials only."""
READ = [table for table in CATALOG.tables if not any(column.required for column in table.columns)]


TYPES = {str: StringType(), bool: BooleanType(), int: LongType()}
ACCOUNTS = [f"AC{number:032x}" for number in range(1, 5)]
"""The accounts of `world`."""


def struct(**columns: type) -> StructType:
    """A schema of one's own."""
    return StructType([StructField(name, TYPES[each]) for name, each in columns.items()])


def partitions(source: Any, filters: Iterable[Any] = (), schema: StructType | None = None) -> tuple[Any, list[Any]]:
    """A reader as it comes to a task, pickled before it is asked for its partitions, and these."""
    reader = source.reader(schema or source.schema())
    reader.pushFilters([*filters])
    sent = cloudpickle.dumps(reader)
    return cloudpickle.loads(sent), [*reader.partitions()]


def rows(source: Any, filters: Iterable[Any] = (), schema: StructType | None = None) -> list[dict[str, Any]]:
    """All rows of all partitions."""
    reader, found = partitions(source, filters, schema)
    return [row for each in found for batch in reader.read(each) for row in batch.to_pylist()]


def in_sqlite(sandbox: Sandbox, table: Table, account: str) -> list[tuple[Any, ...]]:
    """The rows of a table of an account through SQLite."""
    key = {"api_key": sandbox.api_key, "api_secret": sandbox.api_secret}
    login = {"auth_token": sandbox.auth_token} if account == sandbox.account_sid else key
    by_input = account != sandbox.account_sid and any(column.name == "Subaccount" for column in table.columns)
    sql = f'SELECT * FROM "{table.name}"' + (f" WHERE Subaccount = '{account}'" if by_input else "")
    with twsql.connect(base_url=sandbox.base_url, account_sid=account, **login) as connection:
        return connection.execute(sql).fetchall()


def as_in_sqlite(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    """A row in SQLite's terms."""
    told = (row[column.name] for column in table.columns if not column.hidden)
    return tuple(f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value for value in told)


def lists(sandbox: Sandbox) -> list[list[tuple[str, str]]]:
    """The queries of the lists that were asked for."""
    return [one.query for one in sandbox.requests if one.route.startswith("List")]


@pytest.mark.parametrize("table", READ, ids=lambda table: table.name)
def test_every_table_has_sqlites_rows(small: Sandbox, source: Source, table: Table) -> None:
    """The partitions of all accounts together have the rows that SQLite has, each once, in Spark's types."""
    several = is_of_accounts(table) and table.name not in OWN
    found = rows(source(small, table=table.name, accounts="all" if several else small.account_sid))
    accounts = ACCOUNTS if several else [small.account_sid]
    expected = [row for account in accounts for row in in_sqlite(small, table, account)]
    assert Counter(as_in_sqlite(table, row) for row in found) == Counter(expected)


@pytest.mark.parametrize("options", [{"numPartitions": 1}, {"numPartitions": 3}, {"max_in_flight": 2}, {}], ids=str)
def test_conferences_come_once(world: Sandbox, source: Source, options: dict[str, int]) -> None:
    """However they are cut, every conference is in one partition; there are no more partitions than wanted."""
    reader, found = partitions(source(world, table="conferences", **options))
    sids = [[sid for batch in reader.read(each) for sid in batch.column("Sid").to_pylist()] for each in found]
    assert len(found) == min(options.get("numPartitions", 8), options.get("max_in_flight", 64))
    assert len({sid for some in sids for sid in some}) == sum(map(len, sids)) == 700
    assert min(map(len, sids)) > 700 / len(found) / 3
    assert sum(each.share for each in found) <= options.get("max_in_flight", 64)


def test_few_requests_plan(world: Sandbox, source: Source) -> None:
    """An account is cut after some requests for a few rows; with as many accounts as partitions there are none."""
    world.clear()
    partitions(source(world, table="conferences"))
    assert len(lists(world)) < 30
    world.clear()
    _, found = partitions(source(world, table="conferences", accounts="all", numPartitions=4))
    assert len(found) == 4
    assert len(lists(world)) == 1


def test_filters_reach_twilio(world: Sandbox, source: Source) -> None:
    """The planner that SQLite's filters go through has Spark's: status and days are in every request."""
    first = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=20)
    filters = [
        EqualTo(("Status",), "completed"),
        GreaterThanOrEqual(("DateCreated",), first),
        LessThan(("DateCreated",), first + timedelta(days=2)),
    ]
    world.clear()
    found = rows(source(world, table="conferences"), filters)
    assert {row["DateCreated"].date() for row in found} == {first.date(), first.date() + timedelta(days=1)}
    assert {row["Status"] for row in found} == {"completed"}
    sent = {("Status", "completed"), ("DateCreated>", f"{first:%Y-%m-%d}")}
    assert all(sent < set(query) for query in lists(world))
    assert len(lists(world)) == 2


def test_lists_without_an_account_are_asked_for_the_subaccounts(world: Sandbox, source: Source) -> None:
    """Voice Insights has the account in an input, not in its path."""
    world.clear()
    rows(source(world, table="conference_summaries", accounts=",".join(ACCOUNTS[:3])))
    assert {dict(query).get("Subaccount") for query in lists(world)} == {None, *ACCOUNTS[1:3]}


@pytest.mark.parametrize("table", sorted(OWN))
def test_what_twilio_lists_for_one_account_only(world: Sandbox, source: Source, table: str) -> None:
    """With other accounts it is an error: their rows would be missing."""
    with pytest.raises(ProgrammingError, match=f"{table}: Twilio has no list of it for {ACCOUNTS[2]}, only for"):
        rows(source(world, table=table, accounts=ACCOUNTS[2]))


def test_calls_that_wait_come_once(source: Source) -> None:
    """A call without a StartTime is in no day's list; the newest partition has it, unless the filter leaves it out."""
    with Sandbox(conferences=300, participants=2, over=1.0, days=30, calls_per_second=0.001) as sandbox:
        login = {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
        with twsql.connect(**login) as connection:
            for number in range(3):
                connection.execute(
                    "SELECT CallSid FROM AddParticipants('room', '+15005550006', ?)", (f"+1202555010{number}",)
                ).fetchall()
            expected = Counter(sid for (sid,) in connection.execute("SELECT Sid FROM calls"))
        found = rows(source(sandbox, table="calls"))
        assert sum(row["StartTime"] is None for row in found) >= 2
        assert Counter(row["Sid"] for row in found) == expected
        assert rows(source(sandbox, table="calls"), [EqualTo(("Status",), "ringing")]) is not None


def test_messages_that_wait_are_there(source: Source) -> None:
    """Twilio has no filter for messages without a DateSent, so the list is not cut into days without a bound."""
    with Sandbox(messages=300, days=30, deliver_after=3600.0) as sandbox:
        login = {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
        with twsql.connect(**login) as connection:
            sent = connection.execute("SELECT Sid FROM SendMessage('+15005550006', '+12025550100', 'hi')").fetchall()
        found = rows(source(sandbox, table="messages", page_size=50))
        assert len(found) == 301
        assert [(row["Sid"],) for row in found if row["DateSent"] is None] == sent


def test_participants_of_some_conferences(world: Sandbox, source: Source) -> None:
    """An IN of conferences costs a request each, and none to find the conferences."""
    open_ones = [one.sid for one in world.conferences() if one.status == "in-progress"][:12]
    world.clear()
    found = rows(source(world, table="participants"), [In(("ConferenceSid",), tuple(open_ones))])
    assert Counter(row["ConferenceSid"] for row in found) == dict.fromkeys(open_ones, 2)
    assert len(lists(world)) == len(open_ones)


def test_hidden_columns_are_read_if_named(world: Sandbox, source: Source) -> None:
    """A schema of one's own has the columns that it names, a hidden one too, and any as a string."""
    found = rows(source(world, table="participants"), schema=struct(FriendlyName=str, Muted=str, Hold=bool))
    assert all(row["FriendlyName"] and row["Muted"] == "0" and row["Hold"] is False for row in found)
    assert len(found) == 140


def test_a_conference_that_ends_meanwhile_comes_once(source: Source) -> None:
    """Conferences that move on to another status while the job reads are there, each once."""
    with Sandbox(conferences=600, participants=1, over=0.0, days=30, latency=0.01) as sandbox:
        reader, found = partitions(source(sandbox, table="conferences", page_size=20))
        open_ones = [one.sid for one in sandbox.conferences()]
        with twsql.connect(
            base_url=sandbox.base_url, account_sid=sandbox.account_sid, auth_token=sandbox.auth_token
        ) as connection:

            def end() -> None:
                for sid in open_ones[::3]:
                    connection.execute("SELECT Status FROM EndConference(?)", (sid,)).fetchall()

            ending = threading.Thread(target=end)
            ending.start()
            sids = [s for each in found for batch in reader.read(each) for s in batch.column("Sid").to_pylist()]
            ending.join()
    assert sorted(sids) == sorted(open_ones)


def test_requests_under_way_are_shared(source: Source) -> None:
    """All partitions at once have no more requests under way than max_in_flight, over all accounts."""
    with Sandbox(conferences=60, participants=1, over=0.5, days=30, subaccounts=6) as sandbox:
        made = source(sandbox, table="participants", accounts="all", max_in_flight=6, numPartitions=2)
        reader, found = partitions(made)
        sandbox.clear()
        tasks = [threading.Thread(target=lambda each=each: [*reader.read(each)]) for each in found]
        with together(sandbox, 4, path="Participants"):
            for task in tasks:
                task.start()
            for task in tasks:
                task.join()
        assert len(found) == 2
        assert sandbox.counters.peak <= 6


def test_accounts_share_connections(source: Source) -> None:
    """A task that reads many accounts has no more sockets than requests under way."""
    with Sandbox(conferences=1, subaccounts=60) as sandbox:
        made = source(sandbox, table="conferences", accounts="all", numPartitions=1, max_in_flight=2)
        reader, found = partitions(made)
        before, most = len(os.listdir("/proc/self/fd")), 0
        for _ in reader.read(found[0]):
            most = max(most, len(os.listdir("/proc/self/fd")))
        assert most - before < 12  # the sandbox has the other ends of two, and some of before


def test_closing_early_ends_the_reading(source: Source) -> None:
    """A task that Spark stops (a LIMIT) asks for little more."""
    with Sandbox(conferences=9000, over=1.0, days=30) as sandbox:
        reader, found = partitions(source(sandbox, table="conferences", page_size=50, numPartitions=1))
        sandbox.clear()
        batches = reader.read(found[0])
        next(batches)
        batches.close()
        for thread in threading.enumerate():
            if thread.name == "twsql-piece":
                thread.join()
        assert sandbox.counters.requests < 2 * columns.BATCH / 50


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "no table: .option('table', …) is one of conferences"),
        ({"table": "calsl"}, "there is no table 'calsl'"),
        ({"tabel": "conferences"}, "there is no option 'tabel', did you mean table?"),
        ({"table": "conferences", "accounts": "AC1"}, "accounts must be all, or account SIDs"),
        ({"table": "conferences", "numPartitions": "0"}, "numPartitions must be a whole number from 1 to"),
        ({"table": "conferences", "sandbox": "1"}, "each executor would have a sandbox of its own"),
        ({"table": "conferences", "onError": "x"}, "onError must be fail"),
        ({"table": "conferences", "timeout": "x"}, "timeout (TWSQL_TIMEOUT) must be a positive number"),
    ],
)
def test_wrong_options(world: Sandbox, source: Source, options: dict[str, str], words: str) -> None:
    """What is wrong with an option is said before anything is sent."""
    world.clear()
    with pytest.raises(ProgrammingError, match=re.escape(words)):
        source(world, **options).schema()
    assert world.counters.requests == 0


def test_no_credentials(world: Sandbox, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks take the credentials of their own environment; without any the error says what to set."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", world.auth_token)
    made = source(world, table="conferences", numPartitions=1)
    del made.options["auth_token"]
    reader, found = partitions(made)
    assert world.auth_token.encode() not in cloudpickle.dumps((reader, found))
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    own = source(world, table="sys_tables")
    own.options = {"table": "sys_tables"}
    assert len(rows(own)) > 10
    with pytest.raises(SettingError, match="no auth token: pass auth_token or set TWILIO_AUTH_TOKEN"):
        next(reader.read(found[0]))


def test_a_schema_that_cannot_be(world: Sandbox, source: Source) -> None:
    """An unknown column, or a type that a column is not, is an error before anything is sent."""
    made = source(world, table="conferences")
    for schema, words in ((struct(Name=str), "has no column Name"), (struct(Sid=int), "Sid can be read as string$")):
        with pytest.raises(ProgrammingError, match=words):
            made.reader(schema)
