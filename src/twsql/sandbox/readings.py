"""Readings: the open points of Twilio's documentation, and each way to read them.

docs/assumptions.md has a line for each field; where a source says which value holds, it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

_CHOICES: dict[str, tuple[Any, ...]] = {
    "upper_bound": ("day included", "day excluded"),
    "calls_upper_bound": ("day included", "day excluded"),
    "order": ("newest first", "mixed within a minute", "by sid"),
    "list_lag": (0.0, 0.5),
    "ended_participants": ("empty", "not found"),
    "refusal_status": (400, 404, 409, 429, 500),
    "default_status": ("in-progress", "every"),
    "names": ("exact", "filter ignores case", "ignore case"),
    "label_reuse": ("after leaving", "never"),
    "queued_start_time": ("null", "null and not found", "date created"),
    "caller_id_from": ("caller id", "from"),
    "largest_page": (1000, 3),
    "pages": ("apart", "overlap"),
    "statuses": ("documented", "unknown"),
    "properties": ("documented", "more", "fewer", "no dates"),
    "next_page_uri": ("relative", "absolute"),
    "available_numbers": ("one page", "pages"),
    "insights_since": ("30 days", "4 hours"),
    "summaries_until": ("started", "ended"),
    "call_summary": ("any", "complete"),
    "price_type": ("number", "text"),
    "origin_prices": ("of the origin", "every origin"),
}
"""The values of each reading that tests use, the default first; other numbers are possible."""


@dataclass(frozen=True)
class Readings:
    """One possible Twilio; the defaults are what its documentation suggests.

    `upper_bound`: whether `DateCreated<=D` and `DateUpdated<=D` of conferences, and `DateSent<=D` of messages, hold the
    day D or end at D 00:00; `calls_upper_bound`: the same of calls' StartTime and EndTime. `order`: how lists of
    conferences and calls are sorted. `list_lag`: seconds for which they lack what has just been made.
    `ended_participants`: what the list of a completed conference's participants is. `refusal_status`: the HTTP status
    of errors with a code of 16000 to 16999. `default_status`: which conferences are listed if no Status is given.
    `names`: whether upper and lower case make another conference; else only the filter, or creation too, ignores them.
    `label_reuse`: when a label of a conference is free again. `queued_start_time`: the start_time of a call that waits,
    and whether a StartTime filter finds that (and a DateSent filter a message that waits). `caller_id_from`: the `from`
    of a call that shows another number than it came from. `largest_page`: more items than these are not on a page,
    whatever is asked for. `pages`: whether a page of conferences, calls, recordings or messages begins with the last
    item of the page before, as if one had been added meanwhile to a list whose pages are numbered. `statuses`: of
    participants and calls. `properties`: whether items have all that is documented, and more. `next_page_uri`: with or
    without scheme and host. `available_numbers`: whether the list of numbers that can be bought goes on after its first
    page.
    `insights_since`: how far back lists of Insights reach if nothing is said. `summaries_until`: whether EndTime of
    call summaries bounds when calls began or when they ended. `call_summary`: whether one that is fetched by its SID
    may be of a call that is not over. `price_type`: how Pricing writes prices. `origin_prices`: whether a number's
    prices are those for the caller's number (for any caller, without one) or all that there are.
    """

    upper_bound: str = "day included"
    calls_upper_bound: str = "day included"
    order: str = "newest first"
    list_lag: float = 0.0
    ended_participants: str = "empty"
    refusal_status: int = 400
    default_status: str = "in-progress"
    names: str = "exact"
    label_reuse: str = "after leaving"
    queued_start_time: str = "null"
    caller_id_from: str = "caller id"
    largest_page: int = 1000
    pages: str = "apart"
    statuses: str = "documented"
    properties: str = "documented"
    next_page_uri: str = "relative"
    available_numbers: str = "one page"
    insights_since: str = "30 days"
    summaries_until: str = "started"
    call_summary: str = "any"
    price_type: str = "number"
    origin_prices: str = "of the origin"

    def __post_init__(self) -> None:
        """Raise ValueError for a value that a reading does not have."""
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if isinstance(choices[0], str) and value not in choices:
                raise ValueError(f"the reading {name} is one of {', '.join(choices)}, not {value!r}")
        if self.list_lag < 0 or not 1 <= self.largest_page <= 1000 or not 400 <= self.refusal_status <= 599:
            raise ValueError("list_lag is 0 or more, largest_page 1 to 1000, refusal_status 400 to 599")

    def __str__(self) -> str:
        """Return what differs from the defaults, as `upper_bound=day excluded`."""
        return ", ".join(f"{name}={value}" for name, value in vars(self).items() if value != _CHOICES[name][0])


def parsed(text: str) -> dict[str, Any]:
    """Return the reading in `NAME=VALUE` as a keyword of `Readings`. Raises ValueError."""
    name, _, value = text.partition("=")
    if name not in _CHOICES:
        raise ValueError(f"no reading {name!r}: use one of {', '.join(_CHOICES)}")
    kind = type(_CHOICES[name][0])
    try:
        return {name: kind(value)}
    except ValueError as error:
        raise ValueError(f"the reading {name} is a number, not {value!r}") from error


def changed(readings: Readings, changes: dict[str, Any]) -> Readings:
    """Return readings with some changed. Raises ValueError for one that there is not."""
    unknown = set(changes) - set(_CHOICES)
    if unknown:
        raise ValueError(f"no reading {', '.join(sorted(unknown))}: use one of {', '.join(_CHOICES)}")
    return replace(readings, **changes)


def each_reading(*names: str) -> Iterator[Readings]:
    """Yield the defaults, then readings that differ from them in one value, for every value of these names.

    Without names, of all readings. For tests of what depends on them.
    """
    yield Readings()
    for field in fields(Readings):
        if not names or field.name in names:
            for value in _CHOICES[field.name][1:]:
                yield Readings(**{field.name: value})
