"""twsql query --stats."""

from __future__ import annotations

import re

from twsql.sandbox import Sandbox

from .conftest import Run

CALL = "ConferenceSid = 'x', From = '+15005550006', To = '+12025550100'"
JOIN = "conferences c JOIN participants p ON p.ConferenceSid = c.Sid"
ONCE = [
    (f"EXEC AddParticipants {CALL}", True),
    ("CALL AddParticipants('x', '+15005550006', '+12025550101')", True),
    (f"SELECT c.Sid, p.CallSid FROM {JOIN} WHERE c.Status = 'in-progress'", True),
    ("SELECT a.Sid FROM conferences a JOIN conferences b ON b.Sid = a.Sid UNION ALL SELECT Sid FROM conferences", True),
    ("WITH c AS (SELECT Sid FROM conferences) SELECT count(*) FROM c a, c b", True),
    (f"CREATE TABLE t AS SELECT p.CallSid FROM {JOIN}", True),
    ("CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u VALUES (new.CallSid); END", False),
    ("CREATE TABLE u (a)", False),
    ("INSERT INTO t SELECT CallSid FROM participants", True),
    ("UPDATE participants SET Muted = 1 WHERE FriendlyName = 'x'", True),
    ("DELETE FROM participants WHERE CallSid IN (SELECT CallSid FROM participants LIMIT 1)", True),
    ("EXPLAIN QUERY PLAN SELECT * FROM conferences", False),
]


def test_once(twsql: Run, login: dict[str, str]) -> None:
    """Each statement of a script has one line, also those of which SQLite makes several."""
    done = twsql("query", "--format", "csv", "--stats", ";\n".join(sql for sql, _ in ONCE), env=login)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "removed" not in line and "changed" not in line]
    assert ["nothing asked" not in line for line in told] == [asks for _, asks in ONCE], done.stderr


def test_each_statement(twsql: Run, login: dict[str, str], sandbox: Sandbox) -> None:
    """A line on standard error for each statement, also where it asks nothing, or fails; results are as without."""
    sandbox.fail("error", path="Participants", status=400, code=20001, message="no")
    sid = "CF" + "0" * 32
    script = f"SELECT count(*) FROM conferences; SELECT 1; SELECT * FROM participants WHERE ConferenceSid = '{sid}'"
    plain, told = (twsql("query", "--format", "csv", *more, script, env=login) for more in ([], ["--stats"]))
    assert told.stdout == plain.stdout
    assert told.returncode == plain.returncode == 1
    *lines, error = [line for line in told.stderr.splitlines() if line]
    assert re.fullmatch(
        r"twsql: 3 requests, 0 repeated, [\d,]+ bytes, \d+ waits? of [\d,]+ ms together, in [\d,]+ ms", lines[0]
    )
    assert lines[1] == "twsql: nothing asked of Twilio"
    assert lines[2].startswith("twsql: 1 request, 0 repeated,")
    ours, theirs = (re.sub("RQ[0-9a-f]+", "RQ", text.strip()) for text in (error, plain.stderr))
    assert ours == theirs
