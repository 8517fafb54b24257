"""Follows what has ended: conferences, calls and recordings, each row once.

The driver lists the last two days of each account and makes an offset of them, see `offsets`; the tasks read the
accounts that have more rows than the offset before. This is Spark's `DataSourceStreamReader`: with the simple one the
driver would read every row, and hold a batch in its memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
from pyspark.sql.datasource import DataSourceStreamReader, InputPartition
from pyspark.sql.streaming.datasource import ReadLimit, SupportsTriggerAvailableNow
from pyspark.sql.types import StructType

from twsql.errors import SettingError
from twsql.lists.splitting import moment
from twsql.schema import Column, Row, Table, Value
from twsql.schema.where import Where
from twsql.spark import reading
from twsql.spark.columns import readers
from twsql.spark.offsets import Offset, is_between, later, of_json
from twsql.spark.options import Options
from twsql.spark.partitions import Pieces, packed
from twsql.spark.pieces import Piece
from twsql.twilio.client import Client

Listed = Mapping[str, list[tuple[str, str]]]
"""The day and the SID of each row that has ended, by account."""
OVERLAP = timedelta(days=1)
"""How long ago a row may have ended that Twilio lists late."""


@dataclass(frozen=True)
class Followed:
    """A table that can be followed: the column whose days Twilio filters by, and the statuses of what has ended.

    Such a row is listed for the first time on that day, or a day later at most.
    """

    day: str
    ended: tuple[str, ...] = ()

    def where(self, table: Table, first: str) -> Where:
        """The constraints of what has ended from a day on."""
        status = next(column for column in table.columns if column.name == "Status")
        equal: Mapping[str, tuple[Value, ...]] = {"Status": self.ended} if self.ended and status.filter else {}
        return Where(equal=equal, between={self.day: ((">=", first),)})

    def day_of(self, table: Table, row: Row) -> str:
        """The day of a row that has ended; '' for another."""
        if self.ended and row.get("status") not in self.ended:
            return ""
        return moment(_column(table, self.day).json_key, row)[:10]


FOLLOWED = {
    "conferences": Followed("DateUpdated", ("completed",)),
    "calls": Followed("EndTime"),
    "recordings": Followed("DateCreated", ("completed", "absent")),
}
"""The tables that can be followed. A recording lasts a day at most, so it ends within the overlap."""


@dataclass(frozen=True)
class Batch(InputPartition):
    """A task's part of a batch: the pieces to read, and what their accounts had at the offsets before and after."""

    pieces: Pieces
    start: Offset
    end: Offset


class TwilioStreamReader(DataSourceStreamReader, SupportsTriggerAvailableNow):
    """Follows a table. The methods but `read` run on the driver, in one process for the whole query."""

    def __init__(self, options: Options, schema: StructType) -> None:
        self._options = options
        self._schema = schema
        self._available: Listed | None = None
        table = reading.table_named(options.table)
        if table.name not in FOLLOWED:
            raise SettingError(f"{table.name} cannot be followed: {', '.join(FOLLOWED)} can")
        readers(table, schema)

    def initialOffset(self) -> dict[str, Any]:
        """The offset of a query without a checkpoint: nothing of the day `since`, or of today, has been given."""
        return Offset(_day(self._options.since) if self._options.since else _today().isoformat()).as_json()

    def latestOffset(self, start: dict[str, Any], limit: ReadLimit) -> dict[str, Any]:
        """The offset after all that has ended; `start` itself if nothing has."""
        overlap = (_today() - OVERLAP).isoformat()
        listed = self._listed(max(overlap, str(start["first"]))) if self._available is None else self._available
        return later(of_json(start), overlap, listed).as_json()

    def prepareForTriggerAvailableNow(self) -> None:
        """Take note of what there is now: a query with `trigger(availableNow=True)` ends with that."""
        self._available = self._listed((_today() - OVERLAP).isoformat())

    def _listed(self, first: str) -> Listed:
        table = reading.table_named(self._options.table)
        accounts = reading.accounts_of(self._options, table)
        with reading.clients(self._options.settings(), accounts) as made:
            found = made[accounts[0]].prefetch(lambda sid: (sid, [*_ended(table, made[sid], first)]), accounts)
            return dict(found)

    def partitions(self, start: dict[str, Any], end: dict[str, Any]) -> Sequence[InputPartition]:
        """The accounts that have rows between the offsets, packed into partitions."""
        before, after = of_json(start), of_json(end)
        catches_up = before.first < after.first
        pieces = [
            Piece(account, weight=1 + before.new(account, after))
            for account in after.seen
            if catches_up or before.new(account, after)
        ]
        if not pieces:
            return []
        settings = self._options.settings()
        return [
            Batch(each, before.of(accounts), after.of(accounts))
            for each in packed(pieces, self._options.partitions, settings.max_in_flight)
            if (accounts := [piece.account for piece in each.pieces])
        ]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a part of a batch, in a task."""
        if not isinstance(partition, Batch):
            return
        table, start, end = reading.table_named(self._options.table), partition.start, partition.end
        followed = FOLLOWED[table.name]

        def rows(piece: Piece, client: Client) -> Iterator[Row]:
            for row in table.rows(client, followed.where(table, start.first)):
                if is_between(start, end, piece.account, followed.day_of(table, row), str(row["sid"])):
                    yield row

        yield from reading.read(self._options, self._schema, partition.pieces, rows)


def _ended(table: Table, client: Client, first: str) -> Iterator[tuple[str, str]]:
    """Yield the day and the SID of each row that has ended from a day on."""
    followed = FOLLOWED[table.name]
    for row in table.rows(client, followed.where(table, first)):
        if (day := followed.day_of(table, row)) >= first:
            yield day, str(row["sid"])


def _column(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise SettingError("since must be a day, such as 2026-11-01") from error
