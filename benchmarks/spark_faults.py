"""Calls placed by a Spark job whose Python workers are killed: twsql beside foreachPartition with the official client.

    python benchmarks/postgres_cluster.py python benchmarks/spark_faults.py --calls 400 --kills 4

Each client has a Twilio and a job of its own: the same rows in eight partitions, on `local[2]`, each task tried five
times. Whenever a share of the calls is placed, all Python workers are killed; Spark runs their tasks again. It prints
how many calls were placed twice and never, and exits with 1 if twsql placed any twice or missed one. It ends after ten
minutes at most. Needs twsql[spark], twsql[postgres], the official client and Java 17.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import spark_session
from spark.processes import kill_workers
from twsql.sandbox import Sandbox

FROM = "+15005550006"
PARTITIONS, TRIES, LONGEST = 8, 5, 280.0
COLUMNS = ("RequestKey", "ConferenceSid", "From", "To")


def session() -> Any:
    """A small Spark."""
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "TWILIO_ACCOUNT_SID": Sandbox.account_sid}
    os.environ["TWILIO_AUTH_TOKEN"] = Sandbox.auth_token
    return spark_session.started(f"local[2, {TRIES}]", {})


def people(spark: Any, count: int) -> Any:
    """Whom to call."""
    rows = [(f"key-{each}", f"room-{each % 20}", FROM, f"+1202555{each:04}") for each in range(count)]
    return spark.createDataFrame(rows, [*COLUMNS]).repartition(PARTITIONS)


def by_twsql(frame: Any, sandbox: Sandbox, journal: str) -> None:
    """Write them as calls, with a journal that all tasks share."""
    options = {"procedure": "AddParticipants", "journal": journal, "base_url": sandbox.base_url, "recovery_grace": "1"}
    frame.write.format("twilio").options(**options).mode("append").save()


def by_official_client(frame: Any, sandbox: Sandbox, journal: str) -> None:
    """Call each row of a partition, one after the other."""
    url, account, token = sandbox.base_url, sandbox.account_sid, sandbox.auth_token

    def call(rows: Iterator[Any]) -> None:
        from twilio.rest import Client

        client = Client(account, token)
        client.api.base_url = url
        for row in rows:
            client.conferences(row.ConferenceSid).participants.create(from_=row.From, to=row.To)

    frame.foreachPartition(call)


Client = Callable[[Any, Sandbox, str], None]
CLIENTS: dict[str, Client] = {
    "twsql": by_twsql,
    "foreachPartition, official client": by_official_client,
}


def attacked(spark: Any, sandbox: Sandbox, calls: int, kills: int, job: Callable[[], None]) -> tuple[int, str]:
    """Run a job, and kill the Python workers at each share of its calls; gives how often, and how the job ended."""
    ended: list[str] = []

    def run() -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 a job that Spark gives up is a result
            ended.append(" ".join(str(error).split())[:200])
        else:
            ended.append("done")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    killed, end = 0, time.monotonic() + LONGEST
    while thread.is_alive() and time.monotonic() < end:
        share = calls * (killed + 1) // (kills + 1)
        if killed < kills and len(sandbox.counters.placed_by) >= share and kill_workers(spark):
            killed += 1
        thread.join(0.05)
    return killed, ended[0] if ended else "did not end"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--kills", type=int, default=4, help="fewer than the five tries of a task")
    given = parser.parse_args()
    journal = "postgresql://postgres@{host}:{port}/postgres".format(
        **dict(each.split("=") for each in os.environ["TEST_TWSQL_POSTGRES"].split() if not each.startswith("user"))
    )
    spark, wrong = session(), False
    print("| client | calls | kills | placed twice | never | job | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | --- | ---: |")
    try:
        for name, client in CLIENTS.items():
            with Sandbox(latency=0.05) as sandbox:
                begun = time.perf_counter()

                def job(client: Client = client, sandbox: Sandbox = sandbox) -> None:
                    client(people(spark, given.calls), sandbox, journal)  # Spark knows formats where a frame is made

                killed, ended = attacked(spark, sandbox, given.calls, given.kills, job)
                seconds = time.perf_counter() - begun
                placed = Counter(call.to for call in sandbox.calls())
            twice, never = sum(each > 1 for each in placed.values()), given.calls - len(placed)
            wrong |= name == "twsql" and bool(twice or never)
            print(f"| {name} | {given.calls} | {killed} | {twice} | {never} | {ended} | {seconds:.0f} |", flush=True)
    finally:
        spark.stop()
    sys.exit(wrong)


if __name__ == "__main__":
    main()
