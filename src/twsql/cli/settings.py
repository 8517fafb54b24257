"""The settings on the command line: their options, and what was given."""

from __future__ import annotations

import argparse
from typing import Any

_SETTINGS = {
    "base_url": ("URL", "where Twilio's API is, such as a sandbox that runs (TWSQL_BASE_URL)"),
    "account_sid": ("SID", "the account, or a subaccount of it (TWILIO_ACCOUNT_SID)"),
    "region": ("NAME", "where Twilio handles the data, such as ie1 (TWILIO_REGION)"),
    "edge": ("NAME", "where the requests enter Twilio's network, such as dublin (TWILIO_EDGE)"),
    "timeout": ("SECONDS", "the longest silence of Twilio (TWSQL_TIMEOUT)"),
    "max_attempts": ("N", "how often a request is tried (TWSQL_MAX_ATTEMPTS)"),
    "max_in_flight": ("N", "how many requests may be under way together (TWSQL_MAX_IN_FLIGHT)"),
    "page_size": ("N", "how many items are asked for at a time (TWSQL_PAGE_SIZE)"),
    "max_calls": ("N", "how many calls and messages a statement may place (TWSQL_MAX_CALLS)"),
    "max_changes": ("N", "how many rows a statement may change or remove at Twilio (TWSQL_MAX_CHANGES)"),
    "max_price_per_minute": ("AMOUNT", "what a minute of a call may cost (TWSQL_MAX_PRICE_PER_MINUTE)"),
    "calls_per_second": ("N", "how many calls may be placed in a second (TWSQL_CALLS_PER_SECOND)"),
    "statement_timeout": ("SECONDS", "how long a statement may take (TWSQL_STATEMENT_TIMEOUT)"),
    "max_rows": ("N", "how many rows a statement may give (TWSQL_MAX_ROWS)"),
    "default_country": ("XX", "whose numbers are those without a country, such as US (TWSQL_DEFAULT_COUNTRY)"),
    "journal": ("FILE", "where calls and messages are put on record: a file, or a PostgreSQL URL (TWSQL_JOURNAL)"),
}
_SWITCHES = {
    "sandbox": "use a local Twilio that lives as long as this command, not an account (TWSQL_SANDBOX)",
    "dry_run": "check what would be done to Twilio, and do none of it (TWSQL_DRY_RUN)",
    "safe": "for SQL of others: it only reads, opens no file, and has limits of time and rows (TWSQL_SAFE)",
    "read_only": "refuse whatever has an effect on Twilio (TWSQL_READ_ONLY)",
}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of all settings, and -v."""
    group = parser.add_argument_group("settings", "Each goes before its environment variable.")
    for name, (metavar, text) in _SETTINGS.items():
        group.add_argument(_option(name), metavar=metavar, help=text)
    for name, text in _SWITCHES.items():
        group.add_argument(_option(name), action="store_const", const=True, help=text)
    parser.add_argument("-v", "--verbose", action="store_true", help="tell of each request on standard error")


def settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The given settings, as arguments of `connect` and `register`."""
    names = (*_SETTINGS, *_SWITCHES)
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return {"sandbox": False, **given} if "base_url" in given else given  # TWSQL_SANDBOX may be set


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
