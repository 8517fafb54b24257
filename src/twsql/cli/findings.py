"""The doctor's findings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: `text` says what is good, or what is wrong and what to do."""

    well: bool
    text: str


def good(text: str) -> Finding:
    """A good finding."""
    return Finding(True, text)


def wrong(text: str) -> Finding:
    """A bad finding."""
    return Finding(False, text)
