"""A page for each table and procedure, from its declaration: what it is, its columns or inputs, and an example."""

from __future__ import annotations

from collections.abc import Iterator

from twsql.catalog import CATALOG
from twsql.catalog.sys_tables import filter_text
from twsql.schema import Column, Parameter, Procedure, Table
from twsql.vtab.relation import DECLARED


def overview() -> str:
    """A line for each table and procedure."""
    tables = [f"- {table.name}: {table.description}" for table in CATALOG.tables]
    procedures = [f"- {each.name}: {each.description}" for each in CATALOG.procedures]
    return "\n".join(["# Tables", *tables, "", "# Procedures (each has an effect at Twilio)", *procedures])


def page(name: str) -> str | None:
    """The page of a table or procedure; None for other names."""
    found = CATALOG.named(name)
    if found is None:
        return None
    return "\n".join(_table(found.source) if isinstance(found.source, Table) else _procedure(found.source))


def example(table: Table) -> str:
    """A statement that reads a table with one of Twilio's filters."""
    names = ", ".join(f'"{column.name}"' for column in table.columns[:4] if not column.hidden)
    required = [f"\"{column.name}\" = '{column.sid or 'X'}…'" for column in table.columns if column.required]
    filtered = [term for column in table.columns if (term := _term(column))]
    terms = " AND ".join(required or filtered[:1])
    return " ".join(["SELECT", names, "FROM", table.name, *(["WHERE", terms] if terms else []), "LIMIT 10"])


def _term(column: Column) -> str:
    if not column.filter:
        return ""
    if column.type == "datetime":
        return f"\"{column.name}\" >= datetime('now', '-7 days')"
    return f"\"{column.name}\" = '{column.values[-1]}'" if column.values else ""


def _table(table: Table) -> Iterator[str]:
    yield f"# {table.name}\n\n{table.description}\n\nExample: {example(table)}\n"
    yield "| column | type | Twilio filters | what it holds |\n| --- | --- | --- | --- |"
    for column in table.columns:
        filters = filter_text(column).replace("|", "\\|")
        needed = " Required: Twilio lists the rows of one only." if column.required else ""
        joins = f" Join: {column.references}." if column.references else ""
        yield f"| {column.name} | {DECLARED[column.type]} | {filters} | {column.description}{needed}{joins} |"
    yield "\nTimes are UTC text, YYYY-MM-DD HH:MM:SS; booleans are 0 and 1; absent is NULL."


def _procedure(procedure: Procedure) -> Iterator[str]:
    yield f"# {procedure.name}\n\n{procedure.description} It has an effect at Twilio, so `query` refuses it.\n"
    yield "| input | kind | what it is |\n| --- | --- | --- |"
    for parameter in procedure.inputs:
        yield f"| {parameter.name} | {parameter.kind} | {' '.join(_told(parameter))} |"
    yield f"\nResult: {', '.join(column.name for column in procedure.columns if not column.hidden)}."


def _told(parameter: Parameter) -> Iterator[str]:
    yield parameter.description
    if parameter.alias:
        yield f"{parameter.alias} is another name of it."
    if parameter.required:
        yield "Required."
    if parameter.kind in ("enum", "array"):
        yield f"{'One' if parameter.kind == 'enum' else 'Any'} of {', '.join(parameter.values)}."
    if parameter.default:
        yield f"Default {parameter.default}."
