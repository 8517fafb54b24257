"""Checks an UPDATE or DELETE before the first row is sent: how many rows it changes, and whether it may.

SQLite reads all matching rows, with their rowids, before it changes the first. So their number is known by then. It is
too high if WHERE names rowid itself: SQLite then reads the rowids of other rows too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twsql.dialing import guard
from twsql.errors import OperationalError, ProgrammingError
from twsql.schema import Effect, Table, Value
from twsql.tokens import Token, tokens
from twsql.vtab.relation import Relation

if TYPE_CHECKING:
    from twsql.vtab.statement import Statement

_ROWID = frozenset({"rowid", "oid", "_rowid_"})


@dataclass(frozen=True)
class Changes:
    """The rows that one statement changes, or has changed; `str` gives `3 participants removed`."""

    table: Table
    effect: Effect
    rows: int

    @property
    def noun(self) -> str:
        """`3 participants`."""
        name = self.table.name.removesuffix("s") if self.rows == 1 else self.table.name
        return f"{self.rows:,} {name}"

    def __str__(self) -> str:
        return f"{self.noun} {self.effect.done}"


@dataclass(frozen=True)
class Change:
    """One changed row, as the inputs of its procedure; `is_dry` if it was only checked."""

    table: Table
    effect: Effect
    inputs: Mapping[str, Value]
    is_dry: bool


Consent = Callable[[Changes], bool]
"""Whether the changes may begin; called once for each statement, before anything is sent."""
Hear = Callable[[Change], None]
"""Called for each row that was changed."""


def allow(relation: Relation, table: Table, effect: Effect, verb: str, statement: Statement) -> None:
    """Raise unless the statement may change the rows that it has read; nothing has been sent by then."""
    if table.name in statement.allowed:
        return
    settings = statement.engine.settings
    guard.refuse_effects(settings, effect.procedure)
    _refuse_constant(relation, verb, statement.sql)
    identity = set(table.identity)
    changes = Changes(table, effect, sum(key.keys() == identity for key in statement.keys.values()))
    guard.refuse_changes(settings, f"{verb} of {table.name}", changes.rows)
    if not settings.dry_run and not statement.engine.consent(changes):
        raise OperationalError(f"{table.name}: {verb} was not agreed to; nothing was sent")
    statement.allowed.add(table.name)


def _refuse_constant(relation: Relation, verb: str, sql: str) -> None:
    """Raise if a WHERE names no column of the table: `"Lable" <> 'ada'` compares text with text."""
    condition = _condition(sql)
    if condition is None:
        return
    names = _ROWID | {slot.name.lower() for slot in relation.slots if slot.column}
    if any(token.name.lower() in names for token in condition):
        return
    quoted = ", ".join(token.text for token in condition if token.text.startswith('"'))
    text = f" ({quoted} is no column, and SQLite takes it for text)" if quoted else ""
    raise ProgrammingError(
        f"{relation.name}: the WHERE of this {verb} names no column of it{text}, so it means every row or none;"
        f" nothing was sent: name a column, or leave WHERE out to mean every row"
    )


def _condition(sql: str) -> list[Token] | None:
    """The names in a statement's own WHERE and in its subqueries; None for a statement without WHERE."""
    depth = 0
    found: list[Token] | None = None
    for token in tokens(sql):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text.upper() == "WHERE":
            found = []
        elif found is not None and token.is_name:
            found.append(token)
    return found
