"""Completion by Tab in the shell: the names of the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twsql.catalog import CATALOG
from twsql.dbapi.execs import WORDS
from twsql.schema import Procedure
from twsql.tokens import Token, tokens


def names(token: str) -> list[str]:
    """Complete any name of a table, procedure, column or input in a SQL statement."""
    columns = {slot.name for each in CATALOG.relations for slot in each.slots}
    words = {f"{word} " for word in WORDS}
    return _starting(token, sorted({*(each.name for each in CATALOG.relations), *columns, *words}))


def is_table_next(before: str) -> bool:
    """Whether the next word is a table's name."""
    found = _last_statement(before)
    return bool(found) and found[-1].text.upper() in ("FROM", "JOIN", "INTO", "UPDATE")


def tables(token: str, others: Iterable[str]) -> list[str]:
    """Complete the name of a table or procedure of twsql's, or one of the `others`."""
    return _starting(token, sorted({*(each.name for each in CATALOG.relations), *others}))


def columns(token: str) -> list[str]:
    """Complete `conferences.St`: columns of a table or procedure of twsql's."""
    table, dot, start = token.rpartition(".")
    known = CATALOG.named(table) if dot else None
    return _starting(start, (slot.name for slot in known.slots), f"{table}.") if known else []


def in_exec(before: str, token: str) -> list[str] | None:
    """Complete an EXEC or CALL: the procedure's name, then its inputs; None for other statements.

    `before` is the text up to the word `token`.
    """
    found = _last_statement(before)
    verb = found[0].text.upper() if found else ""
    if verb not in WORDS:
        return None
    if len(found) == 1:
        return _starting(token, (procedure.name + ("(" if verb == "CALL" else " ") for procedure in CATALOG.procedures))
    procedure = _called(found[1:])
    if procedure is None or not _is_input_next(found):
        return []
    return _starting(token, (f"{name} = " for name in _free(procedure, found)))


def _last_statement(text: str) -> list[Token]:
    found: list[Token] = []
    for each in tokens(text):
        found = [] if each.text == ";" else [*found, each]
    return found


def _called(found: Iterable[Token]) -> Procedure | None:
    """Find the procedure whose name, perhaps after catalog and schema, these tokens begin with."""
    known = {procedure.name.lower(): procedure for procedure in CATALOG.procedures}
    for each in found:
        if each.is_name and each.name.lower() in known:
            return known[each.name.lower()]
        if not each.is_name and each.text != ".":
            return None
    return None


def _is_input_next(found: list[Token]) -> bool:
    """Whether an input's name may come next: after a comma, a bracket or the procedure's name, not after a value."""
    return found[-1].text in (",", "(") or (found[-1].is_name and all(each.text != "=" for each in found))


def _free(procedure: Procedure, found: list[Token]) -> Iterator[str]:
    """Yield the names and aliases of the inputs that are not given yet."""
    given = {each.name.lower() for each in found if each.is_name}
    for each in procedure.inputs:
        names = [name for name in (each.alias, each.name) if name]
        if given.isdisjoint(name.lower() for name in names):
            yield from names


def _starting(token: str, words: Iterable[str], before: str = "") -> list[str]:
    """The words that start with the token, in any case; the token's letters stay as typed."""
    fitting = (word for word in words if word.lower().startswith(token.lower()))
    return [before + token + word[len(token) :] for word in fitting]
