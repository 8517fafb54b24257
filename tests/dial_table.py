"""The dial table of docs/dialing.md as cases: SQL, and how many calls it places through whatever host it runs."""

from __future__ import annotations

TO = "AddParticipants('c', '+15550000000') WHERE \"To\""
CONST = "AddParticipants('c', '+15550000000', '+15550000001')"
EACH = "AddParticipants('c', '+15550000000', t.n)"

SETUP = (
    "CREATE TEMP TABLE t (n TEXT, ok INTEGER)",
    "INSERT INTO t VALUES ('+15550000001', 1), ('+15550000002', 0), ('+15550000003', 1)",
)
"""Three contacts, two of which are ok."""

SUBQUERY = f"SELECT count(*) FROM (SELECT * FROM {CONST} LIMIT 10)"
"""Places no call where SQLite leaves out columns of a subquery that nobody reads; older ones read them all."""

CALLS = [
    (f"SELECT * FROM {CONST}", 1),
    (f"SELECT * FROM {CONST} LIMIT 0", 0),
    (f"EXPLAIN SELECT * FROM {CONST}", 0),
    (f"EXPLAIN QUERY PLAN SELECT * FROM {CONST}", 0),
    (f"CREATE TEMP VIEW v AS SELECT * FROM {CONST}", 0),
    ("SELECT * FROM AddParticipants WHERE 1 = 0", 0),
    (f"SELECT * FROM t, {CONST}", 1),
    (f"SELECT * FROM t CROSS JOIN {CONST}", 1),
    (f"SELECT * FROM t LEFT JOIN {CONST}", 1),
    (f"SELECT * FROM t JOIN {EACH}", 3),
    (f"SELECT * FROM t JOIN {EACH} WHERE t.ok", 2),
    (f"SELECT * FROM t LEFT JOIN {EACH} ON t.ok", 2),
    (f"SELECT * FROM t JOIN {EACH} LIMIT 1", 1),
    (f"SELECT * FROM t JOIN {EACH} ORDER BY CallSid LIMIT 1", 3),
    (f"SELECT (SELECT CallSid FROM {EACH}) s FROM t WHERE s IS NOT NULL ORDER BY s", 3),
    (f"WITH a AS (SELECT * FROM {CONST}) SELECT x.CallSid, y.CallSid FROM a x, a y", 1),
    (f"SELECT * FROM {CONST} UNION SELECT * FROM {CONST}", 1),
    (f"SELECT * FROM {CONST} UNION ALL SELECT * FROM {CONST}", 1),
    (f"SELECT * FROM t t2 CROSS JOIN t CROSS JOIN {EACH}", 3),
    (
        f"SELECT * FROM {TO} IN ('+15550000001', '+15550000002')",
        2,
    ),
    (f"SELECT * FROM {TO} IN (SELECT n FROM t)", 3),
    (
        f"SELECT * FROM {TO} = '+15550000001' OR \"To\" = '+15550000002'",
        2,
    ),
    (f"SELECT count(CallSid) FROM t JOIN {EACH}", 3),
    (SUBQUERY, 0),
    (f"SELECT EXISTS (SELECT * FROM {CONST})", 0),
    (f"CREATE TEMP TABLE x AS SELECT * FROM {CONST}", 1),
    (f"CREATE TABLE x AS SELECT * FROM {CONST}", 1),
    (
        "SELECT * FROM AddParticipants"
        " WHERE ConferenceSid = 'c' AND \"From\" = '+15550000000' AND \"To\" = '+15550000001'",
        1,
    ),
    (f"SELECT * FROM {CONST} WHERE ConferenceSid IS NOT NULL", 1),
    (f"SELECT * FROM {CONST} WHERE Status = 'queued' AND DryRun", 0),
    (f"SELECT * FROM t JOIN {EACH} WHERE t.ok OR DryRun", 0),
    (f"SELECT * FROM {CONST} WHERE DryRun = 0", 1),
]
"""Statements with the number of calls that each places."""

EXISTS = f"SELECT * FROM t WHERE EXISTS (SELECT * FROM {CONST})"
"""Places no call. SQLite 3.54 tells that it reads none either, and it is refused; older ones say that they read all."""

REFUSED = [
    "SELECT * FROM AddParticipants",
    f"SELECT * FROM {TO} = '+15550000001' OR Status = 'queued'",
    "SELECT * FROM AddParticipants('c', '+15550000000', NULL)",
    "SELECT * FROM AddParticipants('c', '+15550000000', '')",
    "SELECT * FROM AddParticipants('c', '+15550000000')",
    f"SELECT count(*) FROM {CONST}",
    f"SELECT 1 FROM {CONST}",
    f'SELECT "To" FROM {CONST}',
    f"SELECT * FROM t WHERE EXISTS (SELECT 1 FROM {CONST})",
    f"SELECT * FROM {CONST} WHERE NOT DryRun",
    f"SELECT * FROM {CONST} WHERE Status = 'queued' AND Muted",
]
"""What cannot be meant: an error, and no call."""
