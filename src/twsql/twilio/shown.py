"""What lists have shown of how Twilio reads what its documentation leaves open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shown:
    """What an account's lists have shown to one client, by the lists' keys (`conferences`); threads may share it.

    `inclusive` holds the filters by days (`DateCreated`) whose upper bound D was seen to hold the day D itself.
    `out_of_order` holds the lists that were seen not to come newest first.
    """

    inclusive: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    out_of_order: set[str] = field(default_factory=set)
