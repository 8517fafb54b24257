"""Where the journal is: the path of a file, or the URL of a PostgreSQL database, whose password is never shown."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from twsql import redaction

_URL = re.compile(r"postgres(ql)?://", re.IGNORECASE)
_OTHER_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PART = r"(?:[^\s:@/?#%\[\]]|%[0-9a-fA-F]{2})*"
_HOST = r"(?:\[[0-9A-Fa-f:.%]*\]|[A-Za-z0-9._~%-]*)(?::[0-9]*)?"
_WHOLE = re.compile(
    rf"postgres(?:ql)?://(?:(?P<user>{_PART})(?::(?P<password>{_PART}))?@)?"
    rf"(?P<database>(?:{_HOST}(?:,{_HOST})*)(?:/{_PART})?)(?:\?(?P<query>[^\s#?]*))?",
    re.IGNORECASE,
)
_VALUE = r"'(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)+"
_KEYWORD = re.compile(rf"([a-z_]+)\s*=\s*({_VALUE})")
_KEYWORDS = re.compile(rf"(?:[a-z_]+\s*=\s*(?:{_VALUE})(?:\s+|$))+")
_FIRST = re.compile(r"(?:host|hostaddr|port|dbname|user|password|service|sslmode)\s*=")
_SHOWN = ("host", "hostaddr", "port", "dbname", "user", "service", "target_session_attrs", "sslmode")
"""What is shown of a URL's query and of keywords; all else may be a secret."""
_SECRETS = (
    "password",
    "sslpassword",
    "sslkey",
    "passfile",
    "scram_client_key",
    "scram_server_key",
    "oauth_client_secret",
)


class JournalAddress(str):
    """A PostgreSQL database without its password; `conninfo` is what libpq connects with.

    Whatever shows a setting shows this text. Errors and logs have no password either, as long as this exists.
    """

    conninfo: str
    has_secrets: bool
    _hidden: redaction.Hidden

    def __new__(cls, shown: str, conninfo: str, secrets: tuple[str, ...]) -> JournalAddress:
        """Make an address; `secrets` are redacted in errors and logs."""
        made = super().__new__(cls, shown)
        made.conninfo = conninfo
        made.has_secrets = bool(secrets)
        made._hidden = redaction.hide(*secrets)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy it whole."""
        return read, (self.conninfo,)


def has_password(value: object) -> bool:
    """Whether this is a PostgreSQL database whose text has a password."""
    try:
        address = read(value)
    except ValueError:  # whoever loads the settings says what is wrong
        return False
    return isinstance(address, JournalAddress) and address.has_secrets


def read(value: object) -> str:
    """Read a file's path, or a PostgreSQL URL or its keywords (`host=… dbname=…`) as a JournalAddress.

    Raises ValueError, without the value, which may have a password.
    """
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("must be the path of a file, or a PostgreSQL URL")
    if isinstance(value, JournalAddress):
        return value
    if _URL.match(value):
        return _of_url(value)
    if _OTHER_URL.match(value):
        raise ValueError("must be the path of a file, or postgresql://user@host/database: no other URL")
    return _of_keywords(value) if _FIRST.match(value) else value


def _of_url(url: str) -> JournalAddress:
    whole = _WHOLE.fullmatch(url)
    if whole is None:
        raise ValueError(
            "must be postgresql://user@host/database; in user, password and database write @ as %40, / as %2F,"
            " : as %3A, % as %25"
        )
    query = parse_qsl(whole["query"] or "", keep_blank_values=True)
    secrets = [whole["password"] or "", *(value for name, value in query if name.lower() in _SECRETS)]
    user = f"{whole['user']}@" if whole["user"] else ""
    asked = urlencode([(name, value) for name, value in query if name in _SHOWN], safe="/,")
    shown = f"postgresql://{user}{whole['database']}{f'?{asked}' if asked else ''}"
    spelled = {each for secret in secrets if secret for each in (secret, unquote(secret))}
    scheme, rest = url.split(":", 1)
    return JournalAddress(shown, f"{scheme.lower()}:{rest}", tuple(sorted(spelled)))  # libpq knows no other spelling


def _of_keywords(text: str) -> JournalAddress:
    if not _KEYWORDS.fullmatch(text):
        raise ValueError("must be PostgreSQL's keywords: host=… dbname=…, and '…' around what has blanks")
    pairs = _KEYWORD.findall(text)
    shown = " ".join(f"{name}={value}" for name, value in pairs if name in _SHOWN)
    secrets = [re.sub(r"\\(.)", r"\1", value.strip("'")) for name, value in pairs if name in _SECRETS]
    return JournalAddress(shown or "PostgreSQL", text, tuple(secrets))
