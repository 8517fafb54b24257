"""Scanning: a plan's text and its values in, rows out. The methods bear SQLite's names, for any host to call."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twsql import inputs
from twsql.dialing import batch
from twsql.errors import DataError, Error, InputError, OperationalError, OutcomeUnknown, ProgrammingError, TwilioError
from twsql.schema import Procedure, Row, Table, Value
from twsql.values import CONVERT, Convert, utc
from twsql.vtab import arguments as given_by
from twsql.vtab.arguments import Argument
from twsql.vtab.engine import Statement, is_row
from twsql.vtab.lookahead import Scan
from twsql.vtab.plan import OMITTED
from twsql.vtab.relation import Relation

if TYPE_CHECKING:
    from twsql.vtab.tasks import Task


class TableScan:
    """A cursor over a table's rows. It streams: a page is asked for when its first row is.

    `Column` gives the value of a column of this row, by its number. `shown` is what other scans of the statement are to
    see in place of this one, if it is read ahead of the host.
    """

    def __init__(self, relation: Relation, table: Table, shown: Scan | None = None) -> None:
        self.relation = relation
        self._table = table
        self._shown = shown or self
        self._rows: Iterator[Row] = iter(())
        self._row: Row | None = None
        self._coming: deque[Row] = deque()
        self._statement: Statement | None = None
        self._spec: dict[str, Any] = {}
        self._readers: tuple[_Reader, ...] = ()
        self._values = _Values(self._value)
        self.Column: Callable[[int], Value] = self._values.__getitem__  # no Python runs where SQLite reads a value

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> None:
        """Begin a scan by the plan's text."""
        spec = given_by.read(text)
        if spec is not self._spec:  # a join starts the same one again and again
            self._spec, self._readers = spec, _readers(self.relation, frozenset(spec["columns"]))
        self._statement = statement
        self._row = None
        self._coming.clear()  # SQLite begins a correlated subquery's scan anew, wherever it was
        self._values.clear()
        if "missing" in spec:
            raise ProgrammingError(
                f"{self._table.name}: Twilio lists rows of one {' and one '.join(spec['missing'])} only: write"
                f" WHERE {spec['missing'][0]} = … (or IN), or join by it"
            )
        where = given_by.where(spec, arguments)
        if where.limit is not None and not given_by.is_understood(self._table, where):
            where = replace(where, limit=None)
        self._rows = statement.lookahead.rows(self._shown, self._table, statement.client, where)
        if spec["ordered"]:
            self._rows = _newest_first(self._rows, self._table)
        self.Next()

    def Next(self) -> None:
        """Move to the next row, and convert what the statement reads of it."""
        self._row = row = self._coming.popleft() if self._coming else next(self._rows, None)
        if row is None:
            return
        values, get = self._values, row.get
        try:
            for number, key, as_it_is, convert in self._readers:
                value: Any = get(key)
                if value is not None and type(value) is not as_it_is:
                    value = convert(value)
                values[number] = value
        except DataError:  # for whoever reads that value
            values.clear()

    def coming(self) -> Iterator[Row]:
        """Yield the rows after this one without moving on to them."""
        place = 0
        while place < len(self._coming) or self._fill():
            yield self._coming[place]
            place += 1
        if self._statement is not None:
            yield from self._statement.lookahead.beyond(self._shown)

    def _fill(self) -> bool:
        """Take in one row more, if there is one; an error waits until the rows before it have been read."""
        try:
            row = next(self._rows, None)
        except Error as error:
            self._rows = _failing(error)
            return False
        if row is not None:
            self._coming.append(row)
        return row is not None

    def Eof(self) -> bool:
        """Whether the rows are at their end."""
        return self._row is None

    def Rowid(self) -> int:
        """The rowid of this row."""
        return self.rowid(self._row or {})

    @property
    def row(self) -> Row | None:
        """This row, for hosts that take several before they read them; None at the end."""
        return self._row

    def rowid(self, row: Row) -> int:
        """A number that is always the same for the same row; the statement remembers which row it is."""
        key = {c.name: row.get(c.json_key) for c in self._table.columns if c.name in self._table.identity}
        number = row_number(key)
        if self._statement is not None:
            self._statement.keys[number] = key
        return number

    def Close(self) -> None:
        """Ask for nothing more."""
        close = getattr(self._rows, "close", None)
        if close:
            close()
        self._rows, self._row = iter(()), None
        self._coming.clear()
        self._values.clear()
        if self._statement is not None:
            self._statement.lookahead.leave(self._shown)

    def _value(self, number: int) -> Value:
        """The value of a column that has not been converted."""
        if number < 0:
            return self.Rowid()
        return None if self._row is None else self.relation.value(self._row, number)


