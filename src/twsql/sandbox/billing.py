"""The operations on usage records, and on the balance."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from . import filters
from .clock import iso8601
from .pages import Listing, cut, page_json, page_request
from .request import Request
from .usage import CATEGORIES, CREDIT, CURRENCY, Period, periods, used
from .wire import Answer

GRANULARITIES = ("", "AllTime", "Daily", "LastMonth", "Monthly", "ThisMonth", "Today", "Yearly", "Yesterday")
"""The lists of usage records, as their paths end; '' is the one of all time by default, too."""

_Record = tuple[Period, str]


def list_usage(granularity: str, request: Request) -> Answer:
    """Answer a page of usage records: each category in each period of this granularity, the newest first."""
    query = request.query
    category = query.get("Category")
    since, until = _day(query, "StartDate", date.min), _day(query, "EndDate", date.max)
    found = periods(request.state.world, request.account, granularity, since, until)
    records = [(period, each) for period in found for each in CATEGORIES if category in (None, each)][::-1]
    page = cut(
        page_request(query, request.state.settings.readings.largest_page),
        Listing(range(len(records)), records.__getitem__),
    )
    items = [json.dumps(_content(granularity, request, one)) for one in page.items]
    return Answer(200, page_json(page, request.path, request.raw_query, "usage_records", items).encode())


def fetch_balance(request: Request) -> Answer:
    """Answer what is left of what was paid in."""
    every = periods(request.state.world, request.account, "AllTime")
    spent = sum(used(request.state.world, request.account, "totalprice", period).price for period in every)
    left = {"account_sid": request.account.sid, "balance": f"{CREDIT - spent:.2f}", "currency": CURRENCY}
    return Answer(200, json.dumps(left).encode())


def _day(query: dict[str, str], name: str, default: date) -> date:
    filters.day_span(query, name, "")  # refuses what is no day
    return date.fromisoformat(query[name]) if name in query else default


def _content(granularity: str, request: Request, record: _Record) -> dict[str, Any]:
    period, category = record
    sid, unit = request.account.sid, CATEGORIES[category]
    amount = used(request.state.world, request.account, category, period)
    total = category == "totalprice"
    narrowed = f"?Category={category}&StartDate={period.first}&EndDate={period.last}"
    root = f"/2010-04-01/Accounts/{sid}/Usage/Records"
    return {
        "account_sid": sid,
        "api_version": "2010-04-01",
        "as_of": iso8601(request.state.clock.now()).replace("Z", "+00:00"),
        "category": category,
        "count": f"{amount.price:.4f}" if total else str(amount.count),
        "count_unit": unit.count_unit,
        "description": unit.description,
        "end_date": period.last.isoformat(),
        "price": amount.price,
        "price_unit": CURRENCY,
        "start_date": period.first.isoformat(),
        "subresource_uris": {name.lower(): f"{root}/{name}.json?Category={category}" for name in GRANULARITIES[1:]},
        "uri": f"{root}{granularity and '/' + granularity}.json{narrowed}",
        "usage": f"{amount.price:.4f}" if total else str(amount.usage),
        "usage_unit": unit.usage_unit,
    }
