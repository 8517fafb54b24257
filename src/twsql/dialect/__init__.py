"""SQLAlchemy's dialect: `create_engine("twsql:///calls.db")`."""

# SQLAlchemy's SQLite dialect has methods without types.
# mypy: allow-untyped-calls, allow-untyped-defs

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import column, exc, select, table
from sqlalchemy.dialects.sqlite.base import SQLiteDDLCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, Engine, reflection
from sqlalchemy.pool import Pool
from sqlalchemy.types import TIMESTAMP, DateTime
from sqlalchemy.util import update_copy

from twsql.dialect import tables, urls
from twsql.dialect.datetimes import UTC
from twsql.dialect.pools import FilePool, Forked, ThreadPool
from twsql.schema import Table

_MEMORIES = itertools.count(1)


class TwilioDDLCompiler(SQLiteDDLCompiler):
    """Leaves Twilio's tables alone: metadata that reflects them beside a file's own can be dropped as a whole."""

    def visit_drop_table(self, drop: Any, **kw: Any) -> str:
        """Write DROP TABLE; a comment for one of Twilio's."""
        return _kept(drop.element) or str(super().visit_drop_table(drop, **kw))

    def visit_drop_view(self, drop: Any, **kw: Any) -> str:
        """Write DROP VIEW; a comment for one of Twilio's."""
        return _kept(drop.element) or str(super().visit_drop_view(drop, **kw))


