"""The rooms of the house: a module imports only from rooms above its own, and nothing imports in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import twsql

SOURCES = Path(twsql.__file__).parent
ROOMS = (
    "_version errors redaction forks sqlite_files nearest tokens waiting",
    "schema",
    "sandbox",
    "twilio",
    "lists",
    "procedures",
    "dialing",
    "tables",
    "vtab",
    "catalog",
    "hosts",
    "dbapi",
    "dialect",
    "mcp",
    "spark",
    "sync",
    "cli",
    "__init__ __main__",
)
"""From the lowest up; a module in a row imports nothing of the rows behind it."""
ROW = {room: number for number, row in enumerate(ROOMS) for room in row.split()}


def modules() -> dict[str, Path]:
    """Every module of twsql by its name."""
    found = {}
    for path in SOURCES.rglob("*.py"):
        parts = path.relative_to(SOURCES.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str, path: Path) -> Iterator[str]:
    """The modules of twsql that a module imports, lazily or not; not what only its types name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for each in node.body
        for inner in ast.walk(each)
    }
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            target = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                full = f"{target}.{alias.name}"
                if full in MODULES or target in MODULES:
                    yield full if full in MODULES else target


@cache
def graph() -> dict[str, set[str]]:
    """What each module imports."""
    return {name: {each for each in imports(name, path) if each != name} for name, path in MODULES.items()}


def room(name: str) -> str:
    """The room of a module."""
    return (*name.split("."), "__init__")[1]


def test_every_room_has_a_row() -> None:
    """A new room is given its place."""
    assert {room(name) for name in MODULES} == set(ROW)


def test_imports_point_up_the_list() -> None:
    """Imports point one way."""
    wrong = [
        f"{name} imports {each}" for name, them in graph().items() for each in them if ROW[room(each)] > ROW[room(name)]
    ]
    assert wrong == []


def test_no_circles() -> None:
    """No module imports itself by way of others, lazily or not."""
    assert len([*TopologicalSorter(graph()).static_order()]) == len(graph())
