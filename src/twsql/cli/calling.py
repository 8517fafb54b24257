"""A progress bar on a terminal, for statements that place many calls."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_NO_BAR = "twsql: no progress bar, as rich is not installed: pip install 'twsql[cli]'\n"


class Bar:
    """A bar on standard error if that is a terminal, from the end of a statement's first call to its first row.

    Rows on the same terminal show by themselves how far it is, and a bar would be among them.
    """

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._lock = threading.Lock()  # several threads tell of the ends of calls
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self, ended: int, total: int) -> None:
        """Show how many of a statement's calls have ended; nothing for a single call."""
        with self._lock:
            if self._is_shown and self._progress is None and ended == 1 < total:
                self._begin()
            if self._progress is not None and self._task is not None:
                self._progress.update(self._task, completed=ended, total=total)

    def stop(self) -> None:
        """Remove it."""
        with self._lock:
            if self._progress is not None:
                self._progress.stop()
            self._progress = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def over(self, out: TextIO) -> TextIO:
        """An output that removes the bar before it writes, if both are on a terminal."""
        return cast("TextIO", _Output(out, self)) if self._is_shown and out.isatty() else out

    def _begin(self) -> None:
        try:
            from rich.console import Console  # an extra, and takes 60 ms
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        except ImportError as error:
            if (error.name or "").split(".")[0] != "rich":
                raise
            self._is_shown = False
            sys.stderr.write(_NO_BAR)
            return
        columns = (TextColumn("calls"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._task = self._progress.add_task("calls", total=None)
        self._progress.start()


class _Output:
    def __init__(self, out: TextIO, bar: Bar) -> None:
        self._out = out
        self._bar = bar

    def write(self, text: str) -> int:
        self._bar.stop()
        return self._out.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._out, name)
