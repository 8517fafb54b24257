"""The shell's dot commands: .tables and .schema with Twilio's tables, and .procedures."""

# apsw.shell has no types.
# mypy: allow-untyped-calls

from __future__ import annotations

from typing import Any

import apsw.shell

from twsql.catalog import CATALOG
from twsql.cli.descriptions import declared, described
from twsql.cli.modes import Modes
from twsql.dbapi.invocations import procedure_named
from twsql.nearest import did_you_mean

_PROCEDURES = [procedure.name for procedure in CATALOG.procedures]
_WIDEST = max(map(len, _PROCEDURES))


class DotCommands(Modes):
    """apsw's shell with these commands; the docstring of each is its help."""

    def __init__(self) -> None:
        super().__init__()
        self._command_params: dict[str, Any] = {**apsw.shell.Shell._command_params, "procedures": _PROCEDURES}

    def command_tables(self, cmd: list[str]) -> None:
        """tables ?PATTERN?: Lists Twilio's tables and those of the database, or those LIKE the pattern."""
        self.push_output()
        self.output, self.header = self.output_list, False
        try:
            for pattern in cmd or ["%"]:
                self.process_sql("SELECT TableName FROM temp.sys_tables WHERE TableName LIKE ?1", (pattern,), True)
        finally:
            self.pop_output()
        super().command_tables(cmd)

    def command_schema(self, cmd: list[str]) -> None:
        """schema ?TABLE? [TABLE...]: Shows SQL for tables.

        Without a table, all of the database are shown.  TABLE is a LIKE pattern, or the name of one of Twilio's tables
        or procedures, of which the columns are shown.
        """
        for name in cmd:
            self.write(self.stdout, declared(name))
            self._refuse_unknown(name)
        super().command_schema(cmd)

    def _refuse_unknown(self, pattern: str) -> None:
        """Raise for a pattern that no table and no procedure has a name like."""
        named = [each.name for each in CATALOG.relations]
        named += [name for (name,) in self.db.execute("SELECT name FROM pragma_table_list")]
        if not any(self.db.execute("SELECT 1 WHERE ?1 LIKE ?2", (name, pattern)).fetchall() for name in named):
            raise self.Error(f"no table or procedure '{pattern}'{did_you_mean(pattern, named)}")

    def command_quit(self, cmd: list[str]) -> None:
        """quit ?CODE?: Exit this program with optional exit code."""
        self.command_exit(cmd)

    def command_procedures(self, cmd: list[str]) -> None:
        """procedures ?NAME?: Lists the procedures, or the inputs of one.

        EXEC AddParticipants ConferenceSid = 'x', From = '+1...', To = '+1...'; runs one, and so does
        CALL AddParticipants('x', '+1...', '+1...');
        """
        if len(cmd) > 1:
            raise self.Error("procedures takes the name of one procedure")
        if cmd:
            self.write(self.stdout, described(procedure_named(cmd[0], CATALOG.procedures), self._terminal_width(60)))
        for procedure in () if cmd else CATALOG.procedures:
            self.write(self.stdout, f"{procedure.name:{_WIDEST}}  {procedure.description}\n")
