"""Checks the inputs of a procedure before anything is sent, and spells them for Twilio's form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone

from twsql.errors import InputError
from twsql.schema import BOOLEANS, Checked, Parameter, Procedure, Value, numbers

OWN_LABEL = "twsql-"
"""The prefix of labels that twsql makes; 32 hexadecimal digits follow."""
_URL = re.compile(r"https?://[^\s/?#]+\S*\Z", re.IGNORECASE)


# Control characters, line separators, and the marks of writing direction, which make two names look alike.
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SHORT_CODE = re.compile("[0-9]{3,8}")
_CONFERENCE_SID = re.compile("CF[0-9a-f]{32}", re.IGNORECASE)

Spell = Callable[[Parameter, Value], str | tuple[str, ...]]
"""Spells a value for Twilio's form, or raises _BadInputError."""


class _BadInputError(Exception):
    """A value cannot be used; the message says why."""


def examined(procedure: Procedure, given: Mapping[str, Value], country: str | None = None) -> tuple[Checked, list[str]]:
    """The inputs in Twilio's spelling, and a message for each one that is missing or wrong.

    NULL means not given, '' is a value. Phone numbers without a country code belong to `country`.
    """
    checked: dict[str, str | tuple[str, ...]] = {}
    spell = _SPELL | _numbers(procedure, given, country)
    problems: list[str] = []
    for parameter in procedure.inputs:
        value = given.get(parameter.name)
        if value is None or (parameter.required and isinstance(value, str) and not value.strip()):
            if parameter.required:
                problems.append(f"{_names(parameter)} is required")
            elif parameter.never_null and parameter.name in given:
                problems.append(f"{parameter.name} is NULL: give a value, or leave it out")
            continue
        try:
            checked[parameter.name] = spell[parameter.kind](parameter, value)
        except _BadInputError as problem:
            problems.append(f"{parameter.name} {problem}{_shown(parameter, value)}")
    lacking = [some for some in procedure.any_of if not any(given.get(name) for name in some)]
    problems += [f"give {', '.join(some[:-1])} or {some[-1]}" for some in lacking]
    return checked, problems + _twice(procedure, checked)


def refusal(procedure: Procedure, problems: Iterable[str]) -> InputError:
    """The error for inputs that are missing or wrong."""
    told = "; ".join(problems)
    hint = ": NULL and '' count as missing" if told.endswith(" is required") else ""
    return InputError(f"{procedure.name}: {told}; this was not sent{hint}")


def missing(procedure: Procedure, names: Iterable[str]) -> InputError:
    """The error for inputs that a statement does not mention at all."""
    required = [_names(p) for p in procedure.inputs if p.name in set(names)]
    signature = ", ".join(p.name for p in procedure.inputs if p.required)
    return InputError(
        f"{procedure.name}: {_are_required(required)}; nothing was sent; write {procedure.name}({signature}, …)"
        " or give inputs in WHERE with = or IN"
    )


def missing_in_exec(procedure: Procedure, given: Mapping[str, Value], country: str | None = None) -> InputError | None:
    """The error for required inputs that an EXEC or CALL lacks, in EXEC's terms, and for wrong values.

    None if all are given.
    """
    required = [p.alias or p.name for p in procedure.inputs if p.required]
    lacking = [p.alias or p.name for p in procedure.inputs if p.required and p.name not in given]
    if not lacking:
        return None
    example = ", ".join(f"{name} = …" for name in required)
    wrong = [text for text in examined(procedure, given, country)[1] if not text.endswith(" is required")]
    told = "; ".join((_are_required(lacking), *wrong))
    return InputError(f"{procedure.name}: {told}; nothing was sent; write EXEC {procedure.name} {example}")


def _are_required(names: Sequence[str]) -> str:
    """`From and To are required`, `From is required`."""
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{listed} {'are' if len(names) > 1 else 'is'} required"


def form(procedure: Procedure, checked: Checked) -> list[tuple[str, str]]:
    """The form fields of the checked inputs; an array repeats its field for each item."""
    fields: list[tuple[str, str]] = []
    for parameter in procedure.inputs:
        value = checked.get(parameter.name)
        if value is None or not parameter.field:
            continue
        items = (value,) if isinstance(value, str) else value
        fields += [(parameter.field, item) for item in items]
    return fields


def _names(parameter: Parameter) -> str:
    return f"{parameter.name} (or {parameter.alias})" if parameter.alias else parameter.name


def _shown(parameter: Parameter, value: Value) -> str:
    """The value, shortened, for the message; never a secret."""
    if parameter.secret:
        return ""
    text = repr(value)
    return f", not {text if len(text) <= 60 else text[:57] + '...'}"


def _twice(procedure: Procedure, checked: Checked) -> list[str]:
    """Two inputs for one form field (WaitTime and Timeout) contradict each other."""
    fields: dict[str, str] = {}
    problems = []
    for parameter in procedure.inputs:
        if parameter.field and parameter.name in checked:
            other = fields.setdefault(parameter.field, parameter.name)
            if other != parameter.name:
                problems.append(f"{other} and {parameter.name} are the same input: give one of them")
    return problems


def _text(parameter: Parameter, value: Value) -> str:
    if isinstance(value, (bytes, float)):
        raise _BadInputError("must be text")
    text = str(value)
    if not text.isprintable() and any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise _BadInputError("must be valid Unicode text")
    size = len(text)
    if (parameter.least is not None and size < parameter.least) or (
        parameter.most is not None and size > parameter.most
    ):
        raise _BadInputError(f"must have {_bounds(parameter)} characters")
    return text


