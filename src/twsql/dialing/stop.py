"""Stops work that waits in threads."""

from __future__ import annotations

import threading
import time


class Stop:
    """Once it is set, no more work with this Stop begins; nor once a Stop `over` it is set, or the program ends.

    `set` is a single C function, as Ctrl-C may come between any two steps of Python code. Make a Stop before beginning
    the work.
    """

    def __init__(self, *over: Stop) -> None:
        self._going = [True]
        self._over = over
        self.set = self._going.clear

    def is_set(self) -> bool:
        """Whether no more work may begin. The end of the main thread counts too: Python then waits for the others."""
        return not self._going or any(each.is_set() for each in self._over) or not threading.main_thread().is_alive()

    def wait(self, seconds: float) -> None:
        """Sleep for a short time, whether it is set or not."""
        time.sleep(seconds)
