"""Batch: several calls in one input, a JSON array of objects with the inputs of one call each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from twsql.errors import InputError
from twsql.schema import Procedure, Value

BATCH = "Batch"


def expand(procedure: Procedure, given: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    """Yield the inputs of each call: the object's, and for all others those given beside the Batch.

    Raises InputError for what is not an array of objects, for names that are no inputs, and for an input that is twice
    in one object, by whatever names.
    """
    text = given.get(BATCH)
    if text is None:
        yield dict(given)
        return
    beside = {name: value for name, value in given.items() if name != BATCH}
    names = {p.name.lower(): p.name for p in procedure.inputs if p.name != BATCH}
    names |= {p.alias.lower(): p.name for p in procedure.inputs if p.alias}
    for place, each in enumerate(_objects(procedure, text), start=1):
        given_by = Counter(names.get(name.lower()) for name in each)
        if twice := [name for name, times in given_by.items() if name is not None and times > 1]:
            raise InputError(
                f"{procedure.name}: object {place} of Batch gives {', '.join(twice)} more than once; nothing was sent;"
                " keep one of each"
            )
        unknown = [name for name in each if name.lower() not in names]
        if unknown:
            raise InputError(
                f"{procedure.name}: object {place} of Batch has {', '.join(unknown)}, no input; nothing was sent"
            )
        yield {**beside, **{names[name.lower()]: _value(value) for name, value in each.items()}}


def _objects(procedure: Procedure, text: Value) -> list[dict[str, Any]]:
    try:
        objects = json.loads(text, object_pairs_hook=_once) if isinstance(text, (str, bytes)) else None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{procedure.name}: Batch is not JSON: {error}; nothing was sent") from error
    if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
        raise InputError(f"{procedure.name}: Batch must be a JSON array of objects; nothing was sent")
    return objects


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; ValueError where a name is in it twice, of which Python would take the last."""
    twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if twice:
        raise ValueError(f"an object has {', '.join(twice)} more than once: keep one of each")
    return dict(pairs)


def _value(value: Any) -> Value:
    """A value of JSON as SQL has it; an array or object stays JSON text."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    return json.dumps(value)
