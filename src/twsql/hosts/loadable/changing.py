"""twsql_setting: the settings that SQL may change for its own connection; neither credentials nor the server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from twsql.errors import InputError, ReadOnlyError
from twsql.nearest import did_you_mean
from twsql.schema import Value
from twsql.twilio.settings import Settings

_SWITCHES = ("read_only", "dry_run", "sandbox")
"""SQL can turn these on, but not off: it must not allow what the environment forbids."""
_NUMBERS = ("timeout", "max_attempts", "page_size")
_LIMITS = ("max_calls", "max_changes", "max_in_flight", "max_price_per_minute")
"""SQL can only lower these."""
CHANGEABLE = (*_SWITCHES, *_LIMITS, *_NUMBERS)


def read(settings: Settings, name: Value) -> Value:
    """The current value."""
    value: Any = getattr(settings, _known(name))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return int(value) if isinstance(value, bool) else value


def change(settings: Settings, given: dict[str, object], name: Value, value: Value) -> dict[str, object]:
    """The settings that SQL has changed, with one more. Raises InputError or ReadOnlyError if SQL may not do that."""
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
