"""The list of slips: those without a test of their own are typed, and each test that it names is there and is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from contextlib import closing

import pytest

import twsql as package
from cli.conftest import Run
from held_wrong.the_list import OURS, ROOT, Slip, slips
from twsql.sandbox import Sandbox

SLIPS = slips()
TYPED = [slip for slip in SLIPS if not slip.test]
TESTED = [slip for slip in SLIPS if slip.test]
PROGRAMS = ("sqlite3", "pyodbc", "Xerial JDBC", "Datasette in Chromium", "polars", "DuckDB", "terminal")


def _typed_into_the_driver(account: dict[str, str], sql: str) -> str:
    with warnings.catch_warnings(record=True) as told, closing(package.connect(**account)) as connection:
        warnings.simplefilter("always")
        try:
            connection.execute(sql).fetchall()
        except package.Error as error:
            return str(error)
    return "\n".join(str(each.message) for each in told)


@pytest.mark.parametrize("door", OURS)
@pytest.mark.parametrize("slip", TYPED, ids=[slip.name for slip in TYPED])
def test_typed(
    twsql: Run, account: dict[str, str], login: Mapping[str, str], sandbox: Sandbox, slip: Slip, door: str
) -> None:
    """What must be seen is told, and nothing is sent to Twilio."""
    sandbox.change(conferences=2, participants=3, over=0)
    sandbox.reset()
    if door == "driver":
        told = _typed_into_the_driver(account, slip.typed)
    elif door == "query":
        told = twsql("query", slip.typed, env=login).stderr
    else:
        told = twsql("shell", stdin=f"{slip.typed};\n", env=login).stderr
    place = 0
    for part in slip.seen:
        assert part in told[place:], told
        place = told.index(part, place)
    assert [each for each in sandbox.requests if each.method != "GET"] == []


@pytest.mark.parametrize("slip", TESTED, ids=[slip.name for slip in TESTED])
def test_each_test_is_there(slip: Slip) -> None:
    """A test of that name, or the words of a step or page."""
    file, _, name = slip.test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    if not file.endswith(".py"):
        assert name in text
        return
    assert name in {each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)}


def test_each_test_is_run() -> None:
    """By pytest as the README has it, or by the scripts that install what it needs, which CI runs."""
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    scripts = "".join((ROOT / ".ci" / name).read_text(encoding="utf-8") for name in ("hosts", "tools"))
    for file in {slip.test.partition("::")[0] for slip in TESTED}:
        by_itself = file.rpartition("/")[2].startswith("test_") or not file.endswith(".py")
        assert by_itself or file in scripts, file
    assert "tests/hosts/loadable" in scripts
    assert "\n.ci/hosts\n" in ci
    assert "\n.ci/tools\n" in ci
    assert ".ci/wheel" in ci


def test_nothing_is_left_out() -> None:
    """Every item has its slips, in order, and every program is a door."""
    assert {slip.item for slip in SLIPS} == set(range(1, 22))
    assert [slip.item for slip in SLIPS] == sorted(slip.item for slip in SLIPS)
    assert {slip.door for slip in TYPED} == {"ours"}
    assert {door for slip in TESTED for door in slip.door.split(", ")} >= {*PROGRAMS, *OURS}
