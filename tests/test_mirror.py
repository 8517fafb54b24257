"""tests/ has the rooms of src/twsql/: who looks for the tests of a room or of a module knows where they are.

A module's tests are `test_<module>.py` in its room's folder. Other files are of a topic that several modules or rooms
make together, which their docstring names; most modules without a file of their own are tested by such a topic.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SRC = TESTS.parent / "src" / "twsql"
TOPICS = {"held_wrong", "data"}
"""Folders that are no rooms: the slips of users, through all doors; what tests read."""

ROOMS = {path.parent.relative_to(SRC) for path in SRC.rglob("__init__.py")}
MODULES = [path.relative_to(SRC).with_suffix("") for path in SRC.rglob("*.py") if path.stem[:2] != "__"]
FILES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))


@pytest.mark.parametrize("room", sorted(room for room in ROOMS if len(room.parts) == 1), ids=str)
def test_each_room_has_its_tests(room: Path) -> None:
    """A folder of the same name, with at least one file of tests."""
    assert [file for file in FILES if room in file.parents]


def test_no_folder_is_of_a_room_that_is_gone() -> None:
    """A folder that holds tests is named after a room, or a topic."""
    folders = {file.parent for file in FILES}
    assert {folder for folder in folders if folder not in ROOMS and folder.name not in TOPICS} == set()


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name not in TOPICS], ids=str)
def test_each_file_is_of_its_room(file: Path) -> None:
    """One that has the name of a module lies in that module's room; a topic is called otherwise, and documented."""
    name = file.stem.removeprefix("test_")
    rooms = {module.parent for module in MODULES if module.name == name}
    assert not rooms or file.parent in rooms
    assert ast.get_docstring(ast.parse((TESTS / file).read_text("utf-8")))
