"""Reports what statements change at Twilio: how many rows, under dry_run which ones; and asks before many."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from twsql.schema import Value
from twsql.vtab.changes import Change, Changes

Show = Callable[[Sequence[str], Sequence[Sequence[Value]]], None]
"""Prints columns and rows."""

_FEW = {"conferences": 1, "participants": 10}
"""Rows of a table that are changed without a question."""


class Told:
    """Counts changed rows, and reports them at the end of each statement."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._changes: list[Change] = []

    def hear(self, change: Change) -> None:
        """Count a changed row."""
        self._changes.append(change)

    def end(self) -> None:
        """At a statement's end, also by an error: print on standard error how many rows it changed.

        A dry run lists the procedures and inputs of the changes.
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


def is_many(changes: Changes) -> bool:
    """Whether to ask before these changes."""
    return changes.rows > _FEW.get(changes.table.name, 0)
