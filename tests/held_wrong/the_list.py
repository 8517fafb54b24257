"""Reads the_list.md, the slips that twsql was once held wrong by, and runs them.

`python tests/held_wrong/the_list.py [ITEM…]` prints each slip with what came of it: passed, failed, skipped (a program
is not here) or by CI (a step of CI, or a page's words). The status is 1 if one has failed.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).with_suffix(".md")
OURS = ("driver", "query", "shell")
"""The doors in which `test_the_list` types a slip that has no test of its own."""

_TYPED = "tests/held_wrong/test_the_list.py::test_typed"
_OUTCOMES = ("failed", "skipped", "passed")
"""The worst first: a test with many parameters has failed if one of them has."""


@dataclass(frozen=True)
class Slip:
    """What is typed into a door, what must be seen there, and the test: `file.py::name`, or `file::words` elsewhere."""

    item: int
    place: int
    typed: str
    door: str
    seen: tuple[str, ...]
    test: str

    @property
    def name(self) -> str:
        """Which it is."""
        return f"{self.item}.{self.place}"

    @property
    def node(self) -> str:
        """The test as pytest names it, with all its parameters; '' where it is no test."""
        if not self.test:
            return f"{_TYPED}[{self.name}-"
        return self.test if ".py::" in self.test else ""


def slips() -> list[Slip]:
    """Every row of the page's tables."""
    found: list[Slip] = []
    item = place = 0
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## (\d+)\. ", line):
            item, place = int(heading[1]), 0
        elif line.startswith("| ") and not line.startswith(("| typed |", "| --- |")):
            cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            typed, door, seen, test = cells
            place += 1
            parts = tuple(re.findall("`([^`]+)`", seen)) or (seen,)
            found.append(Slip(item, place, typed.strip("`"), door, parts, test.strip("`")))
    return found


class _Outcomes:
    """Notes what became of each test."""

    def __init__(self) -> None:
        self._of: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._of[report.nodeid].add(report.outcome)

    def of(self, slip: Slip) -> str:
        """What became of a slip's test."""
        if not slip.node:
            return "by CI"
        name = slip.node
        mine = [node for node in self._of if node == name or node.startswith(name if "[" in name else f"{name}[")]
        found = {outcome for node in mine for outcome in self._of[node]}
        return next((each for each in _OUTCOMES if each in found), "not run")


def main(items: list[int]) -> int:
    """Run the slips of these items, or all, and print them."""
    chosen = [slip for slip in slips() if not items or slip.item in items]
    tests = sorted({slip.node.partition("[")[0] for slip in chosen} - {""})
    outcomes = _Outcomes()
    pytest.main(["-q", "--rootdir", str(ROOT), *(str(ROOT / test) for test in tests)], plugins=[outcomes])
    for slip in chosen:
        sys.stdout.write(f"{slip.name:>5} {outcomes.of(slip):7} {slip.door}: {slip.typed}\n")
        sys.stdout.write(f"{'':13} {' … '.join(slip.seen)}\n")
    return int(any(outcomes.of(slip) in ("failed", "not run") for slip in chosen))


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]]))
