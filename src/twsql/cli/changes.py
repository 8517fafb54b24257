"""What statements change at Twilio, in words: how many rows, under dry_run which ones, and what is many."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from twsql.schema import Value
from twsql.vtab.changes import Change, Changes

Show = Callable[[Sequence[str], Sequence[Sequence[Value]]], None]
"""Prints columns and rows."""

_FEW = {"conferences": 1, "participants": 10}
"""So many rows of a table are changed without a question."""


class Told:
    """Hears of rows that are changed, and tells of them at the end of each statement."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._changes: list[Change] = []

    def hear(self, change: Change) -> None:
        """A row was changed."""
        self._changes.append(change)

    def end(self) -> None:
        """A statement has ended, be it by an error: tell on standard error how many rows it changed.

        What a dry run would change is listed, by the procedures that would do it and their inputs.
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
    """Whether to ask before so much is changed."""
    return changes.rows > _FEW.get(changes.table.name, 0)
