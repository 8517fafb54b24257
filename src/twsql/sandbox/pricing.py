"""The operations of Pricing: what a call to a number costs a minute, from anywhere or from some countries.

The sandbox's own price list; real prices are others. Calls to Great Britain cost more from outside of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .errors import ApiError
from .insights import page_meta
from .pages import Listing, cut, page_request
from .request import Request
from .wire import Answer

_ANYWHERE = "ALL"


@dataclass(frozen=True)
class _Price:
    """What a minute costs to numbers that begin with `prefix`, if the caller's begins with one of `origins`."""

    iso: str
    prefix: str
    name: str
    base: str
    current: str = ""
    origins: tuple[str, ...] = (_ANYWHERE,)


_PRICES = (
    _Price("US", "1", "Programmable Outbound Minute - United States & Canada", "0.014", "0.0135"),
    _Price("US", "1900", "Programmable Outbound Minute - United States - Premium", "4.99"),
    _Price("IN", "91", "Programmable Outbound Minute - India", "0.0497"),
    _Price("GB", "44", "Programmable Outbound Minute - United Kingdom", "0.0158", origins=("44",)),
    _Price("GB", "44", "Programmable Outbound Minute - United Kingdom", "0.0325"),
    _Price("GB", "449", "Programmable Outbound Minute - United Kingdom - Premium", "2.35"),
    _Price("LV", "371", "Programmable Outbound Minute - Latvia", "0.6410"),
    _Price("LV", "37190", "Programmable Outbound Minute - Latvia - Premium", "1.9550"),
)
_COUNTRIES = {"GB": "United Kingdom", "IN": "India", "LV": "Latvia", "US": "United States"}
_NAMED = sorted(_COUNTRIES)


def fetch_number(request: Request) -> Answer:
    """Answer what a call to a number costs; 404 for numbers that no price is known of."""
    number, origin = request.segment("number"), request.query.get("OriginationNumber")
    dialled = number.removeprefix("+")
    prefix = max((one.prefix for one in _PRICES if dialled.startswith(one.prefix)), key=len, default="")
    prices = [one for one in _PRICES if one.prefix == prefix]
    if not prices or not dialled.isdecimal():
        raise ApiError(20404, request.path)
    iso = prices[0].iso
    content = {
        "destination_number": number,
        "origination_number": origin,
        "country": _COUNTRIES[iso],
        "iso_country": iso,
        "outbound_call_prices": [
            {**_amounts(request, one), "origination_prefixes": [*one.origins]}
            for one in _of_origin(request, prices, origin)
        ],
        "inbound_call_price": {**_amounts(request, _Price(iso, "", "", "0.0085")), "number_type": "local"},
        "price_unit": "USD",
        "url": f"{request.origin}{request.path}",
    }
    return Answer(200, json.dumps(content).encode())


def list_countries(request: Request) -> Answer:
    """Answer a page of the countries that have prices."""
    page = cut(page_request(request.query), Listing(range(len(_NAMED)), _NAMED.__getitem__))
    items = [_country(request, iso) for iso in page.items]
    return Answer(200, json.dumps({"meta": page_meta(request, page, "countries"), "countries": items}).encode())


def fetch_country(request: Request) -> Answer:
    """Answer the prices of a country."""
    iso = request.segment("country")
    if iso not in _COUNTRIES:
        raise ApiError(20404, request.path)
    content = {
        **_country(request, iso),
        "outbound_prefix_prices": [
            {
                "origination_prefixes": [*one.origins],
                "destination_prefixes": [one.prefix],
                "friendly_name": one.name,
                **_amounts(request, one),
            }
            for one in _PRICES
            if one.iso == iso
        ],
        "inbound_call_prices": [{**_amounts(request, _Price(iso, "", "", "0.0085")), "number_type": "local"}],
        "price_unit": "USD",
    }
    return Answer(200, json.dumps(content).encode())


def _country(request: Request, iso: str) -> dict[str, Any]:
    return {"country": _COUNTRIES[iso], "iso_country": iso, "url": f"{request.origin}/v2/Voice/Countries/{iso}"}


def _of_origin(request: Request, prices: list[_Price], origin: str | None) -> list[_Price]:
    if request.state.settings.readings.origin_prices == "every origin":
        return prices
    dialled = (origin or "").removeprefix("+")
    own = [one for one in prices if dialled.startswith(one.origins)] if dialled else []
    return own or [one for one in prices if _ANYWHERE in one.origins]


def _amounts(request: Request, price: _Price) -> dict[str, Any]:
    texts = {"base_price": price.base, "current_price": price.current or price.base}
    if request.state.settings.readings.price_type == "text":
        return dict(texts)
    return {name: float(Decimal(text)) for name, text in texts.items()}
