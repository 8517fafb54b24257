"""Translates EXEC, CALL and callproc(): finds the procedure and its inputs, and writes the equivalent SELECT."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from twsql.dbapi.execs import Argument, Placeholder, parse
from twsql.dbapi.parameters import Parameters, bindings, values
from twsql.dialing.batch import BATCH
from twsql.errors import DataError, ProgrammingError
from twsql.schema import Procedure, Value
from twsql.schema.inputs import examined, missing_in_exec

_MOST_NAMED = 20
"""Inputs that an error names; AddParticipants has three times as many."""


@dataclass(frozen=True)
class Invocation:
    """A procedure and the inputs given to it, by their declared names, in the given order.

    `unknown` has messages on names that are no inputs; the nearest input has their value. Phone numbers without a
    country code belong to `country`.
    """

    procedure: Procedure
    inputs: Mapping[str, Value | Placeholder]
    unknown: tuple[str, ...] = ()
    country: str | None = None


def translate(
    statement: str, procedures: Sequence[Procedure], params: Parameters = (), country: str | None = None
) -> tuple[str, tuple[Value, ...]]:
    """The SELECT, with its bindings, that is equivalent to an EXEC or CALL.

    Raises ProgrammingError if the statement is wrong, or does not match the procedures or the parameters; DataError for
    a parameter that SQLite cannot store.
    """
    return select(understood(statement, procedures, country), params)


def understood(statement: str, procedures: Sequence[Procedure], country: str | None = None) -> Invocation:
    """Find the procedure and inputs of an EXEC or CALL; a ProgrammingError lists the known names."""
    written = parse(statement)
    procedure = procedure_named(written.name, procedures, written.where)
    return Invocation(procedure, *_inputs(procedure, written.arguments), country)


def called(name: str, procedures: Sequence[Procedure], params: Parameters, country: str | None = None) -> Invocation:
    """Find the procedure and inputs of `callproc(name, params)`: a sequence is in declared order, a mapping by name."""
    procedure = procedure_named(name, procedures)
    given = bindings(params)
    arguments = (
        [Argument(key, given[key]) for key in given]
        if isinstance(given, Mapping)
        else [Argument(None, value) for value in given]
    )
    return Invocation(procedure, *_inputs(procedure, arguments), country)


def select(invocation: Invocation, params: Parameters = ()) -> tuple[str, tuple[Value, ...]]:
    """The SELECT that runs a procedure, and its bindings.

    Names are qualified with `temp`: a file's own table of that name must not be read in place of the procedure. A
    table-valued function is in every schema, and `temp` belongs to no file.
    """
    table = _quoted(invocation.procedure.name)
    given = _filled(invocation, params)
    conditions = " AND ".join(f"{table}.{_quoted(name)} = ?" for name in given)
    words = ["SELECT * FROM", f"temp.{table}", *(["WHERE", conditions] if given else [])]
    return " ".join(words), tuple(given.values())


def select_all(invocation: Invocation, sets: Sequence[Parameters]) -> tuple[str, tuple[Value, ...]] | None:
    """One SELECT that runs a procedure for each set of parameters, side by side, equal sets too, and its binding.

    None for a procedure without Batch, and if the statement gives a Batch itself. Raises DataError for a blob.
    """
    if BATCH in invocation.inputs or all(given.name != BATCH for given in invocation.procedure.inputs):
        return None
    objects = []
    for params in sets:
        inputs = _filled(invocation, params)
        if blobs := [name for name, value in inputs.items() if isinstance(value, bytes)]:
            raise DataError(f"{invocation.procedure.name}: {', '.join(blobs)} must be text; nothing was sent")
        objects.append(inputs)
    table = _quoted(invocation.procedure.name)
    return " ".join(["SELECT * FROM", f"temp.{table}", "WHERE", f"{table}.{_quoted(BATCH)} = ?"]), (
        json.dumps(objects),
    )


def _filled(invocation: Invocation, params: Parameters) -> dict[str, Value]:
    """The inputs with the values of their placeholders, without NULLs that count as not given.

    Raises ProgrammingError for unknown inputs, with all other mistakes.
    """
    texts = [value.text for value in invocation.inputs.values() if isinstance(value, Placeholder)]
    filled = iter(values(texts, params))
    inputs = {
        name: next(filled) if isinstance(value, Placeholder) else value for name, value in invocation.inputs.items()
    }
    if invocation.unknown:
        wrong = [] if BATCH in inputs else examined(invocation.procedure, inputs, invocation.country)[1]
        words = [word for each in invocation.procedure.inputs for word in (each.name, each.alias) if word]
        told = "; ".join((*invocation.unknown, *wrong))
        there_are = ", ".join(words) if len(words) <= _MOST_NAMED else "in sys_procedureparameters"
        raise ProgrammingError(f"{told}{' ' if told.endswith('?') else '; '}inputs are {there_are}")
    kept = {each.name for each in invocation.procedure.inputs if each.never_null}
    given: dict[str, Value] = {name: value for name, value in inputs.items() if value is not None or name in kept}
    lacking = (
        None if BATCH in given else missing_in_exec(invocation.procedure, given, invocation.country)
    )  # a Batch may hold them
    if lacking:
        raise lacking
    return given


def procedure_named(name: str, procedures: Sequence[Procedure], where: str = "") -> Procedure:
    """Find a procedure by its name, in any case."""
    for procedure in procedures:
        if procedure.name.lower() == name.lower():
            return procedure
    names = [procedure.name for procedure in procedures]
    raise ProgrammingError(f"no procedure {name!r}{where}{_known('procedures', name, names)}")


def _inputs(procedure: Procedure, arguments: Iterable[Argument]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Sort arguments by the declared name of their input; one given twice, by whatever names, is an error.

    What is no input is told in words, and its value goes to the nearest one, to be checked as such.
    """
    named = _spellings(procedure)
    inputs: dict[str, Value | Placeholder] = {}
    unknown: list[Argument] = []
    by_name = False
    for position, argument in enumerate(arguments):
        if argument.name is not None:
            by_name = True
            if argument.name.lower() not in named:
                unknown.append(argument)
                continue
            name = named[argument.name.lower()]
        elif by_name:
            raise ProgrammingError(f"a value by position after one by name{argument.where}: put it first, or name it")
        else:
            name = _at(procedure, position, argument.where)
        if name in inputs:
            raise ProgrammingError(f"{procedure.name} is given {name} a second time{argument.where}: keep one")
        inputs[name] = argument.value
    for argument in unknown:
        if nearest := _nearest(str(argument.name), named):
            inputs.setdefault(named[nearest], argument.value)
    return inputs, _no_inputs(procedure, unknown)


