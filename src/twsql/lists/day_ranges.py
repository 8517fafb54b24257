"""Day ranges: what to ask Twilio for, so that it gives every row of some whole days, whichever way it reads a bound.

`DateCreated=D` is the whole day D, and `DateCreated>=D` begins with it. But nobody has published whether the day D of
`DateCreated<=D` is in a list of conferences ("on or before midnight of this date"), or the list ends at D 00:00, as it
does for calls. So the day after is asked for, and what is later is dropped here:

    days wanted            asked for                                     dropped
    1 to 3 March           >= 2026-03-01 and <= 2026-03-04               the 4th, if Twilio gives it
    2 March                = 2026-03-02                                  -
    from 2 March on        >= 2026-03-02                                 -

Once Twilio has given a row of a day that was the bound, its reading is known: the client then asks for the days wanted.
In the parameters of this package `DateCreated>` is the first day wanted and `DateCreated<` the last, both whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from twsql.schema import snake_case
from twsql.schema.where import Params

FIRST, LAST = ">", "<"


def query(params: Params, inclusive: set[str]) -> Params:
    """The query of a list that holds the days of `params`.

    `inclusive` names the filters (`DateCreated`) whose upper bound D is known to hold the day D.
    """
    asked = dict(params)
    for name, last in last_days(params):
        if params.get(name + FIRST) == last:
            del asked[name + FIRST], asked[name + LAST]
            asked = {name: last, **asked}
        elif name not in inclusive:
            asked[name + LAST] = day_after(last)
    return asked


def last_days(params: Params) -> Iterator[tuple[str, str]]:
    """Yield the filters that have a last day, such as `DateCreated`, with that day."""
    for key, day in params.items():
        if key.endswith(LAST):
            yield key.removesuffix(LAST), day


def field_of(name: str) -> str:
    """The key in Twilio's JSON of what a filter by days compares: `date_created` of `DateCreated`."""
    return snake_case(name)


def day_after(day: str) -> str:
    """The next day; the last of all days has none, and is given itself."""
    last = date.fromisoformat(day)
    return day if last == date.max else (last + timedelta(days=1)).isoformat()
