"""Measures twsql sync: beside tap-twilio | target-sqlite, killed at random moments, and with a million participants.

python benchmarks/sync.py                       everything, some ten minutes
python benchmarks/sync.py --only kills --kills 8
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import apsw

import sync_peers
from served import Server, served
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.sync.layout import CONFERENCES, PARTICIPANTS
from twsql.sync.views import VIEWS
from twsql.twilio.settings import Settings

IN_FLIGHT = Settings.max_in_flight
SYNC = (sys.executable, "-m", "twsql", "sync")


def sync(path: Path, server: Server, *options: str) -> float:
    """Run the command to its end; give the seconds."""
    begun = time.monotonic()
    subprocess.run([*SYNC, path, "--quiet", *options], env=server.variables, check=True, timeout=900)
    return time.monotonic() - begun


def beside_peer(folder: Path) -> None:
    """The issue's comparison: 2,000 conferences, half over, 5 participants on each active one, 40 ms latency."""
    print("\n== beside tap-twilio | target-sqlite: 2,000 conferences, half over, 5 participants each, 40 ms latency")
    pythons = sync_peers.install(folder)
    with served(conferences=2000, participants=5, latency=0.04) as server:
        seconds, loaded = sync_peers.run(folder, pythons, server.base_url, server.account_sid, server.auth_token)
        peer = server.control("GET", "counters")["requests"]
        print(f"peer        {seconds:7.1f} s  {peer:6,} requests  {_counts(loaded, 'conference_participants')}")
        server.control("POST", "clear")
        ours = sync(folder / "first.db", server)
        first = server.control("GET", "counters")["by_route"]
        print(f"twsql sync  {ours:7.1f} s  {sum(first.values()):6,} requests  {_counts(folder / 'first.db')}")
        print(f"ratio       {seconds / ours:7.1f} times")
        print(
            f"limit       {sum(first.values()) * 0.04 / IN_FLIGHT:7.1f} s  (latency * requests / {IN_FLIGHT} under way)"
        )
        assert_equal(folder / "first.db", server)
        server.control("POST", "clear")
        again = sync(folder / "first.db", server)
        second = server.control("GET", "counters")["by_route"]
        rest = sum(second.values()) - second["ListParticipant"]
        share = f"{rest} others, a tenth of the first run's is {sum(first.values()) // 10}"
        print(f"second run  {again:7.1f} s  {second['ListParticipant']:6,} requests for 1,000 in progress, {share}")


def kills(folder: Path, times: int) -> None:
    """Kill runs at random moments; after each the file is whole, and the next run makes it equal to the sandbox."""
    print(f"\n== {times} kills at random moments")
    chance = random.Random(6)
    path, outcomes = folder / "killed.db", [0, 0]
    with Sandbox(conferences=1500, participants=20, over=0.9) as sandbox:
        server = Server(sandbox.base_url, sandbox.account_sid, sandbox.auth_token)
        longest = sync(folder / "whole.db", server)
        with closing(apsw.Connection(":memory:")) as live:
            registration = register(live, **_settings(server), journal=":memory:")
            for number in count():
                if outcomes[1] == times:
                    break
                if number % 3 == 0:
                    for old in folder.glob("killed.db*"):
                        old.unlink()
                _change(live, number, chance)
                outcomes[_kill(path, server, chance.uniform(0.2, 1.05) * longest)] += 1
                if path.exists():
                    _assert_whole(path)
                sync(path, server)
                _assert_whole(path)
                assert_equal(path, server)
            registration.close()
    print(f"{outcomes[1]} were killed at work ({outcomes[0]} had ended before); integrity_check was ok after each,")
    print("and after each next run the file was equal to the sandbox, column by column")


