"""Writes c/relations.h: the extension needs the names of tables and procedures before it starts a worker.

Run `python -m twsql.hosts.loadable.relation_names` after adding a table or procedure; a test compares.
"""

from __future__ import annotations

from twsql.catalog import CATALOG
from twsql.hosts.loadable.build import SOURCES
from twsql.schema import Procedure, Table

PATH = SOURCES / "relations.h"


def text() -> str:
    """The text of the header."""
    tables = [relation.name for relation in CATALOG.relations if isinstance(relation.source, Table)]
    procedures = [relation.name for relation in CATALOG.relations if isinstance(relation.source, Procedure)]
    return f"/* Written by relation_names.py. */\n{_list('TABLES', tables)}{_list('PROCEDURES', procedures)}"


def _list(name: str, names: list[str]) -> str:
    quoted = ", \\\n  ".join(f'"{each}"' for each in names)
    return f"#define TWSQL_{name} \\\n  {quoted}\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
