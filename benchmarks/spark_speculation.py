"""Calls placed by a Spark job with speculative execution: a second task runs the rows of a slow one beside it.

    python benchmarks/postgres_cluster.py python benchmarks/spark_speculation.py

Spark never speculates in local mode, and never on the host of the first attempt, which rules out local-cluster. So this
starts a master and two workers, which call themselves 127.0.0.1 and 127.0.0.2. One partition has many rows and the
others few, so that Spark runs that one twice.
It prints how many tasks were speculative and how many calls were placed twice or never, and exits with 1 if any was,
or if Spark has not speculated. Needs twsql[spark], twsql[postgres] and Java 17.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import spark_session
from twsql.sandbox import Sandbox

FROM = "+15005550006"
COLUMNS = "RequestKey string, ConferenceSid string, `From` string, `To` string"
PARTITIONS, FEW, MANY = 6, 3, 150


@contextmanager
def cluster(folder: str) -> Iterator[str]:
    """A master and two workers of one core each; gives the master's address."""
    import pyspark

    home = Path(pyspark.__file__).parent
    os.environ |= {"SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    address = f"spark://127.0.0.1:{port}"
    commands = [["master.Master", "--host", "127.0.0.1", "--port", port]]
    for host in ("127.0.0.1", "127.0.0.2"):
        commands += [["worker.Worker", "--host", host, "--cores", "1", "--memory", "1g", "--work-dir", folder, address]]
    with (Path(folder) / "log").open("wb") as log:
        started = [
            subprocess.Popen(
                [home / "bin" / "spark-class", f"org.apache.spark.deploy.{name}", "--webui-port", "0", *rest],
                stdout=log,
                stderr=log,
            )
            for name, *rest in commands
        ]
        try:
            yield address
        finally:
            for each in started:
                each.terminate()
                each.wait()


def session(master: str, events: str) -> Any:
    """A Spark with two executors, which looks for slow tasks ten times a second."""
    login = {"TWILIO_ACCOUNT_SID": Sandbox.account_sid, "TWILIO_AUTH_TOKEN": Sandbox.auth_token}
    os.environ |= login
    conf = {
        "executor.memory": "512m",
        "speculation": "true",
        "speculation.quantile": "0.3",
        "speculation.multiplier": "1.2",
        "speculation.efficiency.enabled": "false",
        "executor.cores": "1",
        "eventLog.enabled": "true",
        "eventLog.compress": "false",
        "eventLog.dir": events,
        **{f"executorEnv.{name}": value for name, value in login.items()},
    }
    return spark_session.started(master, conf)


def write(spark: Any, sandbox: Sandbox, journal: str) -> int:
    """Write the rows as calls, one at a time in each task; gives how many rows there are."""
    rows = [
        (place, (f"key-{place}-{each}", f"room-{place}", FROM, f"+120255{place * 1000 + each:05}"))
        for place in range(PARTITIONS)
        for each in range(FEW if place else MANY)
    ]
    parts = spark.sparkContext.parallelize(rows, 1).partitionBy(PARTITIONS, int).values()
    options = {"procedure": "AddParticipants", "journal": journal, "base_url": sandbox.base_url, "max_in_flight": "1"}
    spark.createDataFrame(parts, COLUMNS).write.format("twilio").options(**options).mode("append").save()
    return len(rows)


def speculative(events: str) -> Counter[str]:
    """How the speculative tasks of a session ended."""
    lines = (line for log in Path(events).rglob("*") if log.is_file() for line in log.read_text().splitlines())
    ends = [json.loads(line) for line in lines if '"SparkListenerTaskEnd"' in line]
    return Counter(end["Task End Reason"]["Reason"] for end in ends if end["Task Info"]["Speculative"])


def main() -> int:
    """Print what came of it."""
    journal = "postgresql://postgres@{host}:{port}/postgres".format(
        **dict(each.split("=") for each in os.environ["TEST_TWSQL_POSTGRES"].split() if not each.startswith("user"))
    )
    with tempfile.TemporaryDirectory() as folder, cluster(folder) as master, Sandbox(latency=0.05) as sandbox:
        events = str(Path(folder) / "events")
        Path(events).mkdir()
        spark = session(master, events)
        try:
            began = time.perf_counter()
            calls = write(spark, sandbox, journal)
            seconds = time.perf_counter() - began
        finally:
            spark.stop()
        tasks, placed = speculative(events), Counter(call.to for call in sandbox.calls())
    twice, never = sum(each > 1 for each in placed.values()), calls - len(placed)
    print(f"{calls} calls in {seconds:.0f} s; placed twice {twice}, never {never}; speculative tasks {dict(tasks)}")
    return int(bool(twice or never or not tasks))


if __name__ == "__main__":
    sys.exit(main())
