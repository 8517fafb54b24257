"""Offsets of a stream: which rows have been given, so that each comes once though the last day is read again and again.

Twilio filters by whole days, and may list a row late. So each batch lists the days from yesterday on once more, and
leaves out the rows that an earlier batch had. An offset therefore has a digest of 8 bytes for each row of these days:

    offset 1    first 24 Nov    seen 24 Nov: CF1, CF2
    listed      24 Nov: CF1, CF2, CF3, which came late; 25 Nov: CF4
    offset 2    first 24 Nov    seen 24 Nov: CF1, CF2, CF3; 25 Nov: CF4           batch: CF3, CF4
    on 26 Nov   first 25 Nov    seen 25 Nov: CF4                                  24 Nov is no longer listed

A batch is what lies between two offsets, and these are in the checkpoint: run again, it has the same rows, whatever
has been listed since.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any

_SIZE = 8
"""Bytes of a digest: two of a million rows share one in 1 of 10⁷ cases."""

Seen = Mapping[str, frozenset[bytes]]
"""The digests of the rows of each day."""


@dataclass(frozen=True)
class Offset:
    """The rows that have been given: all of the days before `first`, and those that are `seen`, by account and day."""

    first: str
    seen: Mapping[str, Seen] = field(default_factory=dict)

    @cached_property
    def _digests(self) -> dict[str, frozenset[bytes]]:
        return {account: frozenset().union(*days.values()) for account, days in self.seen.items()}

    def has(self, account: str, sid: str) -> bool:
        """Whether the row is one of those that are seen."""
        return digest(sid) in self._digests.get(account, ())

    def new(self, account: str, end: Offset) -> int:
        """How many more rows of the account another offset has seen."""
        return len(end._digests.get(account, frozenset()) - self._digests.get(account, frozenset()))

    def of(self, accounts: Iterable[str]) -> Offset:
        """The same for these accounts only."""
        return Offset(self.first, {account: self.seen[account] for account in accounts if account in self.seen})

    def as_json(self) -> dict[str, Any]:
        """The offset as Spark keeps it in the checkpoint."""
        seen = {
            account: {day: b64encode(b"".join(sorted(digests))).decode() for day, digests in sorted(days.items())}
            for account, days in sorted(self.seen.items())
        }
        return {"first": self.first, "seen": seen}


def of_json(told: Mapping[str, Any]) -> Offset:
    """An offset of a checkpoint."""
    seen = {
        account: {day: _cut(b64decode(text)) for day, text in days.items()} for account, days in told["seen"].items()
    }
    return Offset(told["first"], seen)


def later(start: Offset, overlap: str, listed: Mapping[str, Iterable[tuple[str, str]]]) -> Offset:
    """The offset after `start`: `listed` has the (day, SID) of the accounts' rows from the day `overlap` on."""
    first = max(start.first, overlap)
    seen: dict[str, Seen] = {}
    for account, rows in listed.items():
        days = {day: set(known) for day, known in start.seen.get(account, {}).items() if day >= first}
        for day, sid in rows:
            if day >= first:
                days.setdefault(day, set()).add(digest(sid))
        seen[account] = {day: frozenset(digests) for day, digests in days.items()}
    return Offset(first, seen)


def is_between(start: Offset, end: Offset, account: str, day: str, sid: str) -> bool:
    """Whether a row belongs to the batch between two offsets."""
    if day < start.first or start.has(account, sid):
        return False
    return day < end.first or end.has(account, sid)


def digest(sid: str) -> bytes:
    """A short name of a row."""
    return blake2b(sid.encode(), digest_size=_SIZE).digest()


def _cut(joined: bytes) -> frozenset[bytes]:
    return frozenset(joined[start : start + _SIZE] for start in range(0, len(joined), _SIZE))
