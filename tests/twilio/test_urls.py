"""Addresses: paths, queries and forms as Twilio reads them, and where a list may go on."""

from __future__ import annotations

from typing import Any

import pytest

from twsql.errors import InputError, TwilioError
from twsql.twilio.urls import encoded, next_target, path, target

SERVER = "https://api.twilio.com"


@pytest.mark.parametrize(
    ("segment", "sent"),
    [
        ("MyConference", "MyConference"),
        ("a/b?c#d%", "a%2Fb%3Fc%23d%25"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("x" * 128, "x" * 128),
        ("~x y+z", "~x%20y%2Bz"),
        ("...", "..."),
        ("a/../b", "a%2F..%2Fb"),
        ("%2e%2e", "%252e%252e"),
        ("a\\b@c:d;e=f&g", "a%5Cb%40c%3Ad%3Be%3Df%26g"),
        ("\0\r\n\x7f", "%00%0D%0A%7F"),
        ("x.json", "x.json"),
    ],
)
def test_a_segment_is_encoded_whole(segment: str, sent: str) -> None:
    """Nothing in a name ends its segment or is changed on the way."""
    expected = f"/2010-04-01/Accounts/AC/Conferences/{sent}/Participants.json"
    assert path("AC", ("Conferences", segment, "Participants")) == expected
    assert path("AC", ("Conferences", segment)) == f"/2010-04-01/Accounts/AC/Conferences/{sent}.json"


@pytest.mark.parametrize("segment", ["", ".", "..", "\ud800", "a\udfffb"])
def test_what_no_url_can_hold_is_refused(segment: str) -> None:
    """A dot segment would be taken away, and the request would reach something else."""
    with pytest.raises(InputError):
        path("AC", ("Conferences", segment, "Participants"))


@pytest.mark.parametrize(
    ("params", "sent"),
    [
        ((), ""),
        ({}, ""),
        (
            {"DateCreated>": "2026-01-01", "DateCreated<": "2026-02-01"},
            "DateCreated%3E=2026-01-01&DateCreated%3C=2026-02-01",
        ),
        ({"To": "+15550001111", "WaitUrl": "", "Label": None}, "To=%2B15550001111&WaitUrl="),
        ({"Muted": True, "Hold": False, "Timeout": 30}, "Muted=true&Hold=false&Timeout=30"),
        ({"Event": ["initiated", "answered"], "None": [], "Both": (None, 1)}, "Event=initiated&Event=answered&Both=1"),
        ([("Event", "a"), ("To", "x y"), ("Event", "b&c=日")], "Event=a&To=x+y&Event=b%26c%3D%E6%97%A5"),
        (iter([("A", "1")]), "A=1"),
    ],
)
def test_forms_and_queries(params: Any, sent: str) -> None:
    """None is not given, '' is a value, arrays are repeated keys, booleans are words."""
    assert encoded(params) == sent


def test_a_value_that_is_no_text() -> None:
    """Half of a surrogate pair cannot be sent; the error says in which inputs it is."""
    with pytest.raises(InputError, match=r"^Label has half"):
        encoded({"To": "+1", "Label": "a\ud800"})


@pytest.mark.parametrize(
    "bad", ["Conferences.json", "", "//evil/x", "https://evil/x", "/a b", "/a?b=c", "/ä", "@evil/"]
)
def test_only_a_path_is_asked_for(bad: str) -> None:
    """Joined to the server, anything else could name another host."""
    with pytest.raises(InputError, match="not a path"):
        target(bad)


@pytest.mark.parametrize(
    "uri",
    [
        "/2010-04-01/Accounts/AC/Conferences.json?PageSize=50&Page=1&PageToken=PACF%2f..%2F+x~!@:",
        "/2010-04-01/a/./b/../c.json?x[]=1#f",
    ],
)
def test_the_next_page_is_taken_verbatim(uri: str) -> None:
    """It is opaque: no part of it is encoded, decoded or put in order; an absolute one on the server is the same."""
    assert next_target(uri, SERVER) == uri
    assert next_target(SERVER + uri, SERVER) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/2010-04-01/x",
        "http://api.twilio.com/2010-04-01/x",
        "https://api.twilio.com:444/x",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com@evil.example/x",
        "https://api.twilio.com\\@evil.example/x",
        "HTTPS://API.TWILIO.COM/x",
        "https://api.twilio.com//evil.example/x",
        "https:/evil.example/x",
        "//evil.example/x",
        "///evil.example/x",
        "/\\evil.example/x",
        "\\\\evil.example/x",
        "@evil.example/x",
        ".evil.example/x",
        ":443@evil.example/x",
        "?x=1",
        "Conferences.json",
        "/x\r\nHost: evil",
        "/x y",
        "/x\0",
        "/日本",
        "/x\n",
        " /x",
    ],
)
def test_a_next_page_elsewhere_is_refused(uri: str) -> None:
    """The credentials would go there."""
    with pytest.raises(TwilioError, match=r"next page of a list is not on https://api\.twilio\.com"):
        next_target(uri, SERVER)
