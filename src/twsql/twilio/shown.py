"""What lists have shown of how Twilio reads what its documentation leaves open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shown:
    """What an account's lists have shown to one client, by the lists' keys (`conferences`); threads may share it.

    `inclusive` holds the filters by days (`DateCreated`) whose upper bound D was seen to hold the day D itself.
    `disorder` tells how far from newest first a list was seen to be: 0 not at all, 1 by a minute or so, 2 by more.
    """

    inclusive: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    disorder: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
