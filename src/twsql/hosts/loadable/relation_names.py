"""Writes c/relations.h: the extension knows the names of tables and procedures before it has a worker to ask.

`python -m twsql.hosts.loadable.relation_names` after a table or procedure was added; a test compares.
"""

from __future__ import annotations

from twsql.hosts.loadable.build import SOURCES
from twsql.hosts.relations import RELATIONS

PATH = SOURCES / "relations.h"


def text() -> str:
    """What the header should say."""
    names = ", \\\n  ".join(f'"{relation.name}"' for relation in RELATIONS)
    return f"/* Written by relation_names.py. */\n#define TWSQL_RELATIONS \\\n  {names}\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
