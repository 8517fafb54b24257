"""The fault campaign: calls driven from SQL while answers get lost and the client is killed, again and again.

    python benchmarks/faults.py [--calls 10000] [--kills 20] [--seed 1] [--attack]
                                [--clients twsql,official-sync,official-async]

Ten of a hundred requests of any kind are hit by a fault: 429, 500 before or after the deed, a reset before or after it,
an answer that comes too late, one that is garbage, half, without a call's SID or a proxy's. At random moments the
client is ended and run again, by turns with SIGKILL and by Ctrl-C. With --attack its clock steps meanwhile, every third
run of twsql goes on in a forked child, and strangers call the same numbers from the same number.

What twsql leaves `unknown` is settled when the faults are over; what is in doubt even then is decided by hand (here
the sandbox knows), and run once more. Exit status 1 if twsql has not placed each call exactly once, has taken a
stranger's call for its own, or its journal does not agree with the sandbox.
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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from itertools import count
from pathlib import Path

import apsw

import fault_attacks
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.sandbox.sids import chance
from wall_clock import WallClock

FAULTS = (
    *("429", "500-before", "500-after", "reset-before", "reset-after", "timeout-after", "garbage-after"),
    *("truncated-after", "no-sid", "proxy-before", "proxy-after"),
)
CLIENTS = ("twsql", "official-sync", "official-async")
SHARE = 0.1
_LATENCY = 0.002
_LONGEST = 900
"""Seconds for one run of a client."""


@dataclass(frozen=True)
class Outcome:
    """What a campaign has led to; `unknown` are calls that were placed and whose SID the client does not have.

    `taken` are strangers' calls that the client has taken for its own, `by_hand` the doubts that a person had to end.
    """

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
    taken: int
    strangers: int
    by_hand: int

    @property
    def is_exact(self) -> bool:
        """Whether each call was placed once, and is on record as what it is."""
        return not (self.twice or self.never or self.unknown or self.wrong or self.taken)


def main() -> int:
    """Run the campaigns, print what came of them."""
    arguments = _arguments()
    print(
        f"{arguments.calls} calls, seed {arguments.seed}, {arguments.kills} kills, {SHARE:.0%} of requests hit;"
        f" {os.cpu_count()} cores, Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()},"
        f" twilio {version('twilio')}"
    )
    columns = [field.name for field in fields(Outcome)]
    print(" ".join(f"{name:>{max(len(name), 8)}}" for name in columns))
    status = 0
    for client in arguments.clients.split(","):
        outcome = campaign(client, arguments.calls, arguments.kills, arguments.seed, attack=arguments.attack)
        values = (f"{value:.1f}" if isinstance(value, float) else str(value) for value in astuple(outcome))
        print(
            " ".join(f"{value:>{max(len(name), 8)}}" for name, value in zip(columns, values, strict=True)), flush=True
        )
        status |= client == "twsql" and not outcome.is_exact
    return status


def campaign(client: str, calls: int, kills: int, seed: int, *, attack: bool = False) -> Outcome:
    """Drive one client through all calls, faults and ends; a last run ends the campaign."""
    dice = (chance(seed, number) for number in count())
    moments = sorted(int(next(dice) * calls) for _ in range(kills))
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(seed=seed, latency=_LATENCY, answer_after=0.0, log=0) as sandbox,
    ):
        run = _Run(client, Path(name), sandbox, WallClock(Path(name)) if attack else None)
        _write_contacts(run.folder, calls, dice)
        faults = [sandbox.fail(kind, probability=SHARE / len(FAULTS), seconds=2.0) for kind in FAULTS]
        began = time.monotonic()
        with fault_attacks.strangers(sandbox, run.whom(calls), _dice(seed + 1)) if attack else nullcontext():
            for number, moment in enumerate(moments):
                process = run.start(forking=attack and number % 3 == 2)
                run.wait_for(moment, process, dice)
                (fault_attacks.interrupt if number % 2 else fault_attacks.kill)(process)
            runs = kills + run.until_done()
        hit = sum(fault.hits for fault in faults)
        sandbox.heal()
        by_hand = run.settle() if client == "twsql" else 0
        seconds = time.monotonic() - began
        counters = sandbox.counters
        ours, strangers = run.placed()
        return Outcome(
            client,
            seconds,
            runs,
            counters.requests,
            hit,
            sum(map(len, ours.values())),
            **_compare(run.known(), ours, strangers, calls),
            strangers=len(strangers),
            by_hand=by_hand,
        )


def _dice(seed: int) -> Iterator[float]:
    return (chance(seed, number) for number in count())


def _write_contacts(folder: Path, calls: int, dice: Iterator[float]) -> None:
    """Half of the calls end after a second, and their labels are free again then."""
    with sqlite3.connect(folder / "contacts.db") as db:
        db.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, room TEXT, number TEXT, seconds INTEGER)")
        rows = ((f"room {number % (calls // 100 + 1)}", f"+1555{number:07}") for number in range(calls))
        db.executemany(
            "INSERT INTO contacts (room, number, seconds) VALUES (?, ?, ?)",
            ((*row, 1 if next(dice) < 0.5 else 3600) for row in rows),
        )


@dataclass
class _Run:
    """One client's campaign; `clock` is its time of day, if that steps."""

    client: str
    folder: Path
    sandbox: Sandbox
    clock: WallClock | None

    def start(self, *, forking: bool = False) -> subprocess.Popen[bytes]:
        """Start the client, in a process group of its own."""
        script = str(Path(__file__).with_name("fault_clients.py"))
        name = "twsql-forking" if forking and self.client == "twsql" else self.client
        login = (self.sandbox.base_url, self.sandbox.account_sid, self.sandbox.auth_token)
        with (self.folder / "errors").open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, script, name, str(self.folder), *login],
                stderr=errors,
                env={**os.environ, **(self.clock.environ if self.clock else {})},
                start_new_session=True,
            )

    def whom(self, calls: int) -> Callable[[float], tuple[str, str]]:
        """Whom the client calls at about this time: the next hundred, and the last."""

        def whom(luck: float) -> tuple[str, str]:
            number = min(calls - 1, max(0, self.sandbox.counters.placed + int(luck * 200) - 100))
            return f"room {number % (calls // 100 + 1)}", f"+1555{number:07}"

        return whom

    def wait_for(self, placed: int, process: subprocess.Popen[bytes], dice: Iterator[float]) -> None:
        """Wait until so many calls have been placed, or the client is done; then a little more."""
        end = time.monotonic() + _LONGEST
        while self.sandbox.counters.placed < placed and process.poll() is None:
            if time.monotonic() > end:
                fault_attacks.kill(process)
                raise TimeoutError(f"no {placed} calls in {_LONGEST} s")
            self._step(next(dice))
            time.sleep(0.02)
        time.sleep(next(dice) * 0.05)

    def _step(self, luck: float) -> None:
        """Set the clock, every second or so, by up to an hour."""
        if self.clock and luck < 0.02:
            self.clock.step((luck * 50 - 0.5) * 2 * (20 if luck < 0.01 else 3600))

    def until_done(self) -> int:
        """Run until a run has placed nothing and found nothing out; how many runs that took."""
        before = None
        for run in range(1, 20):
            process = self.start()
            if fault_attacks.wait(process, _LONGEST) != 0:
                raise RuntimeError((self.folder / "errors").read_text()[-2000:])
            now = self.placed()[0], self.known()
            if now == before:
                return run
            before = now
        return run

    def settle(self) -> int:
        """Settle what is in doubt, end by hand what is left, and run the client once more; how many were left."""
        login = {"account_sid": self.sandbox.account_sid, "auth_token": self.sandbox.auth_token}
        settings = {"journal": str(self.folder / "journal.db"), "recovery_grace": 0.2, "timeout": 2.0}
        with closing(
            register(apsw.Connection(":memory:"), base_url=self.sandbox.base_url, **login, **settings)
        ) as made:
            dialer = made.engine.dialer
            numbers = dialer.in_doubt()
            with ThreadPoolExecutor(16) as pool:
                states = [*pool.map(dialer.settle, numbers)]
            left = [number for number, state in zip(numbers, states, strict=True) if state == "unknown"]
            ours, _ = self.placed()
            for number in left:
                dialer.decide(number, next(iter(ours.get(self._called(number), ())), None))
        self.until_done()
        return len(left)

    def _called(self, number: int) -> str:
        with closing(apsw.Connection(str(self.folder / "journal.db"))) as db:
            return str(db.execute("SELECT recipient FROM effects WHERE id = ?", (number,)).get)

    def placed(self) -> tuple[dict[str, list[str]], set[str]]:
        """The SIDs of the client's calls by number, and those of the strangers' calls."""
        ours: dict[str, list[str]] = {}
        strangers = set()
        for call in self.sandbox.calls():
            if call.conference is None or (call.label or "").startswith(fault_attacks.LABEL):
                strangers.add(call.sid)
            else:
                ours.setdefault(call.to, []).append(call.sid)
        return ours, strangers

    def known(self) -> dict[str, str]:
        """The SID that the client has on record for each number."""
        return _journal(self.folder) if self.client == "twsql" else _record(self.folder)


