"""The sandbox's credentials, fixed and obviously fake, and the account that each belongs to."""

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

_ACCOUNTS = {ACCOUNT: ACCOUNT.user, API_KEY: ACCOUNT.user, SUBACCOUNT: SUBACCOUNT.user}


def account_of(header: bytes) -> str:
    """Return the SID of the account whose credentials an Authorization header has. Raises ApiError 20003."""
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise ApiError(20003)
    try:
        user, _, password = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError(20003) from error
    account = _ACCOUNTS.get(Login(user, password))
    if account is None:
        raise ApiError(20003)
    return account
