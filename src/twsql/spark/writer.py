"""Writes rows to a procedure for Spark: checks on the driver, runs in the tasks, concludes on the driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyspark.sql.datasource import DataSourceArrowWriter, WriterCommitMessage
from pyspark.sql.types import StructType

from twsql.spark import calls
from twsql.spark.options import Options

if TYPE_CHECKING:
    import pyarrow as pa


class TwilioWriter(DataSourceArrowWriter):
    """Runs a procedure for each row: a row is a call."""

    def __init__(self, options: Options, schema: StructType, *, overwrite: bool) -> None:
        self._options = options
        calls.check(options, calls.procedure_named(options.procedure), schema, overwrite=overwrite)

    def write(self, iterator: Iterator[pa.RecordBatch]) -> WriterCommitMessage:
        """Place a partition's calls, in a task."""
        return calls.place(self._options, calls.procedure_named(self._options.procedure), iterator)

    def commit(self, messages: list[WriterCommitMessage | None]) -> None:
        """Conclude the job, when all tasks have succeeded. If one has not, nothing can be undone: see twsql_journal."""
        outcomes = [each for each in messages if isinstance(each, calls.Outcome)]
        calls.conclude(self._options, calls.procedure_named(self._options.procedure), outcomes)
