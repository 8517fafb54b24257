"""EXPLAIN QUERY PLAN for people: what is asked of Twilio, in words, and nothing of how the plan is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import apsw
import pytest

import twsql as package
from cli.conftest import Run
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

PLANS = [
    ("SELECT Sid FROM conferences WHERE Status = 'completed'", "GET all lists of conferences where Status ="),
    (
        "SELECT CallSid FROM AddParticipants('x', '+15005550006', '+12025550100')",
        "one call placed for each row; inputs Conference, From, To",
    ),
    (
        "SELECT p.Label FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid",
        "GET single conferences where Sid =",
    ),
    ("UPDATE participants SET Muted = 1 WHERE ConferenceSid = 'x'", "GET lists of participants where ConferenceSid ="),
]
Explain = Callable[[str], str]


@pytest.fixture(params=["driver", "apsw", "query", "shell"])
def explain(request: pytest.FixtureRequest, account: dict[str, str], twsql: Run) -> Iterator[Explain]:
    """What each door shows of the plan of a statement."""
    if request.param == "driver":
        with package.connect(**account) as connection:
            yield lambda sql: connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()[-1][-1]
    elif request.param == "apsw":
        connection = apsw.Connection(":memory:")
        with closing(connection), closing(register(connection, **account)):
            yield lambda sql: connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()[-1][-1]
    elif request.param == "query":
        yield lambda sql: twsql("query", "--format", "csv", "--sandbox", f"EXPLAIN QUERY PLAN {sql}").stdout
    else:
        yield lambda sql: twsql("shell", "--sandbox", stdin=f".mode list\nEXPLAIN QUERY PLAN {sql};\n").stdout


@pytest.mark.parametrize(("sql", "words"), PLANS)
def test_words_only(explain: Explain, sql: str, words: str) -> None:
    """No braces of JSON in any of our doors; a call is not placed."""
    shown = explain(sql)
    assert words in shown
    assert "{" not in shown


def test_plans_of_the_same_words(account: dict[str, str], sandbox: Sandbox) -> None:
    """They differ in the columns that they read, and each goes its own way, also when it runs again later."""
    sandbox.change(conferences=2, participants=1, over=0)
    sandbox.reset()
    with package.connect(**account) as connection:
        queries = [f"SELECT {column} FROM conferences ORDER BY Sid" for column in ("Sid", "Status", "FriendlyName")]
        first = [connection.execute(sql).fetchall() for sql in queries]
        assert [connection.execute(sql).fetchall() for sql in queries] == first
        shown = {connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()[0][-1].split(":")[1] for sql in queries}
    assert shown == {"GET all lists of conferences" + more for more in ("", " [plan 2]", " [plan 3]")}
