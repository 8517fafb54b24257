"""Days before what Twilio keeps: it refuses them in a filter of messages (HTTP 400, code 20004), so they are not sent.

Twilio keeps messages for 400 days. On 1 March 2026 that is since 25 January 2025; the filter goes back to the 27th, as
nobody knows at which hour the window ends:

    WHERE                         sent
    DateSent > '2025-06-01'       DateSent>=2025-06-01
    DateSent > '2020-01-01'       no filter: all that is kept
    DateSent < '2020-01-01'       DateSent<=2025-01-27, of whose rows SQLite keeps none

The oldest of the day ranges of a long list has no lower bound for the same reason.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_CERTAINLY_KEPT = timedelta(days=398)


def oldest(client: Client) -> str:
    """The first day that Twilio certainly keeps, and does not refuse."""
    now = client.clock.at(time.monotonic()) or datetime.now(timezone.utc)
    return (now - _CERTAINLY_KEPT).strftime("%Y-%m-%d")


def since(where: Where, column: str, oldest: str) -> Where:
    """The WHERE with no earlier day of the column than `oldest`; more rows may match it."""
    terms = [*where.between.get(column, ())]
    texts = [value for value in where.equal.get(column, ()) if isinstance(value, str)]
    if texts and min(texts) < oldest:
        where = replace(where, equal={name: each for name, each in where.equal.items() if name != column})
        terms.append(("<=", max(texts)))
    early = [term for term in terms if isinstance(term[1], str) and term[1] < oldest]
    bounded = [("<=", oldest)] if any(operator in ("<", "<=") for operator, _ in early) else []
    between = [term for term in terms if term not in early] + bounded
    return replace(where, between={**where.between, column: tuple(between)})
