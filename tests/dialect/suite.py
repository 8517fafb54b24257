"""What SQLAlchemy's own tests for dialects may expect: everything, but for what SQLite cannot do.

`.ci/sqlalchemy` runs them with SQLAlchemy's own dialect for SQLite, and with twsql: `python suite.py sqlite.log
twsql.log own.log` then compares the reports. The last one is of the tests in LISTED, without Twilio's tables.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.testing import exclusions, provision
from sqlalchemy.testing.requirements import SuiteRequirements

CANNOT: Mapping[str, str] = {
    "array_type": "SQLite has no arrays",
    "async_dialect": "neither driver is asynchronous",
    "cast_precision_numerics_many_significant_digits": "SQLite has floating-point numbers, and no decimals",
    "comment_reflection": "SQLite stores no comments",
    "comment_reflection_full_unicode": "SQLite stores no comments",
    "computed_columns_default_persisted": "a generated column of SQLite is virtual unless it says STORED",
    "constraint_comment_reflection": "SQLite stores no comments",
    "create_or_replace_view": "SQLite has CREATE VIEW IF NOT EXISTS only",
    "cross_schema_fk_reflection": "a foreign key of SQLite stays in its database file",
    "datetime_interval": "SQLite has no intervals",
    "datetime_timezone": "SQLAlchemy keeps no time zone in SQLite; twsql does, see test_datetimes.py",
    "datetime_timezone_historic": "SQLAlchemy keeps no time zone in SQLite; twsql does, see test_datetimes.py",
    "default_schema_name_switch": "the default schema of SQLite is always main",
    "deferrable_fks": "SQLite cannot add them later",
    "delete_from": "SQLite has no DELETE with a second table",
    "fetch_expression": "SQLite has LIMIT, and no FETCH FIRST",
    "fetch_first": "SQLite has LIMIT, and no FETCH FIRST",
    "fetch_no_order_by": "SQLite has LIMIT, and no FETCH FIRST",
    "fetch_offset_with_options": "SQLite has LIMIT, and no FETCH FIRST",
    "fetch_percent": "SQLite has LIMIT, and no FETCH FIRST",
    "fetch_ties": "SQLite has LIMIT, and no FETCH FIRST",
    "foreign_keys_reflect_as_index": "a foreign key of SQLite makes no index",
    "identity_columns": "SQLite has no IDENTITY",
    "identity_columns_standard": "SQLite has no IDENTITY",
    "implicitly_named_constraints": "SQLite names no constraints itself",
    "independent_connections": "a connection in memory, or one that writes, excludes others",
    "index_reflects_included_columns": "an index of SQLite has no INCLUDE",
    "independent_readonly_connections": "a connection in memory has its database for itself",
    "json_deserializer_binary": "SQLite gives JSON as text",
    "legacy_unconditional_json_extract": "SQLite has JSON_QUOTE",
    "materialized_views": "SQLite has no materialized views",
    "materialized_views_reflect_pk": "SQLite has no materialized views",
    "numeric_received_as_decimal_untyped": "SQLite has floating-point numbers, and no decimals",
    "on_update_cascade": "SQLite enforces no foreign keys unless a PRAGMA says so",
    "parens_in_union_contained_select_w_limit_offset": "SQLite has no parentheses around the parts of a UNION",
    "parens_in_union_contained_select_wo_limit_offset": "SQLite has no parentheses around the parts of a UNION",
    "precision_numerics_many_significant_digits": "SQLite has floating-point numbers, and no decimals",
    "reflect_indexes_with_ascdesc": "SQLAlchemy reads no order of an index from SQLite",
    "reflect_indexes_with_ascdesc_as_expression": "SQLAlchemy reads no order of an index from SQLite",
    "reflect_indexes_with_expressions": "SQLAlchemy skips such an index of SQLite",
    "reflect_tables_no_columns": "a table of SQLite has columns",
    "regexp_replace": "SQLite has no such function",
    "schema_create_delete": "SQLite has ATTACH, and no CREATE SCHEMA",
    "supports_distinct_on": "SQLite has no DISTINCT ON",
    "table_value_constructor": "SQLite gives the columns of VALUES no names",
    "temp_table_comment_reflection": "SQLite stores no comments",
    "time_timezone": "SQLAlchemy keeps no time zone in SQLite",
    "unique_constraints_reflect_as_index": "SQLAlchemy hides the indexes that SQLite makes for constraints",
    "unique_index_reflect_as_unique_constraints": "SQLAlchemy tells a unique index of SQLite from a constraint",
    "window_range_non_numeric": "a RANGE of SQLite is of numbers",
}
"""Requirements of SQLAlchemy's that SQLite does not meet, and why."""

