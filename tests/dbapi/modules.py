"""Table-valued functions in Python that only these tests know, and settings that lead to no Twilio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import apsw
import apsw.ext

from twsql.schema import Column, Parameter, Procedure

NOWHERE = {"account_sid": "AC" + "0" * 32, "auth_token": "none", "base_url": "http://127.0.0.1:9"}
LOWER = Procedure("lower", "", (Parameter("text"),), (Column("Lower"),), run=lambda client, inputs: {})


def provide(
    connection: apsw.Connection, name: str, columns: tuple[str, ...], rows: Callable[..., Iterator[Any]]
) -> None:
    """Register a generator function as a table-valued function."""
    rows.columns = columns
    rows.column_access = apsw.ext.VTColumnAccess.By_Index
    apsw.ext.make_virtual_module(connection, name, rows)


def lower(text: str = "") -> Iterator[tuple[str]]:
    """The procedure that dbapi20 calls."""
    yield (text.lower(),)


def counted(connection: apsw.Connection) -> list[int]:
    """Register `counted`, a table of a thousand rows; the list has one entry for each row that was asked of it."""
    made: list[int] = []

    def numbers() -> Iterator[tuple[int]]:
        for number in range(1000):
            made.append(number)
            yield (number,)

    provide(connection, "counted", ("number",), numbers)
    return made
