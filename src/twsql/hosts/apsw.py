"""Binds the virtual tables to an apsw connection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import apsw

from twsql.catalog import CATALOG, Catalog
from twsql.hosts import local, stored
from twsql.hosts.limits import limit
from twsql.hosts.plans import Plans
from twsql.hosts.safe import secure
from twsql.hosts.statements import Statements
from twsql.schema import Procedure, Table, Value
from twsql.twilio.settings import Settings
from twsql.vtab import change
from twsql.vtab.engine import Engine
from twsql.vtab.given import Argument
from twsql.vtab.plan import plan
from twsql.vtab.procedure_scan import ProcedureScan
from twsql.vtab.question import Constraint, Question
from twsql.vtab.relation import REST, Relation
from twsql.vtab.table_scan import TableScan

_OPERATORS = {
    apsw.SQLITE_INDEX_CONSTRAINT_EQ: "=",
    apsw.SQLITE_INDEX_CONSTRAINT_LT: "<",
    apsw.SQLITE_INDEX_CONSTRAINT_LE: "<=",
    apsw.SQLITE_INDEX_CONSTRAINT_GT: ">",
    apsw.SQLITE_INDEX_CONSTRAINT_GE: ">=",
    apsw.SQLITE_INDEX_CONSTRAINT_LIMIT: "limit",
    apsw.SQLITE_INDEX_CONSTRAINT_OFFSET: "offset",
}


class Registration:
    """The tables and procedures of one connection; `close` ends its connections to Twilio."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.settings = engine.settings

    def close(self) -> None:
        """End the connections to Twilio."""
        self.engine.close()


def register(connection: apsw.Connection, *, catalog: Catalog = CATALOG, **settings: Any) -> Registration:
    """Add the tables and procedures to an apsw connection.

    `settings` are those of `twsql.connect`; others come from the environment. No request is sent before a statement
    needs one. Warnings go to SQLite's log (`apsw.ext.log_sqlite`). Raises SettingError for a malformed setting.
    """
    loaded = Settings.load(**settings)
    engine = Engine(local.settings(loaded) if loaded.sandbox else loaded, catalog.procedures)
    engine.warn = partial(apsw.log, apsw.SQLITE_WARNING)
    # SQLite reads a misspelt column in double quotes as text: DELETE … WHERE "Lable" <> 'ada' would delete all rows.
    for each in (apsw.SQLITE_DBCONFIG_DQS_DML, apsw.SQLITE_DBCONFIG_DQS_DDL):
        connection.config(each, 0)
    statements = Statements(connection, engine)
    for relation in catalog.relations:
        module: Any = _Module(relation, statements, engine)  # apsw's protocol lists the optional methods too
        connection.create_module(
            relation.name,
            module,
            use_bestindex_object=True,
            use_no_change=True,
            eponymous=isinstance(relation.source, Table),  # a file can store tables, see twsql.hosts.stored
            eponymous_only=isinstance(relation.source, Procedure),
        )
    limit(connection, engine.settings, statements)
    if engine.settings.safe:
        secure(connection)
    return Registration(engine)


class _Module:
    def __init__(self, relation: Relation, statements: Statements, engine: Engine) -> None:
        self._relation = relation
        self._statements = statements
        self._read_only = engine.settings.read_only

    def Connect(
        self, connection: apsw.Connection, module: str, schema: str, name: str, *arguments: str
    ) -> tuple[str, _VirtualTable]:
        entry = connection.execute(stored.ENTRY, (name,)).get
        is_stored = stored.is_stored(self._relation, schema, name, arguments, entry)
        if self._relation.has_effect(read_only=self._read_only or is_stored):
            connection.vtab_config(apsw.SQLITE_VTAB_DIRECTONLY)
        sql = self._relation.read_sql if is_stored else self._relation.sql
        return sql, _VirtualTable(self._relation, self._statements, is_stored)


class _VirtualTable:
    def __init__(self, relation: Relation, statements: Statements, is_stored: bool) -> None:
        self._relation = relation
        self._statements = statements
        self._is_stored = is_stored
        self._plans = Plans()

    def BestIndexObject(self, info: apsw.IndexInfo) -> bool:
        answer = plan(self._relation, _question(info))
        if answer is None:
            return False
        for place, number in enumerate(answer.arguments, start=1):
            info.set_aConstraintUsage_argvIndex(number, place)
            info.set_aConstraintUsage_omit(number, number in answer.omit)
            if info.get_aConstraintUsage_in(number):
                info.set_aConstraintUsage_in(number, True)
        info.idxNum = self._statements.next_plan()
        info.idxStr = self._plans.keep(answer.asks, answer.plan)
        info.estimatedCost = answer.cost
        info.estimatedRows = answer.rows
        info.orderByConsumed = answer.ordered
        info.idxFlags = apsw.SQLITE_INDEX_SCAN_UNIQUE if answer.unique else 0
        return True

    def Open(self) -> _TableCursor | _ProcedureCursor:
        source = self._relation.source
        if isinstance(source, Procedure):
            return _ProcedureCursor(self._relation, source, self._statements, self._plans)
        return _TableCursor(self._relation, source, self._statements, self._plans)

    def UpdateInsertRow(self, rowid: int | None, fields: Sequence[Value]) -> int:
        self._refuse_stored("INSERT")
        return change.insert(self._relation, self._statements.newest(), fields)

    def UpdateChangeRow(self, rowid: int, new: int, fields: Sequence[Any]) -> None:
        self._refuse_stored("UPDATE")
        change.update(self._relation, self._statements.newest(), rowid, new, fields, apsw.no_change)

    def UpdateDeleteRow(self, rowid: int) -> None:
        self._refuse_stored("DELETE")
        change.delete(self._relation, self._statements.newest(), rowid)

    def _refuse_stored(self, verb: str) -> None:
        if self._is_stored:
            raise stored.read_only(change.changed(self._relation, verb).name)

    def Disconnect(self) -> None:
        """There is nothing to release."""

    Destroy = Disconnect


class _TableCursor(TableScan):
    def __init__(self, relation: Relation, table: Table, statements: Statements, plans: Plans) -> None:
        super().__init__(relation, table)
        self._statements = statements
        self._plans = plans

    def Filter(self, number: int, text: str, arguments: tuple[Argument, ...]) -> None:
        self.start(self._statements.of_plan(number), self._plans.named(text), arguments)

    def ColumnNoChange(self, number: int) -> Any:
        return apsw.no_change


class _ProcedureCursor(ProcedureScan):
    def __init__(self, relation: Relation, procedure: Procedure, statements: Statements, plans: Plans) -> None:
        super().__init__(relation, procedure)
        self._statements = statements
        self._plans = plans

    def Filter(self, number: int, text: str, arguments: tuple[Argument, ...]) -> None:
        self.start(self._statements.of_plan(number), self._plans.named(text), arguments)

    def ColumnNoChange(self, number: int) -> Any:
        return apsw.no_change


def _question(info: apsw.IndexInfo) -> Question:
    constraints = tuple(
        Constraint(
            column=info.get_aConstraint_iColumn(number),
            operator=_OPERATORS.get(info.get_aConstraint_op(number), "other"),
            usable=info.get_aConstraint_usable(number),
            collation=info.get_aConstraint_collation(number),
            many=info.get_aConstraintUsage_in(number),
        )
        for number in range(info.nConstraint)
    )
    order = tuple(
        (info.get_aOrderBy_iColumn(number), info.get_aOrderBy_desc(number)) for number in range(info.nOrderBy)
    )
    return Question(constraints, order, frozenset(min(number, REST) for number in info.colUsed))
