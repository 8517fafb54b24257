"""INSERT, UPDATE and DELETE on a table: for each row the table's procedure runs once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twsql.dialing import guard
from twsql.errors import InputError, NotSupportedError, ReadOnlyError
from twsql.schema import Effect, Procedure, Row, Table, Value
from twsql.tokens import tokens
from twsql.vtab.changes import Change, allow
from twsql.vtab.relation import Relation
from twsql.vtab.statement import Statement
from twsql.vtab.table_scan import row_number


def changed(relation: Relation, verb: str) -> Table:
    """The table of a relation, for a statement that changes it. Raises ReadOnlyError for a procedure."""
    if isinstance(relation.source, Procedure):
        name = relation.name
        raise ReadOnlyError(f"{name}: no {verb}: it is a procedure; SELECT from it, or EXEC it")
    return relation.source


def _is_returning(sql: str) -> bool:
    """Whether a statement has a RETURNING clause; in SQLite the keyword has no other use."""
    return "RETURNING" in sql.upper() and any(token.text.upper() == "RETURNING" for token in tokens(sql))


def insert(relation: Relation, statement: Statement, fields: Sequence[Value]) -> int:
    """Insert a row with these values; NULL counts as not given. Returns the rowid."""
    table = changed(relation, "INSERT")
    if _is_returning(statement.sql):  # SQLite would return the inserted values, so NULL in place of Twilio's results
        procedure = table.insert.procedure.name if table.insert else ""
        remedy = f": {procedure}(…) in a SELECT does the same and returns Twilio's results" if procedure else ""
        raise NotSupportedError(f"{table.name}: no RETURNING{remedy}; nothing was sent")
    given = {slot.name: value for slot, value in zip(relation.slots, fields, strict=True) if value is not None}
    effect = _effect(table, table.insert, "INSERT")
    known = {column: name for name, column in effect.keys} | _inputs(effect)
    _refuse_others(table, "INSERT", given, known)
    named = {known[name]: value for name, value in given.items()}
    if len(named) < len(given):
        raise InputError(f"{table.name}: give one of {', '.join(c for c in given if c != known[c])}, not both")
    row = _done(table, effect, statement, named)
    return row_number({c.name: row.get(c.json_key) for c in table.columns if c.name in table.identity})


def update(
    relation: Relation, statement: Statement, rowid: int, new: int, fields: Sequence[Any], unchanged: object
) -> None:
    """Set the columns of a row that are not `unchanged`; a NULL is not sent, as for a procedure."""
    table = changed(relation, "UPDATE")
    if rowid != new:
        raise ReadOnlyError(f"{table.name}: rowid is read-only")
    given = {slot.name: value for slot, value in zip(relation.slots, fields, strict=True) if value is not unchanged}
    effect = _effect(table, table.update, "UPDATE")
    allow(relation, table, effect, "UPDATE", statement)
    keys = _keys(effect, statement.keys[rowid])
    known = _inputs(effect)
    _refuse_others(table, "UPDATE", given, known)
    _done(table, effect, statement, {**keys, **given})


def delete(relation: Relation, statement: Statement, rowid: int) -> None:
    """Delete a row."""
    table = changed(relation, "DELETE")
    effect = _effect(table, table.delete, "DELETE")
    allow(relation, table, effect, "DELETE", statement)
    _done(table, effect, statement, _keys(effect, statement.keys[rowid]))


def _done(table: Table, effect: Effect, statement: Statement, given: Mapping[str, Value]) -> Row:
    """Run the procedure for one row, and report the change to the engine."""
    row = statement.perform(effect.procedure, given)
    statement.engine.hear(Change(table, effect, given, row.get("status") == guard.DRY))
    return row


def _keys(effect: Effect, key: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs that identify the row."""
    columns = {p.name: p.name for p in effect.procedure.inputs} | dict(effect.keys)
    return {name: key[column] for name, column in columns.items() if column in key}


def _inputs(effect: Effect) -> dict[str, str]:
    """The inputs that columns of the same name give."""
    return {p.name: p.name for p in effect.procedure.inputs if p.name not in dict(effect.keys)}


def _effect(table: Table, effect: Effect | None, verb: str) -> Effect:
    if effect is None:
        can = [name for name in ("insert", "update", "delete") if getattr(table, name)]
        allowed = f"it takes {' and '.join(can).upper()}" if can else "it can only be read"
        instead = "".join(f"; {words}" for refused, words in table.instead if refused == verb)
        raise NotSupportedError(f"{table.name}: no {verb}: {allowed}{instead}")
    return effect


def _refuse_others(table: Table, verb: str, given: Mapping[str, Value], known: Mapping[str, str]) -> None:
    wrong = [name for name in given if name not in known]
    if wrong:
        others = f" and {len(known) - 16} more, see sys_tablecolumns" if len(known) > 16 else ""
        allowed = ", ".join(list(known)[:16]) + others
        raise ReadOnlyError(f"{table.name}: {', '.join(wrong)} is read-only; {verb} can set {allowed}")
