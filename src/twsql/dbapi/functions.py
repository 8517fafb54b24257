"""Further methods of the sqlite3 module's Connection, for tools that use them: functions, collations, hooks, a dump."""

# apsw.shell has no types.
# mypy: allow-untyped-calls

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import apsw

from twsql.dbapi.script import split
from twsql.dbapi.translation import Translated

_STEPS = 1000
"""After how many steps of SQLite's virtual machine a progress handler runs by default."""


class Aggregate(Protocol):
    """An aggregate of the sqlite3 module."""

    def step(self, *values: Any) -> None:
        """Take the values of one row."""

    def finalize(self) -> Any:
        """Give the result."""


class Extensible(ABC):
    """Gives apsw's functions the names and signatures of the sqlite3 module."""

    @property
    @abstractmethod
    def apsw(self) -> apsw.Connection:
        """The connection of apsw."""

    @property
    def total_changes(self) -> int:
        """How many rows have been changed since the connection was opened."""
        return self.apsw.total_changes()

    def create_function(
        self, name: str, narg: int, func: Callable[..., Any] | None, *, deterministic: bool = False
    ) -> None:
        """Let SQL call a function of `narg` values (-1: any number); None removes it."""
        with Translated():
            self.apsw.create_scalar_function(name, func, narg, deterministic=deterministic)

    def create_aggregate(self, name: str, n_arg: int, aggregate_class: Callable[[], Aggregate] | None) -> None:
        """Let SQL call an aggregate, whose class has `step` and `finalize`; None removes it."""
        made = None if aggregate_class is None else _steps(aggregate_class)
        with Translated():
            self.apsw.create_aggregate_function(name, made, n_arg)

    def create_window_function(self, name: str, num_params: int, aggregate_class: Callable[[], Any] | None) -> None:
        """Let SQL call a window function: a class with `step`, `inverse`, `value` and `finalize`; None removes it."""
        made = None if aggregate_class is None else _window(aggregate_class)
        with Translated():
            self.apsw.create_window_function(name, made, num_params)

    def create_collation(self, name: str, compare: Callable[[str, str], int] | None, /) -> None:
        """Let SQL compare texts by a function that returns a number below, equal to or above 0; None removes it."""
        with Translated():
            self.apsw.create_collation(name, compare)

    def set_progress_handler(self, handler: Callable[[], Any] | None, n: int = _STEPS) -> None:
        """Run a function after every `n` steps of SQLite's virtual machine; a true result ends the statement."""
        told = None if handler is None else lambda: bool(handler())
        self.apsw.set_progress_handler(told, n, id="set_progress_handler")

    def set_trace_callback(self, trace_callback: Callable[[str], object] | None) -> None:
        """Run a function with the text of each statement; None removes it."""
        if trace_callback is None:
            self.apsw.trace_v2(0, id="set_trace_callback")
            return
        tell = trace_callback

        def told(event: dict[str, Any]) -> None:
            tell(event["sql"])

        self.apsw.trace_v2(apsw.SQLITE_TRACE_STMT, told, id="set_trace_callback")

    def enable_load_extension(self, enabled: bool, /) -> None:
        """Allow extensions to be loaded, or forbid it."""
        with Translated():
            self.apsw.enable_load_extension(enabled)

    def load_extension(self, path: str, /, *, entrypoint: str | None = None) -> None:
        """Load an extension, if it is allowed."""
        with Translated():
            self.apsw.load_extension(path, entrypoint)

    def iterdump(self) -> Iterator[str]:
        """Yield the statements that create the database's own tables and rows again, without Twilio's."""
        import io

        import apsw.shell  # takes 20 ms

        out = io.StringIO()
        with Translated():
            apsw.shell.Shell(stdout=out, db=self.apsw).command_dump([])
        yield from (f"{statement};" for statement in split(out.getvalue()))


def _steps(made: Callable[[], Aggregate]) -> Callable[[], Any]:
    def begin() -> tuple[Aggregate, Callable[..., None], Callable[[Aggregate], Any]]:
        return made(), lambda state, *values: state.step(*values), lambda state: state.finalize()

    return begin


def _window(made: Callable[[], Any]) -> Callable[[], Any]:
    def begin() -> tuple[Any, ...]:
        return (
            made(),
            lambda state, *values: state.step(*values),
            lambda state: state.finalize(),
            lambda state: state.value(),
            lambda state, *values: state.inverse(*values),
        )

    return begin
