"""Measures how fast twsql reads and dials, beside the clients people use today; writes the section in README.md.

python benchmarks/speed.py                        everything, some six minutes
python benchmarks/speed.py --only join small      parts
python benchmarks/speed.py --peers FOLDER         keep the peers' environments there, for the next time
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import speed_report
import sync_peers
from served import Server, served

LATENCY, CEILING = 0.05, 100
PEERS = ("twilio==9.13.0", "shillelagh[genericjsonapi]==1.4.5", "requests", "matplotlib")
CLIENTS = Path(__file__).with_name("speed_clients.py")
PARTS = ("join", "history", "small", "calls", "page", "start", "million")


@dataclass
class Line:
    """One line of the report: medians, and what they are compared with."""

    work: str
    client: str
    seconds: float
    requests: int
    rows: int
    cpu: float
    note: str = ""


@dataclass
class Bench:
    """A sandbox in a process of its own, the peers' interpreters, and the lines so far."""

    server: Server
    python: Path
    folder: Path
    runs: int
    lines: list[Line] = field(default_factory=list)
    cases: dict[str, Any] = field(default_factory=dict)

    def fill(self, conferences: int, participants: int, over: float, latency: float = LATENCY) -> None:
        """Give the sandbox another world."""
        world = {"conferences": conferences, "participants": participants, "over": over, "latency": latency}
        self.server.control("POST", "settings", **world)
        self.server.control("POST", "reset")

    def run(self, name: str, python: Path | str = sys.executable) -> dict[str, Any]:
        """Run one of the clients once."""
        variables = {**self.server.variables, "SERVER": self.server.base_url, "ACCOUNT": self.server.account_sid}
        variables |= {"TOKEN": self.server.auth_token, "JOURNAL": str(self.folder / f"journal-{time.time_ns()}.db")}
        done = subprocess.run(
            [python, CLIENTS, name],
            cwd=self.folder,
            env=variables,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
            timeout=600,
        )
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def measure(self, work: str, client: str, name: str, *, peer: bool = False, together: int = 1) -> Line:
        """Run a client as often as wanted, so many runs at a time; give the medians."""
        self.server.control("POST", "clear")
        with ThreadPoolExecutor(together) as threads:
            found = list(
                threads.map(lambda _: self.run(name, self.python if peer else sys.executable), range(self.runs))
            )
        requests = self.server.control("GET", "counters")["requests"] // self.runs
        seconds, cpu = (statistics.median(each[key] for each in found) for key in ("seconds", "cpu"))
        note = f"{self.runs} runs side by side: it waits most of the time" if together > 1 else ""
        return self.add(Line(work, client, seconds, requests, found[0]["rows"], cpu, note))

    def add(self, line: Line) -> Line:
        """Keep a line, and print it."""
        self.lines.append(line)
        print(f"{line.work:12} {line.client:34} {line.seconds:8.3f} s {line.requests:6} requests {line.rows:8} rows")
        return line


def join(bench: Bench) -> None:
    """1,000 conferences in progress with 5 participants each."""
    bench.fill(1000, 5, 0)
    bench.measure("join", "twsql, JOIN", "twsql_join")
    bench.measure("join", "twsql, IN (SELECT …)", "twsql_in")
    bench.measure("join", "twsql, LEFT JOIN", "twsql_left_join")
    bench.measure("join", "twsql, JOIN, max_in_flight 48", "twsql_join_48")
    bench.measure("join", "48 threads over requests", "pool_join")
    bench.measure("join", "official client", "official_join", peer=True, together=bench.runs)
    _tap(bench)


def _tap(bench: Bench) -> None:
    pythons = sync_peers.install(bench.folder / "sync-peers")
    bench.server.control("POST", "clear")

    def once(number: int) -> float:
        folder = bench.folder / f"tap-{number}"
        folder.mkdir()
        server = bench.server
        return sync_peers.run(folder, pythons, server.base_url, server.account_sid, server.auth_token)[0]

    with ThreadPoolExecutor(bench.runs) as threads:
        seconds = statistics.median(threads.map(once, range(bench.runs)))
    requests = bench.server.control("GET", "counters")["requests"] // bench.runs
    note = f"{bench.runs} runs side by side"
    bench.add(Line("join", "tap-twilio, target-sqlite", seconds, requests, 5000, 0.0, note))


