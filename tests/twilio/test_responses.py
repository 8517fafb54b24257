"""Twilio's JSON, read."""

from __future__ import annotations

import json
from math import isnan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.twilio.responses import Response, parsed

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _read(body: bytes) -> Any:
    return parsed(Response(200, {}, body))["v"]


@given(_JSON, st.booleans())
def test_it_is_read_as_python_reads_it(value: Any, ascii_only: bool) -> None:
    """Whatever is JSON has the value that Python's own json gives, numbers of any length too."""
    body = json.dumps({"v": value}, ensure_ascii=ascii_only).encode()
    assert repr(_read(body)) == repr(json.loads(body)["v"])


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"v": "\\ud800"}', "\ufffd"),
        (b'{"v": "a\\udc00b"}', "a\ufffdb"),
        (b'{"v": "\\ud83c\\udf89"}', "🎉"),
        (b'{"v": "\xed\xa0\x80"}', "\ufffd"),
        (b'{"v": [{"\\ud800": "\\udc00"}]}', [{"\ufffd": "\ufffd"}]),
        (b'\xef\xbb\xbf{"v": 1}', 1),
        (b'{"v": Infinity}', float("inf")),
        (b'{"v": 18446744073709551616}', 2**64),
    ],
)
def test_what_is_nearly_json(body: bytes, value: Any) -> None:
    """Half a pair of surrogates, which SQLite cannot hold, is replaced; a byte order mark and infinity are read."""
    assert _read(body) == value


def test_not_a_number() -> None:
    """NaN is read as Python does."""
    assert isnan(_read(b'{"v": NaN}'))
