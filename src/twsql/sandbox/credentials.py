"""The sandbox's accounts, with fixed, obviously fake credentials, and the accounts that each may read."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass

from .errors import ApiError


@dataclass(frozen=True)
class Login:
    """A user name and a password of HTTP Basic authentication."""

    user: str
    password: str


ACCOUNT = Login("AC00000000000000000000000000000001", "sandbox-auth-token")
API_KEY = Login("SK00000000000000000000000000000001", "sandbox-api-secret")
SUBACCOUNT = Login("AC00000000000000000000000000000002", "sandbox-subaccount-token")

_READABLE = {
    ACCOUNT: (ACCOUNT.user, SUBACCOUNT.user),  # a parent's credentials may read its subaccounts
    API_KEY: (ACCOUNT.user, SUBACCOUNT.user),
    SUBACCOUNT: (SUBACCOUNT.user,),
}


def readable_accounts(header: bytes) -> tuple[str, ...]:
    """Return the SIDs of the accounts that an Authorization header opens, its own first. Raises ApiError 20003."""
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise ApiError(20003)
    try:
        user, _, password = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError(20003) from error
    accounts = _READABLE.get(Login(user, password))
    if accounts is None:
        raise ApiError(20003)
    return accounts
