"""The requests of a sandbox: counters, and a bounded log, for tests that compare them exactly."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from urllib.parse import parse_qsl

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class LoggedRequest:
    """A request as it arrived, without credentials; `status` is None when no whole answer was sent."""

    method: str
    raw_path: str
    route: str
    raw_query: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    status: int | None

    @property
    def query(self) -> list[tuple[str, str]]:
        """Return the decoded pairs of the query, in their order."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @property
    def form(self) -> list[tuple[str, str]]:
        """Return the decoded pairs of the form, in their order."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True)
class Counters:
    """A snapshot of the counts since the start or the last clearing.

    `by_route` is by Twilio's operation names (`ListConference`, `CreateParticipant`, …), `by_status` by HTTP status
    (0: no whole answer was sent). `placed` is the number of calls placed, `placed_by` that of each conference name
    and To. `peak` is the highest number of requests in flight together.
    """

    requests: int
    by_method: dict[str, int]
    by_route: dict[str, int]
    by_status: dict[int, int]
    placed: int
    placed_by: dict[tuple[str | None, str], int]
    under_way: int
    peak: int


class Traffic:
    """Counts requests as they come and go, and remembers the last ones."""

    def __init__(self, log: int) -> None:
        self.under_way = 0
        self.peak = 0
        self.asked: Counter[tuple[str, str]] = Counter()
        self.answered: Counter[int] = Counter()
        self.log: deque[LoggedRequest] = deque(maxlen=log)

    def clear(self) -> None:
        """Forget everything except requests in flight."""
        self.peak = self.under_way
        self.asked.clear()
        self.answered.clear()
        self.log.clear()

    def begin(self, method: str, route: str) -> None:
        """Count a request, and that it is in flight."""
        self.asked[method, route] += 1
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)

    def end(self, request: LoggedRequest) -> None:
        """Count the end of a request, and log it."""
        self.under_way -= 1
        self.answered[request.status or 0] += 1
        self.log.append(request)

    def snapshot(self, placed: Counter[tuple[str | None, str]]) -> Counters:
        """Return the current counts."""
        by_method: Counter[str] = Counter()
        by_route: Counter[str] = Counter()
        for (method, route), times in self.asked.items():
            by_method[method] += times
            by_route[route] += times
        return Counters(
            requests=sum(by_method.values()),
            by_method=dict(by_method),
            by_route=dict(by_route),
            by_status=dict(self.answered),
            placed=sum(placed.values()),
            placed_by=dict(placed),
            under_way=self.under_way,
            peak=self.peak,
        )


def without_credentials(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Return headers as text, but not those that carry credentials."""
    secret = (b"authorization", b"cookie", b"proxy-authorization")
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if name not in secret)
