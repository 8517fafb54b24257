"""Plain SQLite copies of live tables, and what a statement gives over both."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import apsw
from hypothesis import HealthCheck, Phase, settings

from examples import examples
from twsql.schema import snake_case

from .random_where import EVERY, Pair


def statements(count: int) -> settings:
    """The settings of a comparison by so many random statements, which are the same ones in each run."""
    return settings(
        max_examples=examples(count),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def same(pair: Pair, sql: str, *, ordered: bool = True) -> None:
    """A statement gives the rows of the plain copy."""
    live, plain = pair.live.execute(sql).fetchall(), pair.plain.execute(sql).fetchall()
    assert (live == plain) if ordered else (Counter(live) == Counter(plain)), sql


def copy(live: apsw.Connection, plain: apsw.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Make a plain table of Twilio's JSON, with the types that the live one declares."""
    declared = live.execute("SELECT name, type FROM pragma_table_xinfo(?)", (table,)).fetchall()
    columns = {name: kind for name, kind in declared if name in EVERY[table]}
    definitions = [f'"{name}" {kind}' for name, kind in columns.items()]
    plain.execute(f"CREATE TABLE {table} ({', '.join(definitions)})")
    values = [[_value(kind, row.get(snake_case(name))) for name, kind in columns.items()] for row in rows]
    plain.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "DATETIME":
        when = datetime.fromisoformat(value[:-1]) if value.endswith("Z") else parsedate_to_datetime(value)
        return when.strftime("%Y-%m-%d %H:%M:%S")
    if kind in ("INTEGER", "REAL"):
        return (int if kind == "INTEGER" else float)(value)
    return json.dumps(value, separators=(",", ":")) if isinstance(value, (dict, list)) else value
