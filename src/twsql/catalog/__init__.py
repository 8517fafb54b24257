"""The one list of tables and procedures: what SQLite declares, sys_ tables, completion, help and docs all read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from twsql.catalog import sys_keys, sys_tables
from twsql.catalog.sys_connection_props import SYS_CONNECTION_PROPS
from twsql.procedures import PROCEDURES
from twsql.schema import Procedure, Table
from twsql.tables import TABLES
from twsql.vtab.relation import Relation, relation


@dataclass(frozen=True)
class Catalog:
    """The relations of one connection: the `listed` tables, the sys_ tables that describe all, and the procedures."""

    listed: tuple[Table, ...]
    procedures: tuple[Procedure, ...]

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every table, under its other names too."""
        aliases = (alias for table in self.listed for alias in table.under_aliases())
        return (*self.listed, *aliases, *sys_tables.declared(self), *sys_keys.declared(self), SYS_CONNECTION_PROPS)

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """Every table and procedure, with its columns numbered."""
        sources: tuple[Table | Procedure, ...] = (*self.tables, *self.procedures)
        return tuple(map(relation, sources))

    def named(self, name: str) -> Relation | None:
        """The table or procedure with a name, in any case."""
        return next((each for each in self.relations if each.name.lower() == name.lower()), None)

    def also(self, *more: Table | Procedure) -> Catalog:
        """The same with more tables and procedures."""
        tables = tuple(each for each in more if isinstance(each, Table))
        procedures = tuple(each for each in more if isinstance(each, Procedure))
        return replace(self, listed=(*self.listed, *tables), procedures=(*self.procedures, *procedures))


CATALOG = Catalog(TABLES, PROCEDURES)
"""The tables and procedures of twsql."""
