"""Planning a table: which terms of WHERE become filters of Twilio's lists. Plain functions of plain data, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twsql.schema import Column, Table, Value
from twsql.schema.where import Order, Where
from twsql.vtab import given
from twsql.vtab.given import Argument
from twsql.vtab.question import (
    EQ,
    IN,
    LATE,
    LIMIT,
    NEVER,
    OFFSET,
    RANGES,
    REQUEST,
    Answer,
    Constraint,
    Question,
    Term,
    refused,
    to_json,
)
from twsql.vtab.relation import REST, Relation


@dataclass(frozen=True)
class TablePlan:
    """How a table's rows are read.

    `terms` are pushed to Twilio; `columns` are the columns that the statement reads. `ordered` means that SQLite relies
    on the table's own order; `sorted` has the columns by which SQLite will sort the rows itself. `missing` are required
    columns without a value.
    """

    terms: tuple[Term, ...] = ()
    columns: tuple[str, ...] = ()
    ordered: bool = False
    sorted: Order = ()
    missing: tuple[str, ...] = ()

    def where(self, arguments: Sequence[Argument]) -> Where:
        """The constraints, with the values of the terms."""
        equal: dict[str, tuple[Value, ...]] = {}
        between: dict[str, tuple[tuple[str, Value], ...]] = {}
        for (name, operator), argument in zip(self.terms, arguments, strict=True):
            if operator in RANGES:
                between[name] = (*between.get(name, ()), (operator, given.single(argument)))
            elif operator not in (LIMIT, OFFSET):
                values = given.values(operator, argument)
                equal[name] = given.both(equal[name], values) if name in equal else values
        limit, offset = given.limits(self.terms, arguments)
        enough = None if limit is None else limit + offset
        return Where(equal, between, frozenset(self.columns), enough, self.ordered, self.sorted)


def plan(relation: Relation, table: Table, question: Question) -> Answer | None:
    """Plan a scan; None if a required column gets its value from another table of a join, in another join order."""
    taken = [
        (number, column, constraint.taken_as)
        for number, constraint in enumerate(question.constraints)
        if (column := _column(relation, constraint)) and _pushed(column, constraint)
    ]
    terms = [(column, operator) for _, column, operator in taken]
    given_by = [column for column, operator in terms if operator in (EQ, IN)]
    missing = tuple(column.name for column in table.columns if column.required and column not in given_by)
    later = [each for each in question.constraints if not each.usable and each.operator == EQ]
    if any(column.name in missing for each in later if (column := _column(relation, each))):
        return None  # a join in the other direction gives it
    ordered = _newest_first(relation, table, question) and not any(column.key for column, _ in terms)
    arguments = [number for number, _, _ in taken]
    others = question.others(arguments)
    exact = not any(column.loose or column.ranges or column.type == "datetime" for column, _ in terms) and not others
    limits = list(question.limits()) if exact and (ordered or not question.order) else []
    here = [_column(relation, each) for each in others if each.usable]
    made = TablePlan(
        terms=(*((column.name, operator) for column, operator in terms), *(("", operator) for _, operator in limits)),
        columns=tuple(slot.name for number, slot in enumerate(relation.slots) if min(number, REST) in question.used),
        ordered=ordered,
        sorted=() if ordered else _sorted(relation, question),
        missing=missing,
    )
    requests, rows = _estimate(table, terms)
    return Answer(
        arguments=(*arguments, *(number for number, _ in limits)),
        omit=frozenset(),
        plan=to_json(made),
        asks=_asks(table, terms, here, bool(limits), missing),
        cost=NEVER if missing else LATE if _lacks_inputs(relation, question) else requests * REQUEST + rows,
        rows=rows,
        ordered=ordered,
        unique=any(column.key and operator == EQ for column, operator in terms) and rows == 1,
    )


def _lacks_inputs(relation: Relation, question: Question) -> bool:
    """Whether an input would get its value in another join order only: without it Twilio is asked something else."""
    later = [_column(relation, each) for each in question.constraints if not each.usable]
    return any(column.is_input or column.ranges for column in later if column)


def _asks(
    table: Table,
    taken: list[tuple[Column, str]],
    here: list[Column | None],
    limited: bool,
    missing: tuple[str, ...],
) -> str:
    """What goes to Twilio, in words for a reader of EXPLAIN QUERY PLAN."""
    if missing:
        return refused(missing)
    if not any(column.filter or column.key for column in table.columns):
        return "nothing of Twilio"
    found = {column.name for column, _ in taken if is_one_request(column)}
    single = found and _is_one_row(table, {column.name for column, _ in taken})
    words = [f"GET {'single' if single else 'lists of' if found else 'all lists of'} {table.name}"]
    by = [f"{c.name} {o.upper()}{' by day' if c.type == 'datetime' else ''}" for c, o in taken]
    words += [f"where {', '.join(by)}"] if by else []
    words += ["up to LIMIT"] if limited else []
    compared = sorted({column.name for column in here if column})
    return " ".join(words) + (f"; compared here: {', '.join(compared)}" if compared else "")


def _column(relation: Relation, constraint: Constraint) -> Column | None:
    return relation.slots[constraint.column].column if constraint.column >= 0 else None


def _pushed(column: Column, constraint: Constraint) -> bool:
    """Whether a constraint can become a filter of Twilio's. With another collation more rows may match."""
    if not constraint.usable or constraint.collation.upper() != "BINARY":
        return False
    if constraint.operator == EQ:
        return bool(column.filter or column.key or column.lookup)
    return constraint.operator in RANGES and (column.ranges or (bool(column.filter) and column.type == "datetime"))


