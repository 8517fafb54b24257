"""The fault campaign of benchmarks/faults.py, cut down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from examples import in_ci_run

CAMPAIGN = Path(__file__).parents[2] / "benchmarks" / "faults.py"


def _campaign(*arguments: str) -> dict[str, float]:
    command = [sys.executable, str(CAMPAIGN), "--clients", "twsql", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    names, values = (line.split() for line in done.stdout.splitlines()[-2:])
    return dict(zip(names[1:], map(float, values[1:]), strict=True))


@in_ci_run
def test_campaign() -> None:
    """80 calls, a tenth of the requests hit, SIGKILL and Ctrl-C: each call is placed once, and on record."""
    told = _campaign("--calls", "80", "--kills", "3", "--seed", "7")
    assert told["placed"] == 80
    assert [told[name] for name in ("twice", "never", "unknown", "wrong", "by_hand")] == [0] * 5
    assert told["runs"] >= 4
    assert told["hit"] > told["requests"] / 20


@in_ci_run
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the clock is set by LD_PRELOAD, which Linux has")
def test_campaign_under_attack() -> None:
    """With a clock that steps, forks and strangers' calls too: no stranger's call is taken, and doubts are few."""
    told = _campaign("--calls", "60", "--kills", "3", "--seed", "8", "--attack")
    assert told["placed"] == 60
    assert [told[name] for name in ("twice", "never", "unknown", "wrong", "taken")] == [0] * 5
    assert told["strangers"] > 5
    assert told["by_hand"] <= told["placed"] / 4


@in_ci_run
def test_campaign_of_messages() -> None:
    """60 messages, which nothing marks: each is sent once, or on record as unknown if an equal one may be it."""
    told = _campaign("--procedure", "SendMessage", "--calls", "60", "--kills", "1", "--seed", "7")
    assert [told[name] for name in ("twice", "never", "unknown", "wrong", "by_hand")] == [0] * 5
    assert 60 - told["equal"] <= told["placed"] <= 60
    assert told["equal"] <= 2
    assert told["hit"] > told["requests"] / 40
