"""`twsql` itself: help, version, and the ways to start it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from twsql import __version__
from twsql.cli.arguments import parse
from twsql.cli.settings import settings
from twsql.twilio.settings import VARIABLES

from .conftest import Run


def test_version_is_that_of_the_package(twsql: Run) -> None:
    """One source."""
    assert twsql("--version").stdout == f"twsql {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["shell"], ["query"], ["doctor"], ["sandbox"]])
def test_help_is_there_for_every_command(twsql: Run, arguments: list[str]) -> None:
    """On standard output, with status 0."""
    done = twsql(*arguments, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(" ".join(["usage: twsql", *arguments]))


@pytest.mark.parametrize(
    "arguments", [[], ["nope"], ["--nope"], ["shell", "a", "b"], ["doctor", "x"], ["query", "--nope=1", "x"]]
)
def test_a_wrong_command_line_is_one_line(twsql: Run, arguments: list[str]) -> None:
    """With status 2, and where to read more."""
    done = twsql(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("twsql: ")
    assert done.stderr.count("\n") == 1
    assert "--help'" in done.stderr


def test_main_can_be_called(bare: dict[str, str]) -> None:
    """It is what the installed script calls; it gives the status."""
    code = "from twsql.cli import main; raise SystemExit(main(['query', 'SELECT 1 AS a']) + 40)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=bare, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (40, "a\n-\n1\n", "")


def test_no_option_takes_a_secret() -> None:
    """The options that are settings are settings, and no secret is among them."""
    given = parse(["query", "SELECT 1"])
    assert not {"auth_token", "api_secret"} & set(vars(given))
    assert settings(given) == {}
    options = ["--account-sid", "a", "--base-url", "b", "--timeout", "1", "--max-attempts", "2", "--read-only"]
    known = settings(parse(["query", *options, "SELECT 1"]))
    assert known == {
        "sandbox": False,
        "account_sid": "a",
        "base_url": "b",
        "timeout": "1",
        "max_attempts": "2",
        "read_only": True,
    }
    assert set(known) <= set(VARIABLES)


def test_no_password_on_the_command_line(twsql: Run) -> None:
    """A PostgreSQL URL with a password is refused: others can read it there. Nothing of it is shown."""
    for url in ("postgresql://me:pass-of-mine@x/y", "host=x password=pass-of-mine", "postgresql://me:pass/of-mine@x/y"):
        done = twsql("journal", "--journal", url)
        assert done.returncode in (1, 2)
        assert "of-mine" not in done.stdout + done.stderr
        assert "password" in done.stderr
