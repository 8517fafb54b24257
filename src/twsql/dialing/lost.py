"""A call whose outcome is not known, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from twsql.errors import DataError, NotFound, OutcomeUnknown, TwilioError
from twsql.procedures.addressing import ACTIVE, is_call_sid, is_conference_sid
from twsql.schema import Row
from twsql.values import utc

if TYPE_CHECKING:
    from twsql.twilio.client import Client

CLOCKS_APART = timedelta(minutes=5)
"""How far a time by this machine's clock alone may be from Twilio's: a call so much before or after may be the one."""
CLOCKS_AGREE = timedelta(seconds=5)
"""How far a time that is Twilio's own may be off: dates are whole seconds, and answers take a while."""


@dataclass(frozen=True)
class Window:
    """When a call was placed, if it was, in UTC by Twilio's clock: `since` to `until`, as far as can be known.

    Certainly it is `earliest` to `latest`.
    """

    since: datetime
    until: datetime
    earliest: datetime
    latest: datetime


@dataclass(frozen=True)
class Lost:
    """A call whose outcome is not known, from one of `callers`.

    `window` tells when it was placed, as far as Twilio's time is known by then. `own_label` says that only twsql uses
    the label, for this call's RequestKey; `unique_label` that nobody else can have it. `is_other` says of a call's SID
    that it is known to be another's; `has_rival` that another call from and to the same numbers is in doubt as well;
    `foreign` which of these calls, SID and number, no journal entry accounts for.
    """

    conference: str
    callers: tuple[str, ...]
    called: str
    label: str | None
    own_label: bool
    unique_label: bool
    window: Callable[[], Window]
    is_other: Callable[[str], bool]
    has_rival: Callable[[], bool]
    foreign: Callable[[Sequence[tuple[str, str]]], set[str]]


def conferences(client: Client, conference: str) -> Iterator[str]:
    """The SIDs of the conferences that are meant and not over.

    Upper and lower case are the same here, as Twilio may take them so: a conference too many is no harm.
    """
    if is_conference_sid(conference):
        yield conference
        return
    for status in ACTIVE:
        params = {"Status": status, "FriendlyName": conference}
        for row in client.pages(client.path("Conferences"), "conferences", params):
            if str(row.get("friendly_name")).casefold() == conference.casefold():
                yield str(row["sid"])


def participant(client: Client, conference: str, who: str) -> Row | None:
    """Who is in a conference under a label or call SID; None: nobody. TwilioError for an answer about another."""
    try:
        row = client.get(client.path("Conferences", conference, "Participants", who), key="participants")
    except NotFound:
        return None
    if who not in (row.get("label"), row["call_sid"]) or not is_call_sid(str(row["call_sid"])):
        raise TwilioError(f"the answer is not the participant {who} that was asked for")
    return row


def fetched(client: Client, sid: str) -> Row:
    """One call. Raises NotFound, and TwilioError for an answer that is not this call."""
    row = client.get(client.path("Calls", sid), key="calls")
    if row["sid"] != sid:
        raise TwilioError(f"the answer is not the call {sid} that was asked for")
    return row


def number(text: str) -> str:
    """A phone number without the plus that Twilio may have or not; an address in lower case."""
    return text.strip().lower().lstrip("+")


def is_to(call: Row, called: str) -> bool:
    """Whether a call is to a number."""
    return number(str(call.get("to"))) == number(called)


def is_callers(call: Row, lost: Lost) -> bool:
    """Whether a call is from one of the numbers that it may be shown from."""
    return number(str(call.get("from"))) in map(number, lost.callers)


def is_sure(date: object, sid: str, lost: Lost) -> bool:
    """Whether a date is that of the attempts; OutcomeUnknown where it may be, False where it is not."""
    made, window = moment(date), lost.window()
    if made is not None and window.since <= made <= window.until:
        return True
    if made is None or window.earliest <= made <= window.latest:
        raise OutcomeUnknown(f"{sid} may be it: its date fits only if a clock was wrong, or Twilio slow")
    return False


def moment(date: object) -> datetime | None:
    """A date of Twilio's; None for one that is missing or makes no sense."""
    if not isinstance(date, str):
        return None
    try:
        return datetime.strptime(utc(date), "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    except (DataError, ValueError):
        return None
