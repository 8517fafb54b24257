"""Measures joins with calls, recordings and call events, and a year's calls and messages, beside Twilio's own client.

python benchmarks/resources.py                    everything, some two minutes
python benchmarks/resources.py --only calls       one part

The official client asks for one thing after the other. For the joins it runs on a tenth of the rows, and its time is
taken ten times.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from served import Server, served

LATENCY, CEILING, TENTH = 0.05, 100, 10
LISTS = {
    "calls": "SELECT * FROM calls",
    "messages": "SELECT * FROM messages",
    "messages with a DateSent": "SELECT * FROM messages WHERE DateSent > ''",
}
JOINS = {
    "conferences JOIN recordings": "SELECT * FROM conferences c JOIN recordings r ON r.ConferenceSid = c.Sid",
    "participants JOIN calls": "SELECT * FROM participants p JOIN calls c ON c.Sid = p.CallSid",
    "calls JOIN call_events": "SELECT * FROM calls c JOIN call_events e ON e.CallSid = c.Sid",
}
WORLDS: dict[str, dict[str, Any]] = {
    "conferences JOIN recordings": {"conferences": 1000, "participants": 1, "recordings": 10, "over": 0.5},
    "participants JOIN calls": {"conferences": 1000, "participants": 5, "over": 0},
    "calls JOIN call_events": {"conferences": 200, "participants": 5, "over": 1},
    "calls": {"conferences": 10_000, "participants": 5, "over": 1},
    "messages": {"conferences": 0, "messages": 50_000, "days": 365},
    "messages with a DateSent": {"conferences": 0, "messages": 50_000, "days": 365},
}
WANTED = {"calls": 3.0, "messages": 1.0, "messages with a DateSent": 3.0}
"""How many times as fast as the official client; joins 30 times. All messages are read page by page, as it does."""


def twsql(sql: str) -> int:
    """Run a statement; gives how many rows it has."""
    import apsw

    from twsql.hosts.apsw import register

    db = apsw.Connection(":memory:")
    register(db, base_url=os.environ["SERVER"], account_sid=os.environ["ACCOUNT"], auth_token=os.environ["TOKEN"])
    return sum(1 for _ in db.execute(sql))


def official(name: str) -> int:
    """Do the same with Twilio's client, in a join for a tenth of the outer rows."""
    from twilio.rest import Client

    client = Client(os.environ["ACCOUNT"], os.environ["TOKEN"])
    client.api.base_url = os.environ["SERVER"]
    if name in LISTS:
        listed = client.calls if name == "calls" else client.messages
        return sum(1 for _ in listed.stream(page_size=1000))
    if name == "calls JOIN call_events":
        calls = client.calls.list(page_size=1000)[::TENTH]
        return sum(len(client.calls(call.sid).events.list(page_size=1000)) for call in calls)
    statuses = ("init", "in-progress", "completed")
    conferences = [one for status in statuses for one in client.conferences.stream(status=status, page_size=1000)]
    if name == "conferences JOIN recordings":
        some = (client.conferences(one.sid) for one in conferences[::TENTH])
        return sum(len(one.recordings.list(page_size=1000)) for one in some)
    lists = (client.conferences(one.sid).participants.list(page_size=1000) for one in conferences[::TENTH])
    return sum(client.calls(one.call_sid).fetch() is not None for each in lists for one in each)


def measured(client: str, name: str, server: Server) -> dict[str, Any]:
    """Run a client in a process of its own; gives its rows, seconds and requests."""
    server.control("POST", "clear")
    variables = {**server.variables, "SERVER": server.base_url, "ACCOUNT": server.account_sid}
    done = subprocess.run(
        [sys.executable, __file__, "--client", client, name],
        env={**variables, "TOKEN": server.auth_token},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=900,
    )
    return {**json.loads(done.stdout), "requests": server.control("GET", "counters")["requests"]}


def compared(name: str, server: Server) -> bool:
    """Measure a part with both clients, and say whether the ratio is as wanted."""
    _fill(server, **WORLDS[name])
    ours, theirs = measured("twsql", name, server), measured("official", name, server)
    times = TENTH if name in JOINS else 1
    ratio = theirs["seconds"] * times / ours["seconds"]
    wanted = WANTED.get(name, 30.0)
    print(
        f"{name:28} twsql {ours['seconds']:6.2f} s (CPU {ours['cpu']:.2f} s) {ours['requests']:6,} requests"
        f" {ours['rows']:7,} rows; official client {theirs['seconds'] * times:6.1f} s"
        f" (CPU {theirs['cpu'] * times:.1f} s): {ratio:.1f} times, wanted {wanted:g}"
    )
    return ratio >= wanted


def _fill(server: Server, **world: Any) -> None:
    server.control("POST", "settings", latency=LATENCY, **world)
    server.control("POST", "reset")


def _client(client: str, name: str) -> None:
    importlib.import_module("twsql.twilio.client" if client == "twsql" else "twilio.rest")  # not to be measured
    run: Callable[[], int] = (lambda: twsql((JOINS | LISTS)[name])) if client == "twsql" else (lambda: official(name))
    begun, cpu = time.perf_counter(), time.process_time()
    rows = run()
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}))


def main() -> int:
    """Measure what is asked for; 1 if a ratio is less than wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[*WORLDS], default=[*WORLDS])
    parser.add_argument("--client", nargs=2, metavar=("CLIENT", "PART"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.client:
        _client(*arguments.client)
        return 0
    with served(latency=LATENCY, max_concurrent=CEILING) as server:
        enough = [compared(name, server) for name in arguments.only]
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end")
    return 0 if all(enough) else 1


if __name__ == "__main__":
    sys.exit(main())