class ProcedureScan:
    """A cursor over a procedure's rows, one for each set of inputs. A row is lazy: what it does, it does when read."""

    def __init__(self, relation: Relation, procedure: Procedure) -> None:
        self._relation = relation
        self._procedure = procedure
        self._given: list[dict[str, Value]] = []
        self._answers: dict[int, Task] = {}
        self._copies: Sequence[int] = ()
        self._place = 0
        self._ahead = 1

    def start(self, statement: Statement, text: str, arguments: Sequence[Argument]) -> None:
        """Begin a scan by the plan's text.

        Raises InputError for inputs that the statement does not mention, and ProgrammingError where it reads no result.
        """
        spec = given_by.read(text)
        if "missing" in spec:
            raise inputs.missing(self._procedure, spec["missing"])
        if not spec["reads"]:
            results = ", ".join(column.name for column in self._procedure.columns if not column.hidden)
            raise ProgrammingError(
                f"{self._procedure.name}: the statement reads no result, so nothing was done; read one of {results}"
            )
        self._refuse_checked(spec, arguments)
        self._statement = statement
        rows = [[*batch.expand(self._procedure, each)] for each in given_by.combinations(spec, arguments)]
        self._given = [given for row in rows for given in row]
        self._copies = given_by.copies(self._given) if spec["several"] else ()
        limit = given_by.limits(spec, arguments)[0]  # not what OFFSET skips: that is never read
        self._ahead = (limit or len(self._given)) if spec["together"] else 1
        self._answers, self._place = {}, 0

    def _refuse_checked(self, spec: dict[str, Any], arguments: Sequence[Argument]) -> None:
        """Raise InputError for inputs whose row SQLite would drop unseen: it compares them, and NULL equals nothing."""
        values = {name: value for (name, _), value in zip(spec["args"], arguments, strict=True)}
        null = [name for name in spec["checked"] if values[name] is None]
        if null:
            raise InputError(
                f"{self._procedure.name}: {', '.join(null)} cannot be NULL beside {OMITTED} inputs before it:"
                " leave it out, or write name = value in WHERE; nothing was sent"
            )

    def Next(self) -> None:
        """Move to the next row."""
        self._place += 1

    def Eof(self) -> bool:
        """Whether the rows are at their end."""
        return self._place >= len(self._given)

    def Column(self, number: int) -> Value:
        """The value of a column of this row: an input as it was given, or a result, for which the procedure is run."""
        if number < 0:
            return self.Rowid()
        reader = self._relation.readers[number]
        given = self.given(number)
        return given if given is not None or reader is None else reader[1](self._answer().get(reader[0]))

    def given(self, number: int) -> Value:
        """The value of a column of this row as far as it was given as an input: nothing is done for it."""
        slot = self._relation.slots[number]
        return None if slot.parameter is None else self._given[self._place].get(slot.name)

    def Rowid(self) -> int:
        """The place of the row, from 0."""
        return self._place

    def Close(self) -> None:
        """Begin nothing more; what is under way goes on, and on record."""
        for answer in self._answers.values():
            answer.call_off()
        self._given, self._answers = [], {}

    def _answer(self) -> Row:
        """What Twilio answers for this row."""
        self._statement.refuse_children()
        task = self._task()
        if not is_row(self._given[self._place]):
            return self._statement.result(task)
        try:
            return task.result()
        except (TwilioError, InputError) as error:
            status = "unknown" if isinstance(error, OutcomeUnknown) else "failed"
            code = error.code if isinstance(error, TwilioError) else None
            return {"status": status, "error_code": code, "error_message": str(error)}

    def _task(self) -> Task:
        """What is done for this row. Inputs that came as a set are sent together, as far as LIMIT allows."""
        known = self._answers.get(self._place)
        if known is None or not known.was_begun():
            if failed := self._failed():
                return failed
            places = range(self._place, min(self._place + self._ahead, len(self._given)))
            given, copies = self._given[places.start : places.stop], self._copies[places.start : places.stop]
            self._answers = dict(zip(places, self._statement.run(self._procedure, given, copies), strict=True))
        return self._answers[self._place]

    def _failed(self) -> Task | None:
        """What failed among the rows to come, and so kept others from being begun; what failed unread, long before."""
        tasks = (task for place, task in self._answers.items() if place > self._place)
        return next((task for task in tasks if task.was_begun() and task.problem() is not None), None)


class _Values(dict[int, Value]):
    """The values of a row, by the numbers of their columns; `late` gives those that are not there."""

    def __init__(self, late: Callable[[int], Value]) -> None:
        super().__init__()
        self._late = late

    def __missing__(self, number: int) -> Value:
        return self._late(number)


_AS_IT_IS: dict[Convert, type] = {CONVERT["text"]: str, CONVERT["boolean"]: bool}
"""The type of values that need no conversion; an integer may have more than SQLite's 64 bits."""
_Reader = tuple[int, str, type, Convert]


def _readers(relation: Relation, names: frozenset[str]) -> tuple[_Reader, ...]:
    """For each of these columns its number, its key in Twilio's JSON, and what is to be converted, and how."""
    return tuple(
        (number, reader[0], _AS_IT_IS.get(reader[1], type(None)), reader[1])
        for number, (slot, reader) in enumerate(zip(relation.slots, relation.readers, strict=True))
        if reader is not None and slot.name in names and slot.column is not None and not slot.column.late
    )


def _failing(error: Error) -> Iterator[Row]:
    raise error
    yield


def row_number(key: dict[str, Value]) -> int:
    """A rowid made of what identifies a row: 63 bits of a digest, so two of a million rows share one at 1 : 10⁷."""
    from hashlib import blake2b  # loads OpenSSL; few statements ask for rowids

    digest = blake2b(json.dumps(key, sort_keys=True).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _newest_first(rows: Iterator[Row], table: Table) -> Iterator[Row]:
    """Pass the rows on as long as they come in the order that SQLite was promised."""
    key = next(column.json_key for column in table.columns if column.name == table.newest_first)
    last = "9999"
    for row in rows:
        date = row.get(key)
        moment = utc(date) if isinstance(date, str) and date else ""
        if moment > last:
            raise OperationalError(
                f"twilio listed {table.name} out of order, which was not seen at first: run the statement again,"
                " they are sorted here then"
            )
        last = moment
        yield row
