"""The facts of `twsql doctor --probe` about Voice Insights and Pricing, which have hosts of their own.

An account without Advanced Features has none of Insights' facts: each line has Twilio's code, 17007. The prices are
those of a number that belongs to nobody.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import cached_property, partial

from twsql.cli.evidence import LARGEST, NO_DATA, Answer, Item, items, words
from twsql.errors import NO_INSIGHTS, NotFound, TwilioError
from twsql.lists import insights
from twsql.lists.splitting import moment
from twsql.twilio.client import Client
from twsql.twilio.urls import product_path

_FEW_HOURS = timedelta(hours=4)
_LONG = timedelta(seconds=10)
"""Half of such a call is more than what Twilio rounds."""
_TO, _ABROAD, _NEAR = "+447700900123", "+12025550100", "+442079460123"
"""Numbers for films and books. Calls to the first may cost more from the second than from the third, a neighbour."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,}(Z|[+-][0-9]{2}:[0-9]{2})")
_ANYWHERE = "ALL"


class Products:
    """Pages of Insights and answers of Pricing, fetched at the first use."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.now = client.clock.at(time.monotonic()) or datetime.now(timezone.utc)

    @cached_property
    def conferences(self) -> Answer:
        """Summaries of conferences, as long as Insights keeps them."""
        return self.insights("Conferences", CreatedAfter=_iso(self.now - insights.KEPT))

    @cached_property
    def calls(self) -> Answer:
        """Summaries of calls, as long as Insights keeps them; those that are not complete too."""
        return self.summaries(StartTime=_iso(self.now - insights.KEPT))

    def summaries(self, **params: str) -> Answer:
        """Fetch a page of summaries of calls."""
        return self.insights("Voice", "Summaries", ProcessingState="all", **params)

    def insights(self, *path: str, **params: str) -> Answer:
        """Fetch a page of Insights."""
        return self._client.at(insights.HOST).get(product_path("v1", *path), {"PageSize": str(LARGEST), **params})

    def summary(self, sid: str) -> Answer:
        """Fetch the summary of a call. Raises NotFound."""
        return self._client.at(insights.HOST).get(product_path("v1", "Voice", sid, "Summary"))

    @cached_property
    def prices(self) -> list[Item]:
        """What calls from abroad cost."""
        return self.prices_from(_ABROAD)

    def prices_from(self, caller: str) -> list[Item]:
        """Fetch what calls from a number cost."""
        params = {"OriginationNumber": caller}
        answer = self._client.at("pricing").get(product_path("v2", "Voice", "Numbers", _TO), params)
        return items(answer, "outbound_call_prices")


def _advanced_features(products: Products) -> str:
    try:
        _ = products.conferences
    except TwilioError as error:
        if error.code != NO_INSIGHTS:
            raise
        return f"none: HTTP {error.status}, code {error.code}"
    return "there"


def _envelope(products: Products) -> str:
    """Whether `meta` names the list and the next page, as in Twilio's other APIs."""
    meta = products.conferences.get("meta")
    if not isinstance(meta, dict):
        return "no meta"
    told = "documented" if meta.get("key") == "conferences" and "conferences" in products.conferences else "another key"
    short = products.insights("Conferences", CreatedAfter=_iso(products.now - insights.KEPT), PageSize="1").get("meta")
    address = short.get("next_page_url") if isinstance(short, dict) else None
    return f"{told}, {'absolute' if '://' in address else 'relative'}" if isinstance(address, str) else told


def _summaries(products: Products) -> str:
    """The statuses of conferences in Insights: whether it has only those that are over."""
    seen = {str(item.get("status")) for item in items(products.conferences, "conferences")}
    return words(seen) or NO_DATA


def _dates(products: Products) -> str:
    found = [*items(products.conferences, "conferences"), *items(products.calls, "call_summaries")]
    times = [text for item in found for name, text in item.items() if name.endswith("_time") and text is not None]
    if not times:
        return NO_DATA
    return "ISO 8601" if all(isinstance(text, str) and _ISO.fullmatch(text) for text in times) else "another form"


def _since(products: Products) -> str:
    """How far back lists reach if nothing is said: whether they have what the same list with a bound has."""
    of_conferences = partial(products.insights, "Conferences")
    told = {
        "conferences": _reach(products, products.conferences, of_conferences, "conferences", "create_time"),
        "calls": _reach(products, products.calls, products.summaries, "call_summaries", "end_time"),
    }
    known = {what: reach for what, reach in told.items() if reach}
    if len(set(known.values())) > 1:
        return ", ".join(f"{reach} of {what}" for what, reach in known.items())
    return next(iter(known.values()), NO_DATA)


def _reach(products: Products, bounded: Answer, list_all: Callable[[], Answer], key: str, field: str) -> str:
    """How far back a list reaches without a bound; '' if nothing is older than a few hours."""
    before = f"{products.now - _FEW_HOURS:%Y-%m-%d %H:%M:%S}"
    if not _has_older(items(bounded, key), field, before):
        return ""
    return "30 days" if _has_older(items(list_all(), key), field, before) else "4 hours"


def _has_older(found: list[Item], field: str, before: str) -> bool:
    return any("" < moment(field, item) < before for item in found)


def _until(products: Products) -> str:
    """Whether EndTime bounds when calls began or ended: asks for a time that ends within a call."""
    for item in items(products.calls, "call_summaries"):
        began, ended = moment("start_time", item), moment("end_time", item)
        if not began or not ended:
            continue
        since, until = map(datetime.fromisoformat, (began, ended))
        if until - since >= _LONG:
            bounds = {"StartTime": _iso(since - timedelta(seconds=1)), "EndTime": _iso(since + (until - since) / 2)}
            found = items(products.summaries(**bounds), "call_summaries")
            return "started" if any(each.get("call_sid") == item.get("call_sid") for each in found) else "ended"
    return NO_DATA


def _call_summary(products: Products) -> str:
    """Whether a call that is not over has a summary of its own."""
    for item in items(products.calls, "call_summaries"):
        if item.get("processing_state") == "partial":
            try:
                products.summary(str(item["call_sid"]))
            except NotFound:
                return "complete"
            return "any"
    return NO_DATA


def _price_type(products: Products) -> str:
    kinds = {type(price.get("base_price")) for price in products.prices}
    if not kinds:
        return NO_DATA
    return "text" if kinds == {str} else "number" if kinds <= {int, float} else "another type"


def _origin_prices(products: Products) -> str:
    """Whether the prices for a caller leave out those for other callers."""
    for price in products.prices:
        prefixes = [str(prefix).lstrip("+") for prefix in price.get("origination_prefixes") or ()]
        if prefixes and _ANYWHERE not in prefixes and not _ABROAD[1:].startswith(tuple(prefixes)):
            return "every origin"
    return "of the origin" if products.prices != products.prices_from(_NEAR) else NO_DATA


def _iso(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


FACTS: Mapping[str, Callable[[Products], str]] = {
    "advanced_features": _advanced_features,
    "insights_envelope": _envelope,
    "insights_statuses": _summaries,
    "insights_dates": _dates,
    "insights_since": _since,
    "summaries_until": _until,
    "call_summary": _call_summary,
    "price_type": _price_type,
    "origin_prices": _origin_prices,
}
"""Each fact by its name, with what finds it out; some are readings of the sandbox."""
