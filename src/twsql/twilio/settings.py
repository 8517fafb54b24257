"""The settings: each is an argument, else an environment variable, else a default."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from twsql.errors import SettingError
from twsql.twilio import journal_address, spellings
from twsql.twilio.spellings import Reader

LONGEST_STATEMENT = 365 * 86400.0
"""Seconds that a statement can be allowed to take."""
MOST_ROWS = 10**12
"""Rows that a statement can be allowed to give."""
SAFE_LIMITS: Mapping[str, Any] = {"statement_timeout": 30.0, "max_rows": 100_000}
"""The limits of a statement under `safe`."""


def _setting(variable: str, read: Reader, default: Any = None, *, secret: bool = False) -> Any:
    return dataclasses.field(default=default, repr=not secret, metadata={"variable": variable, "read": read})


@dataclass(frozen=True)
class Settings:
    """The settings of one connection, checked; `Settings.load` makes them.

    `timeout` is the longest silence in seconds; connecting may take ten seconds, a whole response four times `timeout`.
    One statement may place `max_calls` calls, and change or remove `max_changes` rows. A minute of a call may cost
    `max_price_per_minute`, in the account's currency; a call without a known price is refused then. `label_calls` gives
    a label to each call without one; by its label a call is found again if its response was lost. `recovery_grace` is
    how many seconds Twilio may take to list a new call. A phone number without a country code belongs to
    `default_country`. `base_url` overrides `region` and `edge`. `safe` is for statements of people who are not trusted:
    it implies `read_only`, and limits `statement_timeout` (seconds) and `max_rows` (of one statement) to SAFE_LIMITS,
    unless they are given. The repr leaves secrets out.
    """

    account_sid: str | None = _setting("TWILIO_ACCOUNT_SID", spellings.account)
    auth_token: str | None = _setting("TWILIO_AUTH_TOKEN", spellings.secret, secret=True)
    api_key: str | None = _setting("TWILIO_API_KEY", spellings.sid("SK"))
    api_secret: str | None = _setting("TWILIO_API_SECRET", spellings.secret, secret=True)
    region: str | None = _setting("TWILIO_REGION", spellings.label)
    edge: str | None = _setting("TWILIO_EDGE", spellings.label)
    base_url: str | None = _setting("TWSQL_BASE_URL", spellings.url)
    timeout: float = _setting("TWSQL_TIMEOUT", spellings.seconds(3600), 30.0)
    max_attempts: int = _setting("TWSQL_MAX_ATTEMPTS", spellings.integer(1, 100), 5)
    max_in_flight: int = _setting("TWSQL_MAX_IN_FLIGHT", spellings.integer(1, 1000), 64)
    page_size: int = _setting("TWSQL_PAGE_SIZE", spellings.integer(1, 1000), 1000)
    journal: str | None = _setting("TWSQL_JOURNAL", journal_address.read)
    max_calls: int = _setting("TWSQL_MAX_CALLS", spellings.integer(0, 10**9), 1000)
    max_changes: int = _setting("TWSQL_MAX_CHANGES", spellings.integer(0, 10**9), 100)
    max_price_per_minute: Decimal | None = _setting("TWSQL_MAX_PRICE_PER_MINUTE", spellings.price)
    calls_per_second: float | None = _setting("TWSQL_CALLS_PER_SECOND", spellings.seconds(1000))
    default_country: str | None = _setting("TWSQL_DEFAULT_COUNTRY", spellings.country)
    label_calls: bool = _setting("TWSQL_LABEL_CALLS", spellings.boolean, True)
    recovery_grace: float = _setting("TWSQL_RECOVERY_GRACE", spellings.seconds(600), 10.0)
    safe: bool = _setting("TWSQL_SAFE", spellings.boolean, False)
    statement_timeout: float | None = _setting("TWSQL_STATEMENT_TIMEOUT", spellings.seconds(LONGEST_STATEMENT))
    max_rows: int | None = _setting("TWSQL_MAX_ROWS", spellings.integer(1, MOST_ROWS))
    read_only: bool = _setting("TWSQL_READ_ONLY", spellings.boolean, False)
    dry_run: bool = _setting("TWSQL_DRY_RUN", spellings.boolean, False)
    sandbox: bool = _setting("TWSQL_SANDBOX", spellings.boolean, False)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, **given: object) -> Settings:
        """Take each setting from `given`, else from `environ`; None and a blank variable count as absent.

        Credentials may be missing, as not everything needs them. Raises SettingError, which lists all mistakes.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        problems = [_unknown(name, fields) for name in given if name not in fields]
        problems += _misspelt(environ)
        values: dict[str, Any] = {}
        for name, field in fields.items():
            value = _value(given.get(name), environ.get(field.metadata["variable"], ""))
            try:
                if value is not None:
                    values[name] = field.metadata["read"](value)
            except ValueError as error:
                problems.append(f"{called(name)} {error}")
        if values.get("region", "us1") != "us1" and "edge" not in values and "base_url" not in values:
            problems.append(f"{called('region')} needs an edge, such as dublin for ie1: set {called('edge')}")
        if problems:
            raise SettingError("; ".join(problems))
        if values.get("safe"):
            values = {**SAFE_LIMITS, **values, "read_only": True}
        return cls(**_one_login(values, given))

    @property
    def server(self) -> str:
        """Scheme and host of Twilio's API, without a trailing slash."""
        return self.server_of("api")

    def server_of(self, product: str) -> str:
        """Scheme and host of a product's API (`insights`, `pricing`); a `base_url` serves all of them."""
        if self.base_url:
            return self.base_url
        if self.edge:
            return f"https://{product}.{self.edge}.{self.region or 'us1'}.twilio.com"
        return f"https://{product}.{self.region}.twilio.com" if self.region else f"https://{product}.twilio.com"

    @property
    def realm(self) -> str:
        """The server that has the account: Twilio, through any edge and region, or the one of `base_url`."""
        is_twilio = (urlsplit(self.server).hostname or "").endswith(".twilio.com")
        return "https://api.twilio.com" if is_twilio else self.server

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return spellings.is_loopback(urlsplit(self.server).hostname or "")

    def require_credentials(self) -> tuple[str, str, str]:
        """The account SID, and the user and password of HTTP Basic authentication: the API key's if there is one.

        Raises SettingError, which says what to set.
        """
        problems = []
        if not self.account_sid:
            problems.append(f"{_missing('account_sid')}, or try things out with sandbox (--sandbox)")
        if self.api_key and not self.api_secret:
            problems.append(f"{_missing('api_secret')} as well, for the API key")
        if self.api_secret and not self.api_key:
            problems.append(f"{_missing('api_key')} as well, for the API secret")
        if not (self.api_key or self.api_secret or self.auth_token):
            problems.append(f"{_missing('auth_token')} (or api_key and api_secret)")
        if problems:
            raise SettingError("; ".join(problems))
        user, password = self.api_key or self.account_sid, self.api_secret or self.auth_token
        return str(self.account_sid), str(user), str(password)


