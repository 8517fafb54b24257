"""Runs a procedure for each row of a partition, once for each RequestKey, however often Spark runs the partition.

The journal, which all executors share, has each row before it is sent. So a task that is retried, a second one that
Spark runs beside a slow one, and a job that is run again find what the first has done, or wait for its outcome.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import WriterCommitMessage
from pyspark.sql.types import StructType

from twsql.catalog import CATALOG
from twsql.dialing.guard import refuse_effects
from twsql.dialing.stop import Stop
from twsql.errors import (
    AuthenticationFailed,
    InputError,
    OutcomeUnknown,
    ProgrammingError,
    RateLimited,
    SettingError,
    TwilioError,
    Unreachable,
)
from twsql.schema import Procedure, Value
from twsql.spark.options import Options
from twsql.twilio.journal_address import JournalAddress
from twsql.twilio.settings import Settings
from twsql.vtab.engine import Engine
from twsql.vtab.statement import Statement

if TYPE_CHECKING:
    import pyarrow as pa

KEY = "RequestKey"
_HERE = {"Batch", "OnError"}
"""Inputs that a row cannot have: a row is one call, and its failure does not end the others."""
_NAMED = 3
"""How many failures the job's error names."""


@dataclass(frozen=True)
class Outcome(WriterCommitMessage):
    """What became of a partition's rows; `failures` has the texts of the first few."""

    placed: int = 0
    refused: int = 0
    unknown: int = 0
    failures: tuple[str, ...] = ()


def procedure_named(name: str) -> Procedure:
    """The procedure of the option `procedure`, one that is done once. Raises SettingError for another."""
    once = {each.name.lower(): each for each in CATALOG.procedures if each.once}
    if name.lower() not in once:
        names = ", ".join(each.name for each in once.values())
        raise SettingError(f"{name or 'no procedure'}: .option('procedure', …) is one that is done once: {names}")
    return once[name.lower()]


def check(options: Options, procedure: Procedure, wanted: StructType, *, overwrite: bool) -> None:
    """Raise if the job cannot keep its promise: nothing is sent then."""
    settings = options.settings()
    refuse_effects(settings, procedure)
    if overwrite:
        raise ProgrammingError(f"{procedure.name}: what is done cannot be overwritten: write with .mode('append')")
    if not isinstance(settings.journal, JournalAddress):
        raise SettingError(
            f"{procedure.name}: executors need a journal that they share: .option('journal', 'postgresql://…') or"
            " TWSQL_JOURNAL; nothing was sent"
        )
    names = _inputs(procedure)
    given = [names.get(each.lower(), "") for each in wanted.fieldNames()]
    unknown = [each for each, name in zip(wanted.fieldNames(), given, strict=True) if not name]
    twice = {name for name in given if name and given.count(name) > 1}
    lacking = [each.alias or each.name for each in procedure.inputs if each.required and each.name not in given]
    problems = [f"{', '.join(unknown)} is no input"] if unknown else []
    problems += [f"{', '.join(sorted(twice))} is given twice"] if twice else []
    problems += [f"a column {each} is required" for each in lacking]
    if KEY not in given:
        problems.append(
            f"a column {KEY} is required: it names a call, so that a task that is run again places no other"
        )
    if problems:
        raise InputError(f"{procedure.name}: {'; '.join(problems)}; nothing was sent")


def place(options: Options, procedure: Procedure, batches: Iterable[pa.RecordBatch]) -> Outcome:
    """Run the procedure for all rows of a partition, in a task, and wait for the outcomes.

    A refused row does not end the others. What concerns all of them (credentials, network, journal) raises, and keeps
    the rest from beginning: Spark runs the task again.
    """
    rows = [*_given(procedure, batches)]
    without = sum(row.get(KEY) is None for row in rows)
    if without:
        raise InputError(f"{procedure.name}: {KEY} is NULL in {without} rows; nothing of this partition was sent")
    engine = Engine(_share(options.settings(), options.partitions), CATALOG.procedures)
    stop = Stop()
    try:
        return _outcome(Statement(engine), procedure, rows, stop)
    finally:
        stop.set()
        engine.close()


def conclude(options: Options, procedure: Procedure, outcomes: Sequence[Outcome]) -> None:
    """Raise if a row failed, after all have been tried; with `onError` ignore `twsql_journal` alone tells."""
    refused, unknown = sum(each.refused for each in outcomes), sum(each.unknown for each in outcomes)
    if options.on_error == "ignore" or not refused + unknown:
        return
    placed = sum(each.placed for each in outcomes)
    named = "; ".join([text for each in outcomes for text in each.failures][:_NAMED])
    once = procedure.once
    done = once.done if once else "done"
    error = OutcomeUnknown if unknown else TwilioError
    raise error(
        f"{procedure.name}: {placed} {done}, {refused} refused, {unknown} unknown: twsql_journal has each row;"
        f" run the job again to try these, and no other, once more: {named}"
    )


def _outcome(statement: Statement, procedure: Procedure, rows: Sequence[Mapping[str, Value]], stop: Stop) -> Outcome:
    placed = refused = unknown = 0
    failures: list[str] = []
    for row, task in zip(rows, statement.run(procedure, rows, stop=stop), strict=True):
        problem = task.problem()
        if problem is None:
            placed += 1
            continue
        if not isinstance(problem, (TwilioError, InputError)) or isinstance(problem, _OF_ALL):
            raise problem
        if isinstance(problem, OutcomeUnknown):
            unknown += 1
        else:
            refused += 1
        if len(failures) < _NAMED:
            failures.append(f"{KEY} {row[KEY]!r}: {problem}")
    return Outcome(placed, refused, unknown, tuple(failures))


_OF_ALL = (AuthenticationFailed, RateLimited, Unreachable)
"""Refusals that every row would get."""


def _share(settings: Settings, tasks: int) -> Settings:
    """A task's share of what the settings allow the whole job."""
    pace = settings.calls_per_second
    return replace(
        settings,
        max_in_flight=max(1, settings.max_in_flight // tasks),
        calls_per_second=None if pace is None else pace / tasks,
    )


def _inputs(procedure: Procedure) -> dict[str, str]:
    """The inputs by the names that a column may have, in lower case."""
    own = [each for each in procedure.inputs if each.name not in _HERE]
    aliases = {each.alias.lower(): each.name for each in own if each.alias}
    return aliases | {each.name.lower(): each.name for each in own}


def _given(procedure: Procedure, batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Value]]:
    names = _inputs(procedure)
    for batch in batches:
        for row in batch.to_pylist():
            given = {names[name.lower()]: _value(value) for name, value in row.items() if value is not None}
            yield {**given, "OnError": "row"}


def _value(value: Any) -> Value:
    """A value of Spark as SQLite has it: a list is JSON text, which inputs of several values take."""
    if isinstance(value, (str, int, float, bytes)):
        return value
    return json.dumps(value) if isinstance(value, (list, dict)) else str(value)
