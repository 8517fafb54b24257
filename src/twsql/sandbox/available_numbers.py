"""The numbers that can be bought in a country: a few in each of some towns, less what the account has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

from . import filters
from .errors import ApiError
from .kinds import INCOMING_PHONE_NUMBERS, kept
from .pages import Listing, cut, page_json, page_request
from .request import Request
from .wire import Answer

EACH = 12
"""Numbers in each town."""
_DEFAULT = 30
_FLAGS = ("true", "false", "True", "False")
_PLACE = re.compile(r" *-?[0-9]{1,3}(\.[0-9]+)? *, *-?[0-9]{1,3}(\.[0-9]+)? *")


@dataclass(frozen=True)
class Town:
    """Where numbers begin alike; a mobile or toll-free one is in none, so most of it is empty."""

    prefix: str
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    address: str = "none"


TOWNS: dict[str, dict[str, tuple[Town, ...]]] = {
    "US": {
        "Local": (
            Town("+1 415 555 0", "San Francisco", "CA", "94103", "722", 37.77, -122.41),
            Town("+1 510 555 0", "Oakland", "CA", "94601", "722", 37.78, -122.22),
            Town("+1 212 555 0", "New York", "NY", "10001", "132", 40.75, -73.99),
        ),
        "TollFree": (Town("+1 800 555 0"), Town("+1 888 555 0")),
    },
    "CA": {
        "Local": (Town("+1 604 555 0", "Vancouver", "BC", "V5K 0A1", "888", 49.28, -123.12),),
        "TollFree": (Town("+1 866 555 0"),),
    },
    "GB": {
        "Local": (Town("+44 20 7946 0", "London", None, None, None, 51.51, -0.13, "any"),),
        "Mobile": (Town("+44 7700 900", address="any"),),
        "TollFree": (Town("+44 808 157 0", address="local"),),
    },
}
"""By country and type; numbers that are set aside for films and books."""


def list_available(type_: str, request: Request) -> Answer:
    """Answer numbers of a type that can be bought, all on one page. Raises ApiError 20404 where there are none."""
    query, readings = request.query, request.state.settings.readings
    towns = TOWNS.get(request.segment("country").upper(), {}).get(type_)
    if towns is None:
        raise ApiError(20404, request.path)
    owned = {one.properties["phone_number"] for one in kept(request.account, INCOMING_PHONE_NUMBERS)}
    found = [
        each for each in _numbers(request, type_, towns) if each["phone_number"] not in owned and _fits(each, query)
    ]
    wanted = page_request({"PageSize": str(_DEFAULT), **query}, readings.largest_page)
    if readings.available_numbers == "pages":
        found.reverse()
        page = cut(wanted, Listing(range(len(found)), found.__getitem__))
        items = [json.dumps(one) for one in page.items]
        return Answer(200, page_json(page, request.path, request.raw_query, _KEY, items).encode())
    return Answer(200, json.dumps({_KEY: found[: wanted.size], "uri": request.path}).encode())


_KEY = "available_phone_numbers"


def _numbers(request: Request, type_: str, towns: tuple[Town, ...]) -> Iterator[dict[str, Any]]:
    country = request.segment("country").upper()
    for town in towns:
        for number in range(EACH):
            phone_number = town.prefix.replace(" ", "") + str(100 + number)
            yield {
                "address_requirements": town.address,
                "beta": number % 6 == 5,
                "capabilities": {"fax": False, "mms": type_ != "TollFree", "sms": number % 4 != 3, "voice": True},
                "friendly_name": phone_number,
                "iso_country": country,
                "lata": town.lata,
                "latitude": town.latitude,
                "locality": town.locality,
                "longitude": town.longitude,
                "phone_number": phone_number,
                "postal_code": town.postal_code,
                "rate_center": town.locality and town.locality.upper().replace(" ", "")[:10],
                "region": town.region,
            }


def _fits(number: dict[str, Any], query: dict[str, str]) -> bool:
    """Return whether a number is one of those that a search asks for."""
    return (
        _has(number, query)
        and _is_named(number["phone_number"], query)
        and number["address_requirements"] not in _excluded(query)
        and all(number[name] == query[key] for key, name in _PLACES.items() if key in query)
        and _is_near(number, query)
    )


_PLACES = {
    "InPostalCode": "postal_code",
    "InRegion": "region",
    "InRateCenter": "rate_center",
    "InLata": "lata",
    "InLocality": "locality",
}


def _has(number: dict[str, Any], query: dict[str, str]) -> bool:
    own = {f"{name.capitalize()}Enabled": value for name, value in number["capabilities"].items()}
    wanted = {name: filters.choice(query, name, _FLAGS) for name in own}
    beta = filters.choice(query, "Beta", _FLAGS)  # false leaves out what is new, true does not ask for it alone
    return not (beta in ("false", "False") and number["beta"]) and all(
        own[name] is (value.lower() == "true") for name, value in wanted.items() if value is not None
    )


def _is_named(number: str, query: dict[str, str]) -> bool:
    pattern = re.escape(query.get("Contains", "")).replace(r"\*", ".")
    area = query.get("AreaCode")
    return re.search(pattern, number) is not None and (area is None or number.startswith(f"+1{area}"))


_EXCLUDED = {
    "ExcludeAllAddressRequired": {"any", "local", "foreign"},
    "ExcludeLocalAddressRequired": {"local"},
    "ExcludeForeignAddressRequired": {"foreign"},
}


def _excluded(query: dict[str, str]) -> set[str]:
    """Return the address requirements that a search excludes."""
    asked = (kinds for name, kinds in _EXCLUDED.items() if filters.choice(query, name, _FLAGS) in ("true", "True"))
    return set().union(*asked)


def _is_near(number: dict[str, Any], query: dict[str, str]) -> bool:
    """Return whether a number is within Distance miles, 25 by default, of NearLatLong or of the town of NearNumber."""
    if "NearLatLong" in query:
        if not _PLACE.fullmatch(query["NearLatLong"]):
            raise ApiError(20001, f"NearLatLong cannot be {query['NearLatLong']!r}")
        latitude, longitude = map(float, query["NearLatLong"].split(","))
    elif "NearNumber" in query:
        every = (town for types in TOWNS.values() for towns in types.values() for town in towns)
        town = next((each for each in every if query["NearNumber"].startswith(each.prefix[:6].replace(" ", ""))), None)
        if town is None or town.latitude is None or town.longitude is None:
            return False
        latitude, longitude = town.latitude, town.longitude
    else:
        return True
    if number["latitude"] is None:
        return False
    distance = query.get("Distance", "25")
    if not re.fullmatch("[0-9]{1,3}", distance):
        raise ApiError(20001, f"Distance cannot be {distance!r}")
    return _miles(latitude, longitude, number["latitude"], number["longitude"]) <= int(distance)


def _miles(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance of two places on the globe."""
    a, b, c, d = map(radians, (latitude, longitude, other_latitude, other_longitude))
    return 2 * 3959 * asin(sqrt(sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2))
