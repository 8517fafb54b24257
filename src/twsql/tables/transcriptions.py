"""transcriptions: the texts that Twilio made of recordings."""

from __future__ import annotations

from twsql.lists.resource import Resource
from twsql.schema import Column, Table

_COLUMNS = (
    Column("Sid", "The SID of the transcription: TR and 32 hexadecimal digits.", key=True, sid="TR"),
    Column("AccountSid", "The SID of the account that the transcription belongs to."),
    Column("RecordingSid", "The SID of the recording.", key=True, references="recordings.Sid", sid="RE"),
    Column("Status", "in-progress, completed or failed."),
    Column("TranscriptionText", "What was said."),
    Column("Type", "How it was made: fast."),
    Column("Duration", "Seconds of audio.", type="integer"),
    Column("Price", "What it cost, a negative number; NULL until Twilio knows it.", type="real"),
    Column("PriceUnit", "The currency of Price: USD."),
    Column("DateCreated", "When it was created, UTC.", type="datetime"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("ApiVersion", "The version of the API that made it: 2010-04-01."),
    Column("Uri", "Its path in the API, from the host on."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.transcription`."""

TRANSCRIPTIONS = Table(
    name="transcriptions",
    description="The texts that Twilio made of recordings.",
    columns=_COLUMNS,
    rows=Resource(
        "transcriptions", _COLUMNS, path="Transcriptions", within="Recordings/{RecordingSid}/Transcriptions"
    ).rows,
    identity=("Sid",),
    instead=(("DELETE", "the text could not be brought back"),),
    pages=20,
    expected_rows=100_000,
)
