"""Recordings: the seeded ones, computed as they are looked at, and those that were made or changed. No HTTP.

Of a seeded conference's recordings the first, third … are the conference's, the second, fourth … those of its calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from .numbers import in_conferences
from .records import ENDED, Account, Call, Conference, Recording
from .seed import PLACED
from .world import World

UNDER_WAY = ("in-progress", "paused")


def recording(world: World, account: Account, number: int) -> Recording:
    """Return the recording of this number, which must exist, as it is now."""
    kept = account.recorded.get(number)
    found = kept if kept is not None else _seeded(world, account, number)
    if found.status in UNDER_WAY:
        ended = _end(found)
        if ended is not None:
            found.status, found.ended, found.updated = "completed", ended, ended
    return found


def known(world: World, account: Account, number: int) -> bool:
    """Return whether there is, or was, a recording of this number."""
    if number >= PLACED:
        return number in account.recorded
    return number >> 8 < account.seeded and number & 255 < world.settings.recordings


def numbers(world: World, account: Account, call: Call | None, conference: Conference | None) -> Sequence[int]:
    """Return the numbers of all recordings, oldest first; those that may be of a call or of a conference, if given."""
    each = world.settings.recordings
    if call is not None:
        place = call.number >> 8 if call.number < PLACED else None
    elif conference is not None:
        place = conference.number if conference.number < account.seeded else None
    else:
        return in_conferences(range(account.seeded * each), each, account.made_recordings)
    seeded = [] if place is None else [place << 8 | number for number in range(each)]
    return seeded + [number for number in account.recorded if number >= PLACED]


def start(world: World, call: Call) -> Recording:
    """Begin to record a call."""
    now, account = world.clock.now(), call.account
    number = PLACED + account.made_recordings
    account.made_recordings += 1
    made = account.recorded[number] = Recording(account, number, call, None, now, now, "StartCallRecordingAPI")
    return made


def keep(world: World, account: Account, number: int) -> Recording:
    """Return a recording to be changed: from now on it is kept."""
    account.recorded[number] = recording(world, account, number)
    return account.recorded[number]


def _seeded(world: World, account: Account, number: int) -> Recording:
    conference, place = account.conferences[number >> 8], number & 255
    of_conference = place % 2 == 0 or not account.crowd
    seat = 0 if of_conference else place // 2 % account.crowd
    call = world.numbered_call(account, number >> 8 << 8 | seat) if account.crowd else None
    source = "Conference" if of_conference else "OutboundAPI"
    created = conference.created
    return Recording(account, number, call, conference if of_conference else None, created, created, source)


def _end(one: Recording) -> float | None:
    if one.conference is not None:
        return one.conference.updated if one.conference.status == "completed" else None
    return one.call.ended if one.call is not None and one.call.status in ENDED else None
