"""twsql_setting: what SQL may set for its own connection. Never credentials, nor where they are sent."""

from __future__ import annotations

from typing import Any

from twsql.errors import InputError, ReadOnlyError
from twsql.nearest import did_you_mean
from twsql.schema import Value
from twsql.twilio.settings import Settings

_SWITCHES = ("read_only", "dry_run", "sandbox")
"""Can be turned on, not off: what the environment forbids, SQL cannot allow."""
_NUMBERS = ("timeout", "max_attempts", "page_size")
_LIMITS = ("max_calls", "max_changes", "max_in_flight")
"""Can be lowered only."""
CHANGEABLE = (*_SWITCHES, *_LIMITS, *_NUMBERS)


def read(settings: Settings, name: Value) -> Value:
    """The value in force."""
    value: Any = getattr(settings, _known(name))
    return int(value) if isinstance(value, bool) else value


def change(settings: Settings, given: dict[str, object], name: Value, value: Value) -> dict[str, object]:
    """Give the settings that SQL has given, with one more. Raises InputError or ReadOnlyError for what it may not."""
    known = _known(name)
    if value is None:
        raise InputError(f"twsql_setting: {known} needs a value, not NULL")
    changed = {**given, known: value if not isinstance(value, float) or not value.is_integer() else int(value)}
    before, after = getattr(settings, known), getattr(Settings.load({}, **{known: changed[known]}), known)
    if known in _SWITCHES and before and not after:
        raise ReadOnlyError(f"twsql_setting: {known} is on and cannot be turned off from SQL")
    if known in _LIMITS and before is not None and after > before:
        raise ReadOnlyError(f"twsql_setting: {known} is {before} and can only be lowered from SQL")
    return changed


def _known(name: Value) -> str:
    if isinstance(name, str) and name in CHANGEABLE:
        return name
    hint = did_you_mean(name, CHANGEABLE) if isinstance(name, str) else ""
    raise InputError(
        f"twsql_setting: {name!r} is none of {', '.join(CHANGEABLE)}{hint}; everything else is set in the environment"
    )
