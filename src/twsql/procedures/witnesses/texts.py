"""Compares messages without their texts: the journal has a digest of a text, never the text.

our text, with                        the list's text             verdict
"Hello"                               "Hello"                     SAME
"Hello", a trial account              "Sent from your Twilio …    SAME
                                      trial account - Hello"
"Hello"                               "Hi", or one with media     ANOTHER
"Hello"                               "", it was taken away       PERHAPS
“Hello”, SmartEncoded or a service    "Hello" in plain quotes     PERHAPS
a template (ContentSid)               whatever                    PERHAPS
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from hashlib import sha256

from twsql.schema import Checked, Row

_TRIAL = "Sent from your Twilio trial account - "
"""What Twilio writes before each text of a trial account."""


class Verdict(Enum):
    """Whether a listed message has the text and media of ours."""

    SAME = "the same text"
    PERHAPS = "perhaps the same text"
    ANOTHER = "another text"


@dataclass(frozen=True)
class Content:
    """What the journal has of a message's content.

    `text` is a digest of the text; `plain` tells that Twilio sends and shows that text as it is. `media` is their
    number. `service` is the messaging service. `listed` tells that Twilio lists the message under its To.
    """

    text: str
    plain: bool
    media: int
    service: str | None
    fallback: str | None
    listed: bool

    def compare(self, row: Row) -> Verdict:
        """Compare a listed message with ours."""
        count, text = str(row.get("num_media")), str(row.get("body") or "")
        media = int(count) if count.isdecimal() else 0
        if self.plain and media > self.media:
            return Verdict.ANOTHER
        is_same = self.text in (_digest(text), _digest(text.removeprefix(_TRIAL)))
        if is_same and media == self.media:
            return Verdict.SAME
        return Verdict.ANOTHER if self.plain and text and not is_same else Verdict.PERHAPS

    def may_be(self, other: Content) -> bool:
        """Whether the list may show the other message as it shows this one."""
        return self.text == other.text or not (self.plain and other.plain)


def content(checked: Checked) -> Content:
    """What the journal records of a message's content."""
    body, service, fallback = (checked.get(name) for name in ("Body", "MessagingServiceSid", "FallbackFrom"))
    body = str(body or "")
    keeps_letters = body.isascii() or not (service or checked.get("SmartEncoded") == "true")
    keeps_links = checked.get("ShortenUrls") != "true"
    return Content(
        text=_digest(body),
        plain="ContentSid" not in checked and keeps_letters and keeps_links,
        media=len(checked.get("MediaUrl", ())),
        service=None if service is None else str(service),
        fallback=None if fallback is None else str(fallback),
        listed=checked.get("AddressRetention") != "obfuscate",
    )


def written(content: Content) -> str:
    """The content as the journal has it."""
    return json.dumps(asdict(content))


def read(text: str | None) -> Content:
    """The content that the journal has."""
    return Content(**json.loads(text or ""))


def _digest(text: str) -> str:
    """A digest of a text, alike if only blanks and line ends differ."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:32]
