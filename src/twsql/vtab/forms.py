"""Warnings for values that can match nothing because of their form: SQLite returns no rows and no hint.

ConferenceSid = 'sales-0'        a name, where SIDs are
Status = 'active'                none of the values that there are
DateCreated > '11/01/2026'       compares as text, with every row or none
DateCreated = '2026-11-01'       a day, where there are seconds too
StartDate = '2026-11'            a month, where there are days
"To" = '(202) 555-0100'          a phone number in another form than +12025550100
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from twsql.schema import Column, Table, Value
from twsql.schema.where import Where

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_BEGINNING = re.compile(r"\d{4}-\d\d(-\d\d( \d\d(:\d\d(:\d\d(\.\d+)?)?)?)?)?")
_FORM = "a time is 'YYYY-MM-DD HH:MM:SS', UTC"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LIKE_NUMBER = re.compile(r"[ (]*[0-9](?:[ ().-]*[0-9]){8,}[ ().-]*|\+(?:[ ().-]*[0-9]){7,}[ ().-]*")
"""Digits as people write phone numbers; short codes, which have no plus either, have eight at most."""
_E164 = re.compile(r"\+[0-9]+")

Doubt = Callable[[str, Value], str]
"""Says why a value cannot match, or why its comparison misleads; '' for a value without doubt."""


def doubts(table: Table) -> Mapping[str, Doubt]:
    """The checks of a table's columns, by the columns' names."""
    return {column.name: doubt for column in table.columns if (doubt := _doubt(column))}


def doubtful(known: Mapping[str, Doubt], where: Where) -> Iterator[tuple[str, str]]:
    """Yield (column, words) for doubtful values of a WHERE, at most one for each column."""
    for name, values in where.equal.items():
        if name in known and (words := next(filter(None, (known[name]("=", value) for value in values)), "")):
            yield name, words
    for name, terms in where.between.items():
        if name in known and (words := next(filter(None, (known[name](*term) for term in terms)), "")):
            yield name, words


def _doubt(column: Column) -> Doubt | None:
    if column.sid:
        return _no_sid(column)
    if column.values:
        return _no_value(column)
    if column.e164:
        return _no_number
    if column.ranges:
        return _no_day
    if column.type == "datetime":
        return _no_time
    return _no_boolean if column.type == "boolean" else None


def _no_sid(column: Column) -> Doubt:
    pattern = re.compile(f"{column.sid}[0-9a-fA-F]{{32}}")
    remedy = f"; a name goes into {column.names}" if column.names else ""

    def doubt(operator: str, value: Value) -> str:
        if value is None or (isinstance(value, str) and pattern.fullmatch(value)):
            return ""
        return f"{operator} {_shown(value)} matches nothing: it is {column.sid} and 32 hexadecimal digits{remedy}"

    return doubt


def _no_value(column: Column) -> Doubt:
    known = (None, *column.values)

    def doubt(operator: str, value: Value) -> str:
        return "" if value in known else f"{operator} {_shown(value)} matches nothing: it is {_either(column.values)}"

    return doubt


def _no_number(operator: str, value: Value) -> str:
    text = str(value)
    if operator != "=" or _E164.fullmatch(text) or not _LIKE_NUMBER.fullmatch(text):
        return ""
    return f"= {_shown(value)} compares as text: a phone number is '+12025550100', without blanks"


def _no_time(operator: str, value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{operator} {_shown(value)} compares a number with text: {_FORM}"
    if operator != "=":
        return "" if _BEGINNING.fullmatch(value) else f"{operator} {_shown(value)} compares as text: {_FORM}"
    if _TIME.fullmatch(value):
        return ""
    return f"= {_shown(value)} matches nothing: {_FORM}; for a whole day write >= and <"


def _no_day(operator: str, value: Value) -> str:
    if value is None:
        return ""
    form, remedy = (_DAY, "matches nothing") if operator == "=" else (_BEGINNING, "compares as text")
    if isinstance(value, str) and form.fullmatch(value):
        return ""
    return f"{operator} {_shown(value)} {remedy}: a day is 'YYYY-MM-DD', UTC"


def _no_boolean(operator: str, value: Value) -> str:
    return "" if value in (None, 0, 1) else f"{operator} {_shown(value)} matches nothing: it is 0 or 1"


def _either(values: tuple[str, ...]) -> str:
    return f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else values[0]


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
