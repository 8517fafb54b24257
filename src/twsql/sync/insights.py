"""Conference Insights: who was in a conference that is over, for accounts with Voice Insights Advanced Features.

https://www.twilio.com/docs/voice/voice-insights/api/conference/conference-participant-resource
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from twsql.errors import NotFound, TwilioError
from twsql.redaction import clean
from twsql.schema import Row, Value
from twsql.twilio.settings import Settings
from twsql.twilio.urls import endless, next_target

if TYPE_CHECKING:
    from twsql.twilio.client import Client

NOT_ENABLED = 17007
"""Twilio's code for an account without Insights."""


@dataclass(frozen=True)
class Told:
    """Insights' data on a conference: a row for each participant; `final` if Insights will add no more.

    A row has conference SID, call SID, account SID, label, coaching, join time, call status, leave time, from and to.
    """

    conference: str
    rows: list[tuple[Value, ...]]
    final: bool


def settings(settings: Settings) -> Settings:
    """The settings with Insights' URL, unless a `base_url` is set, which then serves both APIs."""
    if settings.base_url:
        return settings
    place = f"{settings.edge}.{settings.region or 'us1'}." if settings.edge else ""
    return replace(settings, base_url=f"https://insights.{place}twilio.com")


def participants(client: Client, conference: str) -> Told:
    """Fetch the participants of a conference; none if Insights does not know it, or no longer does."""
    try:
        items = list(_items(client, f"/v1/Conferences/{conference}/Participants"))
    except NotFound as error:
        if error.code == NOT_ENABLED:
            raise
        return Told(conference, [], final=True)
    final = bool(items) and all(item.get("processing_state") != "in_progress" for item in items)
    return Told(conference, [_row(item) for item in items if item.get("call_sid")], final)


def _items(client: Client, path: str) -> Iterator[Row]:
    """Yield the items of every page; `meta` has the URL of the next one, with its host."""
    params = [("PageSize", str(client.settings.page_size))]
    asked: set[str] = set()
    while True:
        answer = client.get(path, params)
        items, meta = answer.get("participants"), answer.get("meta")
        if not isinstance(items, list) or not isinstance(meta, dict) or not all(isinstance(x, dict) for x in items):
            raise TwilioError("the answer has no list of objects under 'participants', or no 'meta'")
        yield from items
        following = meta.get("next_page_url")
        if not following:
            return
        if not isinstance(following, str) or following in asked:
            raise TwilioError(f"the list 'participants' goes round in a circle: {clean(str(following))[:200]}")
        if len(asked) >= client.most_pages:
            raise endless("participants", client.most_pages)
        asked.add(following)
        path, _, query = next_target(following, client.settings.server).partition("?")
        params = parse_qsl(query, keep_blank_values=True)


def _row(item: Row) -> tuple[Value, ...]:
    coaching = item.get("is_coach")
    return (
        _text(item.get("conference_sid")),
        _text(item.get("call_sid")),
        _text(item.get("account_sid")),
        _text(item.get("label")),
        int(coaching) if isinstance(coaching, bool) else None,
        _moment(item.get("join_time")),
        _text(item.get("call_status")),
        _moment(item.get("leave_time")),
        _text(item.get("from")),
        _text(item.get("to")),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(value: Any) -> str | None:
    """ISO 8601 with an offset to SQLite's own form, UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise TwilioError(f"not a time as Insights writes it (ISO 8601): {str(value)[:50]!r}") from None
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
