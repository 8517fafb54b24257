"""The setting `safe`: what SQL of people who are not trusted may do on an apsw connection.

SQLite asks an authorizer for each step of a statement that it prepares, also for those of views, of table-valued
PRAGMAs and of its own (VACUUM attaches a file, a full-text table writes into others). Only what is listed here passes,
so what a later SQLite adds is refused until somebody has thought about it.
"""

from __future__ import annotations

import apsw

from twsql.errors import ReadOnlyError

_PASSES = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_RECURSIVE})
_ENDS = frozenset({"COMMIT", "ROLLBACK"})
"""How transactions end. None begins: it would keep a lock on the file for as long as its author likes."""
_DESCRIBE = """
    table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list database_list collation_list
    function_list module_list pragma_list compile_options
"""
"""PRAGMAs that only describe, whatever their argument."""
_TELL = """
    application_id auto_vacuum cache_size data_version encoding foreign_keys freelist_count journal_mode page_count
    page_size query_only read_uncommitted recursive_triggers schema_version synchronous temp_store user_version
"""
"""PRAGMAs that tell a value without an argument, and change it with one."""
_ACT = "load_extension fts3_tokenizer geopoly_debug optimize readfile writefile edit zipfile"
"""Functions that do more than compute."""
_SCHEMA = ("sqlite_master", "sqlite_temp_master")
"""What CREATE, DROP and ALTER change first."""
_OFF = (
    apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA,
    apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER,
    apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
    apsw.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER,
    apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA,
)
_LIMITS = {
    apsw.SQLITE_LIMIT_ATTACHED: 0,
    apsw.SQLITE_LIMIT_WORKER_THREADS: 0,
    apsw.SQLITE_LIMIT_LENGTH: 16 * 1024 * 1024,
    apsw.SQLITE_LIMIT_SQL_LENGTH: 200_000,
    apsw.SQLITE_LIMIT_VDBE_OP: 250_000,
    apsw.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
}
"""Bounds on what one statement can take of memory: bytes of a value, bytes of SQL, instructions and so on."""


def secure(connection: apsw.Connection) -> None:
    """Let the connection only read: its own tables and Twilio's. What the program does without SQL stays possible."""
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    for each in _OFF:
        connection.config(each, 0)
    for bound, most in _LIMITS.items():
        connection.limit(bound, min(most, connection.limit(bound)))
    connection.execute("PRAGMA query_only = 1")
    connection.authorizer = _authorize


def _authorize(action: int, first: str | None, second: str | None, schema: str | None, inside: str | None) -> int:
    if action in _PASSES or _is_harmless(action, first, second):
        return apsw.SQLITE_OK
    raise ReadOnlyError(
        f"{_named(action, first, second)} is refused: safe is set, and lets SQL only read; unset safe (TWSQL_SAFE)"
        " where you trust whoever writes SQL"
    )


def _is_harmless(action: int, first: str | None, second: str | None) -> bool:
    if action == apsw.SQLITE_FUNCTION:
        return (second or "").lower() not in _ACT.split()
    if action == apsw.SQLITE_PRAGMA:
        name = (first or "").lower()
        return name in _DESCRIBE.split() or (name in _TELL.split() and second is None)
    return action == apsw.SQLITE_TRANSACTION and first in _ENDS


def _named(action: int, first: str | None, second: str | None) -> str:
    if first in _SCHEMA:
        return "a change of the schema"
    if action == apsw.SQLITE_FUNCTION:
        return f"{second}()"
    if action == apsw.SQLITE_PRAGMA:
        return f"PRAGMA {first}"
    if action == apsw.SQLITE_TRANSACTION:
        return str(first)
    return str(apsw.mapping_authorizer_function[action]).removeprefix("SQLITE_").replace("_", " ")