LISTED = (
    "test_get_multi_check_constraints",
    "test_get_multi_columns",
    "test_get_multi_foreign_keys",
    "test_get_multi_indexes",
    "test_get_multi_pk_constraint",
    "test_get_multi_unique_constraints",
    "test_get_table_names",
    "test_get_view_names",
    "test_multi_get_table_options_tables",
)
"""The tests that fail with twsql, as they compare all tables with those that they made, and Twilio's are listed too.

They pass with `list_twilio=False`. There is no other exception.
"""


class Requirements(SuiteRequirements):
    """Says yes to what CANNOT does not name."""

    def get_isolation_levels(self, config: Any) -> Mapping[str, Any]:
        """The levels of SQLite."""
        return {"default": "SERIALIZABLE", "supported": ["READ UNCOMMITTED", "SERIALIZABLE", "AUTOCOMMIT"]}


def _answer(name: str) -> property:
    return property(lambda self: exclusions.closed() if name in CANNOT else exclusions.open())


for each in dir(SuiteRequirements):
    given = getattr(SuiteRequirements, each)
    if isinstance(given, property) and (each in CANNOT or "closed" in given.fget.__code__.co_names):
        setattr(Requirements, each, _answer(each))


@provision.update_db_opts.for_db("twsql")
def options(url: Any, given: dict[str, Any], _: Any) -> None:
    """The tests compare the list of all tables with those that they made."""
    given["list_twilio"] = os.environ.get("LIST_TWILIO") != "0"


@provision.post_configure_engine.for_db("twsql")
def attach(url: Any, engine: Any, follower: Any) -> None:
    """Give each connection the second schema that the tests use."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.execute("ATTACH DATABASE 'twsql_test_schema.db' AS test_schema")


import_module("sqlalchemy.dialects.sqlite.provision")  # registers what is right for twsql too
for same in ("temp_table_keyword_args", "upsert", "post_configure_testing_engine", "stop_test_class_outside_fixtures"):
    registered = getattr(provision, same)
    registered.for_db("twsql")(registered.fns["sqlite"])


def compare(sqlite: str, twsql: str, own: str) -> str:
    """Tell the figures of the runs; raises SystemExit if twsql fails where SQLAlchemy's dialect does not."""
    (passed, wrong), (also, failed), (_, still) = map(_outcomes, (sqlite, twsql, own))
    worse = {name for name in (passed - also) | failed if _function(name) not in LISTED}
    if wrong or worse or still or {_function(name) for name in failed} != set(LISTED):
        raise SystemExit(f"not as with sqlite+pysqlite: {sorted(wrong | worse | still)}, or LISTED is out of date")
    names = ("sqlite+pysqlite", "twsql", "twsql without Twilio's tables, the tests in LISTED")
    return "\n".join(f"{name}: {_lines(path)[-1]}" for name, path in zip(names, (sqlite, twsql, own), strict=True))


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def _outcomes(path: str) -> tuple[set[str], set[str]]:
    """Which tests passed and which did not, by pytest's summary, without the names of dialects."""
    found: tuple[set[str], set[str]] = (set(), set())
    for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR) (\S+)", "\n".join(_lines(path)), re.M):
        found[outcome != "PASSED"].add(re.sub(r"_sqlite\+\w+(?=::)", "", name))
    return found


def _function(name: str) -> str:
    return name.partition("[")[0].rpartition("::")[2]


if __name__ == "__main__":
    sys.stdout.write(compare(*sys.argv[1:]) + "\n")
