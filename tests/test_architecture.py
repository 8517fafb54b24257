"""docs/architecture.md follows two statements from SQL to HTTP: they run, and pass the files in the page's order."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import twsql
from reference import DOCS
from test_imports import ROOMS
from twsql.sandbox import Sandbox

SOURCES = Path(twsql.__file__).parent
MOST_FILES = 20
"""A walk that has more is too long to be remembered."""

Place = tuple[str, str]
"""A file, as the page names it, and a function in it."""


def walk(title: str) -> tuple[str, list[Place]]:
    """The statement of a section, and the places it passes."""
    section = (
        (DOCS / "architecture.md").read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    )
    statement = re.findall(r"^```sql\n(.*?);\n```$", section, re.M | re.S)
    assert len(statement) == 1
    return statement[0], re.findall(r"^\d+\. `([\w/]+\.py)` `(\w+)`: ", section, re.M)


def entered(statement: str, **account: Any) -> list[Place]:
    """Where a statement enters twsql, in the order in which it comes to each place first."""
    places: dict[Place, None] = {}
    connection = twsql.connect(**account)

    def note(frame: FrameType, event: str, argument: object) -> None:
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(str(SOURCES)):
            places.setdefault((Path(file).relative_to(SOURCES).as_posix(), frame.f_code.co_name))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        rows = connection.execute(statement).fetchall()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    connection.close()
    assert rows
    return [*places]


@pytest.mark.parametrize("title", ["A join", "An EXEC"])
def test_walk(title: str) -> None:
    """Each file is there once, and the statement comes to the functions in the order in which they stand."""
    statement, named = walk(title)
    files = [file for file, _ in named]
    assert len(set(files)) == len(files) <= MOST_FILES
    with Sandbox(conferences=3, participants=2) as sandbox:
        places = entered(
            statement, base_url=sandbox.base_url, account_sid=sandbox.account_sid, auth_token=sandbox.auth_token
        )
    assert [place for place in named if place not in places] == []
    assert [place for place in places if place in named] == named


def test_map() -> None:
    """docs/hacking.md tells of each room, in the order in which they import each other."""
    rows = re.findall(r"^\| `(\w+)/` \|", (DOCS / "hacking.md").read_text(encoding="utf-8"), re.M)
    assert rows == [*ROOMS[1:-1]]
