"""Reports what statements change at Twilio: how many rows, under dry_run which ones; and asks before many."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import apsw

from twsql.catalog import CATALOG
from twsql.dbapi.transactions import change_in, is_ordinary
from twsql.schema import Table, Value
from twsql.vtab.changes import Change, Changes

Show = Callable[[Sequence[str], Sequence[Sequence[Value]]], None]
"""Prints columns and rows."""

UNSEEN = "calls were placed, and no row shows them: SELECT * FROM twsql_journal lists them"
"""What to say after a query without rows that has dialled: a condition on its results does not keep a call back."""
_FEW = {"conferences": 1, "participants": 10}
"""Rows of a table that are changed without a question."""


class ChangeReport:
    """Counts changed rows, and reports them at the end of each statement."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._changes: list[Change] = []

    def add(self, change: Change) -> None:
        """Count a changed row."""
        self._changes.append(change)

    def end(self, connection: apsw.Connection, done: str = "") -> None:
        """At a statement's end, also by an error: print on standard error how many rows it changed.

        A dry run lists the procedures and inputs of the changes. `done` is the statement if it has succeeded.
        """
        changes, self._changes = self._changes, []
        for kind in dict.fromkeys((each.table, each.effect, each.is_dry) for each in changes):
            table, effect, is_dry = kind
            those = [each for each in changes if (each.table, each.effect, each.is_dry) == kind]
            count = Changes(table, effect, len(those))
            if is_dry:
                names = list(dict.fromkeys(name for each in those for name in each.inputs))
                procedure = effect.procedure.name
                self._show(["Procedure", *names], [(procedure, *map(each.inputs.get, names)) for each in those])
            words = f"{count.noun} would be {effect.done}; nothing was sent" if is_dry else str(count)
            sys.stderr.write(f"twsql: {words}\n")
        if done and not changes and (none := _none(connection, done)):
            sys.stderr.write(f"twsql: {none}\n")


def _none(connection: apsw.Connection, sql: str) -> Changes | None:
    """What an UPDATE or DELETE without matching rows did: `0 participants removed`; None for other statements."""
    change = change_in(sql)
    if change is None or is_ordinary(connection, change):
        return None
    named = CATALOG.named(change.table)
    table = named.source if named else None
    if not isinstance(table, Table):
        return None
    effect = {"UPDATE": table.update, "DELETE": table.delete}.get(change.verb)
    return Changes(table, effect, 0) if effect else None


def is_many(changes: Changes) -> bool:
    """Whether to ask before these changes."""
    return changes.rows > _FEW.get(changes.table.name, 0)
