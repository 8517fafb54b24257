"""What the facts of a probe are found in: pages of Twilio's, and words for the report that are never personal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Answer = Mapping[str, Any]
"""A JSON object as Twilio sends it."""
Item = Mapping[str, Any]

LARGEST = 1000
NO_DATA = "cannot tell: the account has no data for it"
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}\Z")


def items(answer: Answer, key: str) -> list[Item]:
    """The items of a page."""
    found = answer.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def words(names: set[str]) -> str:
    """Names of properties or statuses that are plain words; others are not printed, as they may be private."""
    return ", ".join(_printable(sorted(names)))


def _printable(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name if _WORD.match(name) else "one that is no word"