def _compare(known: dict[str, str], ours: dict[str, list[str]], strangers: set[str], calls: int) -> dict[str, int]:
    """Compare what the sandbox has placed with what the client has on record, call by call."""
    sids = {sid for of_one in ours.values() for sid in of_one}
    return {
        "twice": sum(len(of_one) - 1 for of_one in ours.values()),
        "never": calls - len(ours),
        "unknown": len(sids - set(known.values())),
        "wrong": sum(sid not in ours.get(number, ()) for number, sid in known.items()) + _double(known),
        "taken": len(strangers & set(known.values())),
    }


def _double(known: dict[str, str]) -> int:
    return sum(times - 1 for times in Counter(known.values()).values())


def _journal(folder: Path) -> dict[str, str]:
    """The SID that the journal has for each number; an entry that is not placed has none."""
    if not (folder / "journal.db").exists():
        return {}
    with closing(apsw.Connection(str(folder / "journal.db"))) as db:
        rows = db.execute("SELECT recipient, CASE state WHEN 'placed' THEN sid ELSE state || id END FROM effects")
        return dict(rows.fetchall())


def _record(folder: Path) -> dict[str, str]:
    return dict(line.split(",") for line in (folder / "record.csv").read_text().splitlines())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--attack", action="store_true")
    parser.add_argument("--clients", default=",".join(CLIENTS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
