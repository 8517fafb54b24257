"""The schema of the journal in PostgreSQL: `twsql`, with one migration for each version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twsql.dialing.postgres_session import Connection

_LOCK = 0x74777371
"""Locked, in PostgreSQL's sense, while the schema is brought up."""
_STEPS = (
    """
    CREATE SCHEMA IF NOT EXISTS twsql;
    CREATE TABLE twsql.version (twsql_journal integer NOT NULL);
    INSERT INTO twsql.version VALUES (0);
    CREATE TABLE twsql.effects (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kind text NOT NULL,
      procedure text NOT NULL,
      account_sid text NOT NULL,
      server text NOT NULL,
      request_key text,
      digest text NOT NULL,
      conference text,
      sender text NOT NULL,
      shown text,
      recipient text NOT NULL,
      details text,
      label text,
      hold bigint NOT NULL UNIQUE,
      state text NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts integer NOT NULL,
      started timestamptz NOT NULL,
      sent timestamptz NOT NULL,
      changed timestamptz NOT NULL,
      since timestamptz,
      until timestamptz,
      sid text,
      conference_sid text,
      answer text,
      code bigint,
      message text,
      holder bigint,
      send_by timestamptz,
      UNIQUE (procedure, account_sid, server, request_key)
    );
    COMMENT ON COLUMN twsql.effects.hold IS 'names the entry, also where its id is given again';
    COMMENT ON COLUMN twsql.effects.holder IS 'the session that works on it: it has the advisory lock of this number';
    COMMENT ON COLUMN twsql.effects.send_by IS 'nobody else takes it over before, as until then it may be sent';
    CREATE INDEX effects_by_sid ON twsql.effects (sid) WHERE sid IS NOT NULL;
    CREATE INDEX effects_open ON twsql.effects (account_sid, state) WHERE state IN ('sending', 'unknown');
    CREATE VIEW twsql.entries AS SELECT
      id,
      to_char(started AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS date_created,
      to_char(changed AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS date_updated,
      account_sid, server, request_key, conference, sender AS "from", recipient AS "to", label, state,
      CASE WHEN kind = 'call' THEN sid END AS call_sid,
      conference_sid, code AS error_code, message AS error_message, attempts, procedure, sid
    FROM twsql.effects;
    """,
)
_WHOSE = """
    SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace('twsql')) AS has_something,
           EXISTS (SELECT 1 FROM pg_catalog.pg_attribute
                   WHERE attrelid = to_regclass('twsql.version') AND attname = 'twsql_journal') AS is_ours"""


class ForeignDatabaseError(Exception):
    """The schema `twsql` is another program's, or a newer twsql's."""


def bring_up(connection: Connection) -> None:
    """Bring the schema to the newest version, in one transaction that nobody else does at the same time.

    Raises ForeignDatabaseError, without a change.
    """
    if _version(connection) == len(_STEPS):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for step in _STEPS[_version(connection) :]:
            connection.execute(step)
        connection.execute("UPDATE twsql.version SET twsql_journal = %s", (len(_STEPS),))


def _version(connection: Connection) -> int:
    whose = connection.execute(_WHOSE).fetchall()[0]
    if not whose["is_ours"]:
        if whose["has_something"]:
            raise ForeignDatabaseError("its schema twsql is something else's: name another database")
        return 0
    version = int(connection.execute("SELECT twsql_journal FROM twsql.version").fetchall()[0]["twsql_journal"])
    if version > len(_STEPS):
        raise ForeignDatabaseError("a newer twsql made it: upgrade")
    return version
