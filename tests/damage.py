"""Damage to HTTP answers that Hypothesis chooses: to their framing, or to the JSON in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

Damage = Callable[[bytes], bytes]

IDENTITY = ("sid", "call_sid", "conference_sid", "account_sid", "next_page_uri", "uri")
_HEADERS = (
    "Content-Length",
    "Transfer-Encoding",
    "Content-Encoding",
    "Content-Type",
    "Connection",
    "Date",
    "Location",
    "Retry-After",
    "Set-Cookie",
    "Twilio-Concurrent-Requests",
    "Twilio-Request-Id",
)
_VALUES = (
    "",
    "-5",
    "0",
    "1",
    "9" * 5000,
    "0x10",
    "é\xff",
    "gzip",
    "deflate",
    "chunked",
    "NaN",
    "a=b; c",
    "²",
    "\0",
    ",",
)
_STATUSES = (
    b"HTTP/1.1 204 No Content|HTTP/1.1 302 Found|HTTP/1.1 403 No|HTTP/1.1 404 No|HTTP/1.1 429 Slow|HTTP/1.1 500 No"
    b"|HTTP/1.1 100 Go on|HTTP/1.1 99999 x|HTTP/1.1 -1 x|HTTP/1.1|HTTP/9 200 OK|HTTP/1.1 2\xb20 OK|SSH-2.0-x||\xff\xfe"
).split(b"|")
_CHUNKS = (b"-5", b"-1", b"", b"zz", b"0", b"5;x", b" 5", b"0x5", b"9" * 5000, b"\xff", b"7fffffffffffffff")
WRONG = (None, True, -1, 2**70, 1.5, "", "x", [], {}, [5], [[]], {"a": []}, [{}])
"""Values in place of Twilio's."""
_BODIES = [json.dumps(wrong).encode() for wrong in WRONG] + [b"", b"NaN", b"[" * 10**5, b"\xff", b'"\\ud800"']


def _parts(answer: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def _whole(lines: list[bytes], body: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _with_header(name: str, value: str, *, instead: bool) -> Damage:
    def damage(answer: bytes) -> bytes:
        lines, body = _parts(answer)
        if instead:
            lines = [line for line in lines if not line.lower().startswith(name.lower().encode() + b":")]
        return _whole([*lines, f"{name}: {value}".encode("latin-1")], body)

    return damage


def _with_status(status: bytes) -> Damage:
    return lambda answer: _whole([status, *_parts(answer)[0][1:]], _parts(answer)[1])


def _chunked(size: bytes) -> Damage:
    def damage(answer: bytes) -> bytes:
        lines, body = _parts(answer)
        lines = [line for line in lines if not line.lower().startswith(b"content-length")]
        pieces = b"%x\r\n%s\r\n" % (len(body) // 2, body[: len(body) // 2]) + size + b"\r\n" + body[len(body) // 2 :]
        return _whole([*lines, b"Transfer-Encoding: chunked"], pieces + b"\r\n0\r\n\r\n")

    return damage


def _cut(place: float, *, told: bool) -> Damage:
    def damage(answer: bytes) -> bytes:
        if not told:
            return answer[: int(len(answer) * place)]
        lines, body = _parts(answer)
        return _body(lines, body[: int(len(body) * place)])

    return damage


def _body(lines: list[bytes], body: bytes) -> bytes:
    lines = [line for line in lines if not line.lower().startswith(b"content-length")]
    return _whole([*lines, b"Content-Length: %d" % len(body)], body)


FRAMING: st.SearchStrategy[Damage] = st.one_of(
    st.builds(_cut, st.floats(0, 0.999), told=st.booleans()),
    st.builds(_with_header, st.sampled_from(_HEADERS), st.sampled_from(_VALUES), instead=st.booleans()),
    st.builds(_with_status, st.sampled_from(_STATUSES)),
    st.builds(_chunked, st.sampled_from(_CHUNKS)),
    st.binary(max_size=60).map(lambda line: lambda answer: _whole([*_parts(answer)[0], line], _parts(answer)[1])),
)
"""Damage after which an answer is what it was, or none."""


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container of a value and a key in it."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _change(place: float, wrong: object, *, drop: bool) -> Damage:
    def damage(answer: bytes) -> bytes:
        lines, body = _parts(answer)
        try:
            value = json.loads(body)
        except ValueError:
            return answer
        places = [*_places(value)]
        if places:
            container, key = places[int(len(places) * place)]
            if drop:
                del container[key]
            elif not (isinstance(wrong, str) and key in IDENTITY):  # another name would be another row
                container[key] = wrong
        return _body(lines, json.dumps(value).encode())

    return damage


JSON: st.SearchStrategy[Damage] = st.one_of(
    st.builds(_change, st.floats(0, 0.999), st.sampled_from(WRONG), drop=st.booleans()),
    st.sampled_from(
        [json.dumps(wrong).encode() for wrong in WRONG] + [b"", b"NaN", b"[" * 10**5, b"\xff", b'"\\ud800"']
    ).map(lambda text: lambda answer: _body(_parts(answer)[0], text)),
)
"""Damage after which an answer may lack items and values, but has no other names."""