def million(folder: Path) -> None:
    """A million participants: time, memory, file size, the views' query times."""
    print("\n== a million participants: 20,000 conferences, half over, 100 participants in each")
    path = folder / "million.db"
    with served(conferences=20_000, participants=100) as server:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        seconds, memory = _measured(path, server)
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        print(f"first run   {seconds:7.1f} s  {cpu:.1f} s CPU  {memory} MB at most  {_counts(path)}")
        print(f"file        {path.stat().st_size / 1e6:7.1f} MB")
        seconds, memory = _measured(path, server)
        print(f"second run  {seconds:7.1f} s  {memory} MB at most")
    with closing(sqlite3.connect(path)) as db:
        for view in VIEWS:
            for kind, limit in (("whole", ""), ("100 rows", "LIMIT 100")):
                begun = time.monotonic()
                rows = len(db.execute(f"SELECT * FROM {view.name} {limit}").fetchall())
                print(f"{view.name:30} {kind:8} {(time.monotonic() - begun) * 1000:8.1f} ms  {rows:,} rows")


def assert_equal(path: Path, server: Server) -> None:
    """What Twilio can tell is in the file, and nobody else is said to be in a conference."""
    with closing(apsw.Connection(":memory:")) as live, closing(sqlite3.connect(path)) as file:
        registration = register(live, **_settings(server))
        for table, where in ((CONFERENCES, "true"), (PARTICIPANTS, "LeftAt IS NULL")):
            names = ", ".join(f'"{column.name}"' for column in table.live)
            wanted = sorted(live.execute(f"SELECT {names} FROM main.{table.name}"), key=repr)
            found = sorted(file.execute(f"SELECT {names} FROM {table.name} WHERE {where}"), key=repr)
            if wanted != found:
                sys.exit(f"{table.name} of {path} differs from the sandbox")
        registration.close()


def _measured(path: Path, server: Server) -> tuple[float, int]:
    """Run in a process; give the seconds and the most memory in MB, as the kernel tells for that process."""
    begun = time.monotonic()
    process = subprocess.Popen([*SYNC, path, "--quiet"], env=server.variables)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"sync failed with {process.returncode}")
    return time.monotonic() - begun, usage.ru_maxrss // 1024


def _kill(path: Path, server: Server, after: float) -> bool:
    """Start a run and kill it; tell whether it was still at work."""
    process = subprocess.Popen([*SYNC, path, "--quiet"], env=server.variables)
    time.sleep(after)
    was_at_work = process.poll() is None
    process.kill()
    process.wait()
    return was_at_work


def _change(live: apsw.Connection, number: int, chance: random.Random) -> None:
    """Let something happen in the account: somebody comes, somebody goes, a conference ends."""
    live.execute(f"SELECT CallSid FROM AddParticipants('kill-{number}', '+15005550006', '+1555{number:07}')").fetchall()
    sql = "SELECT Sid FROM conferences WHERE Status = 'in-progress' LIMIT 100"
    one, other = chance.sample([sid for (sid,) in live.execute(sql)], 2)
    live.execute("UPDATE conferences SET Status = 'completed' WHERE Sid = ?", (one,))
    left = live.execute("SELECT CallSid FROM participants WHERE ConferenceSid = ? LIMIT 1", (other,)).fetchall()
    live.execute("DELETE FROM participants WHERE ConferenceSid = ? AND CallSid = ?", (other, left[0][0]))


def _assert_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("PRAGMA integrity_check").fetchall()
    if found != [("ok",)]:
        sys.exit(f"{path} is damaged: {found}")


def _settings(server: Server) -> dict[str, str]:
    return {"base_url": server.base_url, "account_sid": server.account_sid, "auth_token": server.auth_token}


def _counts(path: Path, participants: str = "participants") -> str:
    with closing(sqlite3.connect(path)) as db:
        counts = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("conferences", participants)]
    return f"{counts[0]:,} conferences, {counts[1]:,} participants"


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("peer", "kills", "million"))
    parser.add_argument("--kills", type=int, default=200)
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.only in (None, "peer"):
            beside_peer(folder)
        if arguments.only in (None, "kills"):
            kills(folder, arguments.kills)
        if arguments.only in (None, "million"):
            million(folder)


if __name__ == "__main__":
    main()
