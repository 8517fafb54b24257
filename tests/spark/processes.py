"""Spark's Python workers, to kill."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any


def workers(spark: Any) -> set[int]:
    """The processes of Spark's Python workers: children of the daemon that Spark's JVM has started."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    daemons = [
        child
        for child in children.get(spark.sparkContext._gateway.proc.pid, [])
        if b"pyspark.daemon" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return {worker for daemon in daemons for worker in children.get(daemon, [])}


def kill_workers(spark: Any) -> int:
    """Kill all of them with SIGKILL; gives how many there were."""
    found = workers(spark)
    for each in found:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    return len(found)
