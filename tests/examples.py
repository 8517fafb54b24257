"""How many examples hypothesis tries: an eighth in each run of the suite, all where HYPOTHESIS_PROFILE is ci."""

from __future__ import annotations

import os

_SHARE = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 8


def examples(every: int) -> int:
    """`every` in .ci/run, an eighth elsewhere."""
    return max(every // _SHARE, 1)
