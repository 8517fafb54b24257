"""Planning: what SQLite offers in xBestIndex in, what to do with it out. Plain functions of plain data, no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from twsql.dialing.batch import BATCH
from twsql.schema import Column, Procedure, Table
from twsql.vtab.relation import REST, Relation

LIMIT, OFFSET, EQ, IN = "limit", "offset", "=", "in"
RANGES = ("<", "<=", ">", ">=")
OMITTED = 16
"""SQLite leaves out its own check of a constraint (`omit`) for the first so many only."""

_REQUEST = 1e6
"""The cost of one request, where that of a row is 1: no number of rows outweighs a request."""
_NEVER = 1e300
"""The cost of a plan that can only end in an error."""


@dataclass(frozen=True)
class Constraint:
    """One term of WHERE (or LIMIT and OFFSET) that SQLite offers; `many` is an IN whose values can come all at once."""

    column: int
    operator: str
    usable: bool = True
    collation: str = "BINARY"
    many: bool = False


@dataclass(frozen=True)
class Question:
    """What SQLite asks in xBestIndex: constraints, ORDER BY as (column, descending), the columns that are used."""

    constraints: tuple[Constraint, ...] = ()
    order: tuple[tuple[int, bool], ...] = ()
    used: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Plan:
    """The answer: `arguments` are the constraints whose values are wanted, in the order of `text`'s `args`.

    `omit` are those that SQLite need not check again. `text` goes to the scan, as JSON with column names.
    """

    arguments: tuple[int, ...]
    omit: frozenset[int]
    text: str
    cost: float
    rows: int
    ordered: bool = False
    unique: bool = False


def plan(relation: Relation, question: Question) -> Plan | None:
    """Answer the question; None means that SQLite should try another join order (SQLITE_CONSTRAINT)."""
    if isinstance(relation.source, Procedure):
        return _plan_procedure(relation, relation.source, question)
    return _plan_table(relation, relation.source, question)


def used_names(relation: Relation, question: Question) -> list[str]:
    """The names of the columns that the statement reads, as far as SQLite tells."""
    return [slot.name for number, slot in enumerate(relation.slots) if min(number, REST) in question.used]


# Tables


def _plan_table(relation: Relation, table: Table, question: Question) -> Plan | None:
    taken = [
        (number, column, _operator(constraint))
        for number, constraint in enumerate(question.constraints)
        if (column := _column(relation, constraint)) and _pushed(column, constraint)
    ]
    missing = _missing(table, [column for _, column, operator in taken if operator in (EQ, IN)])
    if any(_names(relation, each) in missing for each in question.constraints if not each.usable):
        return None  # a join in the other direction gives it
    ordered = _newest_first(relation, table, question) and not any(column.key for _, column, _ in taken)
    arguments = [number for number, _, _ in taken]
    args = [[column.name, operator] for _, column, operator in taken]
    others = _others(question, arguments)
    exact = all(_exact(column) for _, column, _ in taken) and not others
    limits = list(_limits(question)) if exact and (ordered or not question.order) else []
    for number, operator in limits:
        arguments.append(number)
        args.append(["", operator])
    asks = _asks(
        table, [(c, o) for _, c, o in taken], [_column(relation, each) for each in others if each.usable], bool(limits)
    )
    requests, rows = _estimate(table, [(column, operator) for _, column, operator in taken])
    spec = {"asks": asks, "args": args, "columns": used_names(relation, question), "ordered": ordered}
    by = [] if ordered else _sorted(relation, question)
    further = ({"sorted": by} if by else {}) | ({"missing": missing} if missing else {})
    return Plan(
        arguments=tuple(arguments),
        omit=frozenset(),
        text=_text({**spec, **further}),
        cost=_NEVER if missing else requests * _REQUEST + rows,
        rows=rows,
        ordered=ordered,
        unique=any(c.key and o == EQ for _, c, o in taken) and rows == 1,
    )


def _missing(table: Table, given: list[Column]) -> list[str]:
    """The columns without which Twilio lists nothing, where the statement does not say what they equal."""
    return [column.name for column in table.columns if column.required and column not in given]


def _names(relation: Relation, constraint: Constraint) -> str:
    return relation.slots[constraint.column].name if constraint.column >= 0 and constraint.operator == EQ else ""


def _asks(table: Table, taken: list[tuple[Column, str]], here: list[Column | None], limited: bool) -> str:
    """What goes to Twilio, in words for a reader of EXPLAIN QUERY PLAN; the scan has no use for them."""
    if not any(column.filter or column.key for column in table.columns):
        return "nothing of Twilio"
    keys = {column.name for column, _ in taken if column.key}
    single = keys and ({c.name for c, _ in taken if c.lookup} or not any(c.lookup for c in table.columns))
    words = [f"GET {'single' if single else 'lists of' if keys else 'all lists of'} {table.name}"]
    by = [f"{c.name} {o.upper()}{' by day' if c.type == 'datetime' else ''}" for c, o in taken]
    words += [f"where {', '.join(by)}"] if by else []
    words += ["up to LIMIT"] if limited else []
    compared = sorted({column.name for column in here if column})
    return " ".join(words) + (f"; compared here: {', '.join(compared)}" if compared else "")


def _column(relation: Relation, constraint: Constraint) -> Column | None:
    return relation.slots[constraint.column].column if constraint.column >= 0 else None


def _pushed(column: Column, constraint: Constraint) -> bool:
    """Whether the constraint can narrow what Twilio is asked for. With another collation, more rows may match."""
    if not constraint.usable or constraint.collation.upper() != "BINARY":
        return False
    if constraint.operator == EQ:
        return bool(column.filter or column.key or column.lookup)
    return constraint.operator in RANGES and bool(column.filter) and column.type == "datetime"


def _exact(column: Column) -> bool:
    return not column.loose and column.type != "datetime"


def _newest_first(relation: Relation, table: Table, question: Question) -> bool:
    if not table.newest_first or len(question.order) != 1:
        return False
    column, descending = question.order[0]
    return descending and column >= 0 and relation.slots[column].name == table.newest_first


def _sorted(relation: Relation, question: Question) -> list[list[object]]:
    """The columns by which SQLite will sort the rows, as far as it tells."""
    slots = [(relation.slots[number], descending) for number, descending in question.order if number >= 0]
    return [[slot.name, descending] for slot, descending in slots if slot.column]


def _estimate(table: Table, taken: list[tuple[Column, str]]) -> tuple[float, int]:
    """How many requests and rows SQLite should expect.

    SQLite takes an OR apart where its parts together look cheaper than the whole table. `Muted = 1 OR Hold = 1` would
    read the list of every conference twice. `FriendlyName = 'x' OR Status = 'init'` would read three lists for the name
    and one more, where three lists may be all there is. So only what one SID names is cheaper than the whole table.
    """
    names = {column.name for column, operator in taken if operator in (EQ, IN)}
    many = 10 if any(operator == IN for _, operator in taken) else 1
    keys = {column.name for column in table.columns if column.key}
    lookups = {column.name for column in table.columns if column.lookup}
    single = any(operator == EQ and column.key and column.name in table.identity for column, operator in taken)
    requests = 1 if single else table.pages
    if names & keys:
        alone = not lookups or names & lookups
        return requests, many * (1 if alone else 10)
    rows = table.expected_rows
    for column, operator in taken:
        rows = max(10, rows // (3 if operator in RANGES else column.narrows))
    return requests, rows


# Procedures


def _plan_procedure(relation: Relation, procedure: Procedure, question: Question) -> Plan | None:
    given: dict[str, int] = {}
    offered: set[str] = set()
    for number, name in _inputs(relation, procedure, question):
        offered.add(name)
        if question.constraints[number].usable:
            given.setdefault(name, number)
    if offered - set(given):
        return None
    given = dict(sorted(given.items(), key=lambda item: item[1]))
    batch = BATCH in given
    missing = [p.name for p in procedure.inputs if p.required and p.name not in given and not batch]
    arguments = list(given.values())
    args = [[name, _operator(question.constraints[number])] for name, number in given.items()]
    limits = [] if question.order or _others(question, arguments) else list(_limits(question))
    spec = {
        "args": args + [["", operator] for _, operator in limits],
        "reads": _reads(relation, given, question),
        "together": bool(limits) or not _may_stop(relation, arguments, question),
        "several": batch,
        "checked": [name for name, number in given.items() if number >= OMITTED],
    }
    several = batch or any(operator == IN for _, operator in args)
    return Plan(
        arguments=tuple(arguments + [number for number, _ in limits]),
        omit=frozenset(arguments),
        text=_text({**spec, "missing": missing} if missing else spec),
        cost=_NEVER if missing else _REQUEST,
        rows=10 if several else 1,
        unique=not several and not missing,
    )


def _inputs(relation: Relation, procedure: Procedure, question: Question) -> Iterator[tuple[int, str]]:
    """Yield the constraints that give an input: `=` or IN on its column, else on the column that is its alias."""
    equal = [
        (number, relation.slots[constraint.column])
        for number, constraint in enumerate(question.constraints)
        if constraint.operator == EQ and constraint.column >= 0
    ]
    names = {slot.name for _, slot in equal if slot.parameter}
    aliases = {p.alias: p.name for p in procedure.inputs if p.alias and p.name not in names}
    yield from ((number, slot.name) for number, slot in equal if slot.parameter)
    # SQLite would compare a later one with the result, which has the SID where a name was given.
    yield from ((number, aliases[slot.name]) for number, slot in equal if slot.name in aliases and number < OMITTED)


def _reads(relation: Relation, given: dict[str, int], question: Question) -> bool:
    """Whether the statement reads anything that only Twilio's answer can tell.

    SQLite also counts as used what WHERE compares: a column that gives an input is no sign that anything is read.
    """
    compared = {min(question.constraints[number].column, REST) for number in given.values()}
    return any(
        slot.column is not None and slot.name not in given and min(number, REST) in question.used - compared
        for number, slot in enumerate(relation.slots)
    )


def _may_stop(relation: Relation, given: list[int], question: Question) -> bool:
    """Whether some rows may never be read, so that each must be dialled alone, when it is.

    They may be dropped for what their inputs are (`"To" <> 'x'`), or come after a LIMIT that SQLite does not pass on.
    """
    limited = not question.order and any(each.operator == LIMIT for each in question.constraints)
    return limited or any(
        each.column < 0 or relation.slots[each.column].parameter is not None for each in _others(question, given)
    )


# Both


def _operator(constraint: Constraint) -> str:
    return IN if constraint.many and constraint.operator == EQ else constraint.operator


def _limits(question: Question) -> Iterator[tuple[int, str]]:
    for number, constraint in enumerate(question.constraints):
        if constraint.operator in (LIMIT, OFFSET) and constraint.usable:
            yield number, constraint.operator


def _others(question: Question, arguments: list[int]) -> list[Constraint]:
    """The terms of WHERE that only SQLite checks; with one of them a LIMIT does not limit the rows that are needed."""
    return [
        constraint
        for number, constraint in enumerate(question.constraints)
        if number not in arguments and constraint.operator not in (LIMIT, OFFSET)
    ]


def _text(spec: dict[str, object]) -> str:
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
