"""Whether and when a request is sent again: the only place that knows tenacity.

What is known of a request that failed decides, and whether it may be done twice:

    verdict      because of                                                      read, update, delete  create
    NOT_DONE     Twilio's 429; no connection (DNS, refused, connect timeout, TLS)  again                 again
    UNKNOWN      reset, timeout after sending, 5xx, 16030, 2xx unreadable, a       again                 OutcomeUnknown
                 429 without Twilio's code
    REFUSED      any other 4xx with Twilio's code                                  raised                raised
    TURNED_AWAY  any other 3xx or 4xx: perhaps a proxy's, after the deed           raised                OutcomeUnknown
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Protocol, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, wait_random_exponential
from tenacity.stop import stop_base

from twsql.errors import OutcomeUnknown, TwilioError

T = TypeVar("T")

BACKOFF = wait_random_exponential(multiplier=0.5, max=20, min=0.1)
"""Seconds between two attempts: at random from 0.1 up to 0.5, 1, 2, 4 and so on, 20 at most."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds that a Retry-After is believed; `BACKOFF` is added, so that threads do not come back as one."""
LONGEST_REPEATING = 180.0
"""Seconds after its beginning in which a request may still get a further attempt."""


class Verdict(Enum):
    """What is known of a request that failed."""

    NOT_DONE = "it was not done"
    UNKNOWN = "it was sent, and may have been done"
    REFUSED = "it was not done, nor would it be another time"
    TURNED_AWAY = "it may have been done, and another time will not tell"


@dataclass(frozen=True)
class Failure:
    """An attempt that failed; `after` is what Retry-After asked for, in seconds."""

    error: TwilioError
    verdict: Verdict
    after: float | None = None


class Repeat(Protocol):
    """Gives what the first good attempt gives, or raises the last error; threads may share it."""

    def __call__(self, attempt: Callable[[], T | Failure], *, repeatable: bool) -> T:
        """Attempt it, more than once where that helps."""


def repeating(attempts: int, sleep: Callable[[float], None]) -> Repeat:
    """Make a Repeat of at most `attempts` attempts.

    An attempt returns a request's failure as a Failure; whatever it raises (an interrupt, say) passes
    straight through. Not `repeatable` is a create: it is sent again only if it was certainly not done.
    """

    def rule(verdicts: set[Verdict]) -> Retrying:
        return Retrying(
            retry=retry_if_result(lambda result: isinstance(result, Failure) and result.verdict in verdicts),
            stop=stop_after_attempt(attempts) | _OutOfPatience(),
            wait=_wait,
            sleep=sleep,
            retry_error_callback=_last,
        )

    twice, once = rule({Verdict.NOT_DONE, Verdict.UNKNOWN}), rule({Verdict.NOT_DONE})

    def repeat(attempt: Callable[[], T | Failure], *, repeatable: bool) -> T:
        result = (twice if repeatable else once)(attempt)
        if not isinstance(result, Failure):
            return result
        if repeatable or result.verdict in {Verdict.NOT_DONE, Verdict.REFUSED}:
            raise result.error
        raise _outcome_unknown(result.error) from result.error

    return repeat


def retry_after(header: str | None) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date; None where it is absent or makes no sense."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError, OSError):  # whatever the header made it stumble over
        return None


def _wait(state: RetryCallState) -> float:
    failure = _last(state)
    after = failure.after if isinstance(failure, Failure) else None
    return min(after or 0.0, LONGEST_RETRY_AFTER) + BACKOFF(state)


class _OutOfPatience(stop_base):
    def __call__(self, retry_state: RetryCallState) -> bool:
        gone = max(retry_state.seconds_since_start or 0.0, retry_state.idle_for)
        return gone + retry_state.upcoming_sleep > LONGEST_REPEATING


def _last(state: RetryCallState) -> object:
    return state.outcome.result() if state.outcome else None


def _outcome_unknown(error: TwilioError) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"the call may have been placed, look for it before dialing again: {error.message}",
        status=error.status,
        code=error.code,
        more_info=error.more_info,
        request_id=error.request_id,
    )
