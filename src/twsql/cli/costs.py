"""The cost of a statement, for `twsql query --stats`: one line on standard error."""

from __future__ import annotations

import sys
from typing import Any

import apsw

_COSTS = """
    SELECT Number, Requests, Retries, Bytes, Waits, WaitMilliseconds, Milliseconds FROM main.twsql_requests
    WHERE Number > ? ORDER BY Number
"""


class Costs:
    """Prints the cost of each statement once."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._last = 0

    def tell(self) -> None:
        """Print the cost of the statements since the last time, also if there was none."""
        rows: list[Any] = self._connection.execute(_COSTS, (self._last,)).fetchall()
        for number, *costs in rows:
            self._last = number
            sys.stderr.write(f"twsql: {_line(*costs)}\n")
        if not rows:
            sys.stderr.write("twsql: nothing asked of Twilio\n")


def _line(requests: int, retries: int, size: int, waits: int, waited: int, milliseconds: int) -> str:
    parts = [
        f"{requests:,} request{'s' * (requests != 1)}",
        f"{retries:,} repeated",
        f"{size:,} bytes",
        f"{waits:,} wait{'s' * (waits != 1)} of {waited:,} ms together",
    ]
    return f"{', '.join(parts)}, in {milliseconds:,} ms"
