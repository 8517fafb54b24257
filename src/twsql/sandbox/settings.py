"""The settings of a sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .readings import Readings


@dataclass(frozen=True)
class Settings:
    """How a sandbox is filled, how its calls live, and how it bears load; times are in seconds.

    Seed: `conferences` of them, the share `over` completed, created over the last `days`, `participants` and
    `recordings` (at most 250) in each: every other recording is one of a call. The same `seed` gives the same SIDs,
    names and numbers. Seeded participants stay until removed. The usual subaccount is empty; `subaccounts` further ones
    (at most 250) have as many conferences as the main account.
    Calls: a placed call rings after `ring_after`, is answered `answer_after` later and hangs up `hang_up_after` later;
    None means never. `calls_per_second` (None: no limit) makes further calls wait in a queue; they are not refused.
    What has ended has a price `rated_after` later.
    Load: `latency` delays each answer without blocking others; beyond `max_concurrent` requests under way the answer
    is 429, with the header `Retry-After: retry_after` if that is given.
    `readings` are the choices that Twilio's documentation leaves open.
    `insights` is whether the account has Voice Insights Advanced Features.
    `log` is how many requests are remembered. `now` is the sandbox's time at its start (None: the true time).
    """

    conferences: int = 0
    participants: int = 0
    messages: int = 0
    recordings: int = 2
    over: float = 0.5
    days: float = 365.0
    seed: int = 0
    subaccounts: int = 0
    ring_after: float = 0.0
    answer_after: float | None = 0.0
    hang_up_after: float | None = None
    deliver_after: float = 0.0
    calls_per_second: float | None = None
    rated_after: float = 0.0
    latency: float = 0.0
    max_concurrent: int | None = None
    retry_after: float | None = None
    readings: Readings = field(default_factory=Readings)
    insights: bool = True
    log: int = 1000
    now: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that no sandbox can have."""
        if min(self.conferences, self.messages) < 0 or not 0 <= self.participants <= 250 or not 0 <= self.over <= 1:
            raise ValueError("conferences and messages must be 0 or more, participants 0 to 250, over 0 to 1")
        if not 0 <= self.recordings <= 250 or self.rated_after < 0:
            raise ValueError("recordings must be 0 to 250, rated_after 0 or more")
        if not 0 <= self.subaccounts <= 250:  # a SID has its account's number in 8 bits
            raise ValueError("subaccounts must be 0 to 250")
