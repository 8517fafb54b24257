"""What a statement may do: nothing where read_only is set, so many calls and no more, not faster than allowed."""

from __future__ import annotations

import threading
import time

from twsql.errors import NotSupportedError, OperationalError, ReadOnlyError
from twsql.schema import Checked, Procedure
from twsql.twilio.settings import Settings


class NotBegunError(OperationalError):
    """What was to be done was called off before it was begun: nothing was sent."""


def refuse_effects(settings: Settings, procedure: Procedure) -> None:
    """Raise where nothing may have an effect."""
    if settings.read_only:
        raise ReadOnlyError(f"{procedure.name} has an effect and read_only is set; nothing was sent")


def refuse_more(settings: Settings, procedure: Procedure, begun: int, new: int) -> None:
    """Raise unless a statement that has begun so many calls may begin so many more."""
    if procedure.places_call and begun + new > settings.max_calls:
        before = f" after {begun} that were" if begun else ""
        raise NotSupportedError(
            f"{procedure.name}: {begun + new} calls in one statement are more than max_calls allows"
            f" ({settings.max_calls}); none of these {new} was placed{before}; raise max_calls or TWSQL_MAX_CALLS"
        )


def is_dry(settings: Settings, checked: Checked) -> bool:
    """Whether the inputs are only to be checked."""
    return settings.dry_run or checked.get("DryRun") == "true"


class Pace:
    """Gives out turns, so many a second, evenly; None gives all of them now."""

    def __init__(self, calls_per_second: float | None) -> None:
        self._gap = 1 / calls_per_second if calls_per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def turn(self) -> float:
        """Take the next turn and give 0, or give the seconds until one may be free: nobody who gives up has one."""
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return self._next - now
            self._next = now + self._gap
            return 0.0
