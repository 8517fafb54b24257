"""How many requests are under way together."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager


class Limit:
    """At most `most` requests at a time, over all threads that share it.

    A thread that waits for its turn can be interrupted. Who waits between two attempts must not hold a slot.
    """

    def __init__(self, most: int) -> None:
        self._slots = threading.BoundedSemaphore(most)

    def slot(self) -> AbstractContextManager[object]:
        """Wait for a turn; it is given back when the `with` block ends, however it ends."""
        return self._slots
