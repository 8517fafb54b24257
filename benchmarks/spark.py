"""Spark beside one process on the same sandbox: every conference and participant of many subaccounts.

    python benchmarks/spark.py                                     200 subaccounts x 500 conferences x 5 participants
    python benchmarks/spark.py --subaccounts 20 --latency 0.05     less of it, and a Twilio that is farther away

One process reads the accounts with `twsql.connect`, eight at a time in threads; Spark reads them with `local[2]`. Both
have 64 requests under way at most. Each is a process of its own, measured without its imports and the start of the JVM.
It prints a table, the ratio, and where more executors stop helping; it asserts no time. Needs twsql[spark] and Java 17.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import twsql
from served import Server, served
from twsql.sandbox import Sandbox

IN_FLIGHT, AT_A_TIME = 64, 8
WAIT = 0.1
"""Seconds that Twilio takes for a response, for the figures on paper."""
TABLES = ("conferences", "participants")
FIRST = 3
"""The number of the first of the sandbox's further subaccounts."""


def one_process(server: Server, accounts: list[str]) -> tuple[float, dict[str, int]]:
    """Read every account in this process; gives the seconds, and the rows of each table."""
    login = {"api_key": Sandbox.api_key, "api_secret": Sandbox.api_secret, "base_url": server.base_url}

    def read(account: str) -> list[int]:
        with twsql.connect(account_sid=account, max_in_flight=IN_FLIGHT // AT_A_TIME, **login) as connection:
            return [sum(1 for _ in connection.execute(f"SELECT * FROM {table}")) for table in TABLES]

    def run() -> dict[str, int]:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            counts = [*pool.map(read, accounts)]
        return {table: sum(each[place] for each in counts) for place, table in enumerate(TABLES)}

    return timed(server, run, lambda: read(Sandbox.subaccount_sid))


def in_spark(server: Server, accounts: list[str]) -> tuple[float, dict[str, int]]:
    """Read every account with Spark, which makes every column of every row."""
    from pyspark.sql import SparkSession

    import twsql.spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = {"driver.memory": "1g", "driver.host": "127.0.0.1", "ui.enabled": "false", "ui.showConsoleProgress": "false"}
    builder = SparkSession.builder.master("local[2]")
    for name, value in conf.items():
        builder = builder.config(f"spark.{name}", value)
    session = builder.getOrCreate()
    session.dataSource.register(twsql.spark.TwilioDataSource)
    login = {"base_url": server.base_url, "account_sid": Sandbox.account_sid, "auth_token": Sandbox.auth_token}

    def count(table: str, some: list[str]) -> int:
        options = {**login, "table": table, "accounts": ",".join(some), "max_in_flight": IN_FLIGHT, "numPartitions": 2}
        return int(session.read.format("twilio").options(**options).load().count())

    try:
        return timed(
            server,
            lambda: {table: count(table, accounts) for table in TABLES},
            lambda: [count(table, [Sandbox.account_sid, Sandbox.subaccount_sid]) for table in TABLES],
        )
    finally:
        session.stop()


def timed(server: Server, run: Callable[[], dict[str, int]], warm: Callable[[], Any]) -> tuple[float, dict[str, int]]:
    """Run it once everything is loaded; only its requests are counted."""
    warm()
    server.control("POST", "clear")
    begun = time.perf_counter()
    rows = run()
    return time.perf_counter() - begun, rows


CLIENTS = {"one process": one_process, "Spark, local[2]": in_spark}


def measured(server: Server, client: str, subaccounts: int) -> dict[str, Any]:
    """Run a client in a process of its own; gives its seconds, rows and requests."""
    command = [sys.executable, __file__, "--subaccounts", str(subaccounts), "--client", client, server.base_url]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    requests = sum(server.control("GET", "counters")["by_route"].values())
    return {**json.loads(done.stdout.splitlines()[-1]), "requests": requests}


def where_it_ends(one: dict[str, Any], subaccounts: int) -> str:
    """Where more executors stop helping, from what a process handles if it waits for nothing."""
    rate, account = one["requests"] / one["seconds"], IN_FLIGHT / WAIT
    one_account, all_accounts = account / rate, subaccounts * account / rate
    return f"""\
One process handles {rate:,.0f} requests a second here, on one core and what the sandbox leaves.
Twilio limits the requests under way of each account. One that bears {IN_FLIGHT}, and answers in {WAIT:g} s,
gives {account:,.0f} responses a second: that is work for {one_account:.1f} such processes, and more only wait.
{subaccounts} accounts, each with a limit of its own, are work for {all_accounts:,.0f},
if the job's max_in_flight is {subaccounts * IN_FLIGHT:,}."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subaccounts", type=int, default=200)
    parser.add_argument("--conferences", type=int, default=500)
    parser.add_argument("--participants", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--client", nargs=2, metavar=("CLIENT", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        accounts = [f"AC{number:032x}" for number in range(FIRST, FIRST + given.subaccounts)]
        client, base_url = given.client
        seconds, rows = CLIENTS[client](Server(base_url), accounts)
        print(json.dumps({"seconds": seconds, "rows": rows}))
        return
    print(
        f"{given.subaccounts} subaccounts x {given.conferences} conferences, half over, x {given.participants}"
        f" participants, latency {given.latency:g} s\n\n| client | seconds | rows | requests | rows a second |\n"
        "| --- | ---: | ---: | ---: | ---: |"
    )
    found = {}
    seed = {"subaccounts": given.subaccounts, "conferences": given.conferences, "participants": given.participants}
    with served(**seed, latency=given.latency, log=0) as server:
        for client in CLIENTS:
            found[client] = told = measured(server, client, given.subaccounts)
            rows = sum(told["rows"].values())
            print(
                f"| {client} | {told['seconds']:.1f} | {rows:,} | {told['requests']:,} |"
                f" {rows / told['seconds']:,.0f} |",
                flush=True,
            )
    one, spark = found.values()
    if one["rows"] != spark["rows"]:
        raise SystemExit(f"the rows differ: {one['rows']} and {spark['rows']}")
    print(f"\nSpark : one process = {one['seconds'] / spark['seconds']:.2f} (more is faster)\n")
    if not given.latency:
        print(where_it_ends(one, given.subaccounts))


if __name__ == "__main__":
    main()
