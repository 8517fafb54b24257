"""Batch: several calls in one input, a JSON array of objects with the inputs of one call each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from twsql.errors import InputError
from twsql.schema import Procedure, Value, inputs

BATCH = "Batch"
_MOST_NAMED = 10
"""How many objects an error names."""


def unread(given: Mapping[str, Value], most: int) -> Sequence[Any]:
    """The objects of a Batch as unparsed JSON; none for a Batch of few objects, or a malformed one."""
    text = given.get(BATCH)
    if not isinstance(text, (str, bytes)) or len(text) <= len("{},") * most:
        return ()
    import msgspec  # not for a small one

    try:
        return msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # `expand` says what is wrong with it
        return ()


def expand(
    procedure: Procedure, given: Mapping[str, Value], country: str | None = None, first: int = 1
) -> list[dict[str, Value]]:
    """The inputs of each call: those of its object, and all others from beside the Batch.

    Raises InputError for what is not an array of objects; for names that are no inputs, and for an input that is twice
    in one object, with all else that is wrong with that object (numbers without a country are of `country`). `first` is
    the number of the first object.
    """
    text = given.get(BATCH)
    if text is None:
        return [dict(given)]
    beside = {name: value for name, value in given.items() if name != BATCH}
    names = {p.name.lower(): p.name for p in procedure.inputs if p.name != BATCH}
    names |= {p.alias.lower(): p.name for p in procedure.inputs if p.alias}
    calls, wrong = [], []
    for place, each in enumerate(_objects(procedure, text), start=first):
        known = {names[name.lower()]: _value(value) for name, value in each.items() if name.lower() in names}
        calls.append({**beside, **known})
        if problems := _misnamed(each, names):
            others = inputs.examined(procedure, calls[-1], country)[1]
            wrong.append("; ".join((f"object {place} of Batch {' and '.join(problems)}", *others)))
    if wrong:
        more = [f"and {len(wrong) - _MOST_NAMED} more objects"] if len(wrong) > _MOST_NAMED else []
        raise InputError(f"{procedure.name}: {'; '.join(wrong[:_MOST_NAMED] + more)}; nothing was sent")
    return calls


def _misnamed(given: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """The mistakes in an object's names: unknown ones, and several for the same input."""
    times = Counter(names.get(name.lower()) for name in given)
    unknown = [name for name in given if name.lower() not in names]
    twice = [name for name, count in times.items() if name is not None and count > 1]
    problems = [f"has {', '.join(unknown)}, no input"] if unknown else []
    return problems + ([f"gives {', '.join(twice)} more than once: keep one of each"] if twice else [])


def _objects(procedure: Procedure, text: Value) -> list[dict[str, Any]]:
    try:
        objects = json.loads(text, object_pairs_hook=_once) if isinstance(text, (str, bytes)) else None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{procedure.name}: Batch is not JSON: {error}; nothing was sent") from error
    if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
        raise InputError(f"{procedure.name}: Batch must be a JSON array of objects; nothing was sent")
    return objects


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError if a name is in it twice, as Python would silently take the last."""
    twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if twice:
        raise ValueError(f"an object has {', '.join(twice)} more than once: keep one of each")
    return dict(pairs)


def _value(value: Any) -> Value:
    """A JSON value as a SQL value; an array or object stays JSON text."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    return json.dumps(value)
