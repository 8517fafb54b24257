"""URLs: what `twsql://AC…:TOKEN@/calls.db?read_only=1` says to `twsql.connect`."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from twsql.twilio.journal_address import has_password

MEMORY = ":memory:"


def database(url: URL) -> str:
    """The path of the file, or MEMORY."""
    return url.database or MEMORY


def settings(url: URL) -> dict[str, Any]:
    """The settings that a URL gives, unchecked: the login as user and password, and what is in the query.

    Raises ArgumentError, which quotes no value: it may be a misplaced secret.
    """
    if url.host or url.port:
        raise ArgumentError("a twsql URL has no host: a file has three slashes (twsql:///calls.db), memory has two")
    several = [name for name, value in url.query.items() if not isinstance(value, str)]
    if several:
        raise ArgumentError(f"the twsql URL has several values of {', '.join(several)}: give one")
    given = _login(url)
    twice = [name for name in given if name in url.query]
    if twice:
        raise ArgumentError(f"the twsql URL has {' and '.join(twice)} twice: as the login, and in its query")
    if has_password(url.query.get("journal")):
        raise ArgumentError(
            "the journal in the twsql URL has a password, which SQLAlchemy would show: put it into ~/.pgpass, or give"
            " the journal by connect_args={'journal': …} or TWSQL_JOURNAL"
        )
    return {**url.query, **given}


def shown(url: URL) -> URL:
    """The same URL with a secret of the query as its password, which SQLAlchemy masks wherever it shows a URL."""
    given = settings(url)
    token, secret = "auth_token" in url.query, "api_secret" in url.query
    if not token and not secret:
        return url
    user, password = ("account_sid", "auth_token") if token else ("api_key", "api_secret")
    if url.password or (token and secret) or (secret and user not in given):
        raise ArgumentError("the twsql URL needs one login: account SID and auth token, or API key and API secret")
    rest = {name: value for name, value in given.items() if name not in (user, password)}
    return url.set(username=given.get(user, ""), password=given[password], query=rest)


def _login(url: URL) -> dict[str, str]:
    user, password = url.username or "", url.password or ""
    if user and user[:2] not in ("AC", "SK"):
        raise ArgumentError("the user of a twsql URL is an account SID (AC…) or an API key (SK…)")
    names = ("api_key", "api_secret") if user.startswith("SK") else ("account_sid", "auth_token")
    return {name: value for name, value in zip(names, (user, str(password)), strict=True) if value}
