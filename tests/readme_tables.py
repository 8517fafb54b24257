"""The README's reference tables, made from the declarations. `python tests/readme_tables.py` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from twsql.dialing.table import JOURNAL
from twsql.metadata import METADATA, filter_text
from twsql.procedures import PROCEDURES
from twsql.schema import Parameter, Procedure, Table
from twsql.tables import TABLES
from twsql.vtab.relation import DECLARED

README = Path(__file__).parent.parent / "README.md"
_BLOCK = re.compile(r"<!-- (?P<name>\w+) from the declarations -->\n.*?<!-- end -->", re.DOTALL)


def rewritten(text: str) -> str:
    """The README with every block between `<!-- NAME from the declarations -->` and `<!-- end -->` made anew."""
    blocks = {"tables": _tables, "procedures": _procedures}
    blocks |= {table.name: lambda table=table: _columns(table) for table in TABLES}
    blocks |= {procedure.name: lambda procedure=procedure: _inputs(procedure) for procedure in PROCEDURES}

    def block(match: re.Match[str]) -> str:
        lines = "\n".join(blocks[match["name"]]())
        return f"<!-- {match['name']} from the declarations -->\n{lines}\n<!-- end -->"

    return _BLOCK.sub(block, text)


def _tables() -> Iterator[str]:
    yield "| table | what a row is | INSERT | UPDATE | DELETE |\n| --- | --- | --- | --- | --- |"
    for table in (*TABLES, JOURNAL, *METADATA):
        effects = " | ".join("yes" if effect else "" for effect in (table.insert, table.update, table.delete))
        yield f"| `{table.name}` | {table.description} | {effects} |"


def _procedures() -> Iterator[str]:
    yield "| procedure | what it does | required inputs |\n| --- | --- | --- |"
    for procedure in PROCEDURES:
        required = ", ".join(f"`{parameter.name}`" for parameter in procedure.inputs if parameter.required)
        yield f"| `{procedure.name}` | {procedure.description} | {required} |"


def _columns(table: Table) -> Iterator[str]:
    yield "| column | type | Twilio filters | what it holds |\n| --- | --- | --- | --- |"
    for column in table.columns:
        name = f"`{column.name}`" + (" (hidden)" if column.hidden else "")
        filters = filter_text(column).replace("|", "\\|")
        yield f"| {name} | {DECLARED[column.type]} | {f'`{filters}`' if filters else ''} | {column.description} |"


def _inputs(procedure: Procedure) -> Iterator[str]:
    yield "| input | kind | what it is |\n| --- | --- | --- |"
    for parameter in procedure.inputs:
        required = ", required" if parameter.required else ""
        yield f"| `{parameter.name}` | {parameter.kind}{required} | {' '.join(_told(parameter))} |"


def _told(parameter: Parameter) -> Iterator[str]:
    yield parameter.description
    if parameter.kind in ("enum", "array"):
        yield (
            f"One of {', '.join(parameter.values)}."
            if parameter.kind == "enum"
            else (f"Any of {', '.join(parameter.values)}.")
        )
    if parameter.most is not None:
        unit = "" if parameter.kind == "integer" else " characters"
        yield f"{parameter.least or 1} to {parameter.most}{unit}."
    if parameter.default:
        yield f"Default {parameter.default}."


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
