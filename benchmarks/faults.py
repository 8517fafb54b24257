"""The fault campaign: calls driven from SQL while answers get lost and the client is killed, again and again.

    python benchmarks/faults.py [--calls 10000] [--kills 20] [--seed 1] [--attack]
                                [--clients twsql,official-sync,official-async]
    python benchmarks/faults.py --journal postgresql [--calls 10000] [--kills 20] [--seed 1]
                                [--clients twsql,official-queue,celery]
    python benchmarks/faults.py --procedure SendMessage [--calls 2000] [--kills 10] [--seed 1] [--attack]

Ten of a hundred requests of any kind are hit by a fault: 429, 500 before or after the deed, a reset before or after it,
an answer that comes too late, one that is garbage, half, without a call's SID or a proxy's. At random moments the
client is ended and run again, by turns with SIGKILL and by Ctrl-C. With --attack its clock steps meanwhile, every third
run of twsql goes on in a forked child, and strangers call the same numbers from the same number.

What twsql leaves `unknown` is settled when the faults are over; what is in doubt even then is decided by hand (here
the sandbox knows), and run once more. Exit status 1 if twsql has not placed each call exactly once, has taken a
stranger's call for its own, or its journal does not agree with the sandbox.

With --journal postgresql four processes race for all calls, and share a journal in a PostgreSQL that the campaign
starts. One of them is killed at each of the moments, and PostgreSQL crashes and restarts three times. `official-queue`
is the official client beside it: four processes that take jobs from a queue in the same PostgreSQL, which delivers a
job again if it was not acknowledged. `celery`, if it is asked for, is Celery itself over the official client, with
acks_late and a Redis that the campaign starts: see fault_celery.py for what it needs.

With SendMessage twsql sends messages, four texts to each number; every fiftieth has the number and text of the one
before it. They are settled ten minutes later. `equal` counts those left unknown, as only an equal message could be it:
they are not decided by hand. There are no strangers, as nothing that Twilio shows would tell their messages from ours.
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
import fault_celery
import fault_fleet
import fault_queue
import fault_records
from postgres_cluster import Cluster, running
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.sandbox.sids import chance
from wall_clock import WallClock

FAULTS = (
    *("429", "500-before", "500-after", "reset-before", "reset-after", "timeout-after", "garbage-after"),
    *("truncated-after", "no-sid", "proxy-before", "proxy-after"),
)
CLIENTS = ("twsql", "official-sync", "official-async")
QUEUE, CELERY = "official-queue", "celery"
_RESTARTS = 3
MESSAGES = "twsql-messages"
OURS = ("twsql", MESSAGES)
_LATER = 600
"""Seconds after which a list that lacks a message proves that it was not sent."""
SHARE = 0.1
_LATENCY = 0.002
_LONGEST = 900
"""Seconds for one run of a client."""


@dataclass(frozen=True)
class Outcome:
    """What a campaign has led to; `unknown` are calls that were placed and whose SID the client does not have.

    `taken` are strangers' calls that the client has taken for its own, `by_hand` the doubts that a person had to end;
    `equal` are messages that are on record as unknown, as there are several of that text to that number.
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
    equal: int

    @property
    def is_exact(self) -> bool:
        """Whether each call was placed once, and is on record as what it is."""
        return not (self.twice or self.never or self.unknown or self.wrong or self.taken)


def main() -> int:
    """Run the campaigns, print what came of them."""
    arguments = _arguments()
    print(
        f"{arguments.calls} of {arguments.procedure}, seed {arguments.seed}, {arguments.kills} kills,"
        f" {SHARE:.0%} of requests hit; {os.cpu_count()} cores, Python {platform.python_version()},"
        f" SQLite {apsw.sqlite_lib_version()}, twilio {version('twilio')}"
    )
    columns = [field.name for field in fields(Outcome)]
    print(" ".join(f"{name:>{max(len(name), 8)}}" for name in columns))
    status = 0
    for client in arguments.clients.split(","):
        with (
            running() if arguments.journal == "postgresql" else nullcontext() as cluster,
            fault_celery.broker() if client == CELERY else nullcontext() as broker,
        ):
            outcome = campaign(
                client, arguments.calls, arguments.kills, arguments.seed, cluster, broker, attack=arguments.attack
            )
        values = (f"{value:.1f}" if isinstance(value, float) else str(value) for value in astuple(outcome))
        print(
            " ".join(f"{value:>{max(len(name), 8)}}" for name, value in zip(columns, values, strict=True)), flush=True
        )
        status |= client in OURS and not outcome.is_exact
    return status


