"""Scanning a procedure: a plan and its values in, rows out. The procedure runs when SQLite reads a row's result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from twsql.dialing import batch, guard
from twsql.dialing.stop import Stop
from twsql.errors import InputError, OutcomeUnknown, ProgrammingError, TwilioError
from twsql.schema import BOOLEANS, Procedure, Row, Value, inputs
from twsql.schema.once import DRY_RUN
from twsql.vtab import excess
from twsql.vtab.given import Argument, copies, limits
from twsql.vtab.procedure_plan import OMITTED, ProcedurePlan
from twsql.vtab.question import from_json
from twsql.vtab.relation import Relation
from twsql.vtab.statement import Statement, is_row

if TYPE_CHECKING:
    from twsql.vtab.tasks import Task


class ProcedureScan:
    """A cursor over a procedure's rows, one for each set of inputs. A row is lazy: it runs when its result is read.

    `Close` keeps further runs from beginning; runs in flight go on, and the journal records them.
    """

    def __init__(self, relation: Relation, procedure: Procedure) -> None:
        self._relation = relation
        self._procedure = procedure
        self._given: list[dict[str, Value]] = []
        self._runs: dict[int, Task] = {}
        self._copies: Sequence[int] = ()
        self._place = 0
        self._ahead = 1
        self._dry_run = -1
        self._asked = -1
        self._stop = Stop()
        self.Close: Callable[[], None] = self._stop.set  # no Python runs, which Ctrl-C could end before it stops them

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> None:
        """Begin a scan; `text` is the plan's JSON.

        Raises InputError for missing inputs, and ProgrammingError for a statement that reads no result.
        """
        plan = from_json(ProcedurePlan, text)
        if plan.missing:
            raise inputs.missing(self._procedure, plan.missing)
        if not (plan.reads or plan.reads_late):
            results = ", ".join(column.name for column in self._procedure.columns if not column.hidden)
            raise ProgrammingError(
                f"{self._procedure.name}: the statement reads no result, so nothing was done; read one of {results}"
            )
        if null := plan.null(arguments):
            raise InputError(
                f"{self._procedure.name}: {', '.join(null)} cannot be NULL beside {OMITTED} inputs before it:"
                " leave it out, or write name = value in WHERE; nothing was sent"
            )
        self._statement = statement
        limit = limits(plan.terms, arguments)[0]  # not what OFFSET skips: that is never read
        combinations = [*plan.combinations(arguments)]
        if plan.several and plan.together and limit is None and not statement.done:
            for each in combinations:
                excess.refuse(statement.engine, self._procedure, each)
        country = statement.engine.settings.default_country
        rows = [batch.expand(self._procedure, each, country) for each in combinations]
        self._given = [given for row in rows for given in row]
        self._refuse_bare(plan)
        self._dry_run = self._relation.slot_named(DRY_RUN) if DRY_RUN in plan.bare else -1
        self._asked = -1
        if self._dry_run >= 0:
            self._given = [{**given, DRY_RUN: 1} for given in self._given]
        elif not plan.reads:  # but a price: nobody is called for that
            self._given = [{DRY_RUN: 1, **given} for given in self._given]
        self._copies = copies(self._given) if plan.several else ()
        self._ahead = (limit or len(self._given)) if plan.together else 1
        self._runs, self._place = {}, 0

    def Next(self) -> None:
        """Move to the next row.

        Raises ProgrammingError if WHERE dropped this one for its DryRun, which has no value in the statement:
        `WHERE NOT DryRun` places no call, though it may be meant to.
        """
        if self._dry_run >= 0 and self._asked == self._dry_run and self._place not in self._runs:
            raise ProgrammingError(
                f"{self._procedure.name}: DryRun without a value is 1, and no result of that row is read; nothing was"
                " sent; write DryRun = 1 to check the inputs, or leave DryRun out"
            )
        self._asked = -1
        self._place += 1

    def Eof(self) -> bool:
        """Whether the scan is past its last row."""
        return self._place >= len(self._given)

    def Column(self, number: int) -> Value:
        """The value of a column of this row: an input, or a result, for which the procedure runs."""
        self._asked = number
        if number < 0:
            return self.Rowid()
        reader = self._relation.readers[number]
        given = self.given(number)
        if given is not None or reader is None:
            return given
        slot = self._relation.slots[number]
        if slot.column is not None and slot.column.late and not self._is_dry(self._given[self._place]):
            return None
        return self._relation.value(self._result(), number)

    def given(self, number: int) -> Value:
        """The value of an input of this row, None for a result; the procedure does not run."""
        slot = self._relation.slots[number]
        return None if slot.parameter is None else self._given[self._place].get(slot.name)

    @property
    def is_watched(self) -> bool:
        """Whether the scan must see each reading of an input, to know for which one WHERE drops a row."""
        return self._dry_run >= 0

    def Rowid(self) -> int:
        """The place of the row, from 0."""
        return self._place

    def _refuse_bare(self, plan: ProcedurePlan) -> None:
        """Raise ProgrammingError for a boolean input other than DryRun that has no value: it may mean true, or not."""
        if unclear := [name for name in plan.bare if name != DRY_RUN]:
            raise ProgrammingError(
                f"{self._procedure.name}: {' and '.join(unclear)} without a value; nothing was sent; write"
                f" {' AND '.join(f'{name} = 1' for name in unclear)}, or = 0"
            )

    def _is_dry(self, given: Mapping[str, Value]) -> bool:
        """Whether a run is a dry one."""
        spelled = BOOLEANS.get(str(given.get(DRY_RUN)).strip().lower(), False)
        return guard.is_dry(self._statement.engine.settings, {DRY_RUN: "true" if spelled else "false"})

    def _result(self) -> Row:
        """The procedure's result for this row."""
        self._statement.refuse_children()
        task = self._run()
        if not is_row(self._given[self._place]):
            return self._statement.result(task)
        try:
            return task.result()
        except (TwilioError, InputError) as error:
            status = "unknown" if isinstance(error, OutcomeUnknown) else "failed"
            code = error.code if isinstance(error, TwilioError) else None
            return {"status": status, "error_code": code, "error_message": str(error)}

    def _run(self) -> Task:
        """The run of this row. Rows of an IN or a Batch run together, up to LIMIT."""
        known = self._runs.get(self._place)
        if known is None or not known.was_begun():
            if failed := self._failed():
                return failed
            places = range(self._place, min(self._place + self._ahead, len(self._given)))
            given, copies = self._given[places.start : places.stop], self._copies[places.start : places.stop]
            begun = self._statement.run(self._procedure, given, copies, self._stop)
            self._runs = dict(zip(places, begun, strict=True))
        return self._runs[self._place]

    def _failed(self) -> Task | None:
        """A run of a later row that failed, and so kept this row's run from beginning."""
        tasks = (task for place, task in self._runs.items() if place > self._place)
        return next((task for task in tasks if task.was_begun() and task.problem() is not None), None)
