"""Descriptions of tables and procedures, for the shell."""

from __future__ import annotations

import textwrap

from twsql.catalog import CATALOG
from twsql.schema import Parameter, Procedure


def declared(name: str) -> str:
    """The columns of a table or procedure of twsql's as CREATE TABLE, one on a line; '' for other names."""
    known = CATALOG.named(name)
    if known is None:
        return ""
    columns = ",\n".join(f"  {slot.sql}" for slot in known.slots)
    return f'CREATE VIRTUAL TABLE "{known.name}" (\n{columns}\n);\n'


def described(procedure: Procedure, width: int) -> str:
    """Describe a procedure, its inputs and its results, in lines of at most `width` letters."""
    widest = max(len(parameter.name) for parameter in procedure.inputs) + 2
    inputs = "".join(
        textwrap.fill(
            _input(parameter),
            width,
            initial_indent=f"  {parameter.name:{widest}}",
            subsequent_indent=" " * (widest + 2),
        )
        + "\n"
        for parameter in procedure.inputs
    )
    results = ", ".join(column.name for column in procedure.columns if not column.hidden)
    return f"{procedure.name}: {procedure.description}\n{inputs}  gives {results}\n"


def _input(parameter: Parameter) -> str:
    """Describe an input: its meaning, then its values."""
    facts = [
        "required" if parameter.required else "",
        f"also {parameter.alias}" if parameter.alias else "",
        f"one of {', '.join(parameter.values)}" if parameter.kind == "enum" else "",
        f"any of {', '.join(parameter.values)}" if parameter.kind == "array" and parameter.values else "",
        f"{parameter.default} by default" if parameter.default else "",
    ]
    known = "; ".join(fact for fact in facts if fact)
    return f"{parameter.description} [{known}]" if known else parameter.description
