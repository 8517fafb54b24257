"""The sys_ tables say what there is, as SQLite sees it."""

from __future__ import annotations

from typing import Any

import apsw
import pytest

from twsql.catalog import CATALOG
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.twilio.settings import VARIABLES


def test_tables(db: apsw.Connection, sandbox: Sandbox) -> None:
    """Every table is listed with what can be done to it, and Twilio is not asked."""
    rows = {row[0]: row[1:] for row in db.execute("SELECT * FROM sys_tables")}
    assert {each.name for each in CATALOG.tables} <= set(rows)
    assert rows["conferences"] == ("TABLE", "Every conference of the account, newest first.", 0, 1, 0)
    assert rows["participants"][2:] == (1, 1, 1)
    assert all(row[0] == "SYSTEM TABLE" and row[2:] == (0, 0, 0) for name, row in rows.items() if name[:4] == "sys_")
    assert all(row[1].endswith(".") for row in rows.values())
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize(
    "where",
    [
        "sys_tables WHERE TableName = 'CONFERENCES'",
        "sys_tablecolumns WHERE TableName = 'participants' AND ColumnName = 'callsid'",
        "sys_procedures WHERE ProcedureName IN ('addparticipants')",
        "sys_procedureparameters WHERE ProcedureName = 'ADDPARTICIPANTS' AND ColumnName = 'from'",
        "sys_connection_props WHERE Name = 'Read_Only'",
    ],
)
def test_names_ignore_case(db: apsw.Connection, where: str) -> None:
    """As names do in SQL."""
    assert db.execute(f"SELECT count(*) FROM {where}").fetchall() == [(1,)]


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
        assert inputs == [each.alias or each.name for each in procedure.inputs]
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


def test_the_first_input(db: apsw.Connection) -> None:
    """It is ConferenceSid, as EXEC takes it."""
    sql = (
        "SELECT ColumnName FROM sys_procedureparameters"
        " WHERE ProcedureName = 'AddParticipants' AND Direction = 'input' AND Ordinal <= 3 ORDER BY Ordinal"
    )
    assert [name for (name,) in db.execute(sql)] == ["ConferenceSid", "From", "To"]


def test_another_name(db: apsw.Connection, sandbox: Sandbox) -> None:
    """ConferenceParticipants reads and changes what participants does, joins as it does, and is listed."""
    db.execute("SELECT CallSid FROM AddParticipants('team', '+15005550006', '+12025550100')").fetchall()
    joined = "SELECT p.CallSid FROM conferences c JOIN conferenceparticipants p ON p.ConferenceSid = c.Sid"
    assert db.execute(joined).fetchall() == db.execute("SELECT CallSid FROM participants").fetchall()
    db.execute("UPDATE ConferenceParticipants SET Muted = 1 WHERE FriendlyName = 'team'")
    assert db.execute("SELECT Muted FROM participants").fetchall() == [(1,)]
    same = (
        "SELECT count(*) FROM participants p JOIN ConferenceParticipants q"
        " ON q.ConferenceSid = p.ConferenceSid AND q.CallSid = p.CallSid"
    )
    assert db.execute(same).get == 1
    told = "SELECT TableType, IsInsertable FROM sys_tables WHERE TableName = 'ConferenceParticipants'"
    assert db.execute(told).fetchall() == [("TABLE", 1)]
    columns = "SELECT ColumnName FROM sys_tablecolumns WHERE TableName = ? ORDER BY Ordinal"
    assert len({tuple(db.execute(columns, (name,))) for name in ("participants", "ConferenceParticipants")}) == 1


def test_foreign_keys(db: apsw.Connection) -> None:
    """Each leads to a column that is the key of a table, and every reference that is declared is listed."""
    rows = db.execute("SELECT * FROM sys_foreignkeys").fetchall()
    assert ("participants", "ConferenceSid", "FK_participants_ConferenceSid", "conferences", "Sid") in {
        row[:5] for row in rows
    }
    keys = {table.name: [each.name for each in table.columns if each.key] for table in CATALOG.tables}
    assert all(row[4] in keys[row[3]] for row in rows)
    declared = {(table.name, each.name) for table in CATALOG.tables for each in table.columns if each.references}
    to_itself = {("conferences", "Sid")}
    assert {row[:2] for row in rows} == declared - to_itself


def test_primary_keys_and_indexes(db: apsw.Connection) -> None:
    """A primary key is what identifies a row; an index is what Twilio finds rows by."""
    keys = db.execute("SELECT ColumnName FROM sys_primarykeys WHERE TableName = 'participants' ORDER BY KeySeq")
    assert keys.fetchall() == [("ConferenceSid",), ("CallSid",)]
    listed = db.execute("SELECT DISTINCT TableName FROM sys_primarykeys").fetchall()
    assert {name for (name,) in listed} == {table.name for table in CATALOG.tables}
    indexes = "SELECT ColumnName, IsUnique, SortOrder FROM sys_indexes WHERE TableName = 'conferences'"
    assert db.execute(indexes).fetchall() == [
        ("Sid", 1, None), ("FriendlyName", 0, None), ("Status", 0, None), ("DateCreated", 0, "D"),
        ("DateUpdated", 0, None),
    ]  # fmt: skip
    told = "SELECT TableName, ColumnName FROM sys_tablecolumns WHERE Filter IS NOT NULL"
    found = "SELECT TableName, ColumnName FROM sys_indexes WHERE Filter IS NOT NULL"
    assert set(db.execute(told)) == set(db.execute(found))


def test_settings(account: dict[str, Any]) -> None:
    """Each setting with its variable, as this connection has it; secrets have no value, and an address no password."""
    connection = apsw.Connection(":memory:")
    journal = "postgresql://ada:hush-hush@127.0.0.1/twsql"
    registration = register(connection, **account, max_price_per_minute="0.10", journal=journal)
    rows = {row[0]: row[1:] for row in connection.execute("SELECT * FROM sys_connection_props")}
    registration.close()
    assert {name: row[2] for name, row in rows.items()} == VARIABLES
    assert rows["auth_token"] == (None, None, "TWILIO_AUTH_TOKEN", 1, 1)
    assert rows["api_secret"] == (None, None, "TWILIO_API_SECRET", 0, 1)
    assert rows["base_url"][0] == account["base_url"]
    assert (rows["max_price_per_minute"][0], rows["read_only"][0], rows["timeout"][:2]) == (
        "0.10",
        "0",
        ("30.0", "30.0"),
    )
    assert "hush" not in str(rows)
    assert account["auth_token"] not in str(rows)
