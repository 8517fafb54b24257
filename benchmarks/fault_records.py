"""What the fault campaign wants done, and how it compares that with what was done and what is on record."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw


def write_contacts(folder: Path, calls: int, dice: Iterator[float]) -> None:
    """Half of the calls end after a second, and their labels are free again then."""
    with sqlite3.connect(folder / "contacts.db") as db:
        db.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, room TEXT, number TEXT, seconds INTEGER)")
        rows = ((f"room {number % (calls // 100 + 1)}", f"+1555{number:07}") for number in range(calls))
        db.executemany(
            "INSERT INTO contacts (room, number, seconds) VALUES (?, ?, ?)",
            ((*row, 1 if next(dice) < 0.5 else 3600) for row in rows),
        )


def write_texts(folder: Path, messages: int, dice: Iterator[float]) -> None:
    """Four texts to each number; every fiftieth message has the number and text of the one before it."""
    with sqlite3.connect(folder / "contacts.db") as db:
        db.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, number TEXT, body TEXT)")
        kinds = [number - (number % 50 == 49) for number in range(messages)]
        rows = [(f"+1555{kind % (messages // 4 + 1):07}", f"Text {kind // (messages // 4 + 1)}") for kind in kinds]
        db.executemany("INSERT INTO contacts (number, body) VALUES (?, ?)", rows)


def compare(
    known: list[tuple[str, str | None]], wanted: Counter[str], ours: dict[str, list[str]], strangers: set[str]
) -> dict[str, int]:
    """Compare what the sandbox has placed with what the client has on record, call by call.

    An entry without a SID may stand for one of several equal messages, sent or not.
    """
    sids = [sid for _, sid in known if sid is not None]
    open_ = Counter(target for target, sid in known if sid is None)
    equal = Counter({target: count for target, count in open_.items() if wanted[target] > 1})
    of_each = {target: set(ours.get(target, ())) for target in wanted}
    return {
        "twice": sum(max(0, len(of_each[target]) - count) for target, count in wanted.items()),
        "never": sum(max(0, count - len(of_each[target]) - equal[target]) for target, count in wanted.items()),
        "unknown": sum(max(0, len(of_one - set(sids)) - equal[target]) for target, of_one in of_each.items()),
        "wrong": sum(sid is not None and sid not in of_each[target] for target, sid in known)
        + (open_ - equal).total()
        + len(sids)
        - len(set(sids)),
        "taken": len(strangers & set(sids)),
        "equal": equal.total(),
    }


def journal(place: str, sql: str) -> list[tuple[Any, ...]]:
    """Ask twsql's journal, a file or a database of PostgreSQL in libpq's keywords; nothing if there is none yet."""
    if place.startswith("host="):
        import psycopg

        with closing(psycopg.connect(f"{place} options='-c search_path=twsql'")) as server:
            return server.execute(sql).fetchall()
    if not Path(place).exists():
        return []
    with closing(apsw.Connection(place)) as db:
        return list(db.execute(sql))


def official_record(folder: Path) -> dict[str, str]:
    """The SID that the official client has for each number."""
    return dict(line.split(",") for line in (folder / "record.csv").read_text().splitlines())
