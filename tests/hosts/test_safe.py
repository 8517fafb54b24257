"""`safe`: each way out of a connection where others write the SQL."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

import twsql
from twsql.catalog import CATALOG
from twsql.sandbox import Sandbox
from twsql.schema import Procedure

HOSTILE = """
ATTACH '{out}' AS other
ATTACH ':memory:' AS other
DETACH main
VACUUM
VACUUM INTO '{out}'
SELECT load_extension('{out}')
SELECT fts3_tokenizer('simple')
SELECT fts3_tokenizer('evil', x'0000000000000000')
SELECT writefile('{out}', 'x')
SELECT readfile('{file}')
SELECT edit('x', 'touch {out}')
SELECT optimize(words) FROM words
CREATE TABLE made (a)
CREATE TEMP TABLE made (a)
CREATE VIEW made AS SELECT 1
CREATE TEMP VIEW made AS SELECT 1
CREATE INDEX made ON numbers (n)
CREATE TRIGGER made AFTER INSERT ON numbers BEGIN DELETE FROM numbers; END
CREATE TEMP TRIGGER made AFTER INSERT ON main.numbers BEGIN DELETE FROM numbers; END
CREATE VIRTUAL TABLE made USING fts5(a)
CREATE VIRTUAL TABLE temp.made USING fts5vocab(words, row)
CREATE TABLE made AS SELECT * FROM AddParticipants('Room', '+15005550006', '+12025550100')
INSERT INTO numbers VALUES (3)
INSERT INTO words (words) VALUES ('optimize')
INSERT INTO sqlite_schema VALUES ('table', 'made', 'made', 0, 'CREATE TABLE made (a)')
REPLACE INTO numbers VALUES (3)
UPDATE numbers SET n = 3
WITH x AS (SELECT 1) UPDATE numbers SET n = 3 RETURNING n
UPDATE words_content SET c0x = ''
DELETE FROM numbers
DROP TABLE numbers
DROP VIEW doubled
ALTER TABLE numbers RENAME TO made
ALTER TABLE numbers ADD COLUMN made
ANALYZE
REINDEX
REINDEX by_number
BEGIN
BEGIN EXCLUSIVE
SAVEPOINT made
PRAGMA writable_schema = 1
PRAGMA query_only = 0
PRAGMA journal_mode = wal
PRAGMA main.journal_mode = memory
PRAGMA user_version = 5
PRAGMA user_version(5)
PRAGMA temp_store_directory = '{folder}'
PRAGMA data_store_directory = '{folder}'
PRAGMA temp_store = memory
PRAGMA cache_size = 1000000000
PRAGMA trusted_schema = 1
PRAGMA mmap_size = 1000000000
PRAGMA wal_checkpoint(TRUNCATE)
PRAGMA incremental_vacuum
PRAGMA locking_mode = exclusive
PRAGMA hard_heap_limit = 1000
PRAGMA busy_timeout = 1000000000
PRAGMA optimize
PRAGMA integrity_check
PRAGMA unheard_of = 1
SELECT * FROM pragma_wal_checkpoint
SELECT * FROM pragma_optimize
SELECT * FROM pragma_integrity_check
SELECT zeroblob(1000000000)
SELECT replace(printf('%0100000d', 0), '0', printf('%0100000d', 0))
SELECT * FROM AddParticipants('Room', '+15005550006', '+12025550100')
SELECT CallSid FROM AddParticipants('Room', '+15005550006', '+12025550100') WHERE RequestKey = 'x'
SELECT (SELECT CallSid FROM AddParticipants('Room', '+15005550006', '+12025550100'))
SELECT * FROM AddParticipants('Room', '+15005550006', '+12025550100') WHERE DryRun = 1
SELECT * FROM RemoveParticipants('Room')
SELECT * FROM ModifyParticipants('Room') WHERE Muted = 1
SELECT * FROM EndConference('Room')
UPDATE participants SET Muted = 1 WHERE FriendlyName = 'Room'
UPDATE temp.participants SET Muted = 1 WHERE FriendlyName = 'Room'
DELETE FROM participants WHERE FriendlyName = 'Room'
UPDATE conferences SET Status = 'completed'
INSERT INTO participants (FriendlyName, "From", "To") VALUES ('Room', '+15005550006', '+12025550100')
"""

EXECS = """
EXEC AddParticipants ConferenceSid = 'Room', From = '+15005550006', To = '+12025550100'
CALL AddParticipants('Room', '+15005550006', '+12025550100')
EXEC EndConference Conference = 'Room'
"""

HARMLESS = """
SELECT n FROM numbers
SELECT * FROM doubled
SELECT x FROM words WHERE words MATCH 'one'
SELECT Sid, FriendlyName FROM conferences
SELECT c.Sid, p.CallSid FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 5) SELECT sum(n) FROM c
SELECT value FROM json_each('[1, 2]')
SELECT group_concat(n) OVER (ORDER BY n) FROM numbers
EXPLAIN QUERY PLAN SELECT * FROM conferences
SELECT name FROM sqlite_schema
PRAGMA table_info(numbers)
PRAGMA database_list
PRAGMA user_version
SELECT name FROM pragma_table_xinfo('conferences')
"""


def listed(statements: str) -> list[str]:
    """The statements, one a line."""
    return statements.strip().splitlines()


@pytest.fixture(scope="module")
def twilio() -> Iterator[Sandbox]:
    """A local Twilio with a conference, Room, and one participant."""
    with Sandbox() as sandbox, closing(twsql.connect(**login(sandbox), journal=":memory:")) as connection:
        connection.cursor().callproc("AddParticipants", ("Room", "+15005550006", "+12025550101"))
        sandbox.clear()
        yield sandbox


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with a table, an index, a view and a full-text table."""
    path = tmp_path_factory.mktemp("safe") / "numbers.db"
    with closing(apsw.Connection(str(path))) as made:
        made.execute(
            "CREATE TABLE numbers (n INTEGER); INSERT INTO numbers VALUES (1), (2);"
            "CREATE INDEX by_number ON numbers (n); CREATE VIEW doubled AS SELECT 2 * n FROM numbers;"
            "CREATE VIRTUAL TABLE words USING fts3(x); INSERT INTO words VALUES ('one two')"
        )
    return path


