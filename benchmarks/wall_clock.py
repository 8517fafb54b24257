"""A wall clock that steps, for one process and those that it starts; needs a C compiler."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path


class WallClock:
    """Set `environ` for a process; then `step` moves its time of day, and never its monotonic clock."""

    def __init__(self, folder: Path) -> None:
        library, self._file = folder / "wall_clock.so", folder / "wall_clock"
        source = Path(__file__).with_name("wall_clock.c")
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lm"], check=True)
        self._file.write_bytes(struct.pack("d", 0.0))
        self.environ = {"LD_PRELOAD": str(library), "WALL_CLOCK": str(self._file)}

    def step(self, seconds: float) -> None:
        """Let the time of day be so much ahead of the true one, or behind."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", seconds))
