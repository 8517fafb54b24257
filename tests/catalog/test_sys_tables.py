"""The sys_ tables say what there is, as SQLite sees it."""

from __future__ import annotations

import apsw
import pytest

from twsql.catalog import CATALOG
from twsql.sandbox import Sandbox


def test_tables(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Every table is listed with what can be done to it, and Twilio is not asked."""
    rows = {row[0]: row[1:] for row in db.execute("SELECT * FROM sys_tables")}
    assert {each.name for each in CATALOG.tables} <= set(rows)
    assert rows["conferences"] == ("TABLE", "Every conference of the account, newest first.", 0, 1, 0)
    assert rows["participants"][2:] == (1, 1, 1)
    assert all(row[0] == "SYSTEM TABLE" and row[2:] == (0, 0, 0) for name, row in rows.items() if name[:4] == "sys_")
    assert all(row[1].endswith(".") for row in rows.values())
    assert sandbox.counters.requests == 0


REQUIRED = {table.name: [each.name for each in table.columns if each.required] for table in CATALOG.tables}


def test_every_table_can_be_read(db: apsw.Connection) -> None:
    """What sys_tables lists is there, and its columns are those that SQLite has."""
    for (table,) in db.execute("SELECT TableName FROM sys_tables").fetchall():
        real = db.execute(
            "SELECT name, cid + 1, type, hidden > 0 FROM pragma_table_xinfo(?) ORDER BY cid", (table,)
        ).fetchall()
        told = db.execute(
            "SELECT ColumnName, Ordinal, DataTypeName, IsHidden FROM sys_tablecolumns WHERE TableName = ?"
            " ORDER BY Ordinal",
            (table,),
        ).fetchall()
        assert told == real
        assert real
        required = " AND ".join(f"{name} = 'US'" for name in REQUIRED.get(table, ()))
        db.execute(f'SELECT * FROM "{table}" WHERE {required or "1"} LIMIT 1').fetchall()


def test_every_description(db: apsw.Connection) -> None:
    """Every column, input and result says what it is."""
    for table in ("sys_tables", "sys_tablecolumns", "sys_procedures", "sys_procedureparameters"):
        assert db.execute(f"SELECT count(*) FROM {table} WHERE coalesce(Description, '') = ''").get == 0
        assert db.execute(f"SELECT count(*) FROM {table}").get > 0


def test_keys(db: apsw.Connection) -> None:
    """The columns that tell a row from every other are marked."""
    rows = db.execute("SELECT TableName, ColumnName FROM sys_tablecolumns WHERE IsKey").fetchall()
    assert {("conferences", "Sid"), ("participants", "ConferenceSid"), ("participants", "CallSid")} <= set(rows)
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize(
    ("table", "column", "filters"),
    [
        ("conferences", "Sid", "= IN"),
        ("conferences", "FriendlyName", "= IN"),
        ("conferences", "DateCreated", "= IN < <= > >= (whole UTC days)"),
        ("conferences", "Region", None),
        ("participants", "Muted", "="),
        ("participants", "CallSid", "= IN"),
        ("participants", "FriendlyName", "= IN"),
        ("participants", "To", None),
    ],
)
def test_filters(db: apsw.Connection, table: str, column: str, filters: str | None) -> None:
    """It is told which comparisons reach Twilio."""
    sql = "SELECT Filter FROM sys_tablecolumns WHERE TableName = ? AND ColumnName = ?"
    assert db.execute(sql, (table, column)).fetchall() == [(filters,)]


def test_what_can_be_set(db: apsw.Connection) -> None:
    """Each column that is said to be updateable is, and each that is not is refused by name."""
    columns = "SELECT ColumnName, IsUpdateable, IsInsertable FROM sys_tablecolumns WHERE TableName = 'participants'"
    told = {name: (update, insert) for name, update, insert in db.execute(columns)}
    assert {name for name, (update, _) in told.items() if update} == {
        "Muted", "Hold", "HoldUrl", "HoldMethod", "AnnounceUrl", "AnnounceMethod", "WaitUrl", "WaitMethod",
        "BeepOnExit", "EndConferenceOnExit", "Coaching", "CallSidToCoach",
    }  # fmt: skip
    assert {"ConferenceSid", "FriendlyName", "From", "To", "Label", "Timeout"} <= {n for n, (_, i) in told.items() if i}
    assert not told["CallSid"][1]
    assert not told["Status"][1]
    for name, (_, insert) in told.items():
        if not insert:
            with pytest.raises(Exception, match=f"{name} is read-only"):
                db.execute(f'INSERT INTO participants (FriendlyName, "From", "To", "{name}") VALUES (1, 2, 3, 4)')


def test_procedures(db: apsw.Connection) -> None:
    """Every procedure is listed, with its inputs and its results in order."""
    assert {row[0] for row in db.execute("SELECT ProcedureName FROM sys_procedures")} == {
        p.name for p in CATALOG.procedures
    }
    for procedure in CATALOG.procedures:
        sql = (
            "SELECT ColumnName FROM sys_procedureparameters WHERE ProcedureName = ? AND Direction = ? ORDER BY Ordinal"
        )
        inputs = [row[0] for row in db.execute(sql, (procedure.name, "input"))]
        results = [row[0] for row in db.execute(sql, (procedure.name, "output"))]
        assert inputs == [each.name for each in procedure.inputs]
        assert results == [each.name for each in procedure.columns]
        visible = [row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", (procedure.name,))]
        assert results[: len(visible)] == visible


def test_an_input(db: apsw.Connection) -> None:
    """An input tells its type, whether it is required, its values, range and default."""
    sql = (
        'SELECT DataTypeName, IsRequired, IsArray, AllowedValues, Minimum, Maximum, "Default"'
        " FROM sys_procedureparameters WHERE ProcedureName = 'AddParticipants' AND Direction = 'input'"
        " AND ColumnName = ?"
    )
    assert db.execute(sql, ("To",)).fetchall() == [("TEXT", 1, 0, None, None, None, None)]
    assert db.execute(sql, ("WaitTime",)).fetchall() == [("INTEGER", 0, 0, None, 5, 600, "60")]
    assert db.execute(sql, ("StatusCallbackEvent",)).fetchall() == [
        ("TEXT", 0, 1, "initiated ringing answered completed", None, None, "completed")
    ]