def _newest_first(relation: Relation, table: Table, question: Question) -> bool:
    if not table.newest_first or len(question.order) != 1:
        return False
    column, descending = question.order[0]
    return descending and column >= 0 and relation.slots[column].name == table.newest_first


def _sorted(relation: Relation, question: Question) -> Order:
    """The columns by which SQLite will sort the rows, as far as xBestIndex says."""
    slots = [(relation.slots[number], descending) for number, descending in question.order if number >= 0]
    return tuple((slot.name, descending) for slot, descending in slots if slot.column)


def is_one_request(column: Column) -> bool:
    """Whether an `=` on the column costs one request: it is a key, or a filter by the SID of another table's row."""
    return column.key or bool(column.filter and column.references and column.sid)


def _is_one_row(table: Table, names: set[str]) -> bool:
    """Whether values of these columns leave at most one row: its identity, or one of its keys and a lookup."""
    equal = [column for column in table.columns if column.name in names]
    return names.issuperset(table.identity) or (any(c.key for c in equal) and any(c.lookup for c in equal))


def _estimate(table: Table, taken: list[tuple[Column, str]]) -> tuple[float, int]:
    """How many requests and rows SQLite should expect.

    SQLite runs the parts of an OR one by one if together they look cheaper than the whole table. `Muted = 1 OR Hold =
    1` would read the list of every conference twice. `FriendlyName = 'x' OR Status = 'init'` would read three lists for
    the name and one more, though the whole table may be three lists. So only SIDs are cheaper than the whole table: a
    row's own, and one that it references (`recordings.ConferenceSid`), by which Twilio has one list.
    """
    names = {column.name for column, operator in taken if operator in (EQ, IN)}
    many = 10 if any(operator == IN for _, operator in taken) else 1
    found = [(column, operator) for column, operator in taken if operator in (EQ, IN) and is_one_request(column)]
    single = any(operator == EQ and (column.references or column.name in table.identity) for column, operator in found)
    requests = 1 if single else table.pages
    if found:
        return requests, many * (1 if _is_one_row(table, names) else 10)
    rows = table.expected_rows
    for column, operator in taken:
        rows = max(10, rows // (3 if operator in RANGES else column.narrows))
    return requests, rows
