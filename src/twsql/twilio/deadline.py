"""The end of the time that a statement may take: `statement_timeout`."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from twsql.errors import OperationalError


@dataclass(frozen=True)
class Deadline:
    """A moment of `time.monotonic`, and the `limit` in seconds that led to it."""

    at: float = math.inf
    limit: float = math.inf

    @property
    def left(self) -> float:
        """The seconds that are left; negative after the deadline."""
        return self.at - time.monotonic()

    def check(self) -> None:
        """Raise OperationalError after the deadline."""
        if self.left <= 0:
            raise OperationalError(
                f"the statement took longer than statement_timeout allows ({self.limit:g} seconds): narrow it, or raise"
                " statement_timeout or TWSQL_STATEMENT_TIMEOUT"
            )


def after(limit: float | None) -> Deadline:
    """The deadline of a statement that begins now; None means without a limit."""
    return Deadline() if limit is None else Deadline(time.monotonic() + limit, limit)
