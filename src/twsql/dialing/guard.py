"""The limits of a statement: read_only, max_calls, max_changes, calls_per_second, dry_run."""

from __future__ import annotations

import threading
import time

from twsql.errors import NotSupportedError, OperationalError, ReadOnlyError
from twsql.schema import Checked, Procedure
from twsql.schema.once import DRY_RUN
from twsql.twilio.settings import Settings


class NotBegunError(OperationalError):
    """A run was stopped before it began: nothing was sent."""


def refuse_effects(settings: Settings, procedure: Procedure) -> None:
    """Raise if read_only is set."""
    if settings.read_only:
        setting = "safe" if settings.safe else "read_only"
        raise ReadOnlyError(f"{procedure.name} has an effect and {setting} is set; nothing was sent")


def limit_of(procedure: Procedure) -> str:
    """The setting that limits a procedure's runs in a statement: `max_calls` for all that must happen once."""
    return "max_calls" if procedure.once else "max_changes"


def refuse_more(settings: Settings, procedure: Procedure, begun: int, new: int) -> None:
    """Raise unless a statement that has begun so many calls, or other changes, may begin `new` more."""
    limit = limit_of(procedure)
    most: int = getattr(settings, limit)
    if begun + new > most:
        things, done = (f"{procedure.once.noun}s", procedure.once.done) if procedure.once else ("changes", "made")
        so_far = f"{begun} had been {done} before, and no more" if begun else f"none was {done}"
        raise NotSupportedError(
            f"{procedure.name}: {begun + new} {things} in one statement are more than {limit} allows"
            f" ({most}); {so_far}; raise {limit} or TWSQL_{limit.upper()}"
        )


def refuse_changes(settings: Settings, what: str, rows: int) -> None:
    """Raise if a statement may not change so many rows; it has changed none yet."""
    if rows > settings.max_changes:
        raise NotSupportedError(
            f"{what}: {rows:,} rows are more than max_changes allows ({settings.max_changes:,}); nothing was sent:"
            f" narrow its WHERE, or raise max_changes or TWSQL_MAX_CHANGES"
        )


DRY = "dry-run"
"""The status of a call or change that was only checked."""


def is_dry(settings: Settings, checked: Checked) -> bool:
    """Whether the inputs are only checked, and nothing is sent."""
    return settings.dry_run or checked.get(DRY_RUN) == "true"


class Pace:
    """Spaces calls evenly, so many a second; None means without a limit."""

    def __init__(self, calls_per_second: float | None) -> None:
        self._gap = 1 / calls_per_second if calls_per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def turn(self) -> float:
        """Take a turn and return 0, or return the seconds until one may be free. A caller that gives up takes none."""
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return self._next - now
            self._next = now + self._gap
            return 0.0