def called(name: str) -> str:
    """A setting's two names: `timeout (TWSQL_TIMEOUT)`."""
    return f"{name} ({VARIABLES[name]})"


VARIABLES: Mapping[str, str] = {field.name: field.metadata["variable"] for field in dataclasses.fields(Settings)}
"""The environment variable of each setting."""
OTHER_VARIABLES = frozenset({"TWSQL_PYTHON"})
"""The variables that only the loadable extension reads."""
_NEAR = 0.85
"""How alike a variable and a setting's are if one is a slip; TWSQL_HOME, say, may be another program's."""


def _misspelt(environ: Mapping[str, str]) -> list[str]:
    """Name each variable that is nearly a setting's: TWSQL_READONLY would protect nothing."""
    known = {*VARIABLES.values(), *OTHER_VARIABLES}
    others = sorted(
        name for name in environ if name.startswith("TWSQL_") and name not in known and environ[name].strip()
    )
    nearest = {name: difflib.get_close_matches(name, known, 1, _NEAR) for name in others}
    return [f"there is no setting {name}: did you mean {near[0]}?" for name, near in nearest.items() if near]


def _value(given: object, variable: str) -> object:
    value = given if given is not None else variable.strip() or None
    return value.strip() if isinstance(value, str) else value


def _one_login(values: dict[str, Any], given: Mapping[str, object]) -> dict[str, Any]:
    """Drop credentials of variables if the arguments log in with the other kind (auth token or API key)."""
    token, key = ("auth_token",), ("api_key", "api_secret")
    if any(given.get(name) for name in token) and not any(given.get(name) for name in key):
        return {name: value for name, value in values.items() if name not in key}
    if all(given.get(name) for name in key) and not given.get("auth_token"):
        return {name: value for name, value in values.items() if name not in token}
    return values


def _missing(name: str) -> str:
    words = name.replace("_", " ").replace("sid", "SID").replace("api", "API")
    return f"no {words}: pass {name} or set {VARIABLES[name]}"


def _unknown(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}? there are" if near else "there are"
    return f"there is no setting {name!r}, {hint} {', '.join(known)}"
