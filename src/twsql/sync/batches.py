"""Batches of rows: large if rows come fast, soon written if they come slowly."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

MOST = 5000
"""Rows of one transaction."""
LONGEST = 1.0
"""Seconds after which a small batch is written too, when the next row comes."""


def batches(rows: Iterable[T], most: int = MOST) -> Iterator[list[T]]:
    """Yield the rows in lists, none of them empty."""
    batch: list[T] = []
    begun = time.monotonic()
    for row in rows:
        batch.append(row)
        if len(batch) >= most or time.monotonic() - begun > LONGEST:
            yield batch
            batch, begun = [], time.monotonic()
    if batch:
        yield batch
