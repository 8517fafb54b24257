"""What a call costs a minute, as Twilio's Pricing tells; exact, as decimals.

Twilio lists several prices of one number: for callers whose number begins with certain digits, or for any caller; each
as the base price and as this account's current price. The dearest that may apply counts. A call to +44 7700 900123:

    prices of Twilio's                     from +44 20…    from +1 500…    from client:ada
    callers +44: base 0.0160, now 0.0158   0.0160          -               0.0160
    callers +1:  base 0.0325, now 0.0325   -               0.0325          0.0325
    the dearest                            0.0160          0.0325          0.0325
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from twsql.errors import NotFound, TwilioError
from twsql.schema import Row
from twsql.twilio.urls import product_path

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_NUMBER = re.compile(r"\+[0-9]{7,15}")
_ANY_CALLER = "ALL"


@dataclass(frozen=True)
class Price:
    """What a minute costs, in the currency `unit` (USD)."""

    per_minute: Decimal
    unit: str | None


def is_number(text: str) -> bool:
    """Whether a text is a phone number as Pricing knows it: addresses and emergency numbers have no price there."""
    return _NUMBER.fullmatch(text) is not None


def fetch(client: Client, to: str, caller: str = "") -> Row | None:
    """Fetch the prices of calls to a number, for a caller if that is a number too; None if Twilio has none."""
    if not is_number(to):
        return None
    params = {"OriginationNumber": caller} if is_number(caller) else {}
    try:
        return client.at("pricing").get(product_path("v2", "Voice", "Numbers", to), params)
    except NotFound:
        return None


def dearest(row: Row, caller: str = "") -> Price | None:
    """The dearest price that may apply to this caller; None if there is no price.

    Raises TwilioError for prices that are none.
    """
    prices = row.get("outbound_call_prices") or ()
    if not isinstance(prices, list | tuple) or not all(isinstance(each, dict) for each in prices):
        raise TwilioError("the prices of a number are not a list of objects")
    applying = [each for each in prices if _may_apply(each, caller)] or prices
    amounts = [amount for each in applying for amount in _amounts(each)]
    unit = row.get("price_unit")
    return Price(max(amounts), unit if isinstance(unit, str) else None) if amounts else None


def _may_apply(price: Row, caller: str) -> bool:
    prefixes = price.get("origination_prefixes")
    if not is_number(caller) or not isinstance(prefixes, list) or not prefixes:
        return True
    texts = [str(each).lstrip("+") for each in prefixes]
    return _ANY_CALLER in texts or caller.lstrip("+").startswith(tuple(texts))


def _amounts(price: Row) -> Iterator[Decimal]:
    for name in ("base_price", "current_price"):
        value: Any = price.get(name)
        if value is None:
            continue
        try:
            amount = Decimal(str(value))  # of a float the shortest decimal, which is what the JSON had
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            raise TwilioError(f"not a price as Twilio writes it: {str(value)[:50]!r}")
        yield amount
