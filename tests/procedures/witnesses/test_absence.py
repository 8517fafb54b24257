"""What proves that an effect was not done: a list without it that was asked for late enough."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from twsql.errors import OutcomeUnknown
from twsql.procedures.witnesses import absence
from twsql.schema.once import Lost, Record, Window
from twsql.twilio.client import Client
from twsql.twilio.settings import Settings

SENT = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def client(account: dict[str, Any]) -> Iterator[Client]:
    """A client that has just heard that it is ten minutes later."""
    one = Client(Settings.load({}, **account))
    one.clock.hear(format_datetime(SENT + timedelta(minutes=10)), time.monotonic())
    yield one
    one.close()


def test_a_list_that_takes_long_to_read(client: Client) -> None:
    """The list is as old as the request for it: asked for too early, and read to its end later, it proves nothing."""
    window = Window(SENT, SENT, SENT, SENT + timedelta(minutes=2))
    lost = Lost(
        record=Record(sender="+15550000000", recipient="+15550000001"),
        mark=None,
        own_mark=False,
        unique_mark=False,
        window=lambda: window,
        is_other=lambda sid: False,
        rivals=lambda: (),
        foreign=lambda calls: set(),
    )
    now = time.monotonic()
    absence.prove(client, lost, "the list", now)
    with pytest.raises(OutcomeUnknown, match="look again from 2026-01-31 12:03:00 UTC"):
        absence.prove(client, lost, "the list", now - 8 * 60)
