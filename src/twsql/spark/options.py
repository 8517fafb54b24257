"""The options of a read or a write: our own, and the settings by their names.

The driver reads the settings, from options and its environment, and sends them to the tasks, except credentials of its
environment: tasks take those from the options, else from the environment of their executor.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from twsql.errors import SettingError
from twsql.twilio import spellings
from twsql.twilio.settings import VARIABLES, Settings

CREDENTIALS = ("auth_token", "api_key", "api_secret")
"""The settings that a task takes from its executor's environment."""
PARTITIONS = 8
"""How many partitions a read has at most, unless `numPartitions` says otherwise."""
_OURS = ("table", "procedure", "accounts", "numPartitions", "since", "onError")


@dataclass(frozen=True)
class Options:
    """The checked options. `accounts` are SIDs, `all`, or () for the account of the settings.

    `sent` are the settings that tasks get. The repr leaves them out: the options may have credentials.
    """

    table: str = ""
    procedure: str = ""
    accounts: tuple[str, ...] = ()
    partitions: int = PARTITIONS
    since: str = ""
    on_error: str = "fail"
    sent: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def own(self) -> str:
        """The account of the credentials."""
        return str(self.sent.get("account_sid") or "")

    def settings(self) -> Settings:
        """The settings of this process, the driver's or a task's."""
        environ = {VARIABLES[name]: os.environ.get(VARIABLES[name], "") for name in CREDENTIALS}
        return Settings.load(environ, **self.sent)


def read(options: Mapping[str, str]) -> Options:
    """Check the options and this process's settings. Raises SettingError, which names what is wrong."""
    ours = {name.lower(): name for name in _OURS}
    given = {name.lower(): value for name, value in options.items()}
    if unknown := [name for name in given if name not in ours and name not in VARIABLES]:
        known = [*_OURS, *VARIABLES]
        near = difflib.get_close_matches(unknown[0], known, 1)
        raise SettingError(
            f"there is no option {unknown[0]!r}, "
            + (f"did you mean {near[0]}? " if near else "")
            + f"there are {', '.join(_OURS)} and the settings"
        )
    named: dict[str, Any] = {name: value for name, value in given.items() if name in VARIABLES}
    loaded = Settings.load(**named)
    if loaded.sandbox:
        raise SettingError("each executor would have a sandbox of its own: run 'twsql sandbox' and set base_url to it")
    names = [each.name for each in dataclasses.fields(Settings) if each.name not in CREDENTIALS]
    credentials = {name: given[name] for name in CREDENTIALS if name in given}
    return Options(
        table=given.get("table", ""),
        procedure=given.get("procedure", ""),
        accounts=_accounts(given.get("accounts", "")),
        partitions=_partitions(given.get("numpartitions", "")),
        since=given.get("since", ""),
        on_error=_on_error(given.get("onerror", "fail")),
        sent={**{name: getattr(loaded, name) for name in names}, **credentials},
    )


def of_account(settings: Settings, sid: str) -> Settings:
    """The settings for an account: a parent's credentials read its subaccounts."""
    if sid == settings.account_sid or settings.api_key:
        return replace(settings, account_sid=sid)
    # HTTP Basic's user is the account SID that the token belongs to, as it would be the key's SID of an API key.
    return replace(settings, account_sid=sid, api_key=settings.account_sid, api_secret=settings.auth_token)


def _accounts(text: str) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(filter(None, (each.strip() for each in text.split(",")))))
    if given == ("all",):
        return given
    read_sid = spellings.sid("AC")
    try:
        for each in given:
            read_sid(each)
    except ValueError as error:
        raise SettingError(f"accounts must be all, or account SIDs with commas between them: each {error}") from error
    return given


def _partitions(text: str) -> int:
    try:
        return int(str(spellings.integer(1, 10_000)(text))) if text else PARTITIONS
    except ValueError as error:
        raise SettingError(f"numPartitions {error}") from error


def _on_error(text: str) -> str:
    if text.lower() not in ("fail", "ignore"):
        raise SettingError(
            "onError must be fail (the job fails after all rows have been tried) or ignore (twsql_journal has them)"
        )
    return text.lower()
