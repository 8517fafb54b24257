"""The fault campaign: calls driven from SQL while answers get lost and the client is killed, again and again.

    python benchmarks/faults.py [--calls 10000] [--kills 20] [--seed 1] [--clients twsql,official-sync,official-async]

Ten of a hundred requests of any kind are hit by a fault: 429, 500 before or after the deed, a reset before or after it,
an answer that comes too late, one that is garbage. The client is killed with SIGKILL at random moments and run again.
Exit status 1 if twsql has not placed each call exactly once, or its journal does not agree with the sandbox.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count
from pathlib import Path

import apsw

from fault_clients import CLIENTS
from twsql.sandbox import Sandbox
from twsql.sandbox.sids import chance

FAULTS = ("429", "500-before", "500-after", "reset-before", "reset-after", "timeout-after", "garbage-after")
SHARE = 0.1
_LATENCY = 0.002
_LONGEST = 900
"""Seconds for one run of a client."""


@dataclass(frozen=True)
class Outcome:
    """What a campaign has led to; `unknown` are calls that were placed and whose SID the client does not have."""

    client: str
    seconds: float
    runs: int
    requests: int
    hit: int
    placed: int
    twice: int
    never: int
    unknown: int
    wrong: int

    @property
    def is_exact(self) -> bool:
        """Whether each call was placed once, and is on record as what it is."""
        return not (self.twice or self.never or self.unknown or self.wrong)


def main() -> int:
    """Run the campaigns, print what came of them."""
    arguments = _arguments()
    print(
        f"{arguments.calls} calls, seed {arguments.seed}, {arguments.kills} kills, {SHARE:.0%} of requests hit;"
        f" {os.cpu_count()} cores, Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()},"
        f" twilio {version('twilio')}"
    )
    print(f"{'client':16}{'seconds':>9}{'runs':>6}{'requests':>10}{'hit':>7}{'placed':>8}", end="")
    print(f"{'twice':>7}{'never':>7}{'unknown':>9}{'wrong':>7}")
    status = 0
    for client in arguments.clients.split(","):
        o = campaign(client, arguments.calls, arguments.kills, arguments.seed)
        print(f"{o.client:16}{o.seconds:9.1f}{o.runs:6}{o.requests:10}{o.hit:7}{o.placed:8}", end="")
        print(f"{o.twice:7}{o.never:7}{o.unknown:9}{o.wrong:7}", flush=True)
        status |= client == "twsql" and not o.is_exact
    return status


def campaign(client: str, calls: int, kills: int, seed: int) -> Outcome:
    """Drive one client through all calls, faults and kills; a last run ends the campaign."""
    dice = (chance(seed, number) for number in count())
    moments = sorted(int(next(dice) * calls) for _ in range(kills))
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(seed=seed, latency=_LATENCY, answer_after=0.0, log=0) as sandbox,
    ):
        folder = Path(name)
        _write_contacts(folder, calls, dice)
        faults = [sandbox.fail(kind, probability=SHARE / len(FAULTS), seconds=2.0) for kind in FAULTS]
        began = time.monotonic()
        for moment in moments:
            with _start(client, folder, sandbox) as process:
                _wait_for(sandbox, moment, process)
                time.sleep(next(dice) * 0.05)
                process.kill()
        runs = kills + _until_done(client, folder, sandbox)
        seconds = time.monotonic() - began
        counters = sandbox.counters
        return Outcome(
            client,
            seconds,
            runs,
            counters.requests,
            sum(fault.hits for fault in faults),
            counters.placed,
            **_compare(folder, sandbox, calls, client),
        )


def _write_contacts(folder: Path, calls: int, dice: Iterator[float]) -> None:
    """Half of the calls end after a second, and their labels are free again then."""
    with sqlite3.connect(folder / "contacts.db") as db:
        db.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, room TEXT, number TEXT, seconds INTEGER)")
        rows = ((f"room {number % (calls // 100 + 1)}", f"+1555{number:07}") for number in range(calls))
        db.executemany(
            "INSERT INTO contacts (room, number, seconds) VALUES (?, ?, ?)",
            ((*row, 1 if next(dice) < 0.5 else 3600) for row in rows),
        )


def _start(client: str, folder: Path, sandbox: Sandbox) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("fault_clients.py")
    command = [sys.executable, str(script), client, str(folder), sandbox.base_url]
    login = (sandbox.account_sid, sandbox.auth_token)
    return subprocess.Popen([*command, *login], stderr=(folder / "errors").open("ab"))


def _wait_for(sandbox: Sandbox, placed: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until so many calls have been placed, or the client is done."""
    until = time.monotonic() + _LONGEST
    while sandbox.counters.placed < placed and process.poll() is None:
        if time.monotonic() > until:
            process.kill()
            raise TimeoutError(f"no {placed} calls in {_LONGEST} s")
        time.sleep(0.02)


def _until_done(client: str, folder: Path, sandbox: Sandbox) -> int:
    """Run until a run has nothing left to do; how many runs that took."""
    for run in range(1, 20):
        before = sandbox.counters.requests
        with _start(client, folder, sandbox) as process:
            if process.wait(_LONGEST) != 0:
                raise RuntimeError((folder / "errors").read_text()[-2000:])
        if sandbox.counters.requests == before:
            return run
    return run


def _compare(folder: Path, sandbox: Sandbox, calls: int, client: str) -> dict[str, int]:
    """Compare what the sandbox has placed with what the client has on record, call by call."""
    placed: dict[str, list[str]] = {}
    for call in sandbox.calls():
        placed.setdefault(call.to, []).append(call.sid)
    known = _journal(folder) if client == "twsql" else _record(folder)
    sids = [sid for of_one in placed.values() for sid in of_one]
    return {
        "twice": sum(len(of_one) - 1 for of_one in placed.values()),
        "never": calls - len(placed),
        "unknown": len(set(sids) - set(known.values())),
        "wrong": sum(sid not in placed.get(number, ()) for number, sid in known.items()) + _double(known),
    }


def _double(known: dict[str, str]) -> int:
    return sum(times - 1 for times in Counter(known.values()).values())


def _journal(folder: Path) -> dict[str, str]:
    """The SID that the journal has for each number; an entry that is not placed has none."""
    with sqlite3.connect(folder / "contacts.db") as db:
        db.execute("ATTACH ? AS journal", (str(folder / "journal.db"),))
        rows = db.execute(
            "SELECT number, CASE state WHEN 'placed' THEN call_sid ELSE state || j.id END"
            " FROM journal.calls j JOIN contacts c ON j.request_key = 'spring-' || c.id AND j.called = c.number"
        )
        return dict(rows.fetchall())


def _record(folder: Path) -> dict[str, str]:
    return dict(line.split(",") for line in (folder / "record.csv").read_text().splitlines())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", default=",".join(CLIENTS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
