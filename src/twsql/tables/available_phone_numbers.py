"""available_phone_numbers: numbers that can be bought in a country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, product
from typing import TYPE_CHECKING

from twsql.errors import NotFound
from twsql.lists.hidden_inputs import searches
from twsql.schema import Column, Row, Table
from twsql.schema.where import Params, Where
from twsql.twilio.prefetch import INITIAL_WINDOW

if TYPE_CHECKING:
    from twsql.twilio.client import Client

TYPES = ("Local", "Mobile", "TollFree")
_COUNTRY = re.compile("[A-Za-z]{2}")
_MOST = 1000

_PROPERTIES = (
    Column("CountryCode", "The country, ISO 3166: US, GB, …", filter="CountryCode", required=True),
    Column("Type", "Local, Mobile or TollFree.", filter="Type", values=TYPES, narrows=3),
    Column("PhoneNumber", "The number, in E.164 form."),
    Column("FriendlyName", "The number, as people of the country write it."),
    Column("Locality", "The town that it belongs to."),
    Column("Region", "The state or province."),
    Column("PostalCode", "The postal code."),
    Column("RateCenter", "The rate center."),
    Column("Lata", "The local access and transport area."),
    Column("Latitude", "The latitude of the town.", type="real"),
    Column("Longitude", "The longitude of the town.", type="real"),
    Column("IsoCountry", "The country, as Twilio writes it."),
    Column("AddressRequirements", "Which address the number needs: none, any, local or foreign."),
    Column("Beta", "Whether the number is new to Twilio.", type="boolean"),
    Column("Capabilities", "What it can do, a JSON object: voice, sms, mms, fax."),
)
_INPUTS = (
    Column("AreaCode", "The area code, in the USA and Canada.", type="integer"),
    Column("Contains", "A part of the number, * for any digit; letters stand for digits."),
    Column("SmsEnabled", "Whether it can receive messages.", type="boolean"),
    Column("MmsEnabled", "Whether it can receive messages with media.", type="boolean"),
    Column("VoiceEnabled", "Whether it can receive calls.", type="boolean"),
    Column("FaxEnabled", "Whether it can receive faxes.", type="boolean"),
    Column("ExcludeAllAddressRequired", "Whether to leave out numbers that need an address.", type="boolean"),
    Column("ExcludeLocalAddressRequired", "Whether to leave out those that need a local one.", type="boolean"),
    Column("ExcludeForeignAddressRequired", "Whether to leave out those that need a foreign one.", type="boolean"),
    Column("NearNumber", "A number: those nearby, in the USA and Canada."),
    Column("NearLatLong", "A place: `37.77,-122.41`; numbers nearby."),
    Column("Distance", "How far that may be, in miles: 25 by default, 500 at most.", type="integer"),
    Column("InPostalCode", "The postal code to search in."),
    Column("InRegion", "The state or province to search in."),
    Column("InRateCenter", "The rate center to search in."),
    Column("InLata", "The local access and transport area to search in."),
    Column("InLocality", "The town to search in."),
)
NUMBER = (*_PROPERTIES, *(replace(column, filter=column.name, hidden=True, late=True) for column in _INPUTS))
"""Sources: Twilio's OpenAPI file, `api.v2010.account.available_phone_number_country`; its query as hidden inputs."""


def available_phone_numbers(client: Client, where: Where) -> Iterator[Row]:
    """Yield numbers of each country and type asked for, side by side: one request each, for each value of an IN."""
    countries = [each for each in where.any_of("CountryCode") or () if _COUNTRY.fullmatch(each)]
    types = [each for each in TYPES if each in (where.any_of("Type") or TYPES)]
    asked = product(countries, types, searches(where, NUMBER))
    first = INITIAL_WINDOW if where.limit is None else 1
    return chain.from_iterable(client.prefetch(partial(_found, client, where.limit), asked, first=first))


def _found(client: Client, limit: int | None, asked: tuple[str, str, tuple[Params, Row]]) -> list[Row]:
    """Read the numbers of a type in a country; none if Twilio sells none there."""
    country, type_, (search, given) = asked
    path = client.path("AvailablePhoneNumbers", country.upper(), type_)
    page_size = _MOST if limit is None else max(1, min(limit, _MOST))  # what is not on the first page may be on none
    try:
        found = client.pages(path, "available_phone_numbers", search, page_size=page_size)
        return [{**row, "country_code": country, "type": type_, **given} for row in found]
    except NotFound:
        return []


AVAILABLE_PHONE_NUMBERS = Table(
    name="available_phone_numbers",
    description="Numbers that can be bought in a country.",
    columns=NUMBER,
    rows=available_phone_numbers,
    identity=("PhoneNumber",),
    instead=(("INSERT", "a number costs money, so buy it in Twilio's Console"),),
    pages=len(TYPES),
    expected_rows=100,
)
