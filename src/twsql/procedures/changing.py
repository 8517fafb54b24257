"""UPDATE, DELETE and INSERT of tables whose rows are what was given of them: one request for each row.

    UPDATE queues SET MaxSize = 50 WHERE …          POST Queues/QU1 MaxSize=50
    DELETE FROM queues WHERE …                      DELETE Queues/QU1
    INSERT INTO queues (FriendlyName) VALUES ('a')  POST Queues FriendlyName=a

The procedures of these effects are not among PROCEDURES: in SQL they are the statements above.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from twsql.errors import InputError
from twsql.schema import Checked, Column, Effect, Kind, Parameter, Procedure, Row, inputs, snake_case

if TYPE_CHECKING:
    from twsql.twilio.client import Client


def _below_account(client: Client, *segments: str) -> str:
    return client.path(*segments)


def update(
    table: str,
    path: str,
    columns: tuple[Column, ...],
    changes: tuple[Parameter, ...],
    *,
    repeatable: bool = True,
    address: Callable[..., str] = _below_account,
) -> Effect:
    """Make UPDATE of a table. `path` addresses a row: `Queues/{Sid}`; the columns in it are its keys.

    A change that is not `repeatable` is sent again only if Twilio certainly did not carry it out. `address` makes the
    path of a request from the client and the segments.
    """

    def run(client: Client, checked: Checked) -> Row:
        form = changed_form(procedure, checked)
        return client.post(address(client, *_segments(path, checked)), form, repeatable=repeatable)

    keys = _keys(path, columns)
    procedure = Procedure(f"UPDATE {table}", f"Changes a row of {table}.", (*keys, *changes), columns, run)
    return Effect(procedure, keys=tuple((key.name, key.name) for key in keys))


def changed_form(procedure: Procedure, checked: Checked) -> list[tuple[str, str]]:
    """The form fields of a change. Raises InputError if there are none."""
    form = inputs.form(procedure, checked)
    if not form:
        names = [parameter.name for parameter in procedure.inputs if parameter.field]
        words = f"one of {', '.join(names)}" if len(names) > 1 else names[0]
        raise InputError(f"{procedure.name}: nothing to change: give {words}")
    return form


def delete(table: str, path: str, columns: tuple[Column, ...]) -> Effect:
    """Make DELETE of a table; Twilio's response is empty, so the row is its keys."""

    def run(client: Client, checked: Checked) -> Row:
        client.delete(client.path(*_segments(path, checked)))
        return {snake_case(key.name): checked[key.name] for key in keys}

    keys = _keys(path, columns)
    procedure = Procedure(" ".join(("DELETE FROM", table)), f"Deletes a row of {table}.", keys, columns, run)
    return Effect(procedure, keys=tuple((key.name, key.name) for key in keys), done="deleted")


def insert(table: str, path: str, columns: tuple[Column, ...], given: tuple[Parameter, ...]) -> Effect:
    """Make INSERT into a table; the request is sent again only if Twilio certainly did not carry it out."""

    def run(client: Client, checked: Checked) -> Row:
        return client.create(client.path(*path.split("/")), inputs.form(procedure, checked), sid="sid")

    procedure = Procedure(f"INSERT INTO {table}", f"Makes a row of {table}.", given, columns, run)
    return Effect(procedure, done="created")


def parameters(columns: tuple[Column, ...], names: str, required: str = "") -> tuple[Parameter, ...]:
    """Make inputs of the columns of these names, which are Twilio's form fields too."""
    named = {column.name: column for column in columns}
    return tuple(
        Parameter(
            name,
            named[name].description,
            _kind(named[name]),
            required=name in required.split(),
            field=name,
            values=named[name].values,
        )
        for name in (required + " " + names).split()
    )


def _kind(column: Column) -> Kind:
    if column.type in ("integer", "boolean"):
        return "integer" if column.type == "integer" else "boolean"
    if column.values:
        return "enum"
    return "url" if column.name.endswith(("Url", "Callback")) else "text"


def _keys(path: str, columns: tuple[Column, ...]) -> tuple[Parameter, ...]:
    named = {column.name: column for column in columns}
    names = re.findall(r"\{(\w+)\}", path)
    return tuple(Parameter(n, named[n].description, "sid", required=True, values=(named[n].sid,)) for n in names)


def _segments(path: str, checked: Checked) -> list[str]:
    return path.format_map(checked).split("/")
