"""Results as Arrow's batches: typed by the declared columns, and alike whether C or Python reads the rows."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timezone
from importlib.util import find_spec
from typing import Any

import pytest

import twsql
from twsql.sandbox import Sandbox

# Found, and not loaded: each process of the tests collects this file, and few run its tests.
pytestmark = pytest.mark.skipif(find_spec("pyarrow") is None, reason="pip install 'twsql[arrow]'")

MADE = """
    CREATE TABLE kinds (
        i INTEGER, f REAL, b BOOLEAN, s TEXT, x BLOB, t DATETIME, d DATE, j JSON, n DECIMAL(5, 2), v VARCHAR(9)
    );
    INSERT INTO kinds VALUES
        (1, 1, 1, 'a', x'00ff', '2026-01-31 23:59:59', '2026-02-28', '{}', 1, 'é日😀'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (-9223372036854775808, 0.5, 0, '', x'', '1969-12-31T00:00:00.25Z', '1600-03-01', '[1]', 2.5, ''),
        (9, -1e300, 0, 'long' || printf('%0500d', 1), 'text', '2024-02-29', '0001-01-01', '', 0, 'v')
"""
TYPES = {
    "i": "int64",
    "f": "double",
    "b": "bool",
    "s": "string",
    "x": "binary",
    "t": "timestamp[us, tz=UTC]",
    "d": "date32[day]",
    "j": "string",
    "n": "double",
    "v": "string",
}


@pytest.fixture(params=["C", "Python"])
def connection(request: pytest.FixtureRequest) -> Iterator[twsql.Connection]:
    """A connection whose rows C reads, and one with a row trace, for which Python does."""
    with closing(twsql.connect(account_sid="AC" + 32 * "0")) as opened:
        opened.executescript(MADE)
        from twsql.dbapi.arrow import native

        if request.param == "C":
            assert native.can_read(opened.apsw.execute("SELECT 1"), "SELECT 1"), "run twsql loadable-path --build"
        else:
            opened.apsw.set_row_trace(lambda cursor, row: row)
        yield opened


def test_columns_have_their_declared_types(connection: twsql.Connection) -> None:
    """Whatever the rows hold; a DECIMAL declares no type of Arrow's, and goes by its values."""
    found = connection.execute("SELECT * FROM kinds").fetch_arrow_table()
    assert {field.name: str(field.type) for field in found.schema} == TYPES
    found.validate(full=True)
    first, nothing, low, last = found.to_pylist()
    moment = datetime(2026, 1, 31, 23, 59, 59, 0, timezone.utc)
    values = (1, 1.0, True, "a", b"\x00\xff", moment, date(2026, 2, 28), "{}", 1.0, "é日😀")
    assert first == dict(zip(TYPES, values, strict=True))
    assert set(nothing.values()) == {None}
    assert (low["i"], low["s"], low["x"], low["n"]) == (-(2**63), "", b"", 2.5)
    assert (low["t"], low["d"]) == (datetime(1969, 12, 31, 0, 0, 0, 250000, timezone.utc), date(1600, 3, 1))
    assert (last["f"], last["x"], last["t"]) == (-1e300, b"text", datetime(2024, 2, 29, 0, 0, tzinfo=timezone.utc))
    assert last["d"] == date(1, 1, 1)
    none = connection.execute("SELECT * FROM kinds WHERE i = 5").fetch_arrow_table()
    assert (none.num_rows, none.schema.field("t").type) == (0, found.schema.field("t").type)


@pytest.mark.parametrize(
    ("sql", "types", "expected", "values"),
    [
        ("SELECT count(*) FROM kinds", {}, "int64", [4]),
        ("SELECT n FROM (SELECT i * 1 AS n FROM kinds WHERE i > 0)", {}, "int64", [1, 9]),
        ("VALUES (1), (2.5), (NULL), (3)", {}, "double", [1.0, 2.5, None, 3.0]),
        ("VALUES (NULL), ('x')", {}, "string", [None, "x"]),
        ("VALUES (NULL), (NULL)", {}, "string", [None, None]),
        ("VALUES (NULL), (x'01')", {}, "binary", [None, b"\x01"]),
        ("VALUES (1), (0)", {"column1": "bool"}, "bool", [True, False]),
        ("VALUES (1), ('x'), (1.5)", {"column1": "string"}, "string", ["1", "x", "1.5"]),
        ("SELECT max(t) AS t FROM kinds", {"t": "timestamp[s]"}, "timestamp[us, tz=UTC]", None),
    ],
)
def test_expressions_go_by_their_values(
    connection: twsql.Connection, sql: str, types: Any, expected: str, values: list[Any] | None
) -> None:
    """Integers and doubles together are doubles; no value but NULL is text; `types` says otherwise."""
    found = connection.execute(sql).fetch_arrow_table(types=types)
    assert str(found.schema.field(0).type) == expected
    assert values is None or found.column(0).to_pylist() == values


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("i", "'no number'", "column i is int64, and the value of row 5 is not"),
        ("b", "2", "column b is bool, and the value of row 5"),
        ("t", "'2026-02-30'", "column t is timestamp.* row 5 .*types={'t': 'string'}"),
        ("t", "'2026-02-03 25:00:00'", "column t"),
        ("t", "'20260203 10:00:00'", "column t"),
        ("t", "'2026-02-03 10:00:00+01:00'", "column t"),
        ("t", "1", "column t"),
        ("b", "1.5", "column b"),
        ("d", "'0000-01-01'", "column d"),
        ("d", "'today'", "column d is date32"),
        ("d", "'2026-W01-1'", "column d is date32"),
        ("f", "'x'", "column f is double"),
        ("s", "x'ff'", "column s is string"),
        ("x", "1", "column x is binary"),
        ("n", "x'00'", "column n is "),
    ],
)
def test_a_value_of_another_type_is_an_error(connection: twsql.Connection, column: str, value: str, words: str) -> None:
    """It names column, type and row, and what to do."""
    connection.execute(f"INSERT INTO kinds ({column}) VALUES ({value})")
    with pytest.raises(twsql.DataError, match=words):
        connection.execute("SELECT * FROM kinds").fetch_arrow_table()


