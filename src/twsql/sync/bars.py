"""Progress bars on a terminal: one for each stage of a run, with rows, requests, rate and time left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Display
from rich.text import Text

from twsql.sync.run import Progress


class Bars:
    """Shows the progress of `sync` (its `tell`) on standard error, and removes it at the end."""

    def __init__(self) -> None:
        self._display = Display(
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[rows]:>9,} rows"),
            TextColumn("{task.fields[requests]:>7,} requests"),
            _Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._stage = ""
        self._task = TaskID(0)
        self._before = Progress("", 0, 0)
        self._last = self._before

    def __enter__(self) -> Bars:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.stop()

    def tell(self, progress: Progress) -> None:
        """Show how far the run is."""
        if progress.stage != self._stage:
            self._finish()
            self._stage, self._before = progress.stage, self._last
            self._task = self._display.add_task(progress.stage, total=None, rows=0, requests=0)
        rows, requests = progress.rows - self._before.rows, progress.requests - self._before.requests
        total = None if progress.left is None else requests + progress.left
        self._display.update(self._task, completed=requests, total=total, rows=rows, requests=requests)
        self._last = progress

    def _finish(self) -> None:
        if self._stage:
            requests = self._last.requests - self._before.requests
            self._display.update(self._task, completed=requests, total=requests)


class _Rate(ProgressColumn):
    """Rows a second since the stage began."""

    def render(self, task: Task) -> Text:
        rate = task.fields["rows"] / task.elapsed if task.elapsed else 0
        return Text(f"{rate:>7,.0f} rows/s")
