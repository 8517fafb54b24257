"""A Spark session of the benchmarks, with twsql's data source."""

from __future__ import annotations

from typing import Any

_CONF = {"driver.memory": "1g", "driver.host": "127.0.0.1", "ui.enabled": "false", "ui.showConsoleProgress": "false"}


def started(master: str, conf: dict[str, str]) -> Any:
    """Start Spark; `conf` has further settings, without the `spark.` before them."""
    from pyspark.sql import SparkSession

    import twsql.spark

    builder = SparkSession.builder.master(master)
    for name, value in (_CONF | conf).items():
        builder = builder.config(f"spark.{name}", value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    made.dataSource.register(twsql.spark.TwilioDataSource)
    return made