def test_text_that_is_no_utf8_is_an_error(connection: twsql.Connection) -> None:
    """Readers of Arrow trust it to be."""
    for text in ("ff", "c0af", "eda080", "f4908080", "e697"):
        with pytest.raises(twsql.DataError):
            connection.execute(f"SELECT CAST(x'{text}' AS TEXT)").fetch_arrow_table()


NUMBERS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {}) SELECT n, 't' || n AS t FROM c"


def test_batches(connection: twsql.Connection) -> None:
    """They come one by one, and a later one keeps the types of the first."""
    batches = [*connection.execute(NUMBERS.format(10)).fetch_record_batches(4)]
    assert [batch.num_rows for batch in batches] == [4, 4, 2]
    assert [n for batch in batches for n in batch.column(0).to_pylist()] == [*range(1, 11)]
    reader = connection.execute("VALUES (1), (2), (3.5)").fetch_record_batches(2)
    assert reader.read_next_batch().column(0).to_pylist() == [1, 2]
    with pytest.raises(twsql.DataError, match="value of row 3"):
        reader.read_next_batch()


def test_two_readers_of_one_statement(connection: twsql.Connection) -> None:
    """Each has its own rows, also of the same text."""
    first, second = (connection.execute(NUMBERS.format(6)).fetch_record_batches(2) for _ in range(2))
    read = [reader.read_next_batch().column(0).to_pylist() for reader in (first, second, first, second)]
    assert read == [[1, 2], [1, 2], [3, 4], [3, 4]]


def test_rows_before_and_after(connection: twsql.Connection) -> None:
    """What was fetched before is not in the table; nothing is left after it; arrays outlive cursor and connection."""
    cursor = connection.execute(NUMBERS.format(5))
    reader = cursor.fetch_record_batches(2)
    kept = reader.read_next_batch()
    cursor.close()
    gc.collect()
    with pytest.raises(twsql.InterfaceError):
        reader.read_next_batch()
    assert kept.column(1).to_pylist() == ["t1", "t2"]
    cursor = connection.execute(NUMBERS.format(3))
    assert cursor.fetchone() == (1, "t1")
    assert cursor.fetch_arrow_table().column(0).to_pylist() == [2, 3]
    assert cursor.fetchone() is None


@pytest.mark.parametrize("limit", [{"max_rows": 3}, {"statement_timeout": 0.05}, {"safe": True, "max_rows": 9}])
def test_limits_hold(limit: dict[str, Any]) -> None:
    """Rows and time of a statement are limited for this way of reading too."""
    with (
        closing(twsql.connect(account_sid="AC" + 32 * "0", **limit)) as connection,
        pytest.raises(twsql.OperationalError, match="allows"),
    ):
        connection.execute(NUMBERS.format(10**12)).fetch_arrow_table()


def test_twilios_rows(world: Callable[..., Any]) -> None:
    """Times, booleans and numbers of the live tables; a page is asked for when it is needed; errors are Twilio's."""
    here = world(conferences=25, participants=1)
    with closing(twsql.connect(**login(here.sandbox), page_size=5)) as connection:
        reader = connection.execute("SELECT Sid, DateCreated FROM conferences WHERE Status = 'completed'")
        batches = reader.fetch_record_batches(2)
        assert [*map(str, batches.schema.types)] == ["string", "timestamp[us, tz=UTC]"]
        asked = len(here.logged())
        rows = connection.execute("SELECT Sid, DateCreated FROM conferences WHERE Status = 'completed'").fetchall()
        table = batches.read_all()
        assert asked < len(here.logged()) // 2
        moments = [f"{row['DateCreated']:%Y-%m-%d %H:%M:%S}" for row in table.to_pylist()]
        assert [*zip(table.column(0).to_pylist(), moments, strict=True)] == rows
        people = connection.execute("SELECT * FROM participants").fetch_arrow_table()
        assert str(people.schema.field("Muted").type) == "bool"
        left = connection.execute("SELECT * FROM conferences WHERE Status = 'completed'").fetch_record_batches(2)
        here.sandbox.fail("error", status=400)
        with pytest.raises(twsql.TwilioError):
            left.read_all()


def test_a_procedures_row(sandbox: Sandbox) -> None:
    """EXEC has run to its end; its rows are as good."""
    with closing(twsql.connect(**login(sandbox))) as connection:
        done = connection.execute("EXEC AddParticipants Conference = 'R', From = '+15005550006', To = '+12025550100'")
        assert done.fetch_arrow_table().column("CallSid").to_pylist() == [sandbox.calls()[0].sid]
        assert len(sandbox.calls()) == 1


def login(sandbox: Sandbox) -> dict[str, Any]:
    """The settings that lead to the sandbox."""
    return {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}
