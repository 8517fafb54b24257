"""What each door costs beside the bare cursor: 100,000 rows of a file's table into pandas, and the memory of batches.

    pip install '.[arrow,sandbox]' pandas && python benchmarks/doors.py

Seconds of the processor, the best of five; the ratio is the bare cursor's seconds by the door's. Memory is that of a
process of its own, with 100,000 rows and with ten times as many.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pandas

import twsql

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


def seconds(door: Callable[[twsql.Connection], pandas.DataFrame], connection: twsql.Connection) -> float:
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


def main() -> None:
    """Print a line for each door."""
    with tempfile.TemporaryDirectory() as folder:
        files = {rows: made(folder, rows) for rows in (ROWS, 10 * ROWS)}
        with closing(twsql.connect(files[ROWS])) as connection:
            first = seconds(bare, connection)
            print(f"| door, {ROWS:,} rows of 12 columns into pandas {pandas.__version__} | seconds | times as fast |")
            print("| --- | ---: | ---: |")
            for name, door in (("the bare cursor", bare), ("with times and booleans", typed), ("Arrow", arrow)):
                took = seconds(door, connection)
                print(f"| {name} | {took:.3f} | {first / took:.2f} |")
        for file in files.values():
            command = [sys.executable, "-c", MEMORY, str(file)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            print(f"batches of {int(told[0]):,} rows: {told[1]} MB at most")


if __name__ == "__main__":
    main()
