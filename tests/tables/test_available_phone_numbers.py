"""The table available_phone_numbers: countries, types, searches, and what each costs."""

from __future__ import annotations

from collections.abc import Iterator

import apsw
import pytest

import twsql
from twsql.errors import ProgrammingError
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from waiting import together

from .conftest import NOW, World

LIST = "GET AvailablePhoneNumbers"


@pytest.fixture(scope="module")
def opened() -> Iterator[World]:
    """A world with an account that buys nothing."""
    with Sandbox(now=NOW, latency=0.01) as sandbox:
        settings = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        db = apsw.Connection(":memory:")
        registration = register(db, page_size=100, journal=":memory:", **settings)
        yield World(sandbox, db)
        registration.close()
        db.close()


def test_a_country_is_required(opened: World) -> None:
    """Without one there is a clear error, and nothing is sent; a country that is none has no numbers."""
    opened.sandbox.clear()
    with pytest.raises(ProgrammingError, match="write WHERE CountryCode = … "):
        opened.db.execute("SELECT * FROM available_phone_numbers WHERE Region = 'CA'")
    assert opened.asked("SELECT * FROM available_phone_numbers WHERE CountryCode IN ('../x', NULL, '', 'USA')") == (
        [],
        [],
    )
    assert len(opened.asked("SELECT * FROM available_phone_numbers WHERE CountryCode = 'ZZ'")[1]) == 3


def test_all_types_side_by_side(opened: World) -> None:
    """A country without a type has no rows of it; a type is one request."""
    with together(opened.sandbox, 3):
        rows, asked = opened.asked(
            "SELECT Type, count(*) FROM available_phone_numbers WHERE CountryCode = 'us' GROUP BY Type"
        )
    assert rows == [("Local", 36), ("TollFree", 24)]
    assert sorted(asked) == [f"{LIST}/US/{each} PageSize=1000" for each in ("Local", "Mobile", "TollFree")]
    rows, asked = opened.asked(
        "SELECT PhoneNumber FROM available_phone_numbers WHERE CountryCode = 'GB' AND Type = 'Mobile' LIMIT 2"
    )
    assert (len(rows), asked) == (2, [f"{LIST}/GB/Mobile PageSize=2"])


@pytest.mark.parametrize(
    ("where", "filters", "rows"),
    [
        ("InRegion = 'CA' AND SmsEnabled = 1", "SmsEnabled=true InRegion=CA", 18),
        ("AreaCode = 510", "AreaCode=510", 12),
        ("Contains = '415***0101'", "Contains=415***0101", 1),
        ("NearLatLong = '37.78,-122.22' AND Distance = 5", "NearLatLong=37.78,-122.22 Distance=5", 12),
        ("InLocality = 'Oakland' AND Beta = 0", "InLocality=Oakland", 10),
        ("ExcludeAllAddressRequired = 0 AND InPostalCode = '10001'", "ExcludeAllAddressRequired=false InPosta", 12),
        ("Contains = 4155550101 AND AreaCode = '415'", "AreaCode=415 Contains=4155550101", 1),
        ("SmsEnabled = '1' AND AreaCode = 415.0 AND InLata = 722", "AreaCode=415 SmsEnabled=true InLata=722", 9),
        ("InRegion = NULL", None, 0),
    ],
)
def test_searches(opened: World, where: str, filters: str | None, rows: int) -> None:
    """Twilio's search filters are hidden inputs, whose values the rows have."""
    sql = f"SELECT PhoneNumber FROM available_phone_numbers WHERE CountryCode = 'US' AND Type = 'Local' AND {where}"
    found, asked = opened.asked(sql)
    if filters is None:
        assert asked == []
    else:
        assert asked[0].startswith(f"{LIST}/US/Local {filters}")
    assert len(found) == rows


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("InRegion = 'CA' AND SmsEnabled", "SmsEnabled"),
        ("InRegion LIKE 'C%'", "InRegion"),
        ("InRegion = 'CA' OR lower(Contains) = '415'", "InRegion"),
    ],
)
def test_an_input_that_is_not_given(opened: World, where: str, name: str) -> None:
    """No row has it, so no row can tell whether such a WHERE is true: an error, not an answer without rows."""
    sql = f"SELECT PhoneNumber FROM available_phone_numbers WHERE CountryCode = 'US' AND Type = 'Local' AND ({where})"
    with pytest.raises(twsql.ProgrammingError, match=f"{name} is an input of Twilio's search"):
        opened.asked(sql)


def test_several_values(opened: World) -> None:
    """Each value of an IN is a search; each row has the one by which it was found."""
    rows, asked = opened.asked(
        "SELECT CountryCode, InRegion, Region FROM available_phone_numbers"
        " WHERE CountryCode IN ('US', 'CA') AND Type = 'Local' AND InRegion IN ('CA', 'BC', NULL)"
    )
    assert {*rows} == {("US", "CA", "CA"), ("CA", "BC", "BC")}
    assert len(asked) == 4


def test_a_next_page(opened: World) -> None:
    """If Twilio's list goes on after a page, so does the table."""
    sql = "SELECT count(DISTINCT PhoneNumber) FROM available_phone_numbers WHERE CountryCode = 'US' AND Type = 'Local'"
    opened.sandbox.read(available_numbers="pages", largest_page=5)
    assert opened.get(sql) == 36
    opened.sandbox.read(available_numbers="one page", largest_page=1000)
