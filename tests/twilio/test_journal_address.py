"""Where the journal is: what is shown of a PostgreSQL URL, and what is refused."""

from __future__ import annotations

import copy

import pytest

from twsql.errors import OperationalError, SettingError
from twsql.twilio.journal_address import JournalAddress, read
from twsql.twilio.settings import Settings

SECRET = "pass-of-mine"
SHOWN = {
    f"postgresql://me:{SECRET}@db.example:5432/calls": "postgresql://me@db.example:5432/calls",
    f"postgres://me:{SECRET.replace('-', '%2D')}@[::1]:5432/calls?sslmode=require": (
        "postgresql://me@[::1]:5432/calls?sslmode=require"
    ),
    f"postgresql:///calls?host=/run/postgresql&user=me&password={SECRET}&sslpassword={SECRET}": (
        "postgresql:///calls?host=/run/postgresql&user=me"
    ),
    f"postgresql://me:{SECRET}@one:1,two:2/calls?target_session_attrs=read-write": (
        "postgresql://me@one:1,two:2/calls?target_session_attrs=read-write"
    ),
    f"host=db.example password='{SECRET}' dbname=calls user = me": "host=db.example dbname=calls user=me",
    f"service=calls sslpassword={SECRET}": "service=calls",
}


@pytest.mark.parametrize("text", SHOWN)
def test_no_password_is_shown(text: str) -> None:
    """Not by text and repr, nor in settings, nor in an error about it; libpq gets it, also from a copy."""
    settings = Settings.load({"TWSQL_JOURNAL": text})
    address = settings.journal
    assert isinstance(address, JournalAddress)
    assert address == SHOWN[text]
    assert (address.conninfo, copy.deepcopy(address).conninfo) == (text, text)
    assert SECRET not in f"{settings!r} {address!r} {address} {settings}"
    assert SECRET not in str(OperationalError(f"libpq: what is {SECRET}? And {text}?"))


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://me:p@{SECRET}@db.example/calls",
        f"postgresql://me:p/{SECRET}@db.example/calls",
        f"postgresql://me:100%{SECRET}@db.example/calls",
        f"postgresql://me:p#{SECRET}@db.example/calls",
        f"postgresql://me:{SECRET}@[::1/calls",
        f"host=db.example password={SECRET} {SECRET}",
    ],
)
def test_what_libpq_would_misread(text: str) -> None:
    """A password with characters that end it is refused: libpq would take the rest of it for a host, and show it."""
    with pytest.raises(SettingError, match=r"journal \(TWSQL_JOURNAL\) must be") as caught:
        Settings.load({}, journal=text)
    assert SECRET not in str(caught.value)


def test_the_scheme_in_capitals() -> None:
    """Libpq would not know it, and quote it with the password."""
    address = read(f"PostgreSQL://me:{SECRET}@db.example/calls")
    assert isinstance(address, JournalAddress)
    assert (address, address.conninfo) == (
        "postgresql://me@db.example/calls",
        f"postgresql://me:{SECRET}@db.example/calls",
    )


@pytest.mark.parametrize("path", ["calls.db", "/some where/a=b", "postgresql.db", "C:\\calls.db", ":memory:"])
def test_files(path: str) -> None:
    """All else is a file's path."""
    assert type(read(path)) is str
    assert read(path) == path
