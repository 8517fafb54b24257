"""Orders: valid requests to the world, frozen and typed; validate.py makes them from forms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CallOrder:
    """A call to place; `enqueue` names the queue that it waits in once it is answered.

    It may detect whether a person or a machine answers.
    """

    to: str
    from_: str
    timeout: float = 60.0
    time_limit: float | None = None
    caller: str | None = None
    enqueue: str | None = None
    detects: bool = False


@dataclass(frozen=True)
class ParticipantOrder:
    """A call to place into a conference."""

    call: CallOrder
    label: str | None = None
    muted: bool = False
    coaching: bool = False
    coached: str | None = None
    starts: bool = True
    ends: bool = False
    most: int | None = None
    region: str = "us1"


@dataclass(frozen=True)
class ParticipantChange:
    """A change of a participant; None leaves a property unchanged."""

    muted: bool | None = None
    hold: bool | None = None
    coaching: bool | None = None
    coached: str | None = None
    ends: bool | None = None
