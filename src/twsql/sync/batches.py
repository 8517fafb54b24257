"""Rows in lots: many at once where they come fast, none that waits long where they come slowly."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

MOST = 5000
"""Rows of one transaction."""
LONGEST = 1.0
"""Seconds after which a lot is written though it is small; it is looked at when a row comes."""


def batches(rows: Iterable[T], most: int = MOST) -> Iterator[list[T]]:
    """Yield the rows in lists; none is empty."""
    batch: list[T] = []
    begun = time.monotonic()
    for row in rows:
        batch.append(row)
        if len(batch) >= most or time.monotonic() - begun > LONGEST:
            yield batch
            batch, begun = [], time.monotonic()
    if batch:
        yield batch