def login(sandbox: Sandbox) -> dict[str, Any]:
    """The settings that lead to the sandbox."""
    return {"base_url": sandbox.base_url, "account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token}


@pytest.fixture(scope="module")
def run(twilio: Sandbox, file: Path) -> Iterator[Callable[[str], Any]]:
    """Run a statement on a safe connection to the file; no file may be made by it, and nothing changed at Twilio."""
    places = {"file": file, "folder": file.parent, "out": file.parent / "out"}
    with closing(twsql.connect(file, safe=True, **login(twilio))) as connection:

        def ran(sql: str) -> Any:
            before = state(file)
            try:
                return connection.execute(sql.format(**places) if "{out}" in sql or "{f" in sql else sql).fetchall()
            finally:
                assert state(file) == before
                assert {each.method for each in twilio.requests} <= {"GET"}
                assert connection.apsw.get_autocommit()

        yield ran


def state(file: Path) -> dict[str, str]:
    """What is in the file's folder."""
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in file.parent.iterdir()}


@pytest.mark.parametrize("sql", listed(HOSTILE) + listed(EXECS))
def test_nothing_gets_out(run: Callable[[str], Any], sql: str) -> None:
    """A statement that would change, attach, load or write anything is an error, and does nothing."""
    with pytest.raises(twsql.Error):
        run(sql)


PLAUSIBLE: dict[str, Any] = {
    "conference": "Room",
    "called": "+12025550100",
    "caller": "+15005550006",
    "integer": 1,
    "boolean": True,
    "url": "https://example.com/",
}


@pytest.mark.parametrize("procedure", CATALOG.procedures, ids=lambda each: each.name)
def test_no_procedure_runs(run: Callable[[str], Any], twilio: Sandbox, procedure: Procedure) -> None:
    """Each has an effect, so none does: those that come later too."""
    needed = {each.name for some in procedure.any_of for each in procedure.inputs if each.name in some[:1]}
    given = {
        each.name: PLAUSIBLE.get(each.kind, f"{''.join(each.values[:1])}{'0' * 32}" if each.kind == "sid" else "Room")
        for each in procedure.inputs
        if each.required or each.name in needed
    }
    with closing(twsql.connect(safe=True, **login(twilio))) as connection:
        before = len(twilio.requests)
        with pytest.raises(twsql.ReadOnlyError, match=f"{procedure.name} has an effect and safe is set"):
            connection.cursor().callproc(procedure.name, given)
        assert len(twilio.requests) == before


