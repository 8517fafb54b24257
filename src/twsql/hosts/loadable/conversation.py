"""Answers each kind of question of one connection."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twsql.catalog import CATALOG
from twsql.errors import InternalError, ProgrammingError
from twsql.hosts import local, stored
from twsql.hosts.loadable import changing, frames
from twsql.hosts.loadable.cursors import ProcedureCursor, TableCursor
from twsql.hosts.loadable.frames import Item, Kind, Mark
from twsql.nearest import did_you_mean, unknown
from twsql.schema import Procedure
from twsql.twilio.settings import Settings
from twsql.vtab import change
from twsql.vtab.engine import Engine
from twsql.vtab.plan import plan
from twsql.vtab.question import Constraint, Question
from twsql.vtab.relation import Relation
from twsql.vtab.statement import Statement

Items = list[Any]
"""The values of a question; their types are in `c/`."""

_OPERATORS = {2: "=", 4: ">", 8: "<=", 16: "<", 32: ">=", 73: "limit", 74: "offset"}
"""SQLite's numbers of the operators that a plan can use."""
_RELATIONS = {relation.name: relation for relation in CATALOG.relations}
_ALL_BITS = 2**64 - 1


class Conversation:
    """The state of one connection: its settings, running statements and open cursors.

    `pause` sends a frame and waits until the host needs more; `before` is called ahead of each request to Twilio.
    """

    def __init__(self, pause: Callable[[TableCursor, bytes], None], before: Callable[[], None]) -> None:
        self.cursors: dict[int, TableCursor | ProcedureCursor] = {}
        self._pause = pause
        self._before = before
        self._given: dict[str, object] = {}
        self._engine: Engine | None = None
        self._statements: dict[int, Statement] = {}
        self._answers: dict[Kind, Callable[[Items], bytes]] = {
            Kind.HELLO: lambda items: frames.frame(Kind.VALUES, [frames.VERSION]),
            Kind.RELATION: self._relation,
            Kind.PLAN: self._plan,
            Kind.FILTER: self._filter,
            Kind.FETCH: lambda items: self.cursors[items[0]].fetch(),
            Kind.COLUMN: lambda items: _value(self.cursors[items[0]].column(items[1], items[2])),
            Kind.ROWID: lambda items: _value(self.cursors[items[0]].rowid(items[1])),
            Kind.INSERT: self._insert,
            Kind.UPDATE: self._update,
            Kind.DELETE: self._delete,
            Kind.SETTING: self._setting,
            Kind.MISSPELT: _misspelt,
        }

    def answer(self, kind: Kind, items: Items) -> bytes | None:
        """The answer's frame; None for a kind that has no answer."""
        if kind is Kind.CLOSE:
            self.close(items[0])
            return None
        if kind is Kind.FORGET:
            if items[0] in self._statements:
                self._statements.pop(items[0]).end()
            return None
        if kind is Kind.MOVED:
            self.cursors[items[0]].move(items[1])
            return None
        if kind not in self._answers:
            raise InternalError(f"{kind.name} is no question")
        return self._answers[kind](items)

    def close(self, cursor: int) -> None:
        """Close a cursor, if it is open."""
        if cursor in self.cursors:
            self.cursors.pop(cursor).close()

    def stop(self) -> None:
        """Begin nothing more. Any thread may do this."""
        if self._engine is not None:
            self._engine.close()

    @property
    def engine(self) -> Engine:
        """The engine of new statements. Raises SettingError for malformed settings."""
        if self._engine is None:
            loaded = Settings.load(os.environ, **self._given)
            self._engine = Engine(
                local.settings(loaded) if loaded.sandbox else loaded, CATALOG.procedures, self._before
            )
        return self._engine

    def _relation(self, items: Items) -> bytes:
        entry, module, schema, name, *arguments = items
        relation = CATALOG.named(module)
        if relation is None:
            raise InternalError(f"{module} is no table or procedure of ours")
        is_stored = stored.is_stored(relation, schema, name, arguments, entry)
        effect = relation.has_effect(read_only=self.engine.settings.read_only or is_stored)
        sql = relation.read_sql if is_stored else relation.sql
        refusal = [str(stored.read_only(relation.name))] if is_stored else []
        return frames.frame(Kind.VALUES, [relation.name, sql, int(effect), *refusal])

    def _plan(self, items: Items) -> bytes:
        used = items[1] & _ALL_BITS
        answer = plan(_RELATIONS[items[0]], _question(used, items[2:]))
        if answer is None:
            return frames.frame(Kind.VALUES)
        values: list[Item] = [answer.asks, f"{used:x} {answer.plan}", answer.cost, answer.rows]
        values += [int(answer.ordered), int(answer.unique)]
        for number in answer.arguments:
            values += [number, int(number in answer.omit)]
        return frames.frame(Kind.VALUES, values)

    def _filter(self, items: Items) -> bytes:
        number, name, statement, text, *arguments = items
        self.close(number)
        used, _, text = text.partition(" ")
        relation = _RELATIONS[name]
        if isinstance(relation.source, Procedure):
            self.cursors[number] = ProcedureCursor(relation, relation.source)
        else:
            self.cursors[number] = TableCursor(relation, relation.source, int(used, 16), self._pause)
        return self.cursors[number].start(self._statement(statement), text, arguments)

    def _insert(self, items: Items) -> bytes:
        relation, statement, fields = self._changed(items)
        return _value(change.insert(relation, statement, fields))

    def _update(self, items: Items) -> bytes:
        relation, statement, (rowid, new, *fields) = self._changed(items)
        change.update(relation, statement, rowid, new, fields, Mark.SAME)
        return frames.frame(Kind.VALUES)

    def _delete(self, items: Items) -> bytes:
        relation, statement, (rowid,) = self._changed(items)
        change.delete(relation, statement, rowid)
        return frames.frame(Kind.VALUES)

    def _changed(self, items: Items) -> tuple[Relation, Statement, Items]:
        """The relation, statement and values of a change; the statement's text comes with its first row."""
        name, number, sql, *values = items
        relation, statement = _RELATIONS[name], self._statement(number)
        statement.sql = sql or statement.sql
        return relation, statement, values

    def _setting(self, items: Items) -> bytes:
        if len(items) == 2:
            self._given = changing.change(self.engine.settings, self._given, *items)
            self.stop()
            self._engine = None
        return _value(changing.read(self.engine.settings, items[0]))

    def _statement(self, number: int) -> Statement:
        return self._statements.setdefault(number, Statement(self.engine))


def _misspelt(items: Items) -> bytes:
    """Raise SQLite's error for a change with text in double quotes that is no column."""
    name, message = items
    missing = unknown(message)
    hint = did_you_mean(missing[1], [slot.name for slot in _RELATIONS[name].slots]) if missing else ""
    raise ProgrammingError(
        f"{message}{hint}; nothing was sent: text needs single quotes, and SQLite would have taken this for text"
    )


def _value(item: Item) -> bytes:
    return frames.frame(Kind.VALUES, [item])


def _question(used: int, items: Items) -> Question:
    """Decode the input of xBestIndex: the constraints, then ORDER BY, each after its count."""
    values = iter(items)
    constraints = tuple(
        Constraint(
            column=next(values),
            operator=_OPERATORS.get(next(values), "other"),
            usable=bool(next(values)),
            collation=next(values),
            many=bool(next(values)),
        )
        for _ in range(next(values))
    )
    order = tuple((next(values), bool(next(values))) for _ in range(next(values)))
    return Question(constraints, order, frozenset(bit for bit in range(64) if used >> bit & 1))
