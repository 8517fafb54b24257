"""The pages of tables and procedures, from their declarations."""

from __future__ import annotations

from twsql.catalog import CATALOG
from twsql.mcp import pages
from twsql.mcp.reading import Reader


def test_every_page_names_every_column_and_input() -> None:
    """Nothing of a declaration is missing; the overview has a line for each."""
    lines = pages.overview()
    for table in CATALOG.tables:
        assert all(f"| {column.name} |" in str(pages.page(table.name)) for column in table.columns)
        assert f"- {table.name}: " in lines
    for procedure in CATALOG.procedures:
        assert all(f"| {each.name} |" in str(pages.page(procedure.name)) for each in procedure.inputs)
        assert f"- {procedure.name}: " in lines
    assert pages.page("nope") is None


def test_every_example_can_be_run(reader: Reader) -> None:
    """SQLite prepares it, and Twilio has a filter for it."""
    for table in CATALOG.tables:
        assert "SCAN" in reader.explain(pages.example(table))
