"""Seeded conferences and their participants, the same for the same seed.

Participants are made when they are looked at, and kept only once something changes in their conference: a million
conferences with five participants each would not fit otherwise.
"""

from __future__ import annotations

import re

from .clock import DAY
from .records import Account, Call, Conference, Participant
from .settings import Settings
from .sids import chance

PLACED = 1 << 48  # numbers of placed calls begin here; a seeded call's is conference << 8 | place
_TOS = 10_000_000
_TOPICS = ("sales", "support", "standup", "interview", "webinar", "board")
_ANSWERERS = ("human", "machine_start", None, "human")
_REASON = "last-participant-left"


def seed_account(account: Account, settings: Settings, now: float) -> None:
    """Fill an account with conferences, oldest first, exactly the share `over` of them completed."""
    step = settings.days * DAY / max(settings.conferences, 1)
    start = now - settings.days * DAY
    account.seeded, account.crowd = settings.conferences, settings.participants
    for number in range(settings.conferences):
        over = int((number + 1) * settings.over) > int(number * settings.over)
        luck = chance(settings.seed, number)
        created = start + (number + luck) * step
        ended = min(created + 60 + 7200 * luck, now) if over else created
        name = f"{_TOPICS[number % len(_TOPICS)]}-{number}"
        status = "completed" if over else "in-progress"
        conference = Conference(
            account, number, name, status, created, ended, "us1", _REASON if over else None, present=None
        )
        account.conferences.append(conference)
        account.by_status[status].append(number)
        account.named[name] = conference


def further_subaccounts(settings: Settings, owner: str, now: float) -> list[Account]:
    """Make subaccounts besides the usual one, each filled as the main account is."""
    numbers = range(3, 3 + settings.subaccounts)
    accounts = [Account(f"AC{number:032x}", number, f"Sandbox subaccount {number}", owner, now) for number in numbers]
    for account in accounts:
        seed_account(account, settings, now)
    return accounts


def seeded_participant(conference: Conference, place: int) -> Participant:
    """Make the participant who has been at this place of a seeded conference from the start."""
    account, when = conference.account, conference.created
    number = conference.number << 8 | place
    to = f"+1555{(conference.number * account.crowd + place) % _TOS:07d}"
    call = Call(account, number, to, "+15005550006", when, when, began=when, answered=when, status="in-progress")
    if conference.status == "completed":
        call.status, call.ended, call.updated = "completed", conference.updated, conference.updated
    call.answered_by = _ANSWERERS[place % len(_ANSWERERS)]
    label = f"guest-{place}" if place % 2 else None
    call.participant = Participant(call, conference, label, muted=place % 5 == 4, updated=when)
    return call.participant


def seeded_calls(account: Account, to: str | None) -> range:
    """Return the places, among all seeded calls from the oldest on, of those to a number; None: of all."""
    every = account.seeded * account.crowd
    if to is None:
        return range(every)
    return range(int(to[5:]), every, _TOS) if re.fullmatch(r"\+1555[0-9]{7}", to) else range(0)


def seeded_participants(conference: Conference) -> list[Participant]:
    """Make all participants of a seeded conference, oldest first."""
    return [seeded_participant(conference, place) for place in range(conference.account.crowd)]
