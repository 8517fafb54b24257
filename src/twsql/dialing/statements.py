"""The journal's statements, in the SQL of each store.

Both stores have the same table `effects` and view `entries`. SQLite's locks are bytes of a file; the kernel releases
them when a process ends. PostgreSQL's are in the entry: `holder` is the number of the session that works on it, and
nobody else takes it over before `send_by`, whatever became of that session. See docs/postgresql.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Statements:
    """What is asked of a store. Bindings are named as columns are; PostgreSQL's `holder` is added by its journal."""

    by_id: str
    by_key: str
    by_keys: str
    by_hold: str
    insert: str
    begin_anew: str
    take: str
    count: str
    renew: str
    placed: str
    failed: str
    in_doubt: str
    known: str
    rivals: str
    foreign: str
    listed: str


_SHARED = Statements(
    by_id="SELECT * FROM effects WHERE id = :id AND account_sid = :account_sid AND server = :server",
    by_key="""
    SELECT * FROM effects WHERE procedure = :procedure AND account_sid = :account_sid AND server = :server
                            AND request_key = :request_key""",
    by_keys="""
    SELECT procedure, account_sid, server, request_key, digest, state, answer FROM effects
    WHERE (procedure, account_sid, server, request_key)
       IN (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM {each})""",
    by_hold="SELECT * FROM effects WHERE hold = :hold",
    insert="""
    INSERT INTO effects (procedure, account_sid, server, request_key, kind, digest, label,
                         sender, recipient, conference, shown, details,
                         hold, since, until, state, attempts, started, sent, changed)
    SELECT :procedure, :account_sid, :server, :request_key, :kind, :digest, :label,
           :sender, :recipient, :conference, :shown, :details,
           :hold, :now, :now, 'sending', 1, at, at, at
    FROM (SELECT {now} AS at) AS clock
    RETURNING *""",
    begin_anew="""
    UPDATE effects SET state = 'sending', label = :label, attempts = attempts + 1, code = NULL, message = NULL,
                       since = :now, until = :now, started = at, sent = at, changed = at{held}
    FROM (SELECT {now} AS at) AS clock WHERE id = :id{free} RETURNING *""",
    take="UPDATE effects SET state = 'sending'{taken} WHERE id = :id{free} RETURNING *",
    count="""
    UPDATE effects SET attempts = attempts + 1, since = :since, until = :now, sent = at, changed = at{held}
    FROM (SELECT {now} AS at) AS clock WHERE id = :id{mine} RETURNING *""",
    renew="""
    UPDATE effects SET until = COALESCE(:now, until), sent = at, changed = at{held}
    FROM (SELECT {now} AS at) AS clock WHERE id = :id{mine} RETURNING *""",
    placed="""
    UPDATE effects SET state = 'placed', sid = :sid, answer = :answer{answered}, code = NULL, message = NULL,
                       changed = {now}{freed}
    WHERE id = :id{same} RETURNING id""",
    failed="""
    UPDATE effects SET state = :state, code = :code, message = :message, since = :since, until = :until,
                       changed = {now}{freed}
    WHERE id = :id AND state <> 'placed'{still}""",
    in_doubt="""
    SELECT id FROM effects WHERE account_sid = :account_sid AND server = :server AND state IN ('sending', 'unknown')
    ORDER BY id""",
    known="SELECT 1 FROM effects WHERE sid = :sid AND account_sid = :account_sid AND server = :server",
    rivals="""
    SELECT effects.details FROM effects JOIN effects AS mine USING (account_sid, server, kind)
    WHERE mine.id = :id AND effects.id <> mine.id AND effects.state IN ('sending', 'unknown')
      AND ltrim(lower(effects.recipient), '+') = ltrim(lower(mine.recipient), '+')
      AND (effects.sender IN (mine.sender, mine.shown) OR effects.shown IN (mine.sender, mine.shown))""",
    foreign="""
    SELECT listed.sid FROM (SELECT value ->> 0 AS sid, value ->> 1 AS number FROM {each}) AS listed
    WHERE NOT EXISTS (SELECT 1 FROM effects
                      WHERE effects.sid = listed.sid AND account_sid = :account_sid AND server = :server)
      AND NOT EXISTS (SELECT 1 FROM effects
                      WHERE kind = :kind AND account_sid = :account_sid AND server = :server
                      AND state IN ('sending', 'unknown')
                      AND ltrim(lower(recipient), '+') = ltrim(lower(number), '+'))""",
    listed="SELECT * FROM entries WHERE id > :id ORDER BY id LIMIT :count",
)


def _of(**words: str) -> Statements:
    texts = {each.name: getattr(_SHARED, each.name).format(**words) for each in fields(Statements)}
    return Statements(**texts)


# Times are UTC with milliseconds, in SQLite's own form.
SQLITE = _of(
    now="strftime('%Y-%m-%d %H:%M:%f')",
    each="json_each(:listed)",
    **dict.fromkeys(("held", "taken", "freed", "answered", "free", "mine", "same", "still"), ""),
)

SEND_WITHIN = 5.0
"""Seconds after an attempt is recorded within which it is sent; later it is recorded once more before."""
_CLOCKS_APART = 5.0
"""Seconds by which the clocks of the servers of one cluster may differ."""

_PATIENCE = f"interval '{SEND_WITHIN + _CLOCKS_APART} seconds'"
_POSTGRES = _of(
    now="clock_timestamp()",
    each="json_array_elements(CAST(:listed AS json)) AS each(value)",
    held=f", holder = :holder, send_by = clock_timestamp() + {_PATIENCE}",
    taken=", holder = :holder",
    answered=", conference_sid = :conference_sid",
    freed=", holder = CASE WHEN holder = :holder AND :over THEN NULL ELSE holder END",
    free=" AND hold = :hold AND holder IS NOT DISTINCT FROM :seen",
    mine=" AND hold = :hold AND holder = :holder AND state = 'sending'",
    # Twilio's word that a call was placed holds, whoever works on its entry now.
    same=" AND hold = :hold AND (state <> 'placed' OR sid IS NOT DISTINCT FROM :sid)",
    still=" AND hold = :hold AND holder = :holder",
)
_INSERT = """
    INSERT INTO effects (procedure, account_sid, server, request_key, kind, digest, label,
                         sender, recipient, conference, shown, details, hold, since, until, state, attempts,
                         started, sent, changed, holder, send_by)
    VALUES (:procedure, :account_sid, :server, :request_key, :kind, :digest, :label,
            :sender, :recipient, :conference, :shown, :details, :hold, :now, :now, 'sending', 1,
            clock_timestamp(), clock_timestamp(), clock_timestamp(),
            :holder, clock_timestamp() + {patience})
    ON CONFLICT DO NOTHING RETURNING *"""


def _named(sql: str) -> str:
    """A statement with psycopg's names of bindings: `%(id)s` for `:id`."""
    return re.sub(r":([a-z_]+)", r"%(\1)s", sql)


_WITH_HOLDER = replace(_POSTGRES, insert=_INSERT.format(patience=_PATIENCE))
POSTGRES = Statements(**{each.name: _named(getattr(_WITH_HOLDER, each.name)) for each in fields(Statements)})
