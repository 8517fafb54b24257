"""Faults on request: rules that make chosen requests fail in a chosen way.

Kinds whose name ends in `-before` fail before the operation, those in `-after` after it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import error_body, retry_after
from .sids import chance
from .wire import Answer, Wire

_ELSEWHERE = "https://elsewhere.invalid"
_HUGE = 10_000_000


@dataclass
class Fault:
    """A rule; it applies to requests with its method and a raw path in which `path`, a regular expression, is found.

    `times` bounds how often it applies (None: always), `probability` makes that random, alike in every run.
    `status`, `code` and `message` are of an error answer; `seconds` of slow (which ends when
    the rule is taken back), timeout-before and timeout-after;
    `location` is where redirect and foreign-next-page lead; `hits` counts how often it was applied.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int | None = None
    probability: float = 1.0
    retry_after: float | None = None
    status: int | None = None
    code: int | None = None
    message: str | None = None
    seconds: float = 60.0
    location: str = _ELSEWHERE
    hits: int = 0
    _tries: int = field(default=0, repr=False)
    _is_over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown kind."""
        if self.kind not in KINDS:
            raise ValueError(f"no fault of kind {self.kind!r}: use one of {', '.join(KINDS)}")
        re.compile(self.path)

    def strikes(self, method: str, path: str, seed: int) -> bool:
        """Return whether this rule applies to a request, and count it."""
        if self.times == self.hits or self.method not in ("", method) or not re.search(self.path, path):
            return False
        self._tries += 1
        if chance(seed, self._tries) >= self.probability:
            return False
        self.hits += 1
        return True

    async def delay(self, wire: Wire) -> None:
        """Wait for the delay of a slow response, or until this rule is taken back."""
        await wire.pause(self.seconds, self._is_over)

    def end(self) -> None:
        """End the delays."""
        self._is_over.set()

    def error(self, status: int) -> Answer:
        """Return the error answer of this rule."""
        status = self.status or status
        code = self.code or (20000 + status)
        body = error_body(code, self.message or "a fault that was asked for", status)
        return Answer(status, body, retry_after(self.retry_after))


class Faults:
    """The rules of a sandbox, in the order in which they were made; the first that applies is used."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.rules: list[Fault] = []

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the rule that applies to a request."""
        return next((rule for rule in self.rules if rule.strikes(method, path, self._seed)), None)

    def heal(self, *some: Fault) -> None:
        """Take back some rules, or all."""
        for rule in some or [*self.rules]:
            self.rules.remove(rule)
            rule.end()


async def _error_429(fault: Fault, wire: Wire) -> int | None:
    return await wire.answer(fault.error(429))


async def _error_500(fault: Fault, wire: Wire) -> int | None:
    return await wire.answer(fault.error(500))


async def _error_400(fault: Fault, wire: Wire) -> int | None:
    return await wire.answer(fault.error(400))


async def _reset(fault: Fault, wire: Wire) -> int | None:
    await wire.reset()
    return None


async def _timeout(fault: Fault, wire: Wire) -> int | None:
    await wire.hold(fault.seconds)
    return None


async def _redirect(fault: Fault, wire: Wire) -> int | None:
    target = fault.location + str(wire.scope["raw_path"], "ascii")
    return await wire.answer(Answer(307, b"", ((b"location", target.encode()),)))


async def _garbage(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    return await wire.answer(Answer(answer.status, b"<html>not JSON</html>"))


async def _truncate(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    await wire.truncate(answer)
    return None


async def _wrong_shape(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    return await wire.answer(Answer(answer.status, b'["not", {"what": "was asked for"}]'))


async def _no_sid(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    return await wire.answer(Answer(200, b'{"sid": "XX"}'))


async def _proxy(fault: Fault, wire: Wire) -> int | None:
    """Answer as a proxy would: an error that is not Twilio's JSON."""
    return await wire.answer(Answer(fault.status or 403, b"<html>a proxy says no</html>"))


async def _huge(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    content = json.loads(answer.body)
    item = next((value[0] for value in content.values() if isinstance(value, list) and value), content)
    item["friendly_name" if "friendly_name" in item else "label"] = "x" * _HUGE
    return await wire.answer(Answer(answer.status, json.dumps(content).encode()))


async def _foreign_next_page(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    return await wire.answer(_next_page(answer, fault.location + str(wire.scope["raw_path"], "ascii")))


async def _repeating_page(fault: Fault, wire: Wire, answer: Answer) -> int | None:
    return await wire.answer(_next_page(answer, None))


def _next_page(answer: Answer, address: str | None) -> Answer:
    """Lead to another next page, None: the same page again; Insights' pages have their addresses in `meta`."""
    content = json.loads(answer.body)
    if "meta" in content:
        content["meta"]["next_page_url"] = address or content["meta"]["url"]
    else:
        content["next_page_uri"] = address or content.get("uri")
    return Answer(answer.status, json.dumps(content).encode())


Before = Callable[[Fault, Wire], Awaitable["int | None"]]
After = Callable[[Fault, Wire, Answer], Awaitable["int | None"]]


def _whatever(before: Before) -> After:
    """Apply after the operation a fault that could come before it."""

    async def after(fault: Fault, wire: Wire, answer: Answer) -> int | None:
        return await before(fault, wire)

    return after


BEFORE: dict[str, Before] = {
    "429": _error_429,
    "500-before": _error_500,
    "error": _error_400,
    "reset-before": _reset,
    "timeout-before": _timeout,
    "redirect": _redirect,
    "proxy-before": _proxy,
}
AFTER: dict[str, After] = {
    "500-after": _whatever(_error_500),
    "reset-after": _whatever(_reset),
    "timeout-after": _whatever(_timeout),
    "garbage-after": _garbage,
    "truncated-after": _truncate,
    "wrong-shape": _wrong_shape,
    "no-sid": _no_sid,
    "error-after": _whatever(_error_400),
    "proxy-after": _whatever(_proxy),
    "redirect-after": _whatever(_redirect),
    "huge": _huge,
    "foreign-next-page": _foreign_next_page,
    "repeating-page": _repeating_page,
}
KINDS = (*BEFORE, *AFTER, "slow")


async def respond(fault: Fault | None, wire: Wire, deed: Callable[[], Answer]) -> int | None:
    """Run the operation and answer, or fail by the rule; return the HTTP status of a whole response."""
    if fault is None:
        return await wire.answer(deed())
    if fault.kind == "slow":
        await fault.delay(wire)
        return await wire.answer(deed())
    if fault.kind in BEFORE:
        return await BEFORE[fault.kind](fault, wire)
    return await AFTER[fault.kind](fault, wire, deed())


def describe(fault: Fault) -> dict[str, Any]:
    """Return a rule as JSON's types."""
    return {name: value for name, value in vars(fault).items() if not name.startswith("_")}
