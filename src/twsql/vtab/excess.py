"""Refuses a Batch of too many calls before reading all of it: a million objects take a minute, and 1 GB.

Calls that the journal has are not placed again, and do not count. So this reads objects, a thousand at a time, until
too many are new. With max_calls 1,000 and 1,000,000 objects, of which the journal has the first 1,500, it reads 3,000.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from twsql.dialing import batch, guard
from twsql.schema import Checked, inputs
from twsql.vtab.statement import is_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twsql.schema import Procedure, Value
    from twsql.vtab.engine import Engine

_AT_ONCE = 1000
"""Objects that are read and looked up together."""


def refuse(engine: Engine, procedure: Procedure, given: Mapping[str, Value]) -> None:
    """Raise NotSupportedError if the Batch has more calls than may be begun; InputError for what is wrong till then."""
    settings = engine.settings
    most: int = getattr(settings, guard.limit_of(procedure))
    objects = batch.unread(given, most)
    if len(objects) <= most:
        return
    fresh: set[str | int] = set()
    others, numbers = 0, count()
    for start in range(0, len(objects), _AT_ONCE):
        part = b"[" + b",".join(objects[start : start + _AT_ONCE]) + b"]"
        calls = batch.expand(procedure, {**given, batch.BATCH: part}, settings.default_country, first=start + 1)
        examined = [inputs.examined(procedure, call, settings.default_country) for call in calls]
        for place, (call, (_, problems)) in enumerate(zip(calls, examined, strict=True), start=start + 1):
            if problems and not is_row(call):
                raise inputs.refusal(procedure, [f"call {place}: {'; '.join(problems)}"])
        checked = [known for known, problems in examined if not problems]
        left = _not_recorded(engine, procedure, checked)
        others += len(calls) - len(left)
        fresh |= {str(each["RequestKey"]) if "RequestKey" in each else next(numbers) for each in left}
        if len(fresh) > most:
            guard.refuse_effects(settings, procedure)
            guard.refuse_more(settings, procedure, 0, len(objects) - others)


def _not_recorded(engine: Engine, procedure: Procedure, checked: list[Checked]) -> list[Checked]:
    keyed = [each for each in checked if "RequestKey" in each]
    recorded = engine.recorded(procedure, keyed) if keyed else []
    without = [each for each in checked if "RequestKey" not in each]
    return without + [each for each, row in zip(keyed, recorded, strict=True) if row is None]
