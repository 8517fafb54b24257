"""How the value of a setting may be spelled. Each reader returns the value or says what it must be."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from twsql.schema import BOOLEANS

Reader = Callable[[object], object]
"""Raises ValueError that says what the value must be. It does not quote the value: it may be a misplaced secret."""


def sid(prefix: str) -> Reader:
    """Make the reader of a SID: its prefix and 32 hexadecimal digits."""

    def read(value: object) -> str:
        if isinstance(value, str) and re.fullmatch(f"{prefix}[0-9a-fA-F]{{32}}", value):
            return value
        raise ValueError(f"must be {prefix} and 32 hexadecimal digits")

    return read


def account(value: object) -> str:
    """Read the SID of an account. One account has one spelling, as in the journal."""
    return f"AC{str(sid('AC')(value))[2:].lower()}"


def secret(value: object) -> str:
    """Read a token or secret: anything printable without blanks."""
    if isinstance(value, str) and value.isprintable() and value and " " not in value:
        return value
    raise ValueError("must be text without blanks and control characters")


def label(value: object) -> str:
    """Read one label of a host name, as regions and edges are."""
    if isinstance(value, str) and re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", value.lower()):
        return value.lower()
    raise ValueError("must be one word of letters, digits and hyphens, such as ie1 or dublin")


def country(value: object) -> str:
    """Read a country's two letters (ISO 3166). Reading a phone number later tells whether the country exists."""
    if isinstance(value, str) and re.fullmatch("[A-Za-z]{2}", value):
        return value.upper()
    raise ValueError("must be a country's two letters, such as US or IN")


def boolean(value: object) -> bool:
    """Read true or False, 1 or 0, yes or no, on or off."""
    known = BOOLEANS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if known is None:
        raise ValueError("must be 1 or 0, true or false, yes or no, on or off")
    return known


def integer(least: int, most: int) -> Reader:
    """Make the reader of a whole number in decimal digits."""

    def read(value: object) -> int:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else value
        if isinstance(number, int) and not isinstance(number, bool) and least <= number <= most:
            return number
        raise ValueError(f"must be a whole number from {least} to {most}")

    return read


def seconds(most: float) -> Reader:
    """Make the reader of a positive number of seconds."""

    def read(value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) and value is not True else 0.0
        except (ValueError, OverflowError):
            number = 0.0
        if 0 < number <= most and math.isfinite(number):
            return number
        raise ValueError(f"must be a positive number of seconds, {most:g} at most")

    return read


def price(value: object) -> Decimal:
    """Read an amount of money, exactly: decimal text, or a number."""
    try:
        amount = Decimal(str(value)) if isinstance(value, str | int | float | Decimal) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if value is not True and amount.is_finite() and amount >= 0 and "_" not in str(value):
        return amount
    raise ValueError("must be an amount of money, 0 or more, such as 0.05")


def url(value: object) -> str:
    """Read the URL of a server: https, or http on this machine; no user, query or fragment.

    One server has one spelling, as in the journal.
    """
    text = value.rstrip("/") if isinstance(value, str) else ""
    scheme, host = _scheme_and_host(text)
    if not host:
        raise ValueError("must be http:// or https:// with a host, and perhaps a port and a path")
    if scheme == "http" and not is_loopback(host):
        raise ValueError("would send the credentials unencrypted: use https:// (http:// only on this machine)")
    server = text[: text.index("/", text.index("://") + 3)] if text.count("/") > 2 else text
    return server.lower() + text[len(server) :]


def is_loopback(host: str) -> bool:
    """Whether a host is certainly this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _scheme_and_host(text: str) -> tuple[str, str]:
    if not re.fullmatch(r"(?i:https?)://[A-Za-z0-9._:\[\]-]+(/[A-Za-z0-9._~-]+)*", text):
        return "", ""
    try:
        parts = urlsplit(text)
        return parts.scheme, (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:  # an IPv6 address without its bracket, or a port out of range
        return "", ""
