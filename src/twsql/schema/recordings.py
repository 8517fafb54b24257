"""The columns of recordings: one for each property of Twilio's JSON."""

from __future__ import annotations

from twsql.schema import Column

RECORDING = (
    Column("Sid", "The SID of the recording: RE and 32 hexadecimal digits.", key=True, sid="RE"),
    Column("AccountSid", "The SID of the account that the recording belongs to."),
    Column(
        "CallSid",
        "The SID of the call that was recorded; of a conference's recording, of a call in it.",
        filter="CallSid",
        references="calls.Sid",
        sid="CA",
    ),
    Column(
        "ConferenceSid",
        "The SID of the conference that was recorded; NULL for a call's recording.",
        filter="ConferenceSid",
        references="conferences.Sid",
        sid="CF",
    ),
    Column("Status", "in-progress, paused, stopped, processing, completed, absent or deleted."),
    Column("Source", "What began it: OutboundAPI, Conference, DialVerb, RecordVerb, Trunking, …"),
    Column("Channels", "1, or 2: each side of the call on its own.", type="integer"),
    Column("StartTime", "When it began, UTC.", type="datetime"),
    Column("Duration", "Seconds that it lasted; -1 or NULL while it has not ended.", type="integer"),
    Column("MediaUrl", "Where the audio is; `.mp3` after it gives MP3. It needs the account's credentials."),
    Column("Price", "What it cost, a negative number; NULL until Twilio knows it.", type="real"),
    Column("PriceUnit", "The currency of Price: USD."),
    Column("ErrorCode", "Why there is no audio, if Status is absent.", type="integer"),
    Column("EncryptionDetails", "How to decrypt the audio, if it is encrypted: a JSON object."),
    Column("DateCreated", "When it was created, UTC.", type="datetime", filter="DateCreated"),
    Column("DateUpdated", "When it was last changed, UTC.", type="datetime"),
    Column("ApiVersion", "The version of the API that made it: 2010-04-01."),
    Column("Uri", "Its path in the API, from the host on."),
    Column("SubresourceUris", "The paths of its transcriptions and the like, a JSON object."),
)
"""Sources: Twilio's OpenAPI file, schema `api.v2010.account.recording`."""