class TwilioDialect(SQLiteDialect_pysqlite):
    """SQLite's dialect over `twsql.connect`; its inspector shows Twilio's tables beside the file's own.

    Its name is `sqlite`, as that is the SQL that it takes: what depends on the name (variants of types, Alembic, what
    writes SQL for others) does what SQLite needs. `driver` and `engine.url` tell it from others.
    """

    driver = "apsw"
    supports_statement_cache = True
    ddl_compiler = TwilioDDLCompiler
    colspecs = update_copy(SQLiteDialect_pysqlite.colspecs, {DateTime: UTC, TIMESTAMP: UTC})

    def __init__(self, list_twilio: bool = True, **options: Any) -> None:
        """Take SQLAlchemy's options for SQLite, and whether the inspector lists Twilio's tables with the file's own."""
        super().__init__(**options)
        self._list_twilio = list_twilio

    @classmethod
    def import_dbapi(cls) -> Any:
        """Give twsql's PEP 249 module."""
        import twsql.dbapi

        return twsql.dbapi

    @classmethod
    def dbapi(cls) -> Any:  # type: ignore[override]  # an attribute of each instance
        """Give the same to SQLAlchemy 1.4."""
        return cls.import_dbapi()

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """One connection for each thread if the database is in memory, else those that the threads take in turn."""
        return ThreadPool if urls.database(url) == urls.MEMORY else FilePool

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Mask the credentials of the engine's URL, and give the engine new connections in forked processes."""
        engine.url = urls.shown(engine.url)
        engine.dialect.forked = Forked(engine)  # type: ignore[attr-defined]

    def create_connect_args(self, url: URL) -> Any:
        """Give the arguments of `connect`; each engine in memory has a database of its own."""
        database = urls.database(url)
        name = f"/twsql-{next(_MEMORIES)}" if database == urls.MEMORY else database
        return [name], {**urls.settings(urls.shown(url)), "vfs": "memdb" if database == urls.MEMORY else None}

    def connect(self, *arguments: Any, **settings: Any) -> Any:
        """Open a connection. A forked process has its own memory."""
        if settings.get("vfs") == "memdb":
            arguments = (f"{arguments[0]}-{os.getpid()}",)
        return super().connect(*arguments, **settings)

    def on_connect(self) -> Callable[[Any], None]:
        """Add REGEXP, the operator that SQLAlchemy's `regexp_match` needs; apsw's SQLite has all else."""
        return _add_regexp

    def is_disconnect(self, error: Any, connection: Any, cursor: Any) -> bool:
        """Whether a connection must be replaced: somebody has closed it."""
        return isinstance(error, self.loaded_dbapi.InterfaceError) and "connection is closed" in str(error)

    @reflection.cache
    def get_table_names(self, connection, schema=None, sqlite_include_internal=False, **kw):
        """List the file's own tables, and Twilio's unless `list_twilio=False`."""
        own = super().get_table_names(connection, schema, sqlite_include_internal=sqlite_include_internal, **kw)
        return self._with_twilio(own, tables.WHOLE, connection, schema, **kw)

    @reflection.cache
    def get_view_names(self, connection, schema=None, sqlite_include_internal=False, **kw):
        """List the file's views, and Twilio's tables that need a WHERE: no program reads all views, unless told to."""
        own = super().get_view_names(connection, schema, sqlite_include_internal=sqlite_include_internal, **kw)
        return self._with_twilio(own, tables.PARTIAL, connection, schema, **kw)

    @reflection.cache
    def get_view_definition(self, connection, view_name, schema=None, **kw):
        """Give the SQL of a view; a comment for one of Twilio's tables."""
        twilio = self._twilio(connection, view_name, schema, **kw)
        if twilio is not None:
            return f"-- {twilio.description}"
        return super().get_view_definition(connection, view_name, schema, **kw)

    @reflection.cache
    def get_columns(self, connection, table_name, schema=None, **kw):
        """Describe the columns that `SELECT *` gives, and of Twilio's tables what identifies a row."""
        twilio = self._twilio(connection, table_name, schema, **kw)
        return tables.columns(self, twilio) if twilio else super().get_columns(connection, table_name, schema, **kw)

    @reflection.cache
    def get_foreign_keys(self, connection, table_name, schema=None, **kw):
        """Describe the columns that hold another table's key."""
        twilio = self._twilio(connection, table_name, schema, **kw)
        if twilio is not None:
            return tables.foreign_keys(twilio, schema)
        return super().get_foreign_keys(connection, table_name, schema, **kw)

    @reflection.cache
    def get_table_comment(self, connection, table_name, schema=None, **kw):
        """Describe what a row is; SQLite's own tables have no comments."""
        twilio = self._twilio(connection, table_name, schema, **kw)
        if twilio is None and not self.has_table(connection, table_name, schema):
            raise exc.NoSuchTableError(table_name)
        return {"text": twilio.description if twilio else None}

    @reflection.cache
    def _get_table_sql(self, connection, table_name, schema=None, **kw):
        """Give the text in which SQLAlchemy looks for constraints; SQLite stores none for Twilio's tables."""
        if self._twilio(connection, table_name, schema, **kw):
            return ""
        return super()._get_table_sql(connection, table_name, schema, **kw)

    def _with_twilio(
        self, own: list[str], more: list[str], connection: Any, schema: str | None, **kw: Any
    ) -> list[str]:
        if not self._list_twilio or schema not in (None, self.default_schema_name):
            return own
        taken = self._own(connection, schema, **kw)
        return sorted([*own, *(name for name in more if name.lower() not in taken)])

    def _twilio(self, connection: Any, name: str, schema: str | None, **kw: Any) -> Table | None:
        """Twilio's table of that name; None if the file has its own, a copy that `twsql sync` made, say."""
        named = tables.named(name, schema)
        sql = self._own(connection, schema, **kw).get(name.lower()) if named else None
        return named if named and (sql is None or tables.is_stored(named, sql)) else None

    @reflection.cache
    def _own(self, connection, schema=None, **kw):
        """The tables and views of a schema, or of the file and temp: names in lower case, and their SQL."""
        found: dict[str, str] = {}
        for one in (schema,) if schema else ("main", "temp"):
            listing: Any = select(column("name"), column("sql"), column("type")).select_from(
                table("sqlite_master", schema=one)
            )
            found |= {name.lower(): sql for name, sql, kind in connection.execute(listing) if kind in ("table", "view")}
        return found


def _kept(element: Any) -> str:
    """The comment in place of a DROP; '' for what is not Twilio's."""
    name = str(element.name)
    return f"-- {name} is Twilio's, and stays" if tables.named(name, element.schema) else ""


def _add_regexp(connection: Any) -> None:
    connection.create_function("regexp", 2, _matches, deterministic=True)


def _matches(pattern: str, text: str | None) -> bool | None:
    return None if text is None else re.search(pattern, text) is not None
