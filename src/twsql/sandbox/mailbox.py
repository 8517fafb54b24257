"""The messages of an account: what becomes of each by the clock, and seeded ones that are made when they are looked at.

A message is queued until it is sent, `deliver_after` seconds after it was made (or at SendAt), and delivered from then
on. Only messages that were sent or changed are kept: a million seeded ones take no memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .clock import DAY
from .errors import ApiError
from .records import Account
from .seed import PLACED
from .settings import Settings
from .sids import chance

KEPT = 400 * DAY
"""How long a message is kept."""
OURS = "+15005550006"
_PEOPLE = 1000
_ENDED = ("delivered", "received", "canceled")


@dataclass(frozen=True)
class MessageOrder:
    """A message to send; `wait` is how long from now it is scheduled for."""

    to: str
    from_: str | None
    service: str | None
    body: str
    media: tuple[str, ...] = ()
    wait: float | None = None
    keeps_body: bool = True
    shows_to: bool = True


@dataclass(frozen=True)
class Message:
    """A message; `sent` is when it leaves, or left. `media` has the URL of each medium, None of a deleted one."""

    account: Account
    number: int
    to: str
    from_: str | None
    service: str | None
    body: str
    created: float
    sent: float
    media: tuple[str | None, ...] = ()
    inbound: bool = False
    canceled: float | None = None
    scheduled: bool = False
    updated: float | None = None
    keeps_body: bool = True
    shows_to: bool = True
    deleted: bool = False

    def status(self, now: float) -> str:
        """Return its status at a time."""
        if self.inbound:
            return "received"
        if self.canceled is not None:
            return "canceled"
        if now >= self.sent:
            return "delivered"
        return "scheduled" if self.scheduled else "queued" if self.service is None else "accepted"

    def date_sent(self, now: float) -> float | None:
        """Return when it was sent, None before that."""
        return self.sent if self.canceled is None and now >= self.sent else None

    def sender(self, now: float) -> str | None:
        """Return who sends it: a messaging service chooses a number when it sends."""
        return self.from_ or (OURS if self.date_sent(now) is not None else None)

    @property
    def prefix(self) -> str:
        """The prefix of its SID."""
        return "MM" if self.media else "SM"


@dataclass
class Mailbox:
    """The messages of one account. `sent` are those of create requests, `changed` are seeded ones."""

    account: Account
    seeded: int
    start: float
    step: float
    seed: int
    sent: list[Message] = field(default_factory=list)
    changed: dict[int, Message] = field(default_factory=dict)

    def find(self, number: int) -> Message | None:
        """Return the message of this number; None if it was deleted, or never was."""
        if number >= PLACED + len(self.sent) or self.seeded <= number < PLACED:
            return None
        message = self.message(number)
        return None if message.deleted else message

    def message(self, number: int) -> Message:
        """Return the message of this number, which must have been made; it may be deleted."""
        if number >= PLACED:
            return self.sent[number - PLACED]
        return self.changed.get(number) or self._seeded(number)

    def send(self, order: MessageOrder, now: float, delay: float) -> Message:
        """Send a message."""
        leaves = now + (delay if order.wait is None else order.wait)
        message = Message(
            self.account,
            PLACED + len(self.sent),
            order.to,
            order.from_,
            order.service,
            order.body,
            created=now,
            sent=leaves,
            media=order.media,
            scheduled=order.wait is not None,
            keeps_body=order.keeps_body,
            shows_to=order.shows_to,
        )
        self.sent.append(message)
        return message

    def redact(self, message: Message, now: float) -> Message:
        """Take away the text of a message. Raises ApiError while it is on its way."""
        if message.status(now) not in _ENDED:
            raise ApiError(20009)
        return self._keep(replace(message, body="", updated=now))

    def cancel(self, message: Message, now: float) -> Message:
        """Cancel a message that was not sent. Raises ApiError for another."""
        if message.status(now) not in ("queued", "accepted", "scheduled"):
            raise ApiError(30409)
        return self._keep(replace(message, canceled=now, updated=now))

    def delete(self, message: Message, now: float) -> None:
        """Delete a message. Raises ApiError while it is on its way."""
        if message.status(now) not in _ENDED:
            raise ApiError(20009)
        self._keep(replace(message, deleted=True))

    def delete_medium(self, message: Message, place: int, now: float) -> None:
        """Delete one medium of a message."""
        media = tuple(None if number == place else url for number, url in enumerate(message.media))
        self._keep(replace(message, media=media, updated=now))

    def sent_between(self, low: float, high: float, now: float) -> Iterator[Message]:
        """Yield the messages that left, or came in, in a span that is not after `now`."""
        first, last = (bisect_left(range(self.seeded), when, key=self._leaves) for when in (low, min(high, now)))
        numbers = range(first, min(last + 1, self.seeded))
        for message in (*map(self.message, numbers), *self.sent):
            sent = message.date_sent(now)
            if sent is not None and low <= sent < high:
                yield message

    def _keep(self, message: Message) -> Message:
        if message.number >= PLACED:
            self.sent[message.number - PLACED] = message
        else:
            self.changed[message.number] = message
        return message

    def _leaves(self, number: int) -> float:
        return self.start + (number + chance(self.seed, number, 3)) * self.step

    def _seeded(self, number: int) -> Message:
        """Make a message of the seed: every seventh is inbound, every tenth has a picture."""
        when = self._leaves(number)
        person = f"+1555{number % _PEOPLE:07d}"
        inbound = number % 7 == 6
        to, from_ = (OURS, person) if inbound else (person, OURS)
        media = ("https://example.com/picture.jpg",) if number % 10 == 9 else ()
        return Message(self.account, number, to, from_, None, f"Message {number}", when, when, media, inbound)


def mailbox(account: Account, settings: Settings, now: float, *, seeded: int) -> Mailbox:
    """Return an account's messages, `seeded` of them over the last days."""
    start = now - settings.days * DAY
    return Mailbox(account, seeded, start, settings.days * DAY / max(seeded, 1), settings.seed)