def campaign(
    client: str,
    calls: int,
    kills: int,
    seed: int,
    cluster: Cluster | None = None,
    broker: str | None = None,
    *,
    attack: bool = False,
) -> Outcome:
    """Drive one client through all calls, faults and ends; a last run ends the campaign."""
    dice = (chance(seed, number) for number in count())
    moments = sorted(int(next(dice) * calls) for _ in range(kills))
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(seed=seed, latency=_LATENCY, answer_after=0.0, log=0) as sandbox,
    ):
        journal = broker or (f"{cluster.keywords} dbname=postgres" if cluster else str(Path(name) / "journal.db"))
        run = _Run(client, Path(name), sandbox, WallClock(Path(name)) if attack else None, journal)
        (fault_records.write_texts if client == MESSAGES else fault_records.write_contacts)(run.folder, calls, dice)
        faults = [sandbox.fail(kind, probability=SHARE / len(FAULTS), seconds=2.0) for kind in FAULTS]
        began = time.monotonic()
        has_strangers = attack and client != MESSAGES
        with fault_attacks.strangers(sandbox, run.whom(calls), _dice(seed + 1)) if has_strangers else nullcontext():
            if cluster is not None:
                runs = run.race(
                    [int(each * 0.95) for each in moments],
                    [calls * each // (_RESTARTS + 1) for each in range(1, _RESTARTS + 1)],
                    cluster,
                    dice,
                )
            for number, moment in enumerate(() if cluster else moments):
                process = run.start(forking=attack and number % 3 == 2)
                run.wait_for(moment, process, dice)
                (fault_attacks.interrupt if number % 2 else fault_attacks.kill)(process)
            runs = (runs if cluster else kills) + run.until_done()
        hit = sum(fault.hits for fault in faults)
        sandbox.heal()
        by_hand = run.settle() if client in OURS else 0
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
            **fault_records.compare(run.known(), run.wanted(), ours, strangers),
            strangers=len(strangers),
            by_hand=by_hand,
        )


def _dice(seed: int) -> Iterator[float]:
    return (chance(seed, number) for number in count())


