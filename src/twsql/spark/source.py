"""The data source: what Spark asks it, and who answers."""

from __future__ import annotations

from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceStreamReader, DataSourceWriter
from pyspark.sql.types import StructType

from twsql.spark import options
from twsql.spark.columns import schema
from twsql.spark.reader import TwilioReader
from twsql.spark.reading import table_named
from twsql.spark.stream import TwilioStreamReader
from twsql.spark.writer import TwilioWriter


class TwilioDataSource(DataSource):
    """Twilio's tables and procedures, as `spark.read.format("twilio")` and `df.write.format("twilio")`."""

    @classmethod
    def name(cls) -> str:
        """The format's name."""
        return "twilio"

    def schema(self) -> StructType:
        """The columns of the option `table`."""
        return schema(table_named(options.read(self.options).table))

    def reader(self, schema: StructType) -> DataSourceReader:
        """Read the table."""
        return TwilioReader(options.read(self.options), schema)

    def streamReader(self, schema: StructType) -> DataSourceStreamReader:
        """Follow what has ended of the table."""
        return TwilioStreamReader(options.read(self.options), schema)

    def writer(self, schema: StructType, overwrite: bool) -> DataSourceWriter:
        """Run the procedure of the option `procedure`."""
        return TwilioWriter(options.read(self.options), schema, overwrite=overwrite)
