"""The fault campaign of benchmarks/faults.py, cut down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CAMPAIGN = Path(__file__).parents[2] / "benchmarks" / "faults.py"


def test_campaign() -> None:
    """400 calls, a tenth of the requests hit, three times SIGKILL: each call is placed once, and on record."""
    command = [sys.executable, str(CAMPAIGN), "--calls", "400", "--kills", "3", "--seed", "7", "--clients", "twsql"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    _, runs, requests, hit, *outcome = map(float, done.stdout.splitlines()[-1].split()[1:])
    assert outcome == [400, 0, 0, 0, 0]
    assert runs >= 4
    assert hit > requests / 20
