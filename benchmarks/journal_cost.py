"""What the journal costs: 1,000 calls by IN with 50 ms latency, on record in a file, beside in memory and PostgreSQL.

python benchmarks/journal_cost.py [--calls 1000] [--latency 0.05] [--rounds 5] [--postgres]

--postgres starts a PostgreSQL of its own on 127.0.0.1, which writes to the disk as it always does (fsync is on).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import twsql
from postgres_cluster import Cluster, running
from twsql.sandbox import Sandbox

IN_FLIGHT = 48
_SQL = """
    SELECT count(CallSid) FROM AddParticipants WHERE ConferenceSid = 'room' AND "From" = '+15005550006' AND "To" IN
      (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
       SELECT '+1555' || (1000000 + n) FROM n)
    """


def main() -> None:
    """Take turns with both, print seconds and their ratio beside the least that the latency allows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    seconds: dict[str, list[float]] = {":memory:": [], "file": []}
    with tempfile.TemporaryDirectory() as folder, running() if given.postgres else nullcontext() as cluster:
        for number in range(given.rounds):
            for name, where in _journals(Path(folder) / f"{number}.db", cluster).items():
                seconds.setdefault(name, []).append(_run(where, given.calls, given.latency))
    median = {name: statistics.median(each) for name, each in seconds.items()}
    print(
        f"{given.calls} calls, {given.latency * 1000:.0f} ms latency, {IN_FLIGHT} at a time; median of {given.rounds}"
    )
    print(
        f"least {given.calls * given.latency / IN_FLIGHT:.2f} s",
        *(f"{n} {s:.2f} s" for n, s in median.items()),
        sep=", ",
    )
    print(f"file is {median['file'] / median[':memory:']:.2f} times :memory:", end="")
    print(f", PostgreSQL {median['PostgreSQL'] / median['file']:.2f} times file" if given.postgres else "")


def _journals(file: Path, cluster: Cluster | None) -> dict[str, str]:
    """The journals of one round."""
    known = {":memory:": ":memory:", "file": str(file)}
    return {**known, "PostgreSQL": f"{cluster.keywords} dbname=postgres"} if cluster else known


def _run(journal: str, calls: int, latency: float) -> float:
    with Sandbox(latency=latency, log=0) as sandbox:
        connection = twsql.connect(
            base_url=sandbox.base_url,
            account_sid=sandbox.account_sid,
            auth_token=sandbox.auth_token,
            journal=journal,
            max_calls=calls,
            max_in_flight=IN_FLIGHT,
        )
        connection.execute(_SQL.replace("'room'", "'warm'"), (1,)).fetchall()
        began = time.monotonic()
        # A conference has room for 250.
        sql = _SQL.replace("ConferenceSid = 'room'", "MaxParticipants = 250 AND ConferenceSid IN ('a', 'b', 'c', 'd')")
        rows = connection.execute(sql, (calls // 4,)).fetchall()
        seconds = time.monotonic() - began
        if rows != [(calls // 4 * 4,)]:
            raise RuntimeError(f"not all were placed: {rows}")
        connection.close()
    return seconds


if __name__ == "__main__":
    main()
