"""Splitting a script gives the statements that SQLite would see."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.dbapi.script import split
from twsql.errors import ProgrammingError

TRIGGER = """CREATE TEMP TRIGGER log AFTER INSERT ON t WHEN new.a <> ';' BEGIN
  INSERT INTO log VALUES (CASE new.a WHEN 1 THEN 'one; END' ELSE new.a END);
  DELETE FROM old; -- ;END;
END"""
STATEMENTS = [
    "SELECT 1",
    "SELECT ';', \";\", [;], `;` /* ; */ -- ;",
    "EXEC AddParticipants ConferenceSid = 'a;b', [From] = ';'",
    "CALL HangUp('x;y')",
    "BEGIN",
    "COMMIT",
    TRIGGER,
    f"EXPLAIN {TRIGGER}",
    "-- first ; a comment\nSELECT 2",
    "SELEC 'nonsense'",
    "\xa0",
]


@given(st.lists(st.sampled_from(STATEMENTS)), st.sampled_from(["\n;\n", "\n;;\n/* ; */;", "\n ;\ufeff\t"]))
def test_joined_statements_are_split_back(statements: list[str], glue: str) -> None:
    """Whatever stands in strings, comments and triggers, joining and splitting gives the same statements."""
    assert list(split(glue.join(statements))) == statements
    assert list(split(glue.join([*statements, ""]))) == statements


@pytest.mark.parametrize("script", ["", " \n", ";", ";;", "-- only a comment", "/* a */ ; -- b"])
def test_no_statement(script: str) -> None:
    """Comments and semicolons alone are no statement."""
    assert list(split(script)) == []


@given(st.text(alphabet="';\"[]`-/*\n beginENDcrtTg", max_size=80))
def test_nothing_is_lost(script: str) -> None:
    """Any text is split without an error, and its parts stand in it in their order."""
    at = 0
    for statement in split(script):
        at = script.index(statement, at) + len(statement)
        assert statement


def test_a_script_runs_as_its_parts() -> None:
    """SQLite itself runs the parts one by one with the outcome of the whole."""
    script = f"""
        CREATE TABLE t(a); CREATE TABLE log(a); CREATE TABLE old(a);
        {TRIGGER.replace("TEMP", "")};
        INSERT INTO t VALUES (';'), (1), ('x'); -- ; done
        SELECT a FROM log"""
    whole, parts = apsw.Connection(":memory:"), apsw.Connection(":memory:")
    rows = [row for statement in split(script) for row in parts.execute(statement)]
    assert rows == list(whole.execute(script)) == [("one; END",), ("x",)]


def test_an_unfinished_trigger_takes_the_rest() -> None:
    """A trigger without its END takes in all that follows, as it does in SQLite's own shell."""
    script = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;\nSELECT 2;\nEND"
    assert list(split(script + "IF;")) == [script + "IF;"]


def test_unreadable() -> None:
    """A NUL, at which SQLite would stop reading, is refused rather than read past."""
    with pytest.raises(ProgrammingError, match="NUL character at line 1, column 10"):
        list(split("SELECT 1;\0DROP TABLE t"))
