"""What each door costs beside the bare cursor, for 100,000 rows of a file's table, and the memory of Arrow's batches.

    pip install '.[arrow,sandbox,sqlalchemy]' pandas && python benchmarks/doors.py

Seconds of the processor, the best of five; the ratio is the bare cursor's seconds by the door's. Memory is that of a
process of its own, with 100,000 rows and with ten times as many.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence, Sized
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import apsw
import pandas
from sqlalchemy import Connection, MetaData, Table, create_engine, select, text
from sqlalchemy import __version__ as sqlalchemy_version

import twsql

T = TypeVar("T")
Door = Callable[[Any], Sized]

ROWS = 100_000
SELECT = "SELECT * FROM main.conferences"
MADE = """
    CREATE TABLE conferences (
        Sid TEXT, AccountSid TEXT, FriendlyName TEXT, Status TEXT, Region TEXT, ReasonConferenceEnded TEXT,
        CallSidEndingConference TEXT, DateCreated DATETIME, DateUpdated DATETIME, Participants INTEGER, Price REAL,
        Muted BOOLEAN
    );
    WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c LIMIT :rows)
    INSERT INTO conferences SELECT
        printf('CF%032x', n), 'AC' || printf('%032x', 1), 'Room ' || n, 'completed', 'us1', 'conference-ended-via-api',
        iif(n % 3, printf('CA%032x', n), NULL), datetime(1767225600 + n * 60, 'unixepoch'),
        datetime(1767225600 + n * 61, 'unixepoch'), n % 9, n / 7.0, n % 2
    FROM c
"""
MEMORY = """
import resource, sys, twsql
connection = twsql.connect(sys.argv[1])
rows = sum(batch.num_rows for batch in connection.execute("SELECT * FROM main.conferences").fetch_record_batches())
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def bare(connection: twsql.Connection) -> pandas.DataFrame:
    """The cursor's fetchall, and pandas' own constructor; times stay text."""
    cursor = connection.execute(SELECT)
    return pandas.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description or ()])


def typed(connection: twsql.Connection) -> pandas.DataFrame:
    """The same with the types that Arrow gives."""
    frame = bare(connection)
    for name in ("DateCreated", "DateUpdated"):
        frame[name] = pandas.to_datetime(frame[name], utc=True)
    return frame.astype({"Muted": bool})


def arrow(connection: twsql.Connection) -> pandas.DataFrame:
    """An Arrow table, and from it pandas'."""
    return connection.execute(SELECT).fetch_arrow_table().to_pandas()


def sqlalchemy(connection: Connection) -> pandas.DataFrame:
    """The dialect, by pandas' read_sql; times stay text."""
    return pandas.read_sql(text(SELECT), connection)


def cursor_rows(connection: twsql.Connection) -> Sequence[object]:
    """The bare cursor's rows."""
    return connection.execute(SELECT).fetchall()


def dialect_rows(connection: Connection) -> Sequence[object]:
    """The dialect's rows of raw SQL."""
    return connection.execute(text(SELECT)).fetchall()


def reflected_rows(connection: Connection) -> Sequence[object]:
    """The dialect's rows of a reflected table: datetimes and bool."""
    return connection.execute(select(Table("conferences", MetaData(), autoload_with=connection))).fetchall()


def seconds(door: Callable[[T], Sized], connection: T) -> float:
    """The best of five runs, in seconds of the processor."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        if len(door(connection)) != ROWS:
            raise SystemExit("rows are missing")
        best = min(best, time.process_time() - begun)
    return best


def made(folder: str, rows: int) -> Path:
    """A file with so many rows."""
    path = Path(folder) / f"{rows}.db"
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(MADE, {"rows": rows})
    return path


OVER_DIALECT = (sqlalchemy, dialect_rows, reflected_rows)


def report(what: str, cursor: twsql.Connection, dialect: Connection, first: Door, others: Sequence[Door]) -> None:
    """Print a line for each door."""
    base = seconds(first, cursor)
    print(f"| {ROWS:,} {what} | seconds | times as fast |\n| --- | ---: | ---: |")
    print(f"| {_named(first)} | {base:.3f} | 1.00 |")
    for door in others:
        took = seconds(door, dialect if door in OVER_DIALECT else cursor)
        print(f"| {_named(door)} | {took:.3f} | {base / took:.2f} |")


def _named(door: Door) -> str:
    return str(door.__doc__).rstrip(".")


def main() -> None:
    """Print what each door costs, and the memory of batches."""
    with tempfile.TemporaryDirectory() as folder:
        files = {rows: made(folder, rows) for rows in (ROWS, 10 * ROWS)}
        engine = create_engine(f"twsql:///{files[ROWS]}")
        with closing(twsql.connect(files[ROWS])) as bare_one, engine.connect() as one:
            report(f"rows, SQLAlchemy {sqlalchemy_version}", bare_one, one, cursor_rows, (dialect_rows, reflected_rows))
            report(f"rows into pandas {pandas.__version__}", bare_one, one, bare, (typed, arrow, sqlalchemy))
        engine.dispose()
        for file in files.values():
            command = [sys.executable, "-c", MEMORY, str(file)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            print(f"batches of {int(told[0]):,} rows: {told[1]} MB at most")


if __name__ == "__main__":
    main()
