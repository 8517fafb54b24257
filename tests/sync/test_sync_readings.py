"""Two runs of sync under every reading of Twilio: the file has every conference, as Twilio has it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import apsw
import pytest
from tests.sync.conftest import File, assert_equal
from tests.sync.conftest import sync_conferences as sync

from twsql.hosts.apsw import register
from twsql.sandbox import Readings, Sandbox, each_reading

LISTS = (
    "upper_bound", "order", "list_lag", "ended_participants", "default_status", "names", "largest_page", "statuses",
    "properties", "next_page_uri",
)  # fmt: skip
EVERY = [pytest.param(each, id=str(each) or "the defaults") for each in each_reading(*LISTS)]


@pytest.mark.parametrize("readings", EVERY)
def test_two_runs(file: File, readings: Readings) -> None:
    """What begins and what ends between two runs, one conference within them too, is in the file after the second."""
    with Sandbox(conferences=60, participants=1, readings=readings, now=datetime.now(timezone.utc)) as sandbox:
        account: dict[str, Any] = {
            "base_url": sandbox.base_url,
            "account_sid": sandbox.account_sid,
            "auth_token": sandbox.auth_token,
        }
        settings = {**account, "page_size": 20}
        assert sync(file.path, **settings).conferences == 60
        db = apsw.Connection(":memory:")
        registration = register(db, **account)
        ends = [each.sid for each in sandbox.conferences() if each.status == "in-progress"][:5]
        for number in range(5):
            call = f"SELECT ConferenceSid FROM AddParticipants('new-{number}', '+15005550006', '+1555000000{number}')"
            ends += [sid for (sid,) in db.execute(call).fetchall() if number < 2]
        for sid in ends:
            db.execute("SELECT Status FROM EndConference(?)", (sid,)).fetchall()
        registration.close()
        sandbox.advance(readings.list_lag)
        sync(file.path, **settings)
        assert_equal(file, account)
        every = {(each.sid, each.status) for each in sandbox.conferences()}
        assert set(file.rows("SELECT Sid, Status FROM conferences")) == every
