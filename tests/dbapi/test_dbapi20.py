"""The public-domain suite of PEP 249, all of it, on a database file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import apsw
import dbapi20

from twsql import dbapi

from .modules import LOWER, NOWHERE, lower, provide


class TestDBAPI20(dbapi20.DatabaseAPI20Test):
    """Overridden is only what the suite asks drivers to override."""

    driver = dbapi
    connect_kw_args = NOWHERE

    def setUp(self) -> None:
        """Give each test a file of its own, as the suite connects more than once."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.connect_args = (Path(directory.name, "suite.db"),)

    def test_callproc(self) -> None:
        """The suite's own test, with a procedure `lower` for it to call."""
        opened = apsw.Connection(":memory:")
        provide(opened, "lower", ("Lower",), lower)
        self._connect = lambda: dbapi.Connection(opened, procedures=(LOWER,))
        super().test_callproc()

    def test_nextset(self) -> None:
        """A script has a result set for each statement that gives rows."""
        with dbapi.connect(*self.connect_args, **NOWHERE) as connection:
            cursor = connection.cursor()
            self.executeDDL1(cursor)
            for sql in self._populate():
                cursor.execute(sql)
            table = f"{self.table_prefix}booze"
            cursor.executescript(f"SELECT count(*) FROM {table}; DELETE FROM {table} WHERE 0; SELECT name FROM {table}")
            assert cursor.fetchone() == (len(self.samples),)
            assert cursor.nextset() is True
            assert [name for (name,) in cursor.fetchall()] == self.samples
            assert cursor.nextset() is None
        connection.close()

    def test_setoutputsize(self) -> None:
        """A value is fetched whole, whatever size is set."""
        connection = self._connect()
        cursor = connection.cursor()
        cursor.setoutputsize(1)
        cursor.setoutputsize(1, 0)
        cursor.execute("SELECT zeroblob(100000)")
        assert cursor.fetchall() == [(bytes(100_000),)]
        connection.close()


def test_every_test_of_the_suite_runs() -> None:
    """None of the suite's tests is taken away, and only three are our own."""
    names = [name for name in dir(dbapi20.DatabaseAPI20Test) if name.startswith("test_")]
    assert all(callable(getattr(TestDBAPI20, name)) for name in names)
    assert {name for name in names if name in vars(TestDBAPI20)} == {
        "test_callproc",
        "test_nextset",
        "test_setoutputsize",
    }
