"""Day ranges: filters for which Twilio lists every row of some whole days, whichever way it reads an upper bound.

`DateCreated=D` is the whole day D, and `DateCreated>=D` begins with D. `DateCreated<=D` is uncertain: Twilio documents
"on or before midnight of this date" for conferences, which may include the day D, or end at D 00:00, as it does for
calls. So the client sends the day after as the bound, and drops later rows:

    days needed            filters sent                                  rows dropped
    1 to 3 March           >= 2026-03-01 and <= 2026-03-04               of the 4th, if Twilio lists any
    2 March                = 2026-03-02                                  none
    from 2 March on        >= 2026-03-02                                 none

A listed row of the 4th shows that Twilio includes the bound. From then on the client sends the days needed:

    1 to 3 March           >= 2026-03-01 and <= 2026-03-03               none

In the parameters of this package `DateCreated>` is the first day needed and `DateCreated<` the last, both whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from twsql.schema import snake_case
from twsql.schema.where import Params

FIRST, LAST = ">", "<"


def query(params: Params, inclusive: set[str]) -> Params:
    """The query parameters of a list with all rows of the days in `params`.

    `inclusive` names the filters (`DateCreated`) whose upper bound D is known to include the day D.
    """
    sent = dict(params)
    for name, last in last_days(params):
        if params.get(name + FIRST) == last:
            del sent[name + FIRST], sent[name + LAST]
            sent = {name: last, **sent}
        elif name not in inclusive:
            sent[name + LAST] = day_after(last)
    return sent


def last_days(params: Params) -> Iterator[tuple[str, str]]:
    """Yield each filter with a last day, such as `DateCreated`, and that day."""
    for key, day in params.items():
        if key.endswith(LAST):
            yield key.removesuffix(LAST), day


def field_of(name: str) -> str:
    """The key in Twilio's JSON that a day filter compares: `date_created` for `DateCreated`."""
    return snake_case(name)


def day_after(day: str) -> str:
    """The next day; 9999-12-31 for itself, as no later day exists."""
    last = date.fromisoformat(day)
    return day if last == date.max else (last + timedelta(days=1)).isoformat()
