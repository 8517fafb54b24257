"""How rows are printed: each format is a function that takes a statement's columns and rows and writes as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO

from twsql.cli.formats.grid import markdown, table
from twsql.cli.formats.objects import json, jsonl
from twsql.cli.formats.records import csv
from twsql.schema import Value

Format = Callable[[Sequence[str], Iterable[Sequence[Value]], TextIO], None]

FORMATS: Mapping[str, Format] = {
    "table": table,
    "csv": csv,
    "json": json,
    "jsonl": jsonl,
    "markdown": markdown,
}

SEPARATED = frozenset({"table", "csv", "markdown"})
"""The formats in which an empty line stands between two results; json puts array after array, jsonl row after row."""

DATA = frozenset({"csv", "json", "jsonl"})
"""The formats for programs: always UTF-8, and text as it is, unless a terminal is to show it."""

JSON = frozenset({"json", "jsonl"})
"""The formats in which a character is escaped as JSON has it."""
