"""twsql sync: builds and keeps up a SQLite file that other tools open."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from twsql.cli.formats.text import visible
from twsql.cli.settings import settings
from twsql.errors import TwilioError
from twsql.sync.datasette import write
from twsql.sync.follow import follow
from twsql.sync.run import EVERY, Progress, Report, sync

_NO_BARS = "twsql: no progress bars, as rich is not installed: pip install 'twsql[sync]', or give --quiet\n"

Tell = Callable[[Progress], None]


def run(arguments: argparse.Namespace) -> int:
    """Sync once, or until Ctrl-C or SIGTERM, which then are a normal end."""
    # A run that a signal ends is recorded as stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.every is None:
        _sync(arguments)
        return 0
    with suppress(KeyboardInterrupt):
        follow(partial(_sync, arguments), arguments.every, _failed)
    return 0


def _sync(arguments: argparse.Namespace) -> None:
    with _shown(arguments) as tell:
        report = sync(
            arguments.file,
            only=arguments.only or EVERY,
            since=arguments.since,
            full=arguments.full,
            insights=arguments.insights,
            tell=tell,
            **settings(arguments),
        )
    arguments.full = False  # with --every, only the first good run is
    if arguments.metadata:
        write(arguments.metadata, arguments.file)
    if report.remark:
        sys.stderr.write(f"twsql: {visible(report.remark)}\n")
    if not arguments.quiet:
        sys.stdout.write(f"{visible(summary(report))}\n")
        sys.stdout.flush()


def summary(report: Report) -> str:
    """A run's report, in one line."""
    counts = {name: getattr(report, name) for name in EVERY}
    *named, last = [f"{count:,} {name}" for name, count in counts.items()]
    read = f"{', '.join(named)} and {last}"
    since = f" since {report.since}" if report.since else ""
    rate = sum(counts.values()) / max(report.seconds, 0.001)
    took = f"{report.requests:,} requests, {report.seconds:.1f} s, {rate:,.0f} rows/s"
    return f"{Path(report.path).name}: read {read}{since} ({took})"


def _failed(error: TwilioError) -> None:
    sys.stderr.write(f"twsql: {visible(str(error))}; going on\n")


@contextmanager
def _shown(arguments: argparse.Namespace) -> Iterator[Tell]:
    """The progress bars, if there is a terminal."""
    if arguments.quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return
    try:
        from twsql.sync.bars import Bars  # rich is an extra, and takes 60 ms
    except ImportError as error:
        if (error.name or "").split(".")[0] != "rich":
            raise
        sys.stderr.write(_NO_BARS)
        yield lambda progress: None
        return
    with Bars() as bars:
        yield bars.tell
