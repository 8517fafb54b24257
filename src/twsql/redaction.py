"""Redaction: removes secrets from all text that is shown, logged or recorded.

A server, or a proxy before it, may repeat our headers: in a body, a status line, a chunk size, the next page's address.
Code that sends a secret `hide`s it first; `clean` then finds it in any text. Each error of twsql cleans its text, so
code that raises an error need not; the log, the journal and the extension's worker use `clean` themselves.
Rows are data, and stay as Twilio sent them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

from twsql import forks

PIECE = 8
"""So many consecutive characters of a secret, in any spelling, are redacted."""
_SHORTEST = 4
"""The least length of a short secret, which is redacted as a whole word; a shorter one occurs in any text."""
_BLOT = "***"
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
"""For str.translate: str.lower() may change how many characters a text has."""


class Hidden:
    """Secrets that `clean` redacts as long as this object exists."""

    def __init__(self, pieces: frozenset[str], words: re.Pattern[str] | None) -> None:
        self._pieces = pieces
        self._words = words

    def spans(self, text: str, pieces: list[str]) -> Iterator[tuple[int, int]]:
        """Yield where in the text there is something of a secret; `pieces` are those of its `_dense` form."""
        if self._words:
            yield from (found.span() for found in self._words.finditer(text))
        if not self._pieces.isdisjoint(pieces):
            places = [n for n, letter in enumerate(text) if _dense(letter)]
            found = (start for start, piece in enumerate(pieces) if piece in self._pieces)
            yield from ((places[start], places[start + PIECE - 1] + 1) for start in found)


_known: WeakValueDictionary[int, Hidden] = WeakValueDictionary()


def hide(*secrets: str) -> Hidden:
    """Redact these secrets as long as the result exists."""
    spellings = [spelling for each in secrets for spelling in _spellings(each)]
    pieces = {spelling[n : n + PIECE] for spelling in spellings for n in range(len(spelling) - PIECE + 1)}
    words = "|".join(re.escape(each) for each in secrets if _SHORTEST <= len(each) < PIECE)
    hidden = Hidden(frozenset(pieces), re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None)
    if secrets:  # many calls have none; each one known costs time whenever a text is cleaned
        _known[id(hidden)] = hidden
    return hidden


def clean(text: str) -> str:
    """The text, with `***` for every piece of a hidden secret.

    Line breaks, blanks and NULs within a secret do not hide it, nor does upper or lower case.
    """
    known = [hidden for reference in _known.valuerefs() if (hidden := reference()) is not None]
    if not known:
        return text
    dense = _dense(text)
    pieces = [dense[start : start + PIECE] for start in range(len(dense) - PIECE + 1)]
    cleaned, after = "", 0
    for start, end in sorted(span for hidden in known for span in hidden.spans(text, pieces)):
        if start > after or not cleaned:
            cleaned += text[after:start] + _BLOT
        after = max(after, end)
    return cleaned + text[after:]


def clean_json(value: object) -> str:
    """A value as JSON, with all its texts clean."""
    import json

    text = json.dumps(value)
    return text if clean(text) == text else json.dumps(_cleaned(value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(each) for name, each in value.items()}
    return value


def _dense(text: str) -> str:
    """The text without blanks and control characters, in lower case."""
    words = "".join(text.split())
    if not words.isprintable():
        words = "".join(filter(str.isprintable, words))
    return words.translate(_LOWER)


def _spellings(secret: str) -> set[str]:
    """The spellings of a secret: escaped for URLs, JSON, HTML and Python, in hexadecimal, in base64."""
    with forks.put_off():  # a fork in the middle of an import leaves the child with half a module
        import html
        import json
        from urllib.parse import quote, quote_plus

    spelled = {secret, repr(secret)[1:-1], html.escape(secret), secret.encode().hex()}
    spelled |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    spelled |= set(_base64(secret.encode()))
    spelled |= {escaped for each in spelled for escaped in (quote(each, safe=""), quote(each), quote_plus(each))}
    return {_dense(each) for each in spelled if len(secret) >= PIECE}


def _base64(secret: bytes) -> Iterator[str]:
    """Yield the base64 of a secret within a longer text, at an offset of 0, 1 or 2 bytes.

    Characters that also encode a neighbour are left out: the first of `?:t0ken`, the last of `t0ken?`.
    """
    with forks.put_off():
        from base64 import b64encode, urlsafe_b64encode

    for before, mixed in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(secret)) % 3 == 0
        for encode in (b64encode, urlsafe_b64encode):
            text = encode(bytes(before) + secret).decode("ascii").rstrip("=")
            yield text[mixed:] if whole else text[mixed:-1]