@pytest.mark.parametrize("sql", listed(HARMLESS))
def test_reading_goes_on(run: Callable[[str], Any], sql: str) -> None:
    """What only reads or describes gives its rows."""
    assert run(sql)


def test_by_the_environment_alone(twilio: Sandbox, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TWSQL_SAFE holds a program's own connection too, though its file is open to be written."""
    monkeypatch.setenv("TWSQL_SAFE", "1")
    before, places = state(file), {"file": file, "folder": tmp_path, "out": tmp_path / "out"}
    with closing(apsw.Connection(str(file))) as connection, closing(twsql.register(connection, **login(twilio))):
        for sql in listed(HOSTILE):
            with pytest.raises((apsw.Error, twsql.Error)):
                connection.execute(sql.format(**places)).fetchall()
        assert connection.execute("SELECT n FROM numbers").fetchall() == [(1,), (2,)]
    assert state(file) == before
    assert {each.method for each in twilio.requests} <= {"GET"}


def test_the_error_says_what_to_do(run: Callable[[str], Any]) -> None:
    """It names what was refused, and the setting."""
    with pytest.raises(twsql.ReadOnlyError, match=r"^ATTACH is refused: safe is set.*unset safe \(TWSQL_SAFE\)"):
        run("ATTACH 'x' AS y")
    with pytest.raises(twsql.ReadOnlyError, match="AddParticipants has an effect and safe is set; nothing was sent"):
        run(listed(EXECS)[0])


def test_a_missing_file_is_not_made(tmp_path: Path, twilio: Sandbox) -> None:
    """It is an error that says why."""
    with pytest.raises(twsql.OperationalError, match="safe opens only files that are there"):
        twsql.connect(tmp_path / "none.db", safe=True, **login(twilio))
    assert not list(tmp_path.glob("none*"))


ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT {} FROM c"


def test_time_is_limited_while_sqlite_computes(twilio: Sandbox) -> None:
    """The error names the setting; a statement that nobody reads on does not end a later one."""
    with closing(twsql.connect(statement_timeout=0.1, **login(twilio))) as connection:
        left = connection.execute(ENDLESS.format("n"))
        with pytest.raises(twsql.OperationalError, match=r"statement_timeout allows \(0.1 seconds\).*TWSQL_STATEMENT"):
            connection.execute(ENDLESS.format("count(*)"))
        assert connection.execute(ENDLESS.format("n") + " LIMIT 1 OFFSET 20000").fetchone() == (20001,)
        left.close()


@pytest.mark.parametrize("fault", [{"kind": "slow"}, {"kind": "429", "retry_after": 30}])
def test_time_is_limited_while_twilio_is_slow(fault: dict[str, Any]) -> None:
    """Neither a response nor the wait before another attempt may take longer."""
    with Sandbox() as slow, closing(twsql.connect(statement_timeout=0.2, **login(slow))) as connection:
        slow.fail(**fault)
        begun = time.monotonic()
        with pytest.raises(twsql.OperationalError, match="took longer than statement_timeout allows"):
            connection.execute("SELECT * FROM conferences").fetchall()
        assert time.monotonic() - begun < 10  # without the limit half a minute at least
        slow.heal()


def test_a_call_under_way_is_not_broken_off() -> None:
    """Only what has not begun is given up: breaking off a call would leave its outcome unknown."""
    with Sandbox() as slow, closing(twsql.connect(statement_timeout=0.2, **login(slow))) as connection:
        slow.fail("slow", method="POST", seconds=0.5, times=1)
        made = connection.execute("SELECT CallSid FROM AddParticipants('Room', '+15005550006', '+12025550101')")
        assert made.fetchone() == (slow.calls()[0].sid,)


def test_rows_are_limited(twilio: Sandbox) -> None:
    """The rows before the limit are given; each statement counts anew, also of one cursor of apsw's."""
    with closing(twsql.connect(max_rows=2, **login(twilio))) as connection:
        cursor = connection.execute(ENDLESS.format("n"))
        assert cursor.fetchmany(2) == [(1,), (2,)]
        with pytest.raises(twsql.OperationalError, match=r"more rows than max_rows allows \(2\).*TWSQL_MAX_ROWS"):
            cursor.fetchone()
        plain = connection.apsw.cursor()
        for _ in range(2):
            assert plain.execute("VALUES (1), (2)").fetchall() == [(1,), (2,)]
