"""Reads pieces of a table in one process: a task's, or what the driver needs to know."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import takewhile

import pyarrow as pa
from pyspark.sql.types import StructType

from twsql.catalog import CATALOG
from twsql.errors import ProgrammingError, SettingError
from twsql.schema import Row, Table
from twsql.spark.columns import batches, readers
from twsql.spark.options import Options, of_account
from twsql.spark.partitions import Pieces
from twsql.spark.pieces import Piece, is_of_accounts
from twsql.spark.side_by_side import side_by_side
from twsql.twilio.client import Client
from twsql.twilio.settings import Settings


def table_named(name: str) -> Table:
    """The table of the option `table`. Raises SettingError for none, and for an unknown one."""
    if not name:
        raise SettingError(f"no table: .option('table', …) is one of {_names()}")
    for table in CATALOG.tables:
        if table.name.lower() == name.lower():
            return table
    raise ProgrammingError(f"there is no table {name!r}: there are {_names()}")


def _names() -> str:
    return ", ".join(table.name for table in CATALOG.tables)


@contextmanager
def clients(settings: Settings, accounts: Sequence[str]) -> Iterator[Mapping[str, Client]]:
    """A client for each account; all together have at most `max_in_flight` requests under way, over one pool."""
    own = Client(settings, share=threading.BoundedSemaphore(settings.max_in_flight))
    same = ("", settings.account_sid)
    try:
        yield {sid: own if sid in same else own.of_account(of_account(settings, sid)) for sid in accounts}
    finally:
        own.close()


def accounts_of(options: Options, table: Table) -> tuple[str, ...]:
    """The SIDs of the accounts to read. `all` asks Twilio for the active ones; '' is a table of twsql's own."""
    settings = options.settings()
    if not is_of_accounts(table):
        return (settings.account_sid or "",)
    own = settings.require_credentials()[0]
    if options.accounts != ("all",):
        return options.accounts or (own,)
    with clients(settings, (own,)) as made:
        listed = made[own].pages("/2010-04-01/Accounts.json", "accounts", {"Status": "active"})
        return tuple(str(row["sid"]) for row in listed)


def read(
    options: Options, wanted: StructType, partition: Pieces, rows: Callable[[Piece, Client], Iterator[Row]]
) -> Iterator[pa.RecordBatch]:
    """Yield the `rows` of a partition's pieces as Arrow batches, in any order."""
    table = table_named(options.table)
    columns = readers(table, wanted)
    settings = replace(options.settings(), max_in_flight=partition.share)
    with clients(settings, [*dict.fromkeys(piece.account for piece in partition.pieces)]) as made:

        def work(piece: Piece, stop: threading.Event) -> Iterator[pa.RecordBatch]:
            wanted_rows = takewhile(lambda _: not stop.is_set(), rows(piece, made[piece.account]))
            return batches(table.name, columns, wanted_rows)

        yield from side_by_side([partial(work, piece) for piece in partition.pieces], partition.share)
