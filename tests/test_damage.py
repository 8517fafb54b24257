"""Random damage to Twilio's answers: right rows or an error of twsql's, nothing placed twice, the token nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twsql
from damage import FRAMING, JSON, Damage
from examples import examples
from relay import Relay
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox

READS = (
    "SELECT Sid, FriendlyName, Status, DateCreated FROM conferences",
    "SELECT * FROM conferences WHERE Status = 'completed' ORDER BY DateCreated DESC",
    "SELECT Sid, DateUpdated FROM conferences WHERE Sid = '{sid}' ORDER BY DateCreated",
    "SELECT CallSid, ConferenceSid, QueueTime, Muted, DateCreated FROM participants",
    "SELECT CallSid FROM participants WHERE FriendlyName = 'room'",
    "SELECT CallSid, Label FROM participants WHERE ConferenceSid = '{sid}'",
    "SELECT CallSid, Label FROM participants WHERE ConferenceSid = '{sid}' AND Label = 'ada'",
    "SELECT p.CallSid, c.Sid, c.FriendlyName FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid",
    "SELECT p.CallSid, c.FriendlyName FROM participants p JOIN conferences c ON c.Sid = p.ConferenceSid",
    "SELECT CallSid, FriendlyName FROM participants ORDER BY CallSid LIMIT 2",
)
WRITES = (
    "UPDATE conferences SET AnnounceUrl = 'https://example.com/a.xml' WHERE Status = 'in-progress'",
    "UPDATE participants SET Muted = 1",
    "SELECT Status, CallSid FROM ModifyParticipants('room', 'ada') WHERE Muted = 1",
    "SELECT Status, CallSid FROM RemoveParticipants('room', 'nobody')",
)
CALL = """
    SELECT CallSid, ConferenceSid, Status FROM AddParticipants('{room}', '+15550000000', '+15550000002')
    WHERE RequestKey = '{room}'"""


@dataclass
class World:
    """A sandbox behind a relay, and connections to it."""

    sandbox: Sandbox
    relay: Relay

    def run(self, sql: str, damage: Damage | None, *, posts: bool = True, reads: bool = True) -> Any:
        """Give a statement's rows or its error, of twsql's, which never has the token."""

        def change(request: bytes, answer: bytes) -> bytes:
            is_damaged = damage is not None and (posts if request.startswith(b"POST") else reads)
            return damage(answer) if damage is not None and is_damaged else answer

        self.relay.change = change
        login = {"account_sid": self.sandbox.account_sid, "auth_token": self.sandbox.auth_token}
        with closing(apsw.Connection(":memory:")) as db:
            bounds = {"max_attempts": 1, "timeout": 2, "recovery_grace": 0.01, "page_size": 3}
            registration = register(db, base_url=self.relay.url, **login, **bounds)
            try:
                return db.execute(sql).fetchall()
            except twsql.Error as error:
                return error
            finally:
                registration.close()


@pytest.fixture
def world() -> Iterator[World]:
    """Some conferences, with people in them."""
    with Sandbox(conferences=7, participants=2, over=0.4, days=3) as sandbox, Relay(sandbox.base_url) as relay:
        made = World(sandbox, relay)
        made.run("SELECT Status FROM AddParticipants('room', '+15550000000', '+15550000001') WHERE Label = 'ada'", None)
        yield made


def _sids(rows: list[tuple[Any, ...]]) -> set[str]:
    return {value for row in rows for value in row if isinstance(value, str) and value[:2] in ("CF", "CA")}


def test_reads(world: World) -> None:
    """Where the framing is damaged the rows are right or there is an error; of damaged JSON none are made up."""
    (sid,) = {row[0] for row in world.run("SELECT ConferenceSid FROM participants WHERE FriendlyName = 'room'", None)}
    right = {sql: world.run(sql, None) for sql in (sql.replace("{sid}", sid) for sql in READS)}
    assert all(right.values())
    known = _sids([row for rows in right.values() for row in rows])

    @settings(max_examples=examples(120), deadline=None)
    @given(st.sampled_from(sorted(right)), FRAMING)
    def framing(sql: str, damage: Damage) -> None:
        rows = world.run(sql, damage)
        assert isinstance(rows, twsql.Error) or rows == right[sql]
        assert world.sandbox.auth_token not in str(rows)

    @settings(max_examples=examples(150), deadline=None)
    @given(st.sampled_from(sorted(right)), JSON)
    def content(sql: str, damage: Damage) -> None:
        rows = world.run(sql, damage)
        assert isinstance(rows, twsql.Error) or _sids(rows) <= known

    framing()
    content()


@pytest.mark.parametrize("kind", ["framing", "content"])
def test_writes(world: World, kind: str) -> None:
    """What changes something gives rows or an error of twsql's as well."""

    @settings(max_examples=examples(60), deadline=None)
    @given(st.sampled_from(WRITES), FRAMING if kind == "framing" else JSON)
    def check(sql: str, damage: Damage) -> None:
        assert isinstance(world.run(sql, damage), twsql.Error | list)

    check()


@pytest.mark.parametrize("kind", ["framing", "content"])
@pytest.mark.parametrize("witnesses", ["well", "damaged"])
def test_calls(world: World, kind: str, witnesses: str) -> None:
    """A create whose answer is damaged is placed or unknown, and the same key places no second call, then or later."""
    rooms = count()

    @settings(max_examples=examples(40), deadline=None)
    @given(FRAMING if kind == "framing" else JSON)
    def check(damage: Damage) -> None:
        room = f"{kind}-{witnesses}-{next(rooms)}"
        sql = CALL.replace("{room}", room)
        result = world.run(sql, damage, reads=witnesses == "damaged")
        (state,) = world.run(f"SELECT State FROM twsql_journal WHERE RequestKey = '{room}'", None)
        assert state[0] == ("unknown" if isinstance(result, twsql.Error) else "placed")
        assert not isinstance(result, twsql.Error) or isinstance(result, twsql.OutcomeUnknown)
        again = world.run(sql, None)
        ((call, *_),) = again
        (placed,) = [each for each in world.sandbox.calls() if each.to == "+15550000002" and each.conference == room]
        assert call == placed.sid

    check()
