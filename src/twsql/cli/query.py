"""twsql query: runs scripts and prints each statement's rows as they come."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TextIO

import apsw

from twsql.cli import interrupts
from twsql.cli.calling import Bar
from twsql.cli.changes import UNSEEN, ChangeReport
from twsql.cli.costs import Costs
from twsql.cli.formats import DATA, FORMATS, JSON, SEPARATED, Format
from twsql.cli.formats.records import csv
from twsql.cli.formats.terminal import escaped
from twsql.cli.formats.text import visible
from twsql.cli.settings import settings
from twsql.dbapi import connect
from twsql.dbapi.connection import Connection
from twsql.dbapi.cursor import Cursor
from twsql.dbapi.refusals import notice
from twsql.dbapi.results import Row
from twsql.dbapi.script import split
from twsql.errors import DataError, Error, ProgrammingError
from twsql.schema import Value
from twsql.tokens import tokens

_FLUSH = 0.2
"""The most seconds that a row waits in the output buffer while others come slowly."""


@dataclass(frozen=True)
class Script:
    """A script; `name` is its file's name, '' for the command line."""

    text: str
    name: str = ""


def run(arguments: argparse.Namespace) -> int:
    """Run every script and print the rows; the first error ends it."""
    # What stops this program politely must not lose rows in its buffers: they may be of calls that were placed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scripts = [*map(_read, arguments.file), *(Script(_typed(sql)) for sql in arguments.sql)]
    parameters = {name: _typed(text) for name, text in arguments.set}
    bar = Bar()
    out = escaped(_output(arguments.format), as_json=arguments.format in JSON)
    printer = _Printer(_format(arguments), arguments.format in SEPARATED, bar.over(out))
    with bar, closing(connect(arguments.database, autocommit=True, **settings(arguments))) as connection:
        sys.stderr.write(notice(connection.apsw, arguments.database))
        connection.watch(bar.show)
        changed = ChangeReport(printer.print)
        connection.watch_changes(lambda changes: True, changed.add)
        connection.warn_by(partial(_warn, bar.over(sys.stderr)))
        interrupts.heed(connection.apsw)
        cursor = connection.cursor()
        costs = Costs(connection.apsw) if arguments.stats else None
        for script in scripts:
            _run(script, cursor, parameters, printer, _Reports(changed, costs))
    return 0


@dataclass(frozen=True)
class _Reports:
    """The reports after each statement."""

    changed: ChangeReport
    costs: Costs | None

    def end(self, connection: apsw.Connection, done: str) -> None:
        self.changed.end(connection, done)
        if self.costs is not None:
            self.costs.tell()


def _run(script: Script, cursor: Cursor, parameters: Mapping[str, str], printer: _Printer, reports: _Reports) -> None:
    for line, statement in _located(script.text):
        done, dialled = "", cursor.connection.dialled
        try:
            with _interrupted(cursor.connection), _placed(script, line, statement):
                printer.show(cursor.execute(statement, parameters))
            done = statement
            if printer.is_empty and cursor.connection.dialled > dialled:
                sys.stderr.write(f"twsql: {UNSEEN}\n")
        finally:
            reports.end(cursor.connection.apsw, done)


def _warn(out: TextIO, text: str) -> None:
    out.write(f"twsql: warning: {visible(text)}\n")


class _Printer:
    """Prints result after result in one format; an empty line stands between them if they are `separated`."""

    def __init__(self, write: Format, separated: bool, out: TextIO) -> None:
        self._write = write
        self._between = "\n" if separated else ""
        self._out = out
        self._is_first = True
        self.is_empty = False

    def show(self, cursor: Cursor) -> None:
        """Print the rows of a statement, and note whether it is a query without rows.

        Prints nothing for a statement without a result, such as CREATE TABLE.
        """
        self.is_empty = cursor.description is not None
        if cursor.description is not None:
            self.print([column[0] for column in cursor.description], self._flushed(cursor))

    def _flushed(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Pass rows on; flush the output when they come slowly."""
        last = time.monotonic()
        for row in rows:
            self.is_empty = False
            yield row
            now = time.monotonic()
            if now - last > _FLUSH:
                self._out.flush()
                last = now

    def print(self, names: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Print rows."""
        if not self._is_first:
            self._out.write(self._between)
        self._is_first = False
        self._write(names, rows, self._out)
        self._out.flush()


def _format(arguments: argparse.Namespace) -> Format:
    """The format, with the options of csv."""
    if arguments.format != "csv":
        return FORMATS[arguments.format]
    return partial(csv, end="\r\n" if arguments.crlf else "\n", escape_formulas=arguments.escape_formulas)


@contextmanager
def _placed(script: Script, line: int, statement: str) -> Iterator[None]:
    """Add the statement's place to an error, and a remedy for dot commands."""
    place = f"{script.name} line {line}: " if script.name else ""
    try:
        yield
    except Error as error:
        hint = ": commands with a dot are for 'twsql shell'" if statement.startswith(".") else ""
        if str(error).startswith("no value for the parameter"):
            hint = ": give --set NAME=VALUE"
        if str(error) == "incomplete input" and not script.name:  # twsql query SELECT 1
            hint = ": put the whole statement in quotes"
        raise ProgrammingError(f"{place}{error}{hint}") from error


@contextmanager
def _interrupted(connection: Connection) -> Iterator[None]:
    """After Ctrl-C, say where to find the outcome of calls, if this statement has dialled any."""
    before = connection.dialled
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(*([interrupts.DIALLED] if connection.dialled > before else [])) from error


def _located(script: str) -> Iterator[tuple[int, str]]:
    """Yield each statement and the number of its first line."""
    line, at = 1, 0
    for statement in split(script):
        start = script.index(statement, at) + next(tokens(statement)).start
        line += script.count("\n", at, start)
        at = start
        yield line, statement


def _read(path: str) -> Script:
    """Read a script; - is standard input."""
    if path == "-":
        return Script(_decoded(sys.stdin.buffer.read(), "stdin"), "stdin")
    with open(path, "rb") as file:
        return Script(_decoded(file.read(), path), path)


def _typed(text: str) -> str:
    """Decode an argument as UTF-8, like files, whatever the locale."""
    return _decoded(os.fsencode(text), "the command line")


def _decoded(script: bytes, name: str) -> str:
    try:
        return script.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is no UTF-8 text: its byte {error.start + 1} cannot be") from error


def _output(format_name: str) -> TextIO:
    """Set up standard output: data is UTF-8, whatever the locale; a terminal gets escapes for what it cannot show."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        if format_name in DATA:
            out.reconfigure(encoding="utf-8")
        else:
            out.reconfigure(errors="backslashreplace")
    return out
