"""The schema of the journal: one migration for each version."""

from __future__ import annotations

from twsql.sqlite_files import Versions

_APPLICATION = 0x74777371
"""`twsq`, the application_id of a journal; twsql never writes to a file with another one."""
_STEPS = (
    """
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY,
      account_sid TEXT NOT NULL,
      request_key TEXT,
      digest TEXT NOT NULL,
      conference TEXT NOT NULL,
      caller TEXT NOT NULL,
      shown TEXT,
      called TEXT NOT NULL,
      label TEXT,
      hold INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts INTEGER NOT NULL,
      started TEXT NOT NULL,
      sent TEXT NOT NULL,
      changed TEXT NOT NULL,
      call_sid TEXT,
      answer TEXT,
      code INTEGER,
      message TEXT,
      UNIQUE (account_sid, request_key)
    ) STRICT;
    CREATE VIEW entries AS SELECT
      id,
      strftime('%Y-%m-%d %H:%M:%S', started) AS date_created,
      strftime('%Y-%m-%d %H:%M:%S', changed) AS date_updated,
      account_sid, request_key, conference, caller AS "from", called AS "to", label, state, call_sid,
      answer ->> 'conference_sid' AS conference_sid, code AS error_code, message AS error_message, attempts
    FROM calls;
    CREATE INDEX calls_by_sid ON calls (call_sid) WHERE call_sid IS NOT NULL;
    CREATE INDEX calls_open ON calls (account_sid, state) WHERE state IN ('sending', 'unknown');
    """,
    # A key belongs to a server too; earlier entries are Twilio's. `since` is Twilio's time at the first attempt,
    # `until` that of sending the last attempt, or of losing its response; NULL if Twilio's time was unknown.
    """
    DROP VIEW entries;
    DROP INDEX calls_by_sid;
    DROP INDEX calls_open;
    ALTER TABLE calls RENAME TO calls_1;
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY,
      account_sid TEXT NOT NULL,
      server TEXT NOT NULL DEFAULT 'https://api.twilio.com',
      request_key TEXT,
      digest TEXT NOT NULL,
      conference TEXT NOT NULL,
      caller TEXT NOT NULL,
      shown TEXT,
      called TEXT NOT NULL,
      label TEXT,
      hold INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts INTEGER NOT NULL,
      started TEXT NOT NULL,
      sent TEXT NOT NULL,
      changed TEXT NOT NULL,
      since TEXT,
      until TEXT,
      call_sid TEXT,
      answer TEXT,
      code INTEGER,
      message TEXT,
      UNIQUE (account_sid, server, request_key)
    ) STRICT;
    INSERT INTO calls (id, account_sid, request_key, digest, conference, caller, shown, called, label, hold, state,
                       attempts, started, sent, changed, call_sid, answer, code, message)
    SELECT id, account_sid, request_key, digest, conference, caller, shown, called, label, hold, state,
           attempts, started, sent, changed, call_sid, answer, code, message FROM calls_1;
    DROP TABLE calls_1;
    CREATE VIEW entries AS SELECT
      id,
      strftime('%Y-%m-%d %H:%M:%S', started) AS date_created,
      strftime('%Y-%m-%d %H:%M:%S', changed) AS date_updated,
      account_sid, server, request_key, conference, caller AS "from", called AS "to", label, state, call_sid,
      answer ->> 'conference_sid' AS conference_sid, code AS error_code, message AS error_message, attempts
    FROM calls;
    CREATE INDEX calls_by_sid ON calls (call_sid) WHERE call_sid IS NOT NULL;
    CREATE INDEX calls_open ON calls (account_sid, state) WHERE state IN ('sending', 'unknown');
    """,
    # Whatever must happen once, not only calls into conferences: `kind` is call or message.
    """
    DROP VIEW entries;
    CREATE TABLE effects (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      procedure TEXT NOT NULL,
      account_sid TEXT NOT NULL,
      server TEXT NOT NULL,
      request_key TEXT,
      digest TEXT NOT NULL,
      conference TEXT,
      sender TEXT NOT NULL,
      shown TEXT,
      recipient TEXT NOT NULL,
      details TEXT,
      label TEXT,
      hold INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('sending', 'placed', 'refused', 'unknown')),
      attempts INTEGER NOT NULL,
      started TEXT NOT NULL,
      sent TEXT NOT NULL,
      changed TEXT NOT NULL,
      since TEXT,
      until TEXT,
      sid TEXT,
      answer TEXT,
      code INTEGER,
      message TEXT,
      UNIQUE (procedure, account_sid, server, request_key)
    ) STRICT;
    INSERT INTO effects (id, kind, procedure, account_sid, server, request_key, digest, conference, sender, shown,
                         recipient, label, hold, state, attempts, started, sent, changed, since, until, sid, answer,
                         code, message)
    SELECT id, 'call', 'AddParticipants', account_sid, server, request_key, digest, conference, caller, shown,
           called, label, hold, state, attempts, started, sent, changed, since, until, call_sid, answer,
           code, message FROM calls;
    DROP TABLE calls;
    CREATE VIEW entries AS SELECT
      id,
      strftime('%Y-%m-%d %H:%M:%S', started) AS date_created,
      strftime('%Y-%m-%d %H:%M:%S', changed) AS date_updated,
      account_sid, server, request_key, conference, sender AS "from", recipient AS "to", label, state,
      iif(kind = 'call', sid, NULL) AS call_sid,
      answer ->> 'conference_sid' AS conference_sid, code AS error_code, message AS error_message, attempts,
      procedure, sid
    FROM effects;
    CREATE INDEX effects_by_sid ON effects (sid) WHERE sid IS NOT NULL;
    CREATE INDEX effects_open ON effects (account_sid, state) WHERE state IN ('sending', 'unknown');
    """,
)
VERSIONS = Versions(_APPLICATION, _STEPS)
