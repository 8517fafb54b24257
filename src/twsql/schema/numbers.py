"""Phone numbers: writes a number in E.164 form if it is certainly one, and refuses others with a proposal.

    +1 (202) 555-0100        +12025550100      blanks, brackets, dots and dashes say nothing
    +44 (0)20 7946 0000      without the (0)   which is for callers inside the country
    12025550100              +12025550100      no country writes a number of its own so
    2025550100               refused           it may be of Washington, or of Egypt, which is +20
    (202) 555-0100           +12025550100      with default_country US; refused without
    sip:ada@example.com      as it is          an address, of a client or an application too
    911                      as it is          three digits are an emergency number

libphonenumber knows the numbers of each country. It takes 50 ms to load, and a number in E.164 form does not need it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twsql.errors import SettingError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIALLED = re.compile(r"[\d()\[\]./\s\u00ad\u2010-\u2015\u2212-]+|\+.*", re.DOTALL)
"""Digits with separators, or any text that begins with a plus."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_EMERGENCY = re.compile("[0-9]{3}")
_LEAST_INTERNATIONAL = 11
"""The least digits of a number that may begin with its country code; shorter ones look like local numbers."""


class Number(str):
    """A phone number in E.164 form; `written` is the given text."""

    __slots__ = ("written",)

    def __new__(cls, number: str, written: str) -> Number:
        """Make the number."""
        made = super().__new__(cls, number)
        made.written = written
        return made

    written: str


_EXAMPLE = "+12025550100"
_REMEDY = f"must be a phone number in E.164 form, such as {_EXAMPLE}"


def is_address(text: str) -> bool:
    """Whether a text is an address by its scheme: sip:, client:, app: and others that Twilio may add."""
    return _ADDRESS.match(text.strip()) is not None


def e164(text: str, country: str | None) -> str:
    """A number in E.164 form, or an address or name unchanged; a number without a country code belongs to `country`.

    Raises ValueError with what it must be, SettingError for a country that does not exist.
    """
    number = text.strip()
    if _E164.fullmatch(number) or not _DIALLED.fullmatch(number) or _EMERGENCY.fullmatch(number):
        return number
    found = _international(number) if number.startswith("+") else _one_of(number, country)
    return Number(found, text)


def _international(number: str) -> str:
    """Read a number with its plus. A digit is left out only if the rest is a number in use."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        raise ValueError(_REMEDY) from error
    found = _written(parsed)
    if parsed.extension:
        raise ValueError(f"must be a phone number without an extension, such as {found}")
    known = phonenumbers.is_valid_number(parsed)
    is_whole = "+" + phonenumbers.normalize_digits_only(number) == found and not re.search("[^\\W\\d]", number)
    if not known and not (is_whole and phonenumbers.is_possible_number(parsed)):
        raise ValueError(_REMEDY)
    return found


def _one_of(number: str, country: str | None) -> str:
    """Read a number without a plus, as a national number and as one with its country code: only one may be valid."""
    import phonenumbers

    digits = phonenumbers.normalize_digits_only(number)
    local = _local(number, country) if country else None
    readings = {local} if local else set()
    if len(digits) >= _LEAST_INTERNATIONAL and (abroad := _local("+" + digits, None)):
        readings.add(abroad)
    if len(readings) == 1:
        return readings.pop()
    proposed = " or ".join(sorted(readings)) or _local(number, country or "US", possible=True) or _EXAMPLE
    remedy = "" if country else ", or set default_country (TWSQL_DEFAULT_COUNTRY)"
    raise ValueError(f"must be a phone number in E.164 form, such as {proposed}{remedy}")


def _local(number: str, country: str | None, *, possible: bool = False) -> str | None:
    """The number by the rules of a country, if it is in use there, or at least could be."""
    import phonenumbers

    if country is not None and country not in phonenumbers.SUPPORTED_REGIONS:
        raise SettingError(f"default_country (TWSQL_DEFAULT_COUNTRY) must be a country's two letters, not {country!r}")
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    is_one = phonenumbers.is_possible_number(parsed) if possible else phonenumbers.is_valid_number(parsed)
    return _written(parsed) if is_one else None


def _written(parsed: PhoneNumber) -> str:
    import phonenumbers

    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
