"""A listed message is compared with one of which the journal has a digest only."""

from __future__ import annotations

from typing import Any

import pytest

from twsql.procedures.witnesses import texts

SAME, PERHAPS, ANOTHER = texts.Verdict.SAME, texts.Verdict.PERHAPS, texts.Verdict.ANOTHER


@pytest.mark.parametrize(
    ("given", "row", "verdict"),
    [
        ({"Body": "Hello"}, {"body": "Hello", "num_media": "0"}, SAME),
        ({"Body": "Hello\r\nAda "}, {"body": "Hello\nAda", "num_media": "0"}, SAME),
        ({"Body": "Hello"}, {"body": "Sent from your Twilio trial account - Hello", "num_media": "0"}, SAME),
        ({"Body": "“Hello”"}, {"body": "“Hello”"}, SAME),
        ({"Body": "Hello"}, {"body": "Hi", "num_media": "0"}, ANOTHER),
        ({"Body": "“Hello”"}, {"body": '"Hello"'}, ANOTHER),
        ({"Body": "Hello"}, {"body": "Hello", "num_media": "1"}, ANOTHER),
        ({"Body": "Hello", "MediaUrl": ("u", "v")}, {"body": "Hello", "num_media": "2"}, SAME),
        ({"Body": "Hello", "MediaUrl": ("u", "v")}, {"body": "Hello", "num_media": "0"}, PERHAPS),
        ({"MediaUrl": ("u",)}, {"body": "", "num_media": "1"}, SAME),
        ({"Body": "Hello"}, {"body": "", "num_media": "0"}, PERHAPS),
        ({"Body": "Hello"}, {"num_media": "?"}, PERHAPS),
        ({"Body": "“Hello”", "SmartEncoded": "true"}, {"body": '"Hello"'}, PERHAPS),
        ({"Body": "“Hello”", "MessagingServiceSid": "MG"}, {"body": '"Hello"'}, PERHAPS),
        ({"Body": "Hello", "MessagingServiceSid": "MG"}, {"body": "Hi"}, ANOTHER),
        ({"Body": "see https://a.example", "ShortenUrls": "true"}, {"body": "see https://b.example"}, PERHAPS),
        ({"ContentSid": "HX"}, {"body": "Hello", "num_media": "1"}, PERHAPS),
    ],
)
def test_compare(given: dict[str, Any], row: dict[str, str], verdict: texts.Verdict) -> None:
    """What Twilio may have changed is perhaps the same; any other text is another one's."""
    content = texts.content(given)
    assert texts.read(texts.written(content)) == content
    assert content.compare(row) is verdict


def test_may_be() -> None:
    """Two texts that Twilio shows as they are cannot be confused; any other may become the other's."""
    hello, hi = texts.content({"Body": "Hello"}), texts.content({"Body": "Hi"})
    quoted = texts.content({"Body": "“Hello”", "SmartEncoded": "true"})
    assert (hello.may_be(hello), hello.may_be(hi)) == (True, False)
    assert hello.may_be(quoted)
    assert quoted.may_be(hello)
