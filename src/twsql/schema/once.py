"""Declares an effect that must happen once, even if its response is lost: how it is recorded, counted and found again.

A procedure that costs money declares this (`Procedure.once`). Then it has the journal, RequestKey, OnError, DryRun,
Batch, `max_calls`, recovery of lost responses, and `twsql journal settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from twsql.schema import Checked, Row

if TYPE_CHECKING:
    from twsql.twilio.client import Client

DRY_RUN = "DryRun"
"""The input that checks the others and sends nothing. Its column is one of the first 63: SQLite tells if it is used."""
CLOCKS_APART = timedelta(minutes=5)
"""More than a list can be out of order."""
EVER = datetime(2000, 1, 1, tzinfo=timezone.utc), datetime(9999, 1, 1, tzinfo=timezone.utc)
"""The bounds of an effect whose time Twilio has not told."""
CLOCKS_AGREE = timedelta(seconds=5)
"""How far a time of Twilio's may be off: dates are whole seconds, and responses take a while."""
_LISTED_LATE = timedelta(minutes=1)
"""How late an effect may show in a list. Twilio's documentation has no bound; seconds have been seen."""


@dataclass(frozen=True)
class Record:
    """What the journal shows of an effect, and what its witnesses compare; no secrets.

    Twilio's lists may show `shown` in place of the sender. `details` has what else the witnesses need, as text; for
    private data a digest.
    """

    sender: str
    recipient: str
    conference: str | None = None
    shown: str | None = None
    details: str | None = None


@dataclass(frozen=True)
class Window:
    """When the effect happened, if it did: probably from `since` to `until`, certainly from `earliest` to `latest`.

    UTC, by Twilio's clock.
    """

    since: datetime
    until: datetime
    earliest: datetime
    latest: datetime

    @property
    def listed(self) -> datetime:
        """When the lists have it at the latest."""
        return self.latest + _LISTED_LATE


@dataclass(frozen=True)
class Lost:
    """An effect whose outcome is unknown.

    `mark` was sent with it, to find it again. `own_mark`: only twsql uses this mark, for this RequestKey.
    `unique_mark`: no other effect can have it. `window` gives the time of the effect, as far as Twilio's time is known.
    `is_other` tells whether a SID belongs to another entry; `rivals` gives the details of the other entries of the same
    noun, sender and recipient that are in doubt too; `foreign` picks those of pairs of SID and recipient that belong to
    no entry.
    """

    record: Record
    mark: str | None
    own_mark: bool
    unique_mark: bool
    window: Callable[[], Window]
    is_other: Callable[[str], bool]
    rivals: Callable[[], Sequence[str | None]]
    foreign: Callable[[Sequence[tuple[str, str]]], set[str]]

    @property
    def senders(self) -> tuple[str, ...]:
        """The senders that Twilio may show."""
        return tuple(each for each in (self.record.sender, self.record.shown) if each)

    def has_rival(self) -> bool:
        """Whether another entry of the same noun, sender and recipient is in doubt too."""
        return bool(self.rivals())


Find = Callable[["Client", Lost, float, Callable[[float], None]], "Row | None"]
"""Asks the witnesses for so many seconds, with pauses: gives the lost response, or None if the effect did not happen.

Raises OutcomeUnknown if the witnesses cannot tell.
"""


@dataclass(frozen=True)
class Mark:
    """An input whose value finds the effect again; Twilio allows a value only once at a time.

    `code` is Twilio's error for a value in use; `holder` gives the SID of the resource that has it now.
    """

    parameter: str
    code: int
    holder: Callable[[Client, Lost], str | None]


@dataclass(frozen=True)
class Once:
    """The strategy of a procedure whose effect must happen once.

    `noun` names the effect (call, message), alike for all procedures with the same witnesses; `done` is its participle
    (placed, sent). `sid` is the property of the response that proves it. `decided` gives the row for a SID that a
    person names, or InputError if that cannot be. `mark` is the input that finds it again, if there is one; without one
    an effect in doubt is repeated only if `find` `proves_absence`: its None is certain. The journal does not keep the
    `private` properties of the response. What costs money `per_minute` has a price, which max_price_per_minute limits.
    """

    noun: str
    done: str
    sid: str
    record: Callable[[Checked], Record]
    find: Find
    decided: Callable[[Client, Record, str, str | None], Row]
    mark: Mark | None = None
    proves_absence: bool = False
    per_minute: bool = False
    private: tuple[str, ...] = ()
