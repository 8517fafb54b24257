"""One run after another, for those who want to see who is in a conference while it lasts."""

from __future__ import annotations

import time
from collections.abc import Callable

from twsql.errors import AuthenticationFailed, TwilioError


def follow(run: Callable[[], None], every: float, failed: Callable[[TwilioError], None]) -> None:
    """Run, and begin again `every` seconds after the last beginning, or at once where that has passed; for ever.

    A run that Twilio or the network fails is told to `failed`, and the next one makes up for it. Whatever else is
    raised ends it: credentials that are refused, a file that cannot be written, KeyboardInterrupt.
    """
    while True:
        begun = time.monotonic()
        try:
            run()
        except AuthenticationFailed:
            raise
        except TwilioError as error:
            failed(error)
        time.sleep(max(0.0, begun + every - time.monotonic()))
