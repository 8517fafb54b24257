"""twsql shell: apsw's shell with Twilio's tables and procedures, EXEC, and errors on one line."""

# apsw.shell has no types.
# mypy: allow-untyped-calls

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import apsw
import apsw.ext
import apsw.shell

from twsql._version import __version__
from twsql.catalog import CATALOG
from twsql.cli import completion, interrupts
from twsql.cli.changes import UNSEEN, ChangeReport, is_many
from twsql.cli.dot_commands import DotCommands
from twsql.cli.formats.grid import table
from twsql.cli.formats.text import visible
from twsql.cli.rows_before_errors import RowsBeforeErrors
from twsql.cli.settings import settings
from twsql.dbapi.execs import is_exec
from twsql.dbapi.hints import hint
from twsql.dbapi.invocations import translate
from twsql.dbapi.refusals import notice, refuse
from twsql.dbapi.script import split
from twsql.dbapi.translation import Translated
from twsql.errors import Error, OperationalError, ProgrammingError, SettingError
from twsql.hosts.apsw import Registration, register
from twsql.schema import Value
from twsql.tokens import first_word
from twsql.vtab.changes import Changes

_QUERIES = ("SELECT", "WITH", "VALUES")

_LEAVE = re.compile(r"\s*(exit|quit)\s*;?\s*", re.IGNORECASE)
"""Words that people type to leave; none begins a SQL statement."""

_TABLES = "SELECT name FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'"

_SAFE_COMMANDS = """
    bail changes databases echo exit header headers help indices mode nullvalue print procedures prompt quit schema
    separator show tables timer version width
"""
"""The dot commands under `safe`."""


def run(arguments: argparse.Namespace) -> int:
    """Read statements and commands to the end of the input; 1 if one of a script failed."""
    with closing(Shell(arguments.database or "", settings(arguments))) as shell:
        try:
            with Translated():
                intro = shell.intro()
        except OperationalError as error:
            raise OperationalError(f"{error}: {arguments.database}") from error
        sys.stderr.write(notice(shell.db, arguments.database))
        try:
            shell.cmdloop(intro=intro)
        except SystemExit as leave:  # .exit, .quit
            return int(leave.code or 0)
        return int(shell.failed and not shell.interactive)