def _spellings(procedure: Procedure) -> dict[str, str]:
    """Map each name and alias in lower case to the declared name; a name goes before another input's alias."""
    aliases = {given.alias.lower(): given.name for given in procedure.inputs if given.alias}
    return aliases | {given.name.lower(): given.name for given in procedure.inputs}


def _no_inputs(procedure: Procedure, unknown: Sequence[Argument]) -> tuple[str, ...]:
    """Say of each argument that it is no input, and which may be meant."""
    spellings = {word.lower(): word for each in procedure.inputs for word in (each.name, each.alias) if word}
    told = []
    for argument in unknown:
        nearest = _nearest(str(argument.name), spellings)
        hint = f": did you mean {spellings[nearest]}?" if nearest else ""
        told.append(f"{procedure.name} has no input {argument.name!r}{argument.where}{hint}")
    return tuple(told)


def _nearest(name: str, spellings: Iterable[str]) -> str | None:
    """The name in lower case that is most like this one, if any is."""
    return next(iter(get_close_matches(name.lower(), spellings, n=1)), None)


def _at(procedure: Procedure, position: int, where: str) -> str:
    if position < len(procedure.inputs):
        return procedure.inputs[position].name
    most = len(procedure.inputs)
    raise ProgrammingError(f"one value too many{where}: {procedure.name} has {most} inputs")


def _known(what: str, name: str, names: Sequence[str]) -> str:
    """Name the remedy for an unknown name: the nearest one, then all of them."""
    spelled = {known.lower(): known for known in names}
    nearest = _nearest(name, spelled)
    hint = f"did you mean {spelled[nearest]}? " if nearest else ""
    return f": {hint}{what} are {', '.join(names) or '(none)'}"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
