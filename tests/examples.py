"""How many examples hypothesis tries: a quarter in each run of the suite, all where HYPOTHESIS_PROFILE is ci."""

from __future__ import annotations

import os

_SHARE = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 4


def examples(every: int) -> int:
    """`every` in .ci/run, a quarter elsewhere."""
    return max(every // _SHARE, 1)
