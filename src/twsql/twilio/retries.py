"""Whether and when a request is sent again: the only module that uses tenacity.

Two things decide: what is known of the failed request, and whether Twilio may carry it out twice:

    verdict      because of                                                      read, update, delete  create
    NOT_DONE     Twilio's 429; no connection (DNS, refused, connect timeout, TLS)  again                 again
    UNKNOWN      reset, timeout after sending, 5xx, 16030, 2xx unreadable, a       again                 OutcomeUnknown
                 429 without Twilio's code
    REFUSED      any other 4xx with Twilio's code                                  raised                raised
    TURNED_AWAY  any other 3xx or 4xx: perhaps of a proxy that passed it on        raised                OutcomeUnknown

Example: three attempts at the POST that places a call.

    1  connection refused                  NOT_DONE  no byte was sent: again after 0.1 to 0.5 s
    2  429, code 20429, Retry-After: 2     NOT_DONE  Twilio did nothing: again after 2 s and 0.1 to 1 s
    3  sent, and no response in 30 s       UNKNOWN   the phone may be ringing: OutcomeUnknown, no fourth attempt

A GET goes on after its third attempt, as reading twice does no harm. So does an UPDATE that mutes a participant: muted
twice is muted. An announcement is not repeatable: the participant would hear it twice. After OutcomeUnknown the dialer
looks for the call, and only if there is none it dials again (`Dialer` in dialing/dialer.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
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
"""Seconds of a Retry-After that count. `BACKOFF` is added, so that threads do not all return at once."""
LONGEST_REPEATING = 180.0
"""Seconds from the first attempt within which another one may begin."""


class Verdict(Enum):
    """What is known of a request that failed."""

    NOT_DONE = "Twilio did not carry it out"
    UNKNOWN = "it was sent, and Twilio may have carried it out"
    REFUSED = "Twilio refused it, and would refuse it again"
    TURNED_AWAY = "Twilio may have carried it out, and another attempt would not tell"


@dataclass(frozen=True)
class Failure:
    """An attempt that failed; `after` is its Retry-After in seconds."""

    error: TwilioError
    verdict: Verdict
    after: float | None = None


class Repeat(Protocol):
    """Returns the result of the first good attempt, or raises the last error. Threads may share it."""

    def __call__(self, attempt: Callable[[], T | Failure], *, repeatable: bool) -> T:
        """Make attempts until one is good, or another would not help."""


def repeating(attempts: int, sleep: Callable[[float], None]) -> Repeat:
    """Make a Repeat of at most `attempts` attempts.

    An attempt returns a request's failure as a Failure; what it raises (an interrupt, say) passes straight through.
    A request that is not `repeatable`, such as a create, is sent again only if Twilio certainly did not carry it out.
    """

    def rule(verdicts: set[Verdict]) -> Retrying:
        return Retrying(
            retry=retry_if_result(lambda result: isinstance(result, Failure) and result.verdict in verdicts),
            stop=stop_after_attempt(attempts) | _StopAfterLongest(),
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


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a response's Retry-After; None if it is absent or malformed.

    An HTTP date counts from the response's own Date, as the clock of this machine may be wrong.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    then = _seconds(text)
    now = _seconds(headers.get("Date", "")) or time.time()
    return None if then is None else max(0.0, then - now)


def _seconds(date: str) -> float | None:
    """An HTTP date in seconds since 1970; None for a malformed one."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):  # all that a malformed date can raise
        return None


def _wait(state: RetryCallState) -> float:
    failure = _last(state)
    after = failure.after if isinstance(failure, Failure) else None
    return min(after or 0.0, LONGEST_RETRY_AFTER) + BACKOFF(state)


class _StopAfterLongest(stop_base):
    def __call__(self, retry_state: RetryCallState) -> bool:
        gone = max(retry_state.seconds_since_start or 0.0, retry_state.idle_for)
        return gone + retry_state.upcoming_sleep > LONGEST_REPEATING


def _last(state: RetryCallState) -> object:
    return state.outcome.result() if state.outcome else None


def _outcome_unknown(error: TwilioError) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"Twilio may have carried it out, so look before you repeat it: {error.message}",
        status=error.status,
        code=error.code,
        more_info=error.more_info,
        request_id=error.request_id,
    )