def history(bench: Bench) -> None:
    """50,000 conferences over a year, half of them over."""
    bench.fill(50_000, 0, 0.5)
    bench.measure("history", "twsql", "twsql_history")
    bench.measure("history", "16 threads, addresses known", "pool_history")
    bench.measure("history", "official client", "official_history", peer=True)


def small(bench: Bench) -> None:
    """Statements of a request or two, beside bare requests."""
    bench.fill(1000, 5, 0)
    found = [bench.run("small")["cases"] for _ in range(bench.runs)]
    for name in found[0]:
        ours, bare = (statistics.median(each[name][key] for each in found) for key in ("ours", "bare"))
        requests = found[0][name]["requests"]
        bench.add(Line(name, "twsql", ours / 1000, requests, 0, 0.0))
        bench.add(Line(name, "a requests.Session", bare / 1000, requests, 0, 0.0))


def calls(bench: Bench) -> None:
    """A thousand calls."""
    bench.fill(0, 0, 0)
    bench.measure("calls", 'twsql, "To" IN (…)', "twsql_calls")
    bench.measure("calls", "official client, a loop", "official_calls", peer=True, together=bench.runs)


def page(bench: Bench) -> None:
    """A page of a thousand without latency."""
    bench.fill(1000, 0, 1, latency=0)
    for client, name, peer in (
        ("twsql", "twsql_page", False),
        ("json.loads, executemany", "floor_page", False),
        ("official client", "official_page", True),
        ("shillelagh", "shillelagh_page", True),
    ):
        bench.measure("page", client, name, peer=peer)
    bench.fill(10_000, 0, 1, latency=0)
    bench.measure("scan", "twsql", "twsql_history")
    bench.measure("scan", "official client", "official_history", peer=True)


def start(bench: Bench) -> None:
    """From the start of Python to the first answer."""
    for client, command in (
        ('twsql query "SELECT 1"', ("-m", "twsql", "query", "SELECT 1")),
        ("import requests", ("-c", "import requests")),
    ):
        seconds = []
        for _ in range(3 * bench.runs):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, *command], env=bench.server.variables, check=True, stdout=subprocess.DEVNULL
            )
            seconds.append(time.perf_counter() - begun)
        bench.add(Line("start", client, statistics.median(seconds), 0, 0, 0.0))


def million(bench: Bench) -> None:
    """A million conferences, half of them in progress; once, for what it needs."""
    bench.fill(1_000_000, 0, 0.5, latency=0)
    bench.server.control("POST", "clear")
    result = bench.run("twsql_million")
    requests = bench.server.control("GET", "counters")["requests"]
    memory = ", ".join(f"{megabytes} MB {when}" for when, megabytes in result["memory"].items())
    bench.add(Line("million", "twsql", result["seconds"], requests, result["rows"], result["cpu"], memory))


def _peers(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True, capture_output=True)
    return python


def main() -> None:
    """Measure what is asked for, and write the report when that is everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    begun = time.monotonic()
    work: dict[str, Callable[[Bench], None]] = {each: globals()[each] for each in PARTS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = _peers(arguments.peers or folder / "peers")
        with served(latency=LATENCY, max_concurrent=CEILING) as server:
            bench = Bench(server, python, folder, arguments.runs)
            for each in PARTS:
                if each in arguments.only:
                    work[each](bench)
        machine = f"{_processor()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end"
        versions = ", ".join(f"{each} {version(each)}" for each in ("apsw", "requests", "urllib3", "msgspec"))
        peers = ", ".join((*PEERS[:2], *sync_peers.TAP, *sync_peers.TARGET))
        about = f"{machine}; Python {platform.python_version()}, {versions}; peers: {peers}"
        print(f"{time.monotonic() - begun:.0f} s in all; {about}")
        if arguments.json:
            arguments.json.write_text(json.dumps([about, [vars(line) for line in bench.lines]], indent=1))
        if set(arguments.only) == set(PARTS):
            speed_report.write([vars(line) for line in bench.lines], about, python)


def _processor() -> str:
    for line in (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else ()
    ):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