class Shell(DotCommands):
    """apsw's shell on connections with Twilio's tables; `given` are the settings, as for `twsql.connect`.

    `failed` says whether a statement or command has failed.
    """

    def __init__(self, database: str, given: Mapping[str, Any]) -> None:
        self._given = given
        self._file = database
        self._registrations: WeakKeyDictionary[apsw.Connection, Registration] = WeakKeyDictionary()
        self._rows_first = RowsBeforeErrors()
        self._changed = ChangeReport(self._show)
        self._typed: list[str] = []
        self._dialled_before = 0
        self.failed = False
        super().__init__()
        self.db = None, database
        self.prompt, self.moreprompt = "twsql> ", "  ...> "
        self.history_file = _history()

    def _registered(self) -> apsw.Connection:
        """The current connection; .open and .connection may have changed it."""
        connection: apsw.Connection = self._ensure_db()
        if connection not in self._registrations:
            self._registrations[connection] = register(connection, **self._given)
            self._rows_first.most = self._registrations[connection].settings.max_rows
            engine = self._registrations[connection].engine
            engine.consent, engine.hear = self._consents, self._changed.add
            engine.warn = lambda text: self.write_error(visible(f"warning: {text}") + "\n")
            interrupts.heed(connection)
            self._rows_first.follow(connection)
        return connection

    db = property(_registered, apsw.shell.Shell._set_db)

    def process_command(self, command: str) -> None:
        """Run a dot command; under `safe` one that opens no file and starts no program."""
        name = command.split()[0].removeprefix(".").replace("-", "_")
        if self._registrations[self.db].settings.safe and name not in _SAFE_COMMANDS.split():
            raise self.Error(f".{name} is refused while safe is set: it may open a file or start a program")
        super().process_command(command)

    def close(self) -> None:
        """Close the database, and the connections to Twilio."""
        for registration in self._registrations.values():
            registration.close()
        if self._db is not None:
            self._db.close(True)

    def intro(self) -> str:
        """Print which Twilio and which database the shell uses, and how to go on. Opens the database."""
        used = self._registrations[self.db].settings
        try:
            where = f"Account {used.require_credentials()[0]} at {used.server}."
        except SettingError as error:
            where = f"No account is set: {error}."
        file = "" if self._file else "No file is open: tables that you make are gone at the end.\n"
        return f"twsql {__version__}. {where}\n{file}.tables and .procedures show what there is, .help the commands.\n"

    def process_sql(
        self, sql: str, bindings: Any = None, internal: bool = False, summary: tuple[str, str] | None = None
    ) -> None:
        """Run statements, EXEC and CALL among them."""
        try:
            for statement in [sql] if internal else split(sql):
                self._process_one(statement, bindings, internal, summary)
        except KeyboardInterrupt:
            self._begin_no_more()
            raise

    def _process_one(self, statement: str, bindings: Any, internal: bool, summary: tuple[str, str] | None) -> None:
        self._rows_first.rows = 0
        self._dialled_before = self._dialled()
        done = ""
        try:
            with self._rows_first:
                if not internal:
                    refuse(self.db, statement)
                if not internal and is_exec(statement):
                    self._exec(statement, self.bindings if bindings is None else bindings)
                else:
                    super().process_sql(statement, bindings, internal, summary)
            done = "" if internal else statement
        finally:
            self.end_box()
            self._changed.end(self.db, done)
        has_dialled = self._dialled() > self._dialled_before
        if (self.interactive or has_dialled) and not internal and self._is_empty(statement):
            self._tell_of_no_rows(has_dialled)

    def _tell_of_no_rows(self, has_dialled: bool) -> None:
        if self.interactive:
            self.write(self.stdout, "no rows\n")
        if has_dialled:
            self.write_error(f"twsql: {UNSEEN}\n")

    def _begin_no_more(self) -> None:
        """Keep calls that wait from being placed: the statement may not have ended with the interrupt."""
        for registration in self._registrations.values():
            registration.engine.begin_no_more()

    def _dialled(self) -> int:
        """How many calls of the journal this shell has dialled."""
        return sum(registration.engine.dialled for registration in self._registrations.values())

    def _is_empty(self, statement: str) -> bool:
        """Whether the last statement was a query without rows."""
        if self._rows_first.rows or first_word(statement) not in _QUERIES:
            return False
        return bool(apsw.ext.query_info(self.db, statement).description)  # WITH … INSERT gives none

    def _consents(self, changes: Changes) -> bool:
        """Ask at a terminal before many changes at Twilio."""
        if not (self.interactive and is_many(changes)):
            return True
        self.write(self.stdout, f"{changes.noun} will be {changes.effect.done} at Twilio. Go on? [y/N] ")
        self.stdout.flush()
        answer: str = self.stdin.readline()
        return answer.strip().lower() in ("y", "yes")

    def _show(self, names: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        table(names, rows, self.stdout)

    def _exec(self, statement: str, bindings: Any) -> None:
        if self.echo:
            self.write_error(statement + "\n")
        country = self._registrations[self.db].settings.default_country
        super().process_sql(*translate(statement, CATALOG.procedures, bindings, country), internal=True)

    def get_line(self, prompt: str = "") -> str | None:
        """Read a line, and remember the lines before it, for completion in a statement of several lines."""
        self._dialled_before = self._dialled()
        if prompt != self.moreprompt:
            self._typed = []
        line: str | None = super().get_line(prompt)
        if line is not None and prompt != self.moreprompt and _LEAVE.fullmatch(line):
            line = ".exit"
        if line is None and prompt == self.moreprompt and not self.interactive and self._typed[-1] != ";":
            line = ";"  # a script's last statement needs none
        self._typed.append(line or "")
        return line

    def complete_sql(self, line: str, token: str, beg: int, end: int) -> list[str]:
        """Complete inputs in EXEC and CALL, and twsql's names elsewhere."""
        found = completion.in_exec("\n".join([*self._typed, line[:beg]]), token)
        if found is not None:
            return found
        if completion.is_table_next(line[:beg]):
            return completion.tables(token, [name for (name,) in self.db.execute(_TABLES)])
        theirs: list[str] = super().complete_sql(line, token, beg, end)
        return completion.columns(token) or list(dict.fromkeys([*completion.names(token), *theirs]))

    def handle_interrupt(self) -> None:
        """End the statement. At a terminal the shell goes on; a script ends."""
        self._begin_no_more()
        self.db.interrupt()
        words = [interrupts.DIALLED] if self._dialled() > self._dialled_before else []
        if self.bail or not self.interactive:
            raise KeyboardInterrupt(*words)
        self.write(self.stderr, "\n".join(["", *words, ""]))

    def handle_exception(self) -> None:
        """Print an error on one line, in a script with its place; after `.exceptions on` with a traceback."""
        error = sys.exc_info()[1]
        if isinstance(error, (SystemExit, KeyboardInterrupt)):
            raise
        place = "" if self.interactive else f"twsql: {self._input_descriptions[0]}: "
        if not getattr(error, "_handle_exception_saw_this", False):
            self.write_error(visible(place + _words(error)) + "\n")
        if self.exceptions:
            self.write_error(traceback.format_exc())
        self.failed = True
        if self.bail:
            raise SystemExit(1)

    def _query_details(self, sql: str, bindings: Any) -> Any:
        """Raise the error of a script's statement; at a terminal apsw's shell points to its place."""
        details = super()._query_details(sql, bindings)
        if details.error_text:
            details = replace(details, error_text=details.error_text + hint(details.error_text, sql))
        if details.error_text and not self.interactive:
            raise ProgrammingError(details.error_text) from details.exception
        return details

    def _append_input_description(self) -> None:
        if not self.interactive:
            name = getattr(self.stdin, "name", "<stdin>")
            self._input_descriptions.append(f"{name} line {self.input_line_number}")


def _words(error: BaseException | None) -> str:
    """An error's message, with its class if the message needs it."""
    if isinstance(error, (Error, apsw.Error, apsw.shell.Shell.Error, OSError)) and str(error):
        return str(error).strip()
    return f"{type(error).__name__}: {error}"


def _history() -> str:
    """The file of the shell's history, readable by its owner only; the null device if it cannot be written."""
    path = os.path.expanduser("~/.twsql_history")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        return os.devnull
    return path
