"""sys_connection_props: the settings of this connection, without its secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from twsql.schema import Column, Row, Table, Value
from twsql.schema.where import Where

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def sys_connection_props(client: Client, where: Where) -> Iterator[Row]:
    """Yield one row for each setting. A secret has no value here, as the repr of the settings has none."""
    for field in dataclasses.fields(client.settings):
        value = getattr(client.settings, field.name)
        yield {
            "name": field.name,
            "value": _shown(value) if field.repr else None,
            "default": _shown(field.default),
            "variable": field.metadata["variable"],
            "is_set": value is not None,
            "is_secret": not field.repr,
        }


def _shown(value: Any) -> Value:
    """A setting as text: on and off as 1 and 0."""
    return None if value is None else str(int(value) if isinstance(value, bool) else value)


SYS_CONNECTION_PROPS = Table(
    name="sys_connection_props",
    description="The settings of this connection; no secret is shown.",
    columns=(
        Column("Name", "The setting.", ignores_case=True),
        Column("Value", "Its value here, 1 and 0 for on and off; NULL for a secret, and for a setting without one."),
        Column("Default", "Its value if nobody sets it."),
        Column("Variable", "The environment variable that sets it."),
        Column("IsSet", "Whether it has a value.", type="boolean"),
        Column("IsSecret", "Whether its value is never shown.", type="boolean"),
    ),
    rows=sys_connection_props,
    identity=("Name",),
    pages=0,
    local=True,
)
