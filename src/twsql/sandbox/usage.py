"""What an account has used, by category and period, computed from its calls, messages and numbers. No HTTP.

A call counts on the UTC day on which it was made, with each minute that was begun; a message on the day on which it was
sent, with each segment; a recording on the day on which it began, with its minutes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from . import tapes
from .clock import DAY
from .kinds import INCOMING_PHONE_NUMBERS, kept
from .mailbox import Message
from .message_render import PER_SEGMENT, segments
from .records import Account, Call, Conference, Recording
from .seed import PLACED
from .world import World

PER_MINUTE, PER_NUMBER, PER_RECORDED_MINUTE = 0.014, 1.15, 0.0025
CURRENCY = "USD"
CREDIT = 1000.0
"""What was paid in when the account was made."""


@dataclass(frozen=True)
class Category:
    """A category, and in which units it is counted and measured."""

    description: str
    count_unit: str
    usage_unit: str


CATEGORIES = {
    "calls": Category("Voice Minutes", "calls", "minutes"),
    "calls-inbound": Category("Inbound Voice Minutes", "calls", "minutes"),
    "calls-outbound": Category("Outbound Voice Minutes", "calls", "minutes"),
    "sms": Category("SMS", "messages", "segments"),
    "sms-inbound": Category("Inbound SMS", "messages", "segments"),
    "sms-outbound": Category("Outbound SMS", "messages", "segments"),
    "mms": Category("MMS", "messages", "messages"),
    "mms-inbound": Category("Inbound MMS", "messages", "messages"),
    "mms-outbound": Category("Outbound MMS", "messages", "messages"),
    "recordings": Category("Recordings", "recordings", "minutes"),
    "phonenumbers": Category("Phone Numbers", "numbers", "numbers"),
    "totalprice": Category("Total Price", "", "usd"),
}
_PAID = ("calls", "sms", "mms", "recordings", "phonenumbers")
"""The categories that the total has, none of which has another."""


@dataclass(frozen=True)
class Used:
    """How much was used in a period; the price is in dollars."""

    count: int = 0
    usage: int = 0
    price: float = 0.0


@dataclass(frozen=True)
class Period:
    """Whole UTC days, the last one included."""

    first: date
    last: date

    @property
    def span(self) -> tuple[float, float]:
        """Its beginning and its end (excluded), in seconds since 1970."""
        return _seconds(self.first), _seconds(self.last) + DAY


def used(world: World, account: Account, category: str, period: Period) -> Used:
    """Return what was used of a category; nothing of one that there is not."""
    low, high = period.span
    if category in ("calls", "calls-outbound"):
        lengths = [*_lengths(world, account, low, high)]
        total = sum(lengths)
        return Used(len(lengths), total, round(total * PER_MINUTE, 4))
    if category.startswith(("sms", "mms")):
        kind, _, direction = category.partition("-")
        some = [segments(one) for one in _messages(world, account, period) if _is_of(one, kind, direction)]
        return Used(len(some), sum(some), round(sum(some) * PER_SEGMENT, 4))
    if category == "recordings":
        lasted = [0.0 if one.ended is None else one.ended - one.created for one in _recordings(world, account, period)]
        recorded = sum(lasted) / 60
        return Used(len(lasted), ceil(recorded), round(recorded * PER_RECORDED_MINUTE, 4))
    if category == "phonenumbers":
        bought = sum(low <= one.created < high for one in kept(account, INCOMING_PHONE_NUMBERS))
        return Used(bought, bought, round(bought * PER_NUMBER, 4))
    if category == "totalprice":
        price = sum(used(world, account, each, period).price for each in _PAID)
        return Used(0, 0, round(price, 4))
    return Used()


def _lengths(world: World, account: Account, low: float, high: float) -> Iterator[int]:
    """Yield the minutes of each call made in a span."""
    for place in range(*_places(account.conferences, low, high, account.seeded)):
        conference = account.conferences[place]
        if conference.present is None:  # as seeded: all its calls are alike
            over = conference.status == "completed"
            yield from [ceil((conference.updated - conference.created) / 60) if over else 0] * account.crowd
        else:
            calls = (one.call for one in (*conference.present, *conference.past))
            yield from (minutes(call) for call in calls if call.number >> 8 == conference.number)
    placed = range(*_places(account.calls, low, high, len(account.calls)))
    yield from (minutes(account.calls[place]) for place in placed)


def _messages(world: World, account: Account, period: Period) -> Iterator[Message]:
    return world.mailboxes[account.sid].sent_between(*period.span, world.clock.now())


def _is_of(message: Message, kind: str, direction: str) -> bool:
    return bool(message.media) == (kind == "mms") and direction in ("", "inbound" if message.inbound else "outbound")


def _recordings(world: World, account: Account, period: Period) -> Iterator[Recording]:
    """Yield the recordings that began in a period, those that were deleted too."""
    low, high = period.span
    each = world.settings.recordings
    conferences = range(*_places(account.conferences, low, high, account.seeded))
    yield from (tapes.recording(world, account, place << 8 | one) for place in conferences for one in range(each))
    made = (tapes.recording(world, account, number) for number in account.recorded if number >= PLACED)
    yield from (one for one in made if low <= one.created < high)


def _places(items: list[Conference] | list[Call], low: float, high: float, count: int) -> tuple[int, int]:
    """Return the places, among the first `count` items, of those created in a span."""

    def created(item: Conference | Call) -> float:
        return item.created

    return bisect_left(items, low, hi=count, key=created), bisect_left(items, high, hi=count, key=created)


def minutes(call: Call) -> int:
    """Return the begun minutes that a call lasted, which are what it costs."""
    return 0 if call.answered is None or call.ended is None else ceil((call.ended - call.answered) / 60)


def periods(
    world: World, account: Account, granularity: str, since: date = date.min, until: date = date.max
) -> list[Period]:
    """Return the periods of a list of usage records, as far as they are within two days; the newest first.

    Granularities are those in Twilio's paths, '' being the list without one.
    """
    mailbox = world.mailboxes[account.sid]
    seeded = [one.created for one in account.conferences[:1]] + ([mailbox.start] if mailbox.seeded else [])
    began = min([account.created, *seeded])
    today, first = _day(world.clock.now()), _day(began)
    month = today.replace(day=1)
    last_month = month - timedelta(days=1)
    fixed = {
        "Today": (today, today),
        "Yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "ThisMonth": (month, today),
        "LastMonth": (last_month.replace(day=1), last_month),
    }.get(granularity, (first, today))
    low, high = max(fixed[0], since), min(fixed[1], until)
    found: list[Period] = []
    while low <= high:
        last = min(_last_day(granularity, low), high)
        found.append(Period(low, last))
        low = last + timedelta(days=1)
    return found[::-1]


def _last_day(granularity: str, day: date) -> date:
    """Return the last day of the period that a day begins."""
    if granularity == "Daily":
        return day
    if granularity == "Monthly":
        return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date(day.year, 12, 31) if granularity == "Yearly" else date.max


def _day(when: float) -> date:
    return date(1970, 1, 1) + timedelta(days=when // DAY)


def _seconds(day: date) -> float:
    return (day - date(1970, 1, 1)).days * DAY
