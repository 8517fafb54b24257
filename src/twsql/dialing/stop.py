"""Whether what has been handed to threads may still begin."""

from __future__ import annotations

import threading
import time


class Stop:
    """Set, nothing more begins of what it was given to, nor once one of those `over` it is set, or the program ends.

    `set` is a single step of C's, as Ctrl-C may come between any two steps of Python's. Who begins something makes its
    Stop before that.
    """

    def __init__(self, *over: Stop) -> None:
        self._going = [True]
        self._over = over
        self.set = self._going.clear

    def is_set(self) -> bool:
        """Whether nothing more is to begin. Threads outlive the main one: Python waits for them at its end."""
        return not self._going or any(each.is_set() for each in self._over) or not threading.main_thread().is_alive()

    def wait(self, seconds: float) -> None:
        """Wait, whether it is set or not; for short times."""
        time.sleep(seconds)