@dataclass
class _Run:
    """One client's campaign; `clock` is its time of day, if that steps."""

    client: str
    folder: Path
    sandbox: Sandbox
    clock: WallClock | None
    journal: str

    def start(self, *, forking: bool = False) -> subprocess.Popen[bytes]:
        """Start the client, in a process group of its own."""
        script = str(Path(__file__).with_name("fault_clients.py"))
        name = f"{self.client}-forking" if forking and self.client in OURS else self.client
        login = (self.sandbox.base_url, self.sandbox.account_sid, self.sandbox.auth_token)
        with (self.folder / "errors").open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, script, name, str(self.folder), *login],
                stderr=errors,
                env={**os.environ, "TWSQL_JOURNAL": self.journal, **(self.clock.environ if self.clock else {})},
                start_new_session=True,
            )

    def race(self, kills: list[int], restarts: list[int], cluster: Cluster, dice: Iterator[float]) -> int:
        """Let four processes race for all calls; how many were started."""
        if self.client == QUEUE:
            fault_queue.fill(self.journal, self._contacts())
        if self.client == CELERY:
            fault_celery.fill(self.journal, self._contacts())
        return fault_fleet.drive(self.start, lambda: self.sandbox.counters.placed, kills, restarts, cluster, dice)

    def _contacts(self) -> list[tuple[str, str, int]]:
        with closing(sqlite3.connect(self.folder / "contacts.db")) as db:
            return db.execute("SELECT room, number, seconds FROM contacts ORDER BY id").fetchall()

    def whom(self, calls: int) -> Callable[[float], tuple[str, str]]:
        """Whom the client calls at about this time: the next hundred, and the last."""

        def whom(luck: float) -> tuple[str, str]:
            number = min(calls - 1, max(0, self.sandbox.counters.placed + int(luck * 200) - 100))
            return f"room {number % (calls // 100 + 1)}", f"+1555{number:07}"

        return whom

    def wait_for(self, placed: int, process: subprocess.Popen[bytes], dice: Iterator[float]) -> None:
        """Wait until so many calls have been placed, or the client is done; then a little more."""
        end = time.monotonic() + _LONGEST
        while self._done() < placed and process.poll() is None:
            if time.monotonic() > end:
                fault_attacks.kill(process)
                raise TimeoutError(f"no {placed} calls in {_LONGEST} s")
            self._step(next(dice))
            time.sleep(0.02)
        time.sleep(next(dice) * 0.05)

    def _done(self) -> int:
        return len(self.sandbox.messages()) if self.client == MESSAGES else self.sandbox.counters.placed

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
        """Settle what is in doubt, end by hand what is left, and run the client once more; how many were left.

        Of equal messages nobody decides.
        """
        if self.client == MESSAGES:
            self.sandbox.advance(_LATER)
        login = {"account_sid": self.sandbox.account_sid, "auth_token": self.sandbox.auth_token}
        settings = {"journal": self.journal, "recovery_grace": 0.2, "timeout": 2.0}
        with closing(
            register(apsw.Connection(":memory:"), base_url=self.sandbox.base_url, **login, **settings)
        ) as made:
            settling = made.engine.dialer.settling
            numbers = settling.in_doubt()
            with ThreadPoolExecutor(16) as pool:
                states = [*pool.map(settling.settle, numbers)]
            left = [number for number, state in zip(numbers, states, strict=True) if state == "unknown"]
            ours, wanted = self.placed()[0], self.wanted()
            left = [number for number in left if wanted[self._target(number)] == 1]
            for number in left:
                settling.decide(number, next(iter(ours.get(self._target(number), ())), None))
        self.until_done()
        return len(left)

    def _target(self, number: int) -> str:
        """What the entry of this number is to reach."""
        ((key,),) = fault_records.journal(self.journal, f"SELECT request_key FROM effects WHERE id = {number}")
        return self._targets()[str(key)]

    def _targets(self) -> dict[str, str]:
        """By the key of each contact its number, with the text of a message."""
        target = "number || ' ' || body" if self.client == MESSAGES else "number"
        with closing(sqlite3.connect(self.folder / "contacts.db")) as db:
            return dict(db.execute(f"SELECT 'spring-' || id, {target} FROM contacts").fetchall())

    def wanted(self) -> Counter[str]:
        """How often each number is to be called, or is to get each text."""
        return Counter(self._targets().values())

    def placed(self) -> tuple[dict[str, list[str]], set[str]]:
        """The SIDs of the client's calls by number, and those of the strangers' calls; messages by number and text."""
        ours: dict[str, list[str]] = {}
        strangers = set()
        for message in self.sandbox.messages():
            ours.setdefault(f"{message.to} {message.body}", []).append(message.sid)
        for call in self.sandbox.calls():
            if call.conference is None or (call.label or "").startswith(fault_attacks.LABEL):
                strangers.add(call.sid)
            else:
                ours.setdefault(call.to, []).append(call.sid)
        return ours, strangers

    def known(self) -> list[tuple[str, str | None]]:
        """What the client has on record: number (and text), and the SID; None for what is not known to be done."""
        if self.client == QUEUE:
            return fault_queue.known(self.journal)
        if self.client == CELERY:
            return fault_celery.known(self.journal, self._contacts())
        if self.client not in OURS:
            return list(fault_records.official_record(self.folder).items())
        targets = self._targets()
        sql = "SELECT request_key, CASE WHEN state = 'placed' THEN sid END FROM effects ORDER BY id"
        return [(targets[key], sid) for key, sid in fault_records.journal(self.journal, sql)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--procedure", choices=("AddParticipants", "SendMessage"), default="AddParticipants")
    parser.add_argument("--calls", type=int, help="10,000 calls, or 2,000 messages")
    parser.add_argument("--kills", type=int, help="20, or 10 while messages are sent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--attack", action="store_true")
    parser.add_argument("--journal", choices=("file", "postgresql"), default="file")
    parser.add_argument("--clients")
    arguments = parser.parse_args()
    clients = {"file": ",".join(CLIENTS), "postgresql": f"twsql,{QUEUE}"}[arguments.journal]
    arguments.clients = MESSAGES if arguments.procedure == "SendMessage" else arguments.clients or clients
    calls, kills = (10_000, 20) if arguments.procedure == "AddParticipants" else (2_000, 10)
    arguments.calls, arguments.kills = arguments.calls or calls, arguments.kills or kills
    return arguments


if __name__ == "__main__":
    sys.exit(main())
