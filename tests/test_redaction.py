"""Secrets are found however they are spelled, and nothing else is blotted out."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.errors import TwilioError
from twsql.redaction import PIECE, clean, clean_json, hide

TOKEN = "b4d81c60a7f935e2d06c9e17f3ab5824"  # no other test has it: whoever holds a secret hides it everywhere
ODD = 'p"ss&w<rd\\+/ä€-' + "0815"

SPELLINGS = {
    "plain": lambda secret: secret,
    "upper case": lambda secret: secret.upper(),
    "base64, 0 before": lambda secret: b64encode(secret.encode()).decode(),
    "base64, 1 before": lambda secret: b64encode(b":" + secret.encode()).decode(),
    "base64, 2 before": lambda secret: b64encode(b"u:" + secret.encode()).decode(),
    "percent": lambda secret: quote(secret, safe=""),
    "percent of base64": lambda secret: quote(b64encode(secret.encode()).decode(), safe=""),
    "JSON": json.dumps,
    "HTML": html.escape,
    "repr": repr,
    "hexadecimal": lambda secret: secret.encode().hex(),
    "HEXADECIMAL": lambda secret: secret.encode().hex().upper(),
    "UTF-16 read as Latin-1": lambda secret: secret.encode("utf-16-le").decode("latin-1").replace("\xe4\0", "ä\0"),
    "in lines": lambda secret: "\r\n".join(secret[n : n + 5] for n in range(0, len(secret), 5)),
}


def left(text: str, spelled: str) -> str:
    """What of a spelling is still to be read in a text, if it is as much as a piece."""
    text, spelled = ("".join(c for c in each.lower() if c.isprintable() and c != " ") for each in (text, spelled))
    pieces = (spelled[n : n + PIECE] for n in range(len(spelled) - PIECE + 1))
    return next((piece for piece in pieces if piece in text), "")


@pytest.mark.parametrize("secret", [TOKEN, ODD], ids=["token", "odd"])
@pytest.mark.parametrize("how", SPELLINGS)
def test_every_spelling(secret: str, how: str) -> None:
    """No eight characters of it are left, and the text around it stays."""
    if secret is ODD and how in ("upper case", "UTF-16 read as Latin-1"):
        pytest.skip("upper case and Latin-1 are only those of ASCII")
    spelled = SPELLINGS[how](secret)
    hidden = hide(secret)
    cleaned = clean(f"the proxy says {spelled} and no more")
    assert not left(cleaned, spelled.strip("\"'"))
    assert cleaned.startswith("the proxy says ")
    assert cleaned.endswith(" and no more")
    assert "***" in cleaned
    del hidden
    assert clean(f"the proxy says {spelled}") == f"the proxy says {spelled}"


@given(st.integers(0, 31), st.integers(PIECE, 32), st.sampled_from(sorted(SPELLINGS)))
def test_a_part(start: int, size: int, how: str) -> None:
    """A part that was cut out of a longer echo."""
    part = SPELLINGS[how](TOKEN)[start:][:size]
    hidden = hide(TOKEN)
    assert not left(clean(f"x={part};"), SPELLINGS[how](TOKEN)[3:-4])
    del hidden


@given(st.text(max_size=200))
def test_other_texts_stay(text: str) -> None:
    """A text without a secret is the same text."""
    hidden = hide(TOKEN, "t0ken")
    assert left(text, TOKEN) or "t0ken" in text.lower() or clean(text) == text
    del hidden


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("the t0ken is T0ken", "the *** is ***"),
        ("a t0kenring, got0ken", "a t0kenring, got0ken"),
        ("abc", "abc"),
        (TOKEN[: PIECE - 1], TOKEN[: PIECE - 1]),
        (f"{TOKEN}{TOKEN} {TOKEN[3:19]}", "*** ***"),
        (f"İ{TOKEN}İ", "İ***İ"),
        ("", ""),
    ],
)
def test_words_and_bounds(text: str, cleaned: str) -> None:
    """Secrets shorter than a piece go as words; those of three characters cannot be told from any text."""
    hidden = hide(TOKEN, "t0ken", "abc")
    assert clean(text) == cleaned
    del hidden


def test_several_at_once() -> None:
    """Whoever holds a secret hides it in everybody's texts."""
    one, other = hide(TOKEN), hide("another-secret")
    assert clean(f"{TOKEN}, another-secret") == "***, ***"
    del one
    assert clean(f"{TOKEN}, another-secret") == f"{TOKEN}, ***"
    del other


def test_an_error() -> None:
    """Every error cleans its own text and what it has beside."""
    hidden = hide(TOKEN)
    error = TwilioError(f"got {TOKEN}", more_info=f"https://x/{TOKEN}", request_id=TOKEN, status=500)
    assert str(error) == "got *** (HTTP 500, request ***); see https://x/***"
    assert TOKEN not in repr(error) + repr(vars(error)) + repr(hidden)


def test_json() -> None:
    """Texts and names within, and it is JSON as before."""
    hidden = hide(TOKEN)
    assert json.loads(clean_json({"a": [TOKEN, 1, None], TOKEN: {"b": "x"}})) == {
        "a": ["***", 1, None],
        "***": {"b": "x"},
    }
    assert clean_json({"a": "b"}) == '{"a": "b"}'
    del hidden
