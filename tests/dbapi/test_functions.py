"""What tools call on a connection of the sqlite3 module, as that has it: each test runs on both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import twsql

from .modules import NOWHERE


@pytest.fixture(params=["twsql", "sqlite3"])
def both(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection to a database in memory, with a table of four numbers."""
    opened: Any = twsql.connect(**NOWHERE) if request.param == "twsql" else sqlite3.connect(":memory:")
    with closing(opened):
        opened.execute("CREATE TABLE t (n INTEGER, s TEXT)")
        opened.executemany("INSERT INTO t VALUES (?, ?)", [(1, "b"), (2, "B"), (3, "a"), (4, None)])
        opened.commit()
        yield opened


class Told:
    """An aggregate: the sum of the values, as a text."""

    def __init__(self) -> None:
        self.total = 0

    def step(self, value: int) -> None:
        """Add a value."""
        self.total += value

    def inverse(self, value: int) -> None:
        """Take a value back."""
        self.total -= value

    def value(self) -> str:
        """Give the sum."""
        return f"<{self.total}>"

    finalize = value


def one(connection: Any, sql: str) -> Any:
    """The first value of a query."""
    return connection.execute(sql).fetchone()[0]


def test_functions(both: Any) -> None:
    """A function of so many values, or of any; deterministic ones can be indexed; None removes it."""
    both.create_function("twice", 1, lambda n: n * 2, deterministic=True)
    both.create_function("count_them", -1, lambda *values: len(values))
    assert (one(both, "SELECT twice(21)"), one(both, "SELECT count_them(1, 2, 3)")) == (42, 3)
    both.execute("CREATE INDEX i ON t (twice(n))")
    both.create_function("count_them", -1, None)
    with pytest.raises((twsql.Error, sqlite3.Error)):
        both.execute("SELECT count_them(1)")


def test_aggregates_and_windows(both: Any) -> None:
    """Their class is made once for each group."""
    both.create_aggregate("told", 1, Told)
    assert both.execute("SELECT n > 2, told(n) FROM t GROUP BY 1").fetchall() == [(0, "<3>"), (1, "<7>")]
    if hasattr(both, "create_window_function"):  # sqlite3 has it from Python 3.11 on
        both.create_window_function("moving", 1, Told)
        sql = "SELECT moving(n) OVER (ORDER BY n ROWS 1 PRECEDING) FROM t"
        assert [value for (value,) in both.execute(sql)] == ["<1>", "<3>", "<5>", "<7>"]


def test_collations(both: Any) -> None:
    """A function that compares two texts."""
    both.create_collation("backwards", lambda one, two: (one < two) - (one > two))
    assert one(both, "SELECT s FROM t WHERE s IS NOT NULL ORDER BY s COLLATE backwards") == "b"


def test_hooks(both: Any) -> None:
    """Statements are told as they run; a handler of progress can end one."""
    told: list[str] = []
    both.set_trace_callback(told.append)
    both.execute("SELECT 7").fetchall()
    both.set_trace_callback(None)
    both.execute("SELECT 8").fetchall()
    assert told == ["SELECT 7"]
    both.set_progress_handler(lambda: 1, 10)
    with pytest.raises((twsql.OperationalError, sqlite3.OperationalError)):
        both.execute("SELECT count(*) FROM t, t AS u, t AS v, t AS w").fetchall()
    both.set_progress_handler(None, 10)
    assert one(both, "SELECT count(*) FROM t, t AS u, t AS v, t AS w") == 256


def test_counts_and_isolation(both: Any) -> None:
    """Changes are counted; without an isolation level each statement is committed at its end."""
    assert both.total_changes == 4
    both.execute("DELETE FROM t WHERE n = 1")
    assert (both.total_changes, both.in_transaction) == (5, True)
    both.isolation_level = None
    both.commit()
    both.execute("DELETE FROM t WHERE n = 2")
    assert (both.isolation_level, both.in_transaction) == (None, False)
    both.isolation_level = ""
    both.execute("DELETE FROM t")
    both.rollback()
    assert one(both, "SELECT count(*) FROM t") == 2


def test_a_dump_makes_the_database_anew(both: Any) -> None:
    """Statement by statement, each with its semicolon."""
    script = list(both.iterdump())
    assert all(sqlite3.complete_statement(statement) for statement in script)
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.executescript("\n".join(script))
        assert copy.execute("SELECT * FROM t").fetchall() == both.execute("SELECT * FROM t").fetchall()


def test_extensions_are_off(both: Any) -> None:
    """Until they are allowed; what cannot be loaded is an error of the driver's."""
    if not hasattr(both, "enable_load_extension"):
        pytest.skip("this Python's sqlite3 can load none")
    both.enable_load_extension(True)
    with pytest.raises((twsql.Error, sqlite3.Error)):
        both.load_extension("/nowhere/at-all")
    both.enable_load_extension(False)


def test_an_isolation_level_that_is_not_there() -> None:
    """BEGIN says what is wanted."""
    connection = twsql.connect(**NOWHERE)
    with closing(connection), pytest.raises(twsql.NotSupportedError, match="BEGIN EXCLUSIVE"):
        connection.isolation_level = "EXCLUSIVE"


def test_description_says_what_the_values_are() -> None:
    """Whoever goes by its text has text for a time and an integer for a boolean, and the types are still told."""
    with closing(twsql.connect(**NOWHERE)) as connection:
        cursor = connection.execute("SELECT DateCreated, Muted FROM participants LIMIT 0")
        codes = [column[1] for column in cursor.description or ()]
    assert codes == ["TEXT", "INTEGER"]
    assert [codes[0] == twsql.DATETIME, codes[0] == twsql.STRING, codes[1] == twsql.NUMBER] == [True, False, True]
