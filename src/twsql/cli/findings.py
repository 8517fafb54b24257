"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: `text` tells what is well, or what is wrong and what to do."""

    well: bool
    text: str


def good(text: str) -> Finding:
    """Make a finding of what is well."""
    return Finding(True, text)


def wrong(text: str) -> Finding:
    """Make a finding of what is wrong."""
    return Finding(False, text)
