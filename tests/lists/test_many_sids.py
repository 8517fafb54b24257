"""Many SIDs in an IN: whole lists in place of a request each, where that is cheaper."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from twsql.lists.many_sids import MANY
from worlds import World

Make = Callable[..., World]
SOME = "SELECT Sid FROM {} WHERE Sid IN (SELECT value FROM json_each(?))"


@pytest.fixture
def made(world: Make) -> World:
    """2,000 conferences with a call each, in pages of 1,000."""
    return world(conferences=2000, participants=1, recordings=1, connection={"page_size": 1000})


@pytest.mark.parametrize(("table", "most"), [("conferences", 7), ("calls", 6), ("recordings", 4)])
def test_a_list_is_cheaper(made: World, table: str, most: int) -> None:
    """A thousand SIDs cost no more than the whole list, and give the same rows as one by one."""
    sids = [sid for (sid,) in made.db.execute(f"SELECT Sid FROM {table}")][::2]
    rows, asked = made.asked(SOME.format(table), json.dumps(sids))
    assert sorted(rows) == sorted((sid,) for sid in sids)
    assert len(asked) <= most
    few = sids[: MANY - 1]
    rows, asked = made.asked(SOME.format(table), json.dumps(few))
    assert sorted(rows) == sorted((sid,) for sid in few)
    assert len(asked) == MANY - 1


def test_singly_where_the_list_has_few(made: World) -> None:
    """SIDs that the newest page does not have cost a request each, and one for that page; unknown ones give no row."""
    sids = [sid for (sid,) in made.db.execute("SELECT Sid FROM recordings ORDER BY DateCreated")][:MANY]
    unknown = f"RE{'0' * 32}"
    rows, asked = made.asked(SOME.format("recordings"), json.dumps([*sids, unknown]))
    assert sorted(rows) == sorted((sid,) for sid in sids)
    assert len([one for one in asked if "Recordings/" in one]) == MANY + 1
    assert len(asked) <= MANY + 1 + 4  # what was prefetched of the list


def test_a_limit(made: World) -> None:
    """LIMIT reads no list."""
    sids = [sid for (sid,) in made.db.execute("SELECT Sid FROM recordings")][:500]
    rows, asked = made.asked(f"{SOME.format('recordings')} LIMIT 3", json.dumps(sids))
    assert len(rows) == 3
    assert all("Recordings/" in one for one in asked)
