"""Output formats: each is a function that takes a statement's columns and rows, and writes the rows as they come."""

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
"""The formats with an empty line between two results; json writes array after array, jsonl row after row."""

DATA = frozenset({"csv", "json", "jsonl"})
"""The formats for programs: always UTF-8, and text unchanged, except on a terminal."""

JSON = frozenset({"json", "jsonl"})
"""The formats with JSON's escapes."""
