"""Twilio as a data source of Apache Spark: tables to read and to follow, calls to place, from a cluster.

    spark.dataSource.register(twsql.spark.TwilioDataSource)
    spark.read.format("twilio").option("table", "conferences").load()

See docs/spark.md. Executors import this package: twsql must be installed wherever Spark's Python workers run.
"""

from __future__ import annotations

try:
    from twsql.spark.source import TwilioDataSource
except ImportError as error:
    if (error.name or "").startswith("twsql"):
        raise
    raise ImportError(f"twsql.spark needs {error.name}: pip install 'twsql[spark]'") from error

__all__ = ["TwilioDataSource"]
