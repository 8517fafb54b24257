"""One sync run after another, to follow conferences while they last."""

from __future__ import annotations

import time
from collections.abc import Callable

from twsql.errors import AuthenticationFailed, TwilioError


def follow(run: Callable[[], None], every: float, failed: Callable[[TwilioError], None]) -> None:
    """Run for ever: begin `every` seconds after the last beginning, or at once if the run took longer.

    If Twilio or the network fails, `failed` gets the error, and the next run makes up for it. Any other exception
    ends it: refused credentials, a file that cannot be written, KeyboardInterrupt.
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
