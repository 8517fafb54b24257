"""Several processes that race for the same calls, and are killed, while the PostgreSQL that they share restarts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator

import fault_attacks
from postgres_cluster import Cluster

Start = Callable[[], "subprocess.Popen[bytes]"]
_LONGEST = 1800
"""Seconds for a fleet to end."""


def drive(
    start: Start,
    placed: Callable[[], int],
    kills: list[int],
    restarts: list[int],
    cluster: Cluster,
    dice: Iterator[float],
) -> int:
    """Keep four processes running until all have ended by themselves; how many were started.

    When so many calls have been placed one of them is killed and started anew, or PostgreSQL crashes and restarts. A
    process that starts while PostgreSQL is away, or waits for it in vain, fails, and is started anew.
    """
    processes = [start() for _ in range(4)]
    started, end = len(processes), time.monotonic() + _LONGEST
    try:
        while any(each.poll() != 0 for each in processes):
            if time.monotonic() > end:
                raise TimeoutError(f"the processes have not ended after {_LONGEST} s")
            if restarts and placed() >= restarts[0]:
                del restarts[0]
                cluster.restart()
            victims = [each for each in processes if each.poll() is None]
            if kills and victims and placed() >= kills[0]:
                del kills[0]
                fault_attacks.kill(victims[int(next(dice) * len(victims))])
            for place, each in enumerate(processes):
                if each.poll() not in (None, 0):
                    processes[place] = start()
                    started += 1
            time.sleep(0.02)
    finally:
        for each in processes:
            fault_attacks.kill(each)
    if kills or restarts:
        raise RuntimeError(f"{len(kills)} kills and {len(restarts)} restarts have found nobody")
    return started
