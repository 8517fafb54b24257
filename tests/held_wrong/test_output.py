"""What the command prints, taken up by a shell, a terminal and a spreadsheet."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.conftest import COMMAND, Open, Run, Start
from twsql.sandbox import Sandbox
from waiting import until

STEERING = "SELECT char(27) || ']0;owned' || char(7) || char(155) || '2J' || char(8238) || 'x' AS name"
ESCAPES = ("\x1b]0;", "\x07", "\x9b", "\u202e")

_MODES = (
    "box",
    "table",
    "qbox",
    "column",
    "csv",
    "html",
    "insert",
    "json",
    "jsonl",
    "line",
    "list",
    "python",
    "tabs",
    "tcl",
)


def test_a_sid_from_csv_is_a_sid(
    sandbox: Sandbox, bare: Mapping[str, str], login: Mapping[str, str], tmp_path: Path
) -> None:
    """The last line of csv, taken into a variable, is the value: the second call joins the conference of the first."""
    script = f"""
        twsql() {{ {" ".join(COMMAND)} query --format csv "$@"; }}
        SID=$(twsql "SELECT ConferenceSid FROM AddParticipants('Team', '+15005550006', '+12025550100')" | tail -1)
        twsql "EXEC AddParticipants ConferenceSid = '$SID', From = '+15005550006', To = '+12025550101'"
    """
    subprocess.run(["bash", "-euc", script], env={**bare, **login}, cwd=tmp_path, check=True, capture_output=True)
    assert len(sandbox.calls()) == 2
    assert len(sandbox.conferences()) == 1


def test_crlf_and_formulas(twsql: Run) -> None:
    """--crlf and --escape-formulas are for spreadsheets: numbers and other text stay as they are."""
    sql = "SELECT '=1+2' AS a, '+1202' AS b, '-x' AS c, '@d' AS d, -5 AS e, 'a=b' AS f, '=\"q\"' AS g"
    done = twsql("query", "--format", "csv", "--crlf", "--escape-formulas", sql)
    assert done.stdout == 'a,b,c,d,e,f,g\r\n\'=1+2,\'+1202,\'-x,\'@d,-5,a=b,"\'=""q"""\r\n'
    assert twsql("query", "--format", "csv", sql).stdout.splitlines()[1].startswith("=1+2,+1202,-x,@d,-5,a=b,")


@pytest.mark.parametrize("action", ["list", "settle"])
def test_crlf_and_formulas_of_the_journal(
    twsql: Run, start: Start, login: Mapping[str, str], sandbox: Sandbox, action: str
) -> None:
    """The numbers that are on record begin with +, which a spreadsheet would compute."""
    sandbox.fail("timeout-after", method="POST")
    call = "EXEC AddParticipants ConferenceSid = 'x', From = '+15005550006', To = '+12025550100', RequestKey = '=1'"
    process = start("query", call, env=login)
    until(lambda: sandbox.counters.placed)
    process.kill()
    process.wait()
    done = twsql("journal", action, "--format", "csv", "--crlf", "--escape-formulas", env=login)
    head, row, end = done.stdout.split("\r\n")
    assert (head[:3], end) == ("Id,", "")
    assert ",'=1," in row
    assert ",'+12025550100," in row


@pytest.mark.parametrize("command", [("query", "SELECT 1"), ("journal",)])
@pytest.mark.parametrize("switch", ["--crlf", "--escape-formulas"])
def test_switches_of_csv_are_refused_elsewhere(twsql: Run, switch: str, command: tuple[str, ...]) -> None:
    """A switch without an effect would be taken for one that works."""
    done = twsql(*command, switch)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--format csv" in done.stderr


@pytest.mark.parametrize("name", ["table", "csv", "json", "jsonl", "markdown"])
def test_no_format_steers_a_terminal(terminal: Open, twsql: Run, name: str) -> None:
    """Control and bidirectional characters are escaped there; in a pipe data is as it is."""
    opened = terminal("query", "--format", name, STEERING)
    assert opened.end() == 0
    assert "owned" in opened.raw
    assert not [escape for escape in ESCAPES if escape in opened.raw]
    piped = twsql("query", "--format", name, STEERING).stdout
    assert ("\u202e" in piped) == (name in ("csv", "json", "jsonl"))


def test_no_mode_of_the_shell_steers_a_terminal(terminal: Open) -> None:
    """The same in the shell, whose colours are its own."""
    opened = terminal("shell")
    opened.wait_for("twsql> ")
    for mode in _MODES:
        opened.type(f".mode {mode}\n{STEERING};\n")
        opened.wait_for("owned'")  # what was typed
        opened.wait_for("]0;own")  # column cuts it there
    opened.type("exit\n")
    assert opened.end() == 0
    assert not [escape for escape in ESCAPES if escape in opened.raw]


def test_a_file_gets_the_text_as_it_is(twsql: Run, tmp_path: Path) -> None:
    """Also from the shell's .output."""
    out = tmp_path / "out.txt"
    twsql("shell", stdin=f".mode list\n.output {os.fspath(out)}\n{STEERING};\n")
    assert "\x1b]0;owned\x07" in out.read_text(encoding="utf-8")
