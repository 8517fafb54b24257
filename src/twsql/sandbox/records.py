"""What a Twilio account holds: conferences, calls, participants and plain resources. Data only: no rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
STATUSES = ("init", "in-progress", "completed")
MOST_PARTICIPANTS = 250


@dataclass(slots=True, eq=False)
class Account:
    """An account with its conferences and placed calls, oldest first; `number` tells it from others in SIDs.

    `by_status` has the numbers of the conferences of each status, in order. `named` has the newest of each name.
    `seeded` conferences, the first ones, have `crowd` calls each besides the placed ones. `free_at` is when the next
    call may start. `recorded` has the recordings that were made or changed, by number, `made_recordings` how many were
    made; `untranscribed` the numbers of the recordings whose transcription was deleted. `resources` are those of each
    list (`queues`), oldest first; `waiting` the calls in queues, in the order in which they came.
    """

    sid: str
    number: int
    name: str
    owner: str
    created: float
    conferences: list[Conference] = field(default_factory=list)
    by_status: dict[str, list[int]] = field(default_factory=lambda: {status: [] for status in STATUSES})
    named: dict[str, Conference] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    seeded: int = 0
    crowd: int = 0
    recorded: dict[int, Recording] = field(default_factory=dict)
    made_recordings: int = 0
    untranscribed: set[int] = field(default_factory=set)
    free_at: float = 0.0
    resources: defaultdict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    waiting: list[Call] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Conference:
    """A conference; `number` is its place in its account, `older` the previous one of the same name.

    `present` and `past` are its participants, oldest first; None while they are as seeded, when nothing is kept.
    """

    account: Account
    number: int
    name: str
    status: str
    created: float
    updated: float
    region: str = "us1"
    reason: str | None = None
    ended_by: Call | None = None
    older: Conference | None = None
    most: int = MOST_PARTICIPANTS
    present: list[Participant] | None = field(default_factory=list)
    past: list[Participant] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Call:
    """A phone call; `began` is when it rang, `answered` and `ended` are None until then.

    If it `detects` who answers, `answered_by` tells it then.
    `enqueue` names the queue that it will wait in once it is answered, `queue` is the one that it waits in since
    `enqueued`.
    """

    account: Account
    number: int
    to: str
    from_: str
    created: float
    updated: float
    queued_for: float = 0.0
    timeout: float = 60.0
    time_limit: float | None = None
    caller: str | None = None
    status: str = "queued"
    began: float | None = None
    answered: float | None = None
    ended: float | None = None
    deleted: bool = False
    participant: Participant | None = None
    detects: bool = False
    answered_by: str | None = None
    enqueue: str | None = None
    queue: Resource | None = None
    enqueued: float = 0.0


@dataclass(slots=True, eq=False)
class Recording:
    """A recording of a call, or of a conference; `ended` is None while it is under way."""

    account: Account
    number: int
    call: Call | None
    conference: Conference | None
    created: float
    updated: float
    source: str
    status: str = "in-progress"
    ended: float | None = None
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Participant:
    """A call's part in a conference."""

    call: Call
    conference: Conference
    label: str | None = None
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached: str | None = None
    starts: bool = True
    ends: bool = False
    updated: float = 0.0


@dataclass(slots=True, eq=False)
class Resource:
    """A resource that is what was given of it: `properties` are those of its JSON.

    `number` tells it from others in SIDs.
    """

    account: Account
    number: int
    created: float
    updated: float
    properties: dict[str, Any]
    deleted: bool = False
