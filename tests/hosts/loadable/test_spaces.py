"""A package in a folder with spaces in its name: built there, found, and loaded by the lines that the docs have."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hosting import in_ci_hosts, lacking, program

import twsql
from twsql.hosts.loadable import build
from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

DOCS = Path(__file__).parents[3] / "docs" / "hosts.md"
READ = "SELECT count(*) AS n FROM conferences"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with spaces that has the package, and a command `twsql` of that package."""
    home = tmp_path_factory.mktemp("my own folder")
    package = Path(twsql.__file__).parent
    shutil.copytree(package, home / "twsql", ignore=shutil.ignore_patterns("__pycache__", build.NAME, build.NOTE))
    command = home / "bin" / "twsql"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{home}" exec "{sys.executable}" -m twsql "$@"\n')
    command.chmod(0o755)
    built = subprocess.run([command, "loadable-path", "--build"], capture_output=True, text=True, check=False)
    if built.returncode:
        lacking("a C compiler or sqlite3ext.h", built.stderr)
    return home


@pytest.fixture
def env(home: Path, world: Sandbox) -> dict[str, str]:
    """An environment in which that command comes first."""
    world.change(conferences=2)
    world.reset()
    return {**os.environ, "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}


LINES = re.findall(r"""^(?:\$ )?(sqlite3 .*-cmd "\.load .*?\)'") """, DOCS.read_text(encoding="utf-8"), re.M)
"""What loads the extension into the sqlite3 shell, as docs/hosts.md has it: in memory, and over a file."""


def test_the_path(home: Path, env: dict[str, str]) -> None:
    """`twsql loadable-path` prints it as it is, on one line."""
    done = subprocess.run(["twsql", "loadable-path"], capture_output=True, text=True, env=env, check=True)
    assert done.stdout == f"{home}/twsql/hosts/loadable/{build.NAME}\n"
    assert " " in done.stdout


@pytest.mark.parametrize("line", LINES)
def test_the_line_of_the_docs(env: dict[str, str], tmp_path: Path, line: str) -> None:
    """The stock sqlite3 shell loads it by the line as it stands, and the worker starts from there."""
    assert len(LINES) == 2
    program("sqlite3")
    subprocess.run(["twsql", "init", "live.db"], capture_output=True, env=env, cwd=tmp_path, check=True)
    command = ["bash", "-euc", f'{line} "{READ}"']
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=tmp_path, check=False)
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_load_typed_in_the_shell(home: Path, env: dict[str, str]) -> None:
    """`.load` in the shell takes the path in quotes."""
    typed = f".load '{home}/twsql/hosts/loadable/{build.NAME}'\n{READ};\n"
    done = subprocess.run([program("sqlite3")], input=typed, capture_output=True, text=True, env=env, check=True)
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_odbc(env: dict[str, str], tmp_path: Path) -> None:
    """The data source that `twsql odbc` prints loads it too."""
    source = subprocess.run(["twsql", "odbc"], capture_output=True, text=True, env=env, check=True).stdout
    (tmp_path / "odbc.ini").write_text(source)
    env["ODBCINI"] = str(tmp_path / "odbc.ini")
    command = [program("isql"), "-b", "-v", "-d|", "twsql"]
    done = subprocess.run(command, input=f"{READ}\n", capture_output=True, text=True, env=env, check=False)
    assert "\n2" in f"\n{done.stdout}", done
