"""voice_prices: what a call to a number costs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from twsql.schema import Column, Row, Table, Value
from twsql.schema.numbers import e164
from twsql.schema.where import Where
from twsql.twilio import prices

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def voice_prices(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each number and caller, with one request each, side by side; none if Twilio has no price.

    The numbers stay as they are written in the statement.
    """
    numbers = _texts(where.equal.get("DestinationNumber", ()))
    callers = _texts(where.equal["OriginationNumber"]) if "OriginationNumber" in where.equal else [None]

    def fetch(route: tuple[str, str | None]) -> Row | None:
        to, caller = (_number(client, each or "") for each in route)
        found = prices.fetch(client, to, caller)
        return None if found is None or (route[1] and not caller) else _row(found, *route, caller)

    routes = ((to, caller) for to, caller in product(numbers, callers) if to is not None)
    return (row for row in client.prefetch(fetch, routes) if row is not None)


def _row(found: Row, written: str, written_caller: str | None, caller: str) -> Row:
    price = prices.dearest(found, caller)
    caller_here = {} if written_caller is None else {"origination_number": written_caller}
    per_minute = None if price is None else float(price.per_minute)
    return {**found, "destination_number": written, **caller_here, "price_per_minute": per_minute}


def _texts(values: tuple[Value, ...]) -> list[str | None]:
    """The values as text, as the columns have them; NULL equals nothing."""
    return [str(value) for value in values if value is not None]


def _number(client: Client, text: str) -> str:
    """A phone number in E.164 form; '' for what is none."""
    try:
        number = e164(text, client.settings.default_country)
    except ValueError:
        return ""
    return number if prices.is_number(number) else ""


VOICE_PRICES = Table(
    name="voice_prices",
    description="What a call to a number costs, by Twilio's Pricing.",
    columns=(
        Column("DestinationNumber", "The number that is called.", key=True, required=True),
        Column("OriginationNumber", "The number that calls, if you give it.", filter="OriginationNumber"),
        Column(
            "PricePerMinute",
            "What a minute costs at most: the dearest of the prices that may apply to this caller, or to any.",
            type="real",
        ),
        Column("PriceUnit", "The currency: USD, …"),
        Column("Country", "The name of the number's country."),
        Column("IsoCountry", "The country's two letters."),
        Column("OutboundCallPrices", "All prices, each with the prefixes of its callers, a JSON array."),
        Column("InboundCallPrice", "What a minute of a call from the number costs, a JSON object."),
        Column("Url", "Its address in the API."),
    ),
    rows=voice_prices,
    identity=("DestinationNumber", "OriginationNumber"),
    pages=1,
    expected_rows=1,
)
