"""What the README and docs/ promise, and every script in sql/, runs."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import twsql
from held_wrong.newcomer import normal
from reference import DOCS, pages
from twsql.sandbox import Sandbox
from twsql.twilio.settings import Settings

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def _blocks() -> Iterator[object]:
    """Every fenced block of every page, named by its page and line."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
            line = text[: match.start()].count("\n") + 1
            yield pytest.param(match[1], match[2], id=f"{page.relative_to(ROOT)} line {line}")


# The README as a whole is followed by tests/held_wrong, and what needs a compiler is run by .ci/hosts.
_ELSEWHERE = ("python3 -m venv", "pip install", "twsql sandbox", "kill", "sqlite3 :memory: -cmd")

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


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_reference(page: Path) -> None:
    """Each table and procedure has a page, on which its columns and inputs are what the declarations say."""
    assert page.exists(), "run python tests/reference.py"
    assert page.read_text(encoding="utf-8") == pages()[page], "run python tests/reference.py"


def test_reference_shows_statements() -> None:
    """The page of each table and procedure has a statement with it, which test_block runs."""
    for page in (page for page in pages() if page.parent.parent == DOCS and page.stem != "index"):
        statements = re.findall(r"^```sql\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
        assert re.search(rf"\b{page.stem}\b", "".join(statements)), page


def test_every_command_is_told() -> None:
    """docs/command.md has a row for each command."""
    commands = re.findall(r"^\| `twsql ([\w-]+)` \|", (DOCS / "command.md").read_text(encoding="utf-8"), re.M)
    help_text = subprocess.run([sys.executable, "-m", "twsql", "--help"], capture_output=True, text=True, check=True)
    assert sorted(commands) == sorted(re.findall(r"^    (\w[\w-]*)(?:  |$)", help_text.stdout, re.M))


def test_every_setting_is_told() -> None:
    """docs/settings.md has a row for each setting, with its variable."""
    told = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", (DOCS / "settings.md").read_text(encoding="utf-8"), re.M)
    assert sorted(told) == sorted((field.name, field.metadata["variable"]) for field in dataclasses.fields(Settings))


def test_links() -> None:
    """Each link within the repository leads to a file that is there."""
    for page in {*PAGES, *ROOT.glob("*.md")}:
        for target in re.findall(r"\]\((?!https:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


@pytest.mark.parametrize(("language", "code"), [*_blocks()])
def test_block(folder: Path, language: str, code: str) -> None:
    """Each block runs, and what it shows is what comes."""
    if language == "sql":
        connection = twsql.connect()
        connection.executescript(code)
        connection.close()
    elif language == "python":
        subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
    elif language == "console":
        for shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", code, re.M):
            ran = subprocess.run(["bash", "-c", shown[0]], capture_output=True, text=True, check=True)
            assert normal(ran.stdout) == normal(shown[1])
    elif language == "json":
        json.loads(code)
    elif language == "sh" and not code.startswith(_ELSEWHERE):
        subprocess.run(["bash", "-euo", "pipefail", "-c", code], check=True)
    else:
        assert language in ("sh", "text")


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_script(folder: Path, script: Path) -> None:
    """Each script runs as a user runs it and gives rows, and says on top what it does and needs."""
    ran = subprocess.run(
        ["twsql", "query", "--format", "csv", "--database", "work.db", "-f", script],
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(r"(twsql: \d+ participants? (changed|removed)\n)*", ran.stderr)
    assert len(ran.stdout.splitlines()) > 1
    top = script.read_text(encoding="utf-8").split("\n\n")[0]
    assert all(line.startswith("-- ") for line in top.splitlines())
    assert "Needs" in top


def test_dial_contacts_calls_whom_it_says(folder: Path) -> None:
    """The contact list's script calls those that are wanted, each once, under their names."""
    connection = twsql.connect()
    connection.executescript((ROOT / "sql" / "dial_contacts.sql").read_text(encoding="utf-8"))
    rows = connection.execute('SELECT "To", Label, Attempts FROM twsql_journal ORDER BY Id').fetchall()
    assert rows == [("+12025550101", "Ada", 1), ("+12025550102", "Grace", 1)]
    connection.close()
