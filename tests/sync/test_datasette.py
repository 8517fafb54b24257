"""The metadata that Datasette is given; that it likes them is tested with the real one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.sync.conftest import File

from twsql.sync.datasette import metadata, write
from twsql.sync.migrations import descriptions
from twsql.sync.writer import Writer


def test_metadata_describe_everything() -> None:
    """Each table and view, and each of their columns, with the words that are in the file."""
    tables = metadata("calls")["databases"]["calls"]["tables"]
    told = {(table, column, text) for table in tables for column, text in tables[table]["columns"].items()}
    told |= {(table, "", tables[table]["description"]) for table in tables}
    assert told == set(descriptions())


def test_queries_of_the_charts_run(file: File) -> None:
    """Each chart's SQL is good, and gives the columns that it draws."""
    Writer(file.path, "AC").close()
    dashboard = metadata("calls")["plugins"]["datasette-dashboards"]["conferences"]
    with closing(sqlite3.connect(file.path)) as db:
        for chart in dashboard["charts"].values():
            names = {column[0] for column in db.execute(chart["query"]).description}
            assert {axis["field"] for axis in chart["display"]["encoding"].values()} <= names
            assert chart["db"] == "calls"


def test_every_chart_has_its_place() -> None:
    """The layout names each chart."""
    dashboard = metadata("calls")["plugins"]["datasette-dashboards"]["conferences"]
    assert {name for row in dashboard["layout"] for name in row} == set(dashboard["charts"])


def test_metadata_are_replaced_at_once(tmp_path: Path) -> None:
    """The name is the database file's; nothing else is left in the folder."""
    write(tmp_path / "metadata.json", tmp_path / "phone.db")
    write(tmp_path / "metadata.json", tmp_path / "phone.db")
    assert [path.name for path in tmp_path.iterdir()] == ["metadata.json"]
    assert '"phone"' in (tmp_path / "metadata.json").read_text()
