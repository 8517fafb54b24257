"""Writes c/relations.h: the extension knows the names of tables and procedures before it has a worker to ask.

`python -m twsql.hosts.loadable.relation_names` after a table or procedure was added; a test compares.
"""

from __future__ import annotations

from twsql.catalog import CATALOG
from twsql.hosts.loadable.build import SOURCES
from twsql.schema import Procedure, Table

PATH = SOURCES / "relations.h"


def text() -> str:
    """What the header should say."""
    tables = [relation.name for relation in CATALOG.relations if isinstance(relation.source, Table)]
    procedures = [relation.name for relation in CATALOG.relations if isinstance(relation.source, Procedure)]
    return f"/* Written by relation_names.py. */\n{_list('TABLES', tables)}{_list('PROCEDURES', procedures)}"


def _list(name: str, names: list[str]) -> str:
    quoted = ", \\\n  ".join(f'"{each}"' for each in names)
    return f"#define TWSQL_{name} \\\n  {quoted}\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
