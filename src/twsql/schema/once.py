"""What must happen once, whatever becomes of the answer: how it is recorded, counted, and found again.

A procedure that costs money declares this (`Procedure.once`), and the rest follows: the journal, RequestKey, OnError,
DryRun, Batch, `max_calls`, recovery of lost answers, `twsql journal settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from twsql.schema import Checked, Row

if TYPE_CHECKING:
    from twsql.twilio.client import Client

CLOCKS_APART = timedelta(minutes=5)
"""How far a list may be out of order, and more."""
CLOCKS_AGREE = timedelta(seconds=5)
"""How far a time that is Twilio's own may be off: dates are whole seconds, and answers take a while."""


@dataclass(frozen=True)
class Record:
    """What the journal shows of one of them, and what its witnesses compare: never a secret.

    `shown` is what Twilio's lists may show in place of the sender. `details` is what else the witnesses need, as text:
    a digest where it is private.
    """

    sender: str
    recipient: str
    conference: str | None = None
    shown: str | None = None
    details: str | None = None


@dataclass(frozen=True)
class Window:
    """When it was done, if it was, in UTC by Twilio's clock: `since` to `until`, as far as can be known.

    Certainly it is `earliest` to `latest`.
    """

    since: datetime
    until: datetime
    earliest: datetime
    latest: datetime


@dataclass(frozen=True)
class Lost:
    """Something whose outcome is not known.

    `mark` is what it was sent with to be found again by. `own_mark` says that only twsql uses the mark, for this
    RequestKey; `unique_mark` that nobody else can have it. `window` tells when it was done, as far as Twilio's time is
    known by then. `is_other` says of a SID that it is known to be another's; `has_rival` that another of the same noun,
    sender and recipient is in doubt as well; `foreign` which of these, SID and recipient, no entry accounts for.
    """

    record: Record
    mark: str | None
    own_mark: bool
    unique_mark: bool
    window: Callable[[], Window]
    is_other: Callable[[str], bool]
    has_rival: Callable[[], bool]
    foreign: Callable[[Sequence[tuple[str, str]]], set[str]]

    @property
    def senders(self) -> tuple[str, ...]:
        """Whom Twilio may show as the sender."""
        return tuple(each for each in (self.record.sender, self.record.shown) if each)


Find = Callable[["Client", Lost, float, Callable[[float], None]], "Row | None"]
"""Asks the witnesses for so many seconds, pausing as told: the answer that was lost, or None: it was not done.

Raises OutcomeUnknown where that cannot be told.
"""


@dataclass(frozen=True)
class Mark:
    """An input by whose value what was done can be found again; Twilio lets no two have it at the same time.

    `code` is Twilio's error for a value that is in use; `holder` gives the SID of what has it now.
    """

    parameter: str
    code: int
    holder: Callable[[Client, Lost], str | None]


@dataclass(frozen=True)
class Once:
    """The strategy of a procedure whose effect must happen once.

    `noun` is what is counted (call, message), the same for all procedures whose witnesses are the same; `done` what it
    then is (placed, sent). `sid` is the property of the answer that proves it. `decided` gives the answer for a SID
    that a person says it is: InputError where that cannot be. `mark` is what it can be found by, if there is such an
    input; without one what may have been done is not done again.
    """

    noun: str
    done: str
    sid: str
    record: Callable[[Checked], Record]
    find: Find
    decided: Callable[[Client, Record, str, str | None], Row]
    mark: Mark | None = None