def _numbers(procedure: Procedure, given: Mapping[str, Value], country: str | None) -> dict[str, Spell]:
    """How numbers are spelled. Who calls an address may have any name, 1001 for one."""

    def number(parameter: Parameter, value: Value) -> str:
        try:
            return numbers.e164(_text(parameter, value), country)
        except ValueError as error:
            raise _BadInputError(str(error)) from error

    def called(parameter: Parameter, value: Value) -> str:
        text = number(parameter, value)
        if not (text.startswith("+") or text[:1].isdigit()) and not numbers.is_address(text):
            raise _BadInputError("must be a phone number in E.164 form, or an address: sip:, client: or app:")
        return text

    def sender(parameter: Parameter, value: Value) -> str:
        text = _text(parameter, value).strip()
        return text if _SHORT_CODE.fullmatch(text) else number(parameter, text)

    to = (given.get(parameter.name) for parameter in procedure.inputs if parameter.kind == "called")
    addressed = any(isinstance(each, str) and numbers.is_address(each) for each in to)
    return {"called": called, "caller": _text if addressed else number, "sender": _text if addressed else sender}


def _integer(parameter: Parameter, value: Value) -> str:
    text = str(value).strip() if isinstance(value, (str, int)) else ""
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise _BadInputError("must be a whole number")
    number = int(text)
    if (parameter.least is not None and number < parameter.least) or (
        parameter.most is not None and number > parameter.most
    ):
        raise _BadInputError(f"must be {_bounds(parameter)}")
    return str(number)


def _number(parameter: Parameter, value: Value) -> str:
    text = str(value).strip() if isinstance(value, (str, int, float)) else ""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", text):
        raise _BadInputError("must be a number, such as 0.05")
    return text


def _datetime(parameter: Parameter, value: Value) -> str:
    """A time as Twilio's form has it, of one in UTC as SQLite writes it, or in ISO 8601."""
    text = _text(parameter, value).strip()
    try:
        moment = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
    except ValueError as error:
        raise _BadInputError("must be a time in UTC, such as 2026-01-31 12:00:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).isoformat().replace("+00:00", "Z")


def _boolean(parameter: Parameter, value: Value) -> str:
    known = BOOLEANS.get(str(value).strip().lower()) if isinstance(value, (str, int)) else None
    if known is None:
        raise _BadInputError("must be true or false (1 or 0, yes or no, on or off)")
    return "true" if known else "false"


def _enum(parameter: Parameter, value: Value) -> str:
    text = _text(parameter, value).strip()
    for allowed in parameter.values:
        if text.lower() == allowed.lower():
            return allowed
    if parameter.values[:2] == ("true", "false") and text in ("0", "1"):  # SQL's TRUE is 1
        return "true" if text == "1" else "false"
    raise _BadInputError(f"must be one of {', '.join(parameter.values)}")


def _array(parameter: Parameter, value: Value) -> tuple[str, ...]:
    items = _items(
        parameter, value, lambda text: filter(None, re.split(r"[\s,]+", text)), "separated by spaces or commas"
    )
    return tuple(_enum(parameter, item) for item in items)


def _urls(parameter: Parameter, value: Value) -> tuple[str, ...]:
    return tuple(_url(parameter, item) for item in _items(parameter, value, str.split, "separated by spaces"))


def _texts(parameter: Parameter, value: Value) -> tuple[str, ...]:
    return tuple(_items(parameter, value, lambda text: filter(None, (text,)), "that is no array"))


def _items(parameter: Parameter, value: Value, split: Callable[[str], Iterable[str]], otherwise: str) -> Iterable[str]:
    """The items of a JSON array, or of a text that is `split`."""
    text = _text(parameter, value)
    if not text.lstrip().startswith("["):
        return split(text)
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _BadInputError(f"must be a JSON array, or text {otherwise}") from error
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


def _url(parameter: Parameter, value: Value) -> str:
    text = _text(parameter, value)
    if text and not _URL.match(text):  # an empty WaitUrl means silence
        raise _BadInputError("must be an absolute http:// or https:// URL")
    return text


def _sid(parameter: Parameter, value: Value) -> str:
    text = _text(parameter, value).strip()
    prefix = parameter.values[0]
    if not re.fullmatch(prefix + "[0-9a-fA-F]{32}", text):
        raise _BadInputError(f"must be a SID: {prefix} and 32 hexadecimal digits")
    return text


def _label(parameter: Parameter, value: Value) -> str:
    text = _text(parameter, value)
    if "/" in text or text in ("", ".", "..") or re.fullmatch("CA[0-9a-fA-F]{32}", text):
        raise _BadInputError("cannot be empty, '.' or '..', hold '/' or look like a call SID")
    if text.casefold().startswith(OWN_LABEL):  # a call under such a label is taken for one of ours
        raise _BadInputError(f"cannot begin with {OWN_LABEL!r}, as the labels do that twsql gives itself")
    return text


def _conference(parameter: Parameter, value: Value) -> str:
    text = _text(parameter, value)
    if text in (".", ".."):
        raise _BadInputError("cannot be '.' or '..': URL libraries remove these from a path")
    if _UNPRINTED.search(text):
        raise _BadInputError("cannot hold control characters, such as the end of a line")
    sid = _CONFERENCE_SID.search(text)
    if sid and sid[0] != text:
        raise _BadInputError(f"is {sid[0]} with something around it: it would make a new conference of that name")
    return text


def _bounds(parameter: Parameter) -> str:
    if parameter.most is None:
        return f"at least {parameter.least}"
    return f"{parameter.least} to {parameter.most}" if parameter.least is not None else f"at most {parameter.most}"


_SPELL: dict[str, Spell] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "datetime": _datetime,
    "enum": _enum,
    "array": _array,
    "url": _url,
    "urls": _urls,
    "texts": _texts,
    "sid": _sid,
    "label": _label,
    "conference": _conference,
}
