"""What a twsql URL says, and that its secrets are shown nowhere."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from twsql.dialect.urls import database, settings, shown

AC, SK, TOKEN = "AC" + "0" * 32, "SK" + "1" * 32, "a-long-secret-token"


@pytest.mark.parametrize(
    ("url", "path", "given"),
    [
        ("twsql://", ":memory:", {}),
        ("twsql:///calls.db", "calls.db", {}),
        ("twsql:////data/calls.db", "/data/calls.db", {}),
        ("twsql+apsw://", ":memory:", {}),
        (f"twsql://{AC}:{TOKEN}@/calls.db", "calls.db", {"account_sid": AC, "auth_token": TOKEN}),
        (f"twsql://{SK}:p%40ss@/", ":memory:", {"api_key": SK, "api_secret": "p@ss"}),
        (f"twsql://{AC}@/?read_only=1&timeout=5", ":memory:", {"account_sid": AC, "read_only": "1", "timeout": "5"}),
    ],
)
def test_settings(url: str, path: str, given: dict[str, str]) -> None:
    """The path, the login and the query are the arguments of twsql.connect."""
    assert (database(make_url(url)), settings(make_url(url))) == (path, given)


@pytest.mark.parametrize(
    ("url", "as_shown"),
    [
        (f"twsql:///calls.db?auth_token={TOKEN}", "twsql://:***@/calls.db"),
        (f"twsql://{AC}@/?auth_token={TOKEN}&read_only=1", f"twsql://{AC}:***@/?read_only=1"),
        (f"twsql://?account_sid={AC}&auth_token={TOKEN}", f"twsql://{AC}:***@"),
        (f"twsql://{AC}@/?api_key={SK}&api_secret={TOKEN}", f"twsql://{SK}:***@/?account_sid={AC}"),
        (f"twsql://{SK}@/?account_sid={AC}&api_secret={TOKEN}", f"twsql://{SK}:***@/?account_sid={AC}"),
    ],
)
def test_a_secret_in_the_query_becomes_the_password(url: str, as_shown: str) -> None:
    """An engine's URL shows no secret, wherever it was, and means the same."""
    made = create_engine(url)
    assert repr(made.url).replace("@/?", "@?") == as_shown.replace("@/?", "@?")
    assert TOKEN not in repr(made)
    assert settings(made.url) == settings(make_url(url))
    assert shown(made.url) == made.url


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("twsql://calls.db", "three slashes"),
        (f"twsql://me:{TOKEN}@/calls.db", "account SID"),
        (f"twsql://{AC}:{TOKEN}@/?account_sid={AC}", "account_sid twice"),
        (f"twsql://?auth_token={TOKEN}&auth_token={TOKEN}", "several values of auth_token"),
        (f"twsql://{AC}:{TOKEN}@/?api_key={SK}&api_secret={TOKEN}", "one login"),
        (f"twsql://?auth_token={TOKEN}&api_key={SK}&api_secret={TOKEN}", "one login"),
        (f"twsql://{AC}@/?api_secret={TOKEN}", "one login"),
        (f"twsql:///calls.db?journal=postgresql://me:{TOKEN}@db.example/calls", "connect_args"),
    ],
)
def test_a_wrong_url_says_what_to_write(url: str, remedy: str) -> None:
    """The error has a remedy, and no value of the URL, which may be a secret."""
    with pytest.raises(ArgumentError, match=remedy) as caught:
        create_engine(url)
    assert TOKEN not in str(caught.value)


def test_an_error_of_a_setting_shows_no_secret() -> None:
    """A setting is checked when a connection is made."""
    made = create_engine(f"twsql://{AC}:{TOKEN}@/?timeout=soon&acount_sid={TOKEN}")
    with pytest.raises(DBAPIError, match=r"timeout.*") as caught, made.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert TOKEN not in str(caught.value)
