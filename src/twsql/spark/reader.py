"""Reads a table for Spark: plans the partitions on the driver, reads each of them in a task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql.datasource import DataSourceReader, Filter, InputPartition
from pyspark.sql.types import StructType

from twsql.schema import Table
from twsql.schema.where import Where
from twsql.spark import filters, reading
from twsql.spark.columns import readers
from twsql.spark.options import Options
from twsql.spark.partitions import Pieces, packed
from twsql.spark.pieces import pieces, rows


class _PushFilters:
    """`pushFilters` of a reader, for either value of `spark.sql.python.filterPushdown.enabled`.

    The default is false, and Spark then refuses a reader whose `pushFilters` is not the inherited one. It compares
    `__func__`; this one has the inherited, which Spark does not call while filters are not pushed.
    """

    __func__ = staticmethod(DataSourceReader.pushFilters)

    def __init__(self, reader: TwilioReader) -> None:
        self._reader = reader

    def __call__(self, filters: list[Filter]) -> Iterable[Filter]:
        return self._reader.take(filters)


class TwilioReader(DataSourceReader):
    """Reads the rows of a table. Spark pickles it for the tasks, with the options, and shows none of it."""

    def __init__(self, options: Options, schema: StructType) -> None:
        self._options = options
        self._schema = schema
        self._filters: list[Filter] = []
        readers(reading.table_named(options.table), schema)  # a wrong schema is an error here, not in every task

    @property
    def pushFilters(self) -> _PushFilters:
        """Takes Spark's filters, if Spark is set to push them."""
        return _PushFilters(self)

    def take(self, given: list[Filter]) -> list[Filter]:
        """Remember the filters, and give all back: Spark checks every row once more, as SQLite does."""
        self._filters = given
        return given

    def partitions(self) -> Sequence[InputPartition]:
        """Cut the table into partitions; see `pieces`, which sends a few requests."""
        table = reading.table_named(self._options.table)
        where = self._where(table)
        accounts = reading.accounts_of(self._options, table)
        settings, most = self._options.settings(), self._options.partitions
        with reading.clients(settings, accounts) as made:
            found = pieces(table, where, made, min(most, settings.max_in_flight), self._options.own)
        return packed(found, most, settings.max_in_flight)

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a partition, in a task."""
        if isinstance(partition, Pieces):
            table = reading.table_named(self._options.table)
            where, own = self._where(table), self._options.own
            yield from reading.read(
                self._options, self._schema, partition, lambda piece, client: rows(table, where, piece, client, own)
            )

    def _where(self, table: Table) -> Where:
        """Spark pickles the reader after `pushFilters` and before `partitions`, so tasks plan anew."""
        return filters.where(table, self._schema, self._filters)
