"""Planning a procedure: which arguments and terms of WHERE are its inputs. Plain functions of plain data, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from twsql.dialing.batch import BATCH
from twsql.schema import Procedure, Value
from twsql.schema.once import DRY_RUN
from twsql.vtab import given
from twsql.vtab.given import Argument
from twsql.vtab.question import EQ, IN, LIMIT, NEVER, OFFSET, REQUEST, Answer, Question, Term, refused, to_json
from twsql.vtab.relation import REST, Relation

OMITTED = 16
"""SQLite skips its own check of a constraint (`omit`) only for the first 16."""


@dataclass(frozen=True)
class ProcedurePlan:
    """How a procedure's rows are made.

    `terms` give the inputs. `missing` are required inputs that the statement does not mention. `reads` tells whether
    the statement reads a result; `reads_late`, one that only a dry run has. `together`: all rows will be read, so the
    inputs of an IN or Batch run side by side. `several`: a Batch, in which equal inputs mean several calls. SQLite
    compares the inputs that are `checked`. The statement names the boolean inputs in `bare` without a value.
    """

    terms: tuple[Term, ...] = ()
    reads: bool = False
    reads_late: bool = False
    together: bool = False
    several: bool = False
    checked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()

    def combinations(self, arguments: Sequence[Argument]) -> Iterator[dict[str, Value]]:
        """Yield the inputs of each row: every combination of the values of the INs. A NULL in an IN equals nothing."""
        named = [
            (name, given.values(operator, argument) if operator == IN else (given.single(argument),))
            for (name, operator), argument in zip(self.terms, arguments, strict=True)
            if operator not in (LIMIT, OFFSET)
        ]
        for values in product(*(values for _, values in named)):
            yield dict(zip((name for name, _ in named), values, strict=True))

    def null(self, arguments: Sequence[Argument]) -> list[str]:
        """The NULL inputs that SQLite compares itself: NULL equals nothing, so SQLite would drop the row."""
        values = {name: value for (name, _), value in zip(self.terms, arguments, strict=True)}
        return [name for name in self.checked if values[name] is None]


def plan(relation: Relation, procedure: Procedure, question: Question) -> Answer | None:
    """Plan a scan; None if an input gets its value from another table of a join, in another join order."""
    named: dict[str, int] = {}
    offered: set[str] = set()
    for number, name in _inputs(relation, procedure, question):
        offered.add(name)
        if question.constraints[number].usable:
            named.setdefault(name, number)
    if offered - set(named):
        return None
    named = dict(sorted(named.items(), key=lambda item: item[1]))
    batch = BATCH in named
    missing = tuple(p.name for p in procedure.inputs if p.required and p.name not in named and not batch)
    taken = list(named.values())
    terms = tuple((name, question.constraints[number].taken_as) for name, number in named.items())
    limits = [] if question.order or question.others(taken) else list(question.limits())
    made = ProcedurePlan(
        terms=(*terms, *(("", operator) for _, operator in limits)),
        reads=_reads(relation, named, question, late=False),
        reads_late=_reads(relation, named, question, late=True),
        together=bool(limits) or not _may_stop(relation, taken, question),
        several=batch,
        checked=tuple(name for name, number in named.items() if number >= OMITTED),
        missing=missing,
        bare=tuple(_bare(relation, procedure, offered, question)),
    )
    several = batch or any(operator == IN for _, operator in terms)
    return Answer(
        arguments=(*taken, *(number for number, _ in limits)),
        omit=frozenset(taken),
        plan=to_json(made),
        asks=_asks(procedure, made),
        cost=NEVER if missing else REQUEST,
        rows=10 if several else 1,
        unique=not several and not missing,
    )


def _asks(procedure: Procedure, made: ProcedurePlan) -> str:
    """What is done, in words for a reader of EXPLAIN QUERY PLAN."""
    if made.missing:
        return refused(made.missing)
    if DRY_RUN in made.bare or (not made.reads and made.reads_late):
        return f"{'prices' if made.reads_late else 'nothing'} of Twilio, and nothing is done"
    if not made.reads:
        return "nothing of Twilio, but an error: no result is read"
    once = procedure.once
    deed = f"one {once.noun} {once.done}" if once else f"{procedure.name} once"
    return f"{deed} for each row; inputs {', '.join(name for name, _ in made.terms if name)}"


def _inputs(relation: Relation, procedure: Procedure, question: Question) -> Iterator[tuple[int, str]]:
    """Yield the constraints that give an input: `=` or IN on its column, else on its alias, a result column."""
    equal = [
        (number, relation.slots[constraint.column])
        for number, constraint in enumerate(question.constraints)
        if constraint.operator == EQ and constraint.column >= 0
    ]
    names = {slot.name for _, slot in equal if slot.parameter}
    aliases = {p.alias: p.name for p in procedure.inputs if p.alias and p.name not in names}
    yield from ((number, slot.name) for number, slot in equal if slot.parameter)
    # SQLite compares a later one with the result: a SID, though the input may be a name.
    yield from ((number, aliases[slot.name]) for number, slot in equal if slot.name in aliases and number < OMITTED)


def _bare(relation: Relation, procedure: Procedure, offered: set[str], question: Question) -> Iterator[str]:
    """Yield the boolean inputs that the statement names without `=` or IN: `WHERE DryRun`, `WHERE NOT DryRun`.

    xBestIndex has no constraint for those, but SQLite marks their columns as used. A Batch may give them values. An
    input that is a result too may be read, but not of a call: `WHERE Muted` would place one that is not muted.
    """
    named = [slot for number, slot in enumerate(relation.slots[:REST]) if number in question.used]
    for slot in named:
        must_have_value = BATCH not in offered and bool(procedure.once or slot.column is None)
        is_boolean = slot.parameter is not None and slot.parameter.kind == "boolean"
        if is_boolean and slot.name not in offered and (must_have_value or slot.name == DRY_RUN):
            yield slot.name


def _reads(relation: Relation, named: dict[str, int], question: Question, *, late: bool) -> bool:
    """Whether the statement reads a result of Twilio's: a `late` one, which only a dry run has, or another one.

    SQLite counts columns in WHERE as used too, so a column that gives an input does not show that it is read.
    """
    compared = {min(question.constraints[number].column, REST) for number in named.values()}
    return any(
        slot.column is not None
        and slot.column.late is late
        and slot.name not in named
        and min(number, REST) in question.used - compared
        for number, slot in enumerate(relation.slots)
    )


def _may_stop(relation: Relation, taken: list[int], question: Question) -> bool:
    """Whether SQLite may not read some rows, so that each row must be dialled alone, when SQLite reads it.

    SQLite may drop rows for their inputs (`"To" <> 'x'`), or stop at a LIMIT that it does not pass on.
    """
    limited = not question.order and any(each.operator == LIMIT for each in question.constraints)
    return limited or any(
        each.column < 0 or relation.slots[each.column].parameter is not None for each in question.others(taken)
    )
