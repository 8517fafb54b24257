"""PEP 249's Cursor."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

from twsql.dbapi.execs import is_exec
from twsql.dbapi.interrupts import heeding
from twsql.dbapi.invocations import Invocation, called, understood
from twsql.dbapi.parameters import Parameters
from twsql.dbapi.results import Description, Drained, Result, Row, fetched, run, run_many, run_procedure
from twsql.dbapi.script import split
from twsql.dbapi.translation import Translated
from twsql.errors import InterfaceError, NotSupportedError, ProgrammingError
from twsql.tokens import Text, readable

if TYPE_CHECKING:
    import apsw
    import pyarrow

    from twsql.dbapi.connection import Connection


class Cursor:
    """Runs statements, one after the other, and returns their rows.

    The rows of a SELECT come from SQLite, and so from Twilio, when they are fetched; `rowcount` is -1 for them. EXEC,
    CALL and callproc() run to their end at once, whether or not rows are fetched, and `rowcount` is the number of rows.
    """

    arraysize = 1
    """How many rows fetchmany() returns by default."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._result = self._begun = Result()
        self._further: deque[Result] = deque()
        self._closed = False
        self._usable()

    @property
    def connection(self) -> Connection:
        """The cursor's connection."""
        return self._connection

    @property
    def description(self) -> Description | None:
        """Seven items for each column: name, type (compare it with STRING, DATETIME and so on), five times None."""
        return self._result.description

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed, or a procedure returned; -1 if that is unknown."""
        return self._result.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row id of the last row of the last INSERT or REPLACE; None after every other statement."""
        return self._result.lastrowid

    @heeding
    def execute(self, operation: str, parameters: Parameters = ()) -> Cursor:
        """Run one statement: SQL, EXEC or CALL. Returns the cursor.

        A sequence fills ?, ?1 and :name; a mapping fills :name, @name and $name. Raises ProgrammingError for a second
        statement: executescript() takes several.
        """
        operation, opened = self._ready(operation)
        if is_exec(operation):
            invocation = self._understood(operation)
            self._result = run_procedure(opened, invocation, [parameters])
        else:
            self._result = run(opened, operation, parameters, implicit=not self._connection.autocommit)
        return self

    @heeding
    def executemany(self, operation: str, seq_of_parameters: Iterable[Parameters]) -> Cursor:
        """Run one statement to its end with each set of parameters; all their rows are one result set."""
        operation, opened = self._ready(operation)
        if is_exec(operation):
            invocation = self._understood(operation)
            self._result = run_procedure(opened, invocation, seq_of_parameters)
        else:
            implicit = not self._connection.autocommit
            self._result = run_many(opened, operation, seq_of_parameters, implicit=implicit)
        return self

    @heeding
    def executescript(self, script: str) -> Cursor:
        """Run each statement of a script (SQL, EXEC, CALL) to its end; nextset() goes from result to result.

        It commits nothing before the script. Each statement is committed at its end, unless a transaction is open.
        """
        opened = self._usable()
        self._forget()
        results = [self._of_script(opened, statement) for statement in split(script)]
        self._further.extend(result for result in results if result.rows is not None)
        if self._further:
            self._result = self._further.popleft()
        return self

    @heeding
    def callproc(self, procname: str, parameters: Parameters = ()) -> Any:
        """Run a procedure with its inputs in declared order (None counts as not given), or by name.

        Returns a copy of the parameters, as no procedure changes them; fetch the result's rows.
        """
        opened = self._usable()
        self._forget()
        invocation = called(procname, self._connection.procedures, parameters, self._connection.default_country)
        self._result = run_procedure(opened, invocation, [()])
        return dict(parameters) if isinstance(parameters, Mapping) else list(parameters)

    def fetchone(self) -> Row | None:
        """Return the next row, or None after the last."""
        try:
            with Translated():
                return next(self._rows(), None)
        except BaseException as error:  # as @heeding does, which would cost every row
            self.interrupted(error)
            raise

    @heeding
    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next `size` or `arraysize` rows; fewer at the end."""
        with Translated():
            return list(islice(self._rows(), self.arraysize if size is None else size))

    @heeding
    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        with Translated():
            return list(self._rows())

    @heeding
    def fetch_arrow_table(self, *, types: Mapping[str, Any] | None = None) -> pyarrow.Table:
        """Return all rows that are left as an Arrow table, see `fetch_record_batches`."""
        with Translated():
            return self.fetch_record_batches(types=types).read_all()

    @heeding
    def fetch_record_batches(
        self, size: int = 65536, *, types: Mapping[str, Any] | None = None
    ) -> pyarrow.RecordBatchReader:
        """Return the rows that are left as Arrow's batches of up to `size` rows; each is read when it is needed.

        A column has the type that it is declared with: int64, double, string, bool, binary, date32 or timestamp in UTC.
        An expression is not declared, and takes the type of its values in the first batch; `types` gives the type by
        the column's name. Raises DataError for a value that is of another type, NotSupportedError without pyarrow.
        """
        try:
            from twsql.dbapi.arrow.reading import reader  # an optional dependency
        except ImportError as error:
            raise NotSupportedError(f"arrow needs {error.name}: pip install 'twsql[arrow]'") from error
        is_begun, result = self._begun is self._result, self._result
        self._result = replace(result, rows=Drained(self._rows()))
        # C reads from a statement's first row on; `sql` is how it finds the statement.
        result = replace(result, sql="") if is_begun else result
        return reader(result, size, types or {}, self.interrupted)

    def nextset(self) -> bool | None:
        """Go to the next result of a script; None when there is none."""
        self._rows()
        if not self._further:
            return None
        self._result = self._further.popleft()
        return True

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows: SQLite needs no sizes."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows: values of every size are fetched whole."""

    def interrupted(self, error: BaseException) -> None:
        """Place no further calls if this is an interrupt: the statement may not have ended with it."""
        if not isinstance(error, Exception):
            self._connection.begin_no_more()

    def close(self) -> None:
        """End the statement; the cursor runs no more, but tells what it did. Closing it again does nothing."""
        self._further.clear()
        self._result.close()
        self._result = replace(self._result, rows=None)
        self._closed = True

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        try:
            with Translated():
                return next(self._rows())
        except BaseException as error:
            self.interrupted(error)
            raise

    def __enter__(self) -> Cursor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _understood(self, statement: str) -> Invocation:
        return understood(statement, self._connection.procedures, self._connection.default_country)

    def _usable(self) -> apsw.Connection:
        if self._closed:
            raise InterfaceError("the cursor is closed: make a new one with connection.cursor()")
        return self._connection.apsw

    def _ready(self, operation: str) -> tuple[Text, apsw.Connection]:
        opened = self._usable()
        self._forget()
        text = Text(readable(operation))
        if ";" in text and len(list(islice(split(text), 2))) > 1:
            raise ProgrammingError("one statement at a time: executescript() takes several")
        return text, opened

    def _of_script(self, opened: apsw.Connection, statement: str) -> Result:
        statement = Text(statement)
        if is_exec(statement):
            return run_procedure(opened, self._understood(statement), [()])
        return fetched(run(opened, statement))

    def _forget(self) -> None:
        self._result.close()
        self._further.clear()
        self._result = Result()

    def _rows(self) -> Iterator[Row]:
        self._usable()
        if self._result.rows is None:
            raise ProgrammingError("no rows to fetch: the last statement gives none")
        self._begun = self._result
        return self._result.rows
