"""What the README promises, and every script in sql/, runs."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import twsql
from readme_tables import README, rewritten
from twsql.sandbox import Sandbox
from twsql.twilio.settings import Settings

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")
BLOCKS = [
    pytest.param(language, code, id=f"line {TEXT[:where].count(chr(10)) + 1}")
    for language, code, where in (
        (match[1], match[2], match.start()) for match in re.finditer(r"^```(\w+)\n(.*?)^```$", TEXT, re.M | re.S)
    )
]
SCRIPTS = sorted((ROOT / "sql").glob("*.sql"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with sql/ in it, and an account on a sandbox where things happen, in the environment."""
    with Sandbox(conferences=6, participants=2, days=7) as sandbox:
        monkeypatch.setenv("TWSQL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("TWILIO_ACCOUNT_SID", sandbox.account_sid)
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", sandbox.auth_token)
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        (tmp_path / "sql").symlink_to(ROOT / "sql")
        monkeypatch.chdir(tmp_path)
        yield tmp_path


def test_reference_tables() -> None:
    """The reference tables are what the declarations say."""
    assert rewritten(TEXT) == TEXT, "run python tests/readme_tables.py"


def test_every_command_is_told() -> None:
    """The README has a row for each command."""
    commands = re.findall(r"^\| `twsql ([\w-]+)` \|", TEXT, re.M)
    help_text = subprocess.run([sys.executable, "-m", "twsql", "--help"], capture_output=True, text=True, check=True)
    assert sorted(commands) == sorted(re.findall(r"^    (\w[\w-]*)(?:  |$)", help_text.stdout, re.M))


def test_every_setting_is_told() -> None:
    """The README has a row for each setting, with its variable."""
    told = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", TEXT, re.M)
    assert sorted(told) == sorted((field.name, field.metadata["variable"]) for field in dataclasses.fields(Settings))


def _normal(text: str) -> str:
    """SIDs and times differ from run to run."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", re.sub(r"\b(C[AF])[0-9a-f]{32}\b", r"\1", text))


@pytest.mark.parametrize(("language", "code"), BLOCKS)
def test_block(folder: Path, language: str, code: str) -> None:
    """Each block of the README runs, and what it shows is what comes."""
    if language == "sql":
        connection = twsql.connect()
        connection.executescript(code)
        connection.close()
    elif language == "python":
        subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
    elif language == "console":
        for shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", code, re.M):
            ran = subprocess.run(["bash", "-c", shown[0]], capture_output=True, text=True, check=True)
            assert _normal(ran.stdout) == _normal(shown[1])
    # .ci/run runs what begins with pip, in empty environments; .ci/hosts what needs a compiler.
    elif language == "sh" and not code.startswith(("pip install", "sqlite3 :memory: -cmd")):
        subprocess.run(["bash", "-euo", "pipefail", "-c", code], check=True)
    else:
        assert language in ("sh", "text")


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_script(folder: Path, script: Path) -> None:
    """Each script runs as a user runs it and gives rows, and says on top what it does and needs."""
    ran = subprocess.run(
        ["twsql", "query", "--format", "csv", "--database", "calls.db", "-f", script],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    assert len(ran.stdout.splitlines()) > 1
    top = script.read_text(encoding="utf-8").split("\n\n")[0]
    assert all(line.startswith("-- ") for line in top.splitlines())
    assert "Needs" in top


def test_dial_contacts_calls_whom_it_says(folder: Path) -> None:
    """The contact list's script calls those that are wanted, each once, under their names."""
    connection = twsql.connect()
    connection.executescript((ROOT / "sql" / "dial_contacts.sql").read_text(encoding="utf-8"))
    rows = connection.execute('SELECT "To", Label, Attempts FROM twsql_journal ORDER BY Id').fetchall()
    assert rows == [("+15550100001", "Ada", 1), ("+15550100002", "Grace", 1)]
    connection.close()
