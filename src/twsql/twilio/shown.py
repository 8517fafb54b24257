"""How Twilio reads its list filters, as far as its documentation is silent and its responses have shown it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shown:
    """What one client has learned from lists, by their keys (`conferences`). Threads may share it.

    `inclusive` has the day filters (`DateCreated`) whose upper bound D includes the day D itself, as rows have shown.
    `disorder` is how far a list was from newest first: 0 not at all, 1 by up to a minute or so, 2 by more.
    """

    inclusive: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    disorder: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
