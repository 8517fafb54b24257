"""A reader of a result's record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import apsw
import pyarrow as pa

from twsql.dbapi.arrow import kinds, native, values
from twsql.dbapi.translation import Translated
from twsql.errors import ProgrammingError

if TYPE_CHECKING:
    from twsql.dbapi.results import Result


def reader(
    result: Result,
    size: int,
    types: Mapping[str, Any],
    interrupted: Callable[[BaseException], None],
) -> Any:
    """The batches of a result that has rows. It reads the first one at once, as that tells the types of expressions."""
    if size < 1:
        raise ProgrammingError(f"a batch has one row at least, not {size}")
    description = result.description or ()
    names, letters = [column[0] for column in description], kinds.kinds(description, types)
    rows = result.rows if result.rows is not None else iter(())
    if isinstance(rows, apsw.Cursor) and native.can_read(rows, result.sql):
        made = native.batches(rows, result.sql, names, letters, size)
    else:
        made = values.batches(rows, names, letters, size)
    found = _translated(made, interrupted)
    first = next(found)
    return pa.RecordBatchReader.from_batches(first.schema, chain([first], found))


def _translated(batches: Iterator[Any], interrupted: Callable[[BaseException], None]) -> Iterator[Any]:
    """Yield the batches; apsw's errors become twsql's, and an interrupt keeps calls from beginning."""
    try:
        with Translated():
            yield from batches
    except BaseException as error:
        interrupted(error)
        raise
