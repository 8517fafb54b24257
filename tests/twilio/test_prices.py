"""What a call costs a minute: the dearest price that may apply, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from twsql.errors import TwilioError
from twsql.twilio.prices import dearest, is_number

GB, US, ANY = ["44"], ["+1"], ["ALL"]


def price(base: Any, current: Any, prefixes: Any) -> dict[str, Any]:
    """A price as Twilio writes it."""
    return {"base_price": base, "current_price": current, "origination_prefixes": prefixes}


@pytest.mark.parametrize(
    ("prices", "caller", "most"),
    [
        ([price(0.0497, 0.0397, ANY)], "+15005550006", "0.0497"),
        ([price("0.0497", "0.0597", ANY)], "+15005550006", "0.0597"),
        ([price(0.016, 0.0158, GB), price(0.0325, 0.0325, US)], "+442079460000", "0.016"),
        ([price(0.016, 0.0158, GB), price(0.0325, 0.0325, US)], "+15005550006", "0.0325"),
        ([price(0.016, 0.0158, GB), price(0.0325, 0.0325, US)], "", "0.0325"),
        ([price(0.016, 0.0158, GB), price(0.0325, 0.0325, US)], "+4930123456", "0.0325"),
        ([price(0.016, None, GB), price(0.0325, None, ANY)], "+442079460000", "0.0325"),
        ([price(0.016, None, GB), price(0.5, None, None)], "+442079460000", "0.5"),
        ([price("0.100", 0.1, [])], "", "0.1"),
        ([price(0, "0", ANY)], "", "0"),
    ],
)
def test_the_dearest_that_may_apply(prices: list[Any], caller: str, most: str) -> None:
    """Of base and current price, and of the prices whose prefixes the caller's number has, or of all."""
    found = dearest({"outbound_call_prices": prices, "price_unit": "USD"}, caller)
    assert found is not None
    assert (found.per_minute, found.unit) == (Decimal(most), "USD")


@pytest.mark.parametrize("prices", [None, [], [price(None, None, ANY)], [{}]])
def test_no_price(prices: Any) -> None:
    """What Twilio does not price has none, and is not for nothing."""
    assert dearest({"outbound_call_prices": prices}) is None


@pytest.mark.parametrize("prices", ["0.1", [0.1], [price("cheap", 0.1, ANY)], [price("NaN", 0.1, ANY)]])
def test_what_is_no_price(prices: Any) -> None:
    """An error, as nobody knows what it would cost."""
    with pytest.raises(TwilioError, match="price"):
        dearest({"outbound_call_prices": prices})


@pytest.mark.parametrize("text", ["911", "sip:ada@example.com", "client:ada", "", "12025550100", "+1202555010x"])
def test_what_has_no_price(text: str) -> None:
    """Addresses and emergency numbers are not asked for."""
    assert not is_number(text)
