"""What only .ci/run does in full, where HYPOTHESIS_PROFILE is ci: all examples of hypothesis, and campaigns."""

from __future__ import annotations

import os

import pytest

_IS_FULL = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
_SHARE = 1 if _IS_FULL else 8

in_ci_run = pytest.mark.skipif(not _IS_FULL, reason="takes seconds: run .ci/run, or set HYPOTHESIS_PROFILE=ci")
"""Marks what takes seconds, while a smaller test of the same is in each run."""


def examples(every: int) -> int:
    """`every` in .ci/run, an eighth elsewhere."""
    return max(every // _SHARE, 1)
