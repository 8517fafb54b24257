"""100,000 rows through the loadable extension and through apsw, side by side: rows a second, and memory.

    python benchmarks/loadable.py [--conferences N] [--extension PATH]

The host is Debian's own Python (or any whose sqlite3 can load extensions), in a process of its own; so is apsw's. Both
read the same sandbox. Memory is the resident set, of the worker too, after one scan and after three.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

from twsql.hosts.loadable import loadable_path
from twsql.sandbox import Sandbox

SQL = "SELECT Sid, FriendlyName, Status, DateCreated FROM conferences WHERE Status = 'completed'"
HOST = """
import json, os, sys, time
kind, place, sql = sys.argv[1:]
if kind == "apsw":
    import apsw, twsql
    connection = apsw.Connection(":memory:")
    twsql.register(connection)
else:
    import sqlite3
    connection = sqlite3.connect(":memory:")
    connection.enable_load_extension(True)
    connection.load_extension(place)
def memory():
    found = {}
    for pid in [p for p in os.listdir("/proc") if p.isdigit()]:
        try:
            status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status") if ":" in line)
        except OSError:
            continue
        if int(pid) == os.getpid() or int(status["PPid"]) == os.getpid():
            found["host" if int(pid) == os.getpid() else "worker"] = int(status.get("VmRSS", "0").split()[0]) // 1024
    return found
first = time.perf_counter()
connection.execute("SELECT count(*) FROM sys_tables").fetchall()
start = time.perf_counter() - first
seconds, memories = [], []
for _ in range(3):
    begun = time.perf_counter()
    rows = sum(1 for row in connection.execute(sql))
    seconds.append(time.perf_counter() - begun)
    memories.append(memory())
print(json.dumps({"rows": rows, "start": start, "seconds": seconds, "memories": memories}))
"""


def run(kind: str, python: str, extension: str, environment: dict[str, str]) -> float:
    """Read everything three times in a process of its own, print a line of the table; gives the best rate."""
    command = [python, "-c", HOST, kind, extension, SQL]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment, timeout=600)
    result = json.loads(done.stdout)
    best = min(result["seconds"])
    first, last = (" + ".join(f"{name} {size}" for name, size in each.items()) for each in result["memories"][::2])
    print(f"| {kind} | {result['rows']:,} | {result['rows'] / best:,.0f} | {best:.2f} | {first} MB | {last} MB |")
    return float(result["rows"] / best)


def main() -> None:
    """Print a table and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conferences", type=int, default=100_000)
    parser.add_argument("--extension", default=None)
    parser.add_argument("--python", default="/usr/bin/python3", help="one whose sqlite3 can load extensions")
    arguments = parser.parse_args()
    extension = arguments.extension or loadable_path()
    sandbox = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from twsql.sandbox import Sandbox, serve\n"
            f"serve(Sandbox(conferences={arguments.conferences}, over=1.0), 8099)",
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        time.sleep(2 + arguments.conferences / 20_000)
        environment = {
            **os.environ,
            "TWSQL_BASE_URL": "http://127.0.0.1:8099",
            "TWILIO_ACCOUNT_SID": Sandbox.account_sid,
            "TWILIO_AUTH_TOKEN": Sandbox.auth_token,
        }
        print("| host | rows | rows/s | best s | memory after one | memory after three |")
        print("| --- | ---: | ---: | ---: | --- | --- |")
        through_apsw = run("apsw", sys.executable, "", environment)
        through_extension = run("extension", arguments.python, extension, environment)
        print(f"\nextension : apsw = {through_extension / through_apsw:.2f}")
    finally:
        sandbox.terminate()
        sandbox.wait(10)


if __name__ == "__main__":
    main()
