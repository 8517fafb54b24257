"""twsql query --stats."""

from __future__ import annotations

import re

from twsql.sandbox import Sandbox

from .conftest import Run


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
