"""twsql journal: lists the calls and messages of the journal, and settles those whose outcome is in doubt."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import apsw

from twsql.cli import query
from twsql.cli.settings import settings
from twsql.hosts.apsw import register

_LIST = "SELECT * FROM twsql_journal"
_SETTLED = 'SELECT Id, RequestKey, "To", State, CallSid, ErrorMessage FROM twsql_journal WHERE Id IN ({})'
_DOUBTFUL = ("sending", "unknown")


def run(arguments: argparse.Namespace) -> int:
    """List the journal, or settle the calls in doubt and list them; returns 1 if a doubt is left."""
    if arguments.action == "list":
        return _show(arguments, _LIST)
    states = _settle(arguments)
    if not states:
        sys.stderr.write("twsql: nothing is in doubt\n")
        return 0
    _show(arguments, _SETTLED.format(", ".join(map(str, states))))
    return 1 if any(state is None or state in _DOUBTFUL for state in states.values()) else 0


def _settle(arguments: argparse.Namespace) -> dict[int, str | None]:
    """Settle entries side by side, as each takes `recovery_grace` seconds; None for an entry that is not in doubt.

    An entry that was decided by hand is not looked for.
    """
    registration = register(apsw.Connection(":memory:"), **settings(arguments))
    with closing(registration):
        dialer = registration.engine.dialer
        if arguments.placed or arguments.not_placed:
            dialer.settling.decide(arguments.id, arguments.placed)
            return {arguments.id: "placed" if arguments.placed else "refused"}
        numbers = dialer.settling.in_doubt() if arguments.id is None else [arguments.id]
        with ThreadPoolExecutor(registration.settings.max_in_flight, "twsql-call") as pool:
            try:
                return dict(zip(numbers, pool.map(dialer.settling.settle, numbers), strict=True))
            except BaseException:
                dialer.stop()
                pool.shutdown(cancel_futures=True)
                raise


def _show(arguments: argparse.Namespace, sql: str) -> int:
    whole = {**vars(arguments), "sql": [sql], "file": [], "set": [], "stats": False, "database": ":memory:"}
    return query.run(argparse.Namespace(**whole))
