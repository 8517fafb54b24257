"""recordings: every recording of the account's calls and conferences."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.procedures.change_recordings import DELETE_RECORDING, UPDATE_RECORDING
from twsql.schema import Effect, Table
from twsql.schema.recordings import RECORDING

RECORDINGS = Table(
    name="recordings",
    description="Every recording of the account's calls and conferences.",
    columns=RECORDING,
    rows=Resource("recordings", RECORDING, path="Recordings", day="DateCreated").rows,
    identity=("Sid",),
    newest_first="DateCreated",
    update=Effect(UPDATE_RECORDING, keys=(("Sid", "Sid"),)),
    delete=Effect(DELETE_RECORDING, keys=(("Sid", "Sid"),), done="deleted"),
    instead=(("INSERT", "the inputs Record and ConferenceRecord of AddParticipants record a call or a conference"),),
    pages=50,
    expected_rows=100_000,
)
