"""`twsql shell`, from a script and at a terminal."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from twsql.sandbox import Sandbox
from waiting import interrupt, until

from .conftest import COMMAND, Open, Run, call_into

EXEC = "EXEC AddParticipants ConferenceSid = 'MyConference',\n  From = '+18149044818',\n  To = '919602968074';\n"


def test_a_script_on_standard_input_is_run(twsql: Run) -> None:
    """Without prompts, and as SQLite's own shell prints."""
    done = twsql("shell", stdin="SELECT 1, NULL, 'x';\nSELECT 2;\n")
    assert (done.stdout, done.stderr, done.returncode) == ("1||x\n2\n", "", 0)


def test_the_last_statement_needs_no_semicolon(twsql: Run) -> None:
    """It ends where the script does."""
    done = twsql("shell", stdin="SELECT 1;\nSELECT\n 2")
    assert (done.stdout, done.stderr, done.returncode) == ("1\n2\n", "", 0)


@pytest.mark.parametrize(
    "statement",
    [
        EXEC,
        EXEC.replace("EXEC", "execute twilio.api."),
        "CALL AddParticipants('MyConference', '+18149044818',\n '919602968074');",
        ".parameter set to '919602968074'\n" + EXEC.replace("'919602968074'", ":to"),
        "SELECT 1; " + EXEC,
    ],
)
def test_exec_and_call_place_a_call(twsql: Run, sandbox: Sandbox, login: dict[str, str], statement: str) -> None:
    """Over several lines, behind another statement, and with a parameter of the shell's."""
    done = twsql("shell", stdin=statement, env=login)
    assert (done.returncode, done.stderr) == (0, "")
    assert [(call.to, call.conference) for call in sandbox.calls()] == [("+919602968074", "MyConference")]
    assert f"|{sandbox.calls()[0].sid}|" in done.stdout


def test_exec_works_in_a_file_that_is_read(twsql: Run, sandbox: Sandbox, login: dict[str, str], tmp_path: Path) -> None:
    """`.read` takes statements and commands."""
    (tmp_path / "dial.sql").write_text(f".mode csv\n{EXEC}SELECT FriendlyName FROM conferences;\n")
    done = twsql("shell", stdin=".read dial.sql\n", env=login)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "MyConference"
    assert len(sandbox.calls()) == 1


def test_a_file_keeps_what_was_made(twsql: Run, tmp_path: Path) -> None:
    """And `.open` leads to another, with Twilio's tables in it too."""
    script = "CREATE TABLE a (x);\n.open other.db\nCREATE TABLE b (y);\nSELECT count(*) FROM sys_tables;\n"
    done = twsql("shell", "my.db", stdin=script)
    assert (done.returncode, done.stderr) == (0, "")
    for file, table in (("my.db", "a"), ("other.db", "b")):
        database = sqlite3.connect(tmp_path / file)
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [(table,)]
        database.close()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT nope;", "no such column: nope"),
        ("SELECT\n nope;", "no such column: nope"),
        ("EXEC Nope;", "no procedure 'Nope'"),
        ("SELECT CallSid FROM AddParticipants;", "From"),
        ("SELECT * FROM conferences;", "set TWILIO_ACCOUNT_SID"),
        ("SELECT $a;", ".parameter set a VALUE"),
        ("EXEC EndConference Conference = :a;", "no value for the parameter a"),
        (".nope", "Unknown command"),
        (".procedures Nope", "no procedure 'Nope'"),
        (".procedures a b", "the name of one procedure"),
        (".read nope.sql", "No such file or directory"),
        ("SELECT CAST(x'ff' AS TEXT);", "UnicodeDecodeError"),
    ],
)
def test_an_error_in_a_script_is_one_line_with_its_place(twsql: Run, statement: str, words: str) -> None:
    """The script goes on, as in SQLite's own shell, and ends with status 1."""
    done = twsql("shell", stdin=f"SELECT 1;\n{statement}\nSELECT 2;\n")
    assert (done.stdout, done.returncode) == ("1\n2\n", 1)
    line = 2 + statement.count("\n")
    assert done.stderr.startswith(f"twsql: <stdin> line {line}: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_an_error_in_a_file_that_is_read_has_the_files_place(twsql: Run, tmp_path: Path) -> None:
    """The file's own line, not that of `.read`."""
    (tmp_path / "a.sql").write_text("SELECT 1;\n\nSELECT nope;\nSELECT 2;\n")
    done = twsql("shell", stdin=".read a.sql\nSELECT 3;\n")
    assert (done.stdout, done.returncode) == ("1\n3\n", 1)
    assert done.stderr == "twsql: a.sql line 3: no such column: nope\n"


def test_bail_ends_a_script_at_its_first_error(twsql: Run) -> None:
    """What follows is not run."""
    done = twsql("shell", stdin=".bail on\nSELECT nope;\nSELECT 2;\n")
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr == "twsql: <stdin> line 2: no such column: nope\n"


def test_exceptions_on_shows_no_secret(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """How it came to the error, but not what was in the variables."""
    sandbox.fail("error", message="refused")
    done = twsql("shell", stdin=".exceptions on\nSELECT * FROM conferences;\n", env=login)
    assert "Traceback" in done.stderr
    assert "refused" in done.stderr
    assert sandbox.auth_token not in done.stdout + done.stderr
    assert "Basic " not in done.stdout + done.stderr


def test_quit_gives_its_status(twsql: Run) -> None:
    """As the shell of SQLite does."""
    assert twsql("shell", stdin=".quit 3\n").returncode == 3
    assert twsql("shell", stdin=".exit\nSELECT nope;").returncode == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (".tables", "conferences\nparticipants\n"),
        (".tables part%", "participants\nparts\n"),
        (".procedures", "AddParticipants       Places a call into a conference"),
        (".procedures addparticipants", "  ConferenceSid"),
        (".schema participants", '  "Muted" BOOLEAN,\n'),
        (".schema parts", "CREATE TABLE parts (x);\n"),
    ],
)
def test_commands_tell_what_there_is(twsql: Run, command: str, words: str) -> None:
    """Twilio's tables and procedures, and those of the database."""
    done = twsql("shell", stdin=f"CREATE TABLE parts (x);\n{command}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert words.replace("  ConferenceSid", "also ConferenceSid") in done.stdout


def test_help_knows_our_commands(twsql: Run) -> None:
    """Their docstrings are their help."""
    done = twsql("shell", stdin=".help\n.help procedures\n")
    assert ".procedures ?NAME?" in done.stderr
    assert "EXEC AddParticipants" in done.stderr


@pytest.mark.parametrize("database", ["no/such/place.db", "."])
def test_a_file_that_cannot_be_opened_is_one_line(twsql: Run, database: str) -> None:
    """With its name."""
    done = twsql("shell", database, stdin="SELECT 1;")
    assert done.returncode == 1
    assert done.stderr.startswith("twsql: ")
    assert done.stderr.endswith(f": {database}\n")


def test_a_malformed_setting_is_one_line(twsql: Run) -> None:
    """Before anything is read."""
    done = twsql("shell", stdin="SELECT 1;", env={"TWSQL_TIMEOUT": "soon"})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "TWSQL_TIMEOUT" in done.stderr


def test_ctrl_c_ends_a_script(sandbox: Sandbox, login: dict[str, str], bare: dict[str, str]) -> None:
    """With 130, and without its next statement."""
    sandbox.change(latency=60.0)
    process = subprocess.Popen(
        [*COMMAND, "shell"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**bare, **login},
    )
    assert process.stdin
    process.stdin.write(b"SELECT * FROM conferences;\nSELECT 'next';\n")
    process.stdin.flush()
    until(lambda: sandbox.counters.under_way > 0)
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"twsql: interrupted\n")


def test_at_a_terminal_it_greets_and_asks(terminal: Open, login: dict[str, str], sandbox: Sandbox) -> None:
    """It says where statements go; results are in a box, and the end of the input is the end."""
    shell = terminal("shell", env=login)
    shell.wait_for(f"Account {sandbox.account_sid} at {sandbox.base_url}.")
    shell.wait_for("twsql> ")
    shell.type("SELECT 1 AS one,\n")
    shell.wait_for("  ...> ")
    shell.type("NULL AS n, x'00ff' AS b;\n")
    shell.wait_for("│ one │  n   │    b    │")
    shell.wait_for("│   1 │ NULL │ X'00FF' │")
    shell.wait_for("twsql> ")
    shell.type("\x04")
    assert shell.end() == 0


def test_without_an_account_it_says_what_to_do(terminal: Open) -> None:
    """And works for all that needs none."""
    shell = terminal("shell")
    shell.wait_for("set TWILIO_ACCOUNT_SID")
    shell.wait_for("--sandbox")
    shell.wait_for("twsql> ")
    shell.type("SELECT 40 + 2;\n")
    shell.wait_for("42 │")


def test_the_sandbox_lives_as_long_as_the_shell(terminal: Open) -> None:
    """Also over several databases."""
    shell = terminal("shell", "--sandbox")
    shell.wait_for("twsql> ")
    shell.type(EXEC)
    shell.wait_for("queued")
    shell.wait_for("twsql> ")
    shell.type(".open other.db\nSELECT FriendlyName FROM conferences;\n")
    shell.wait_for("MyConference")


def test_an_error_at_the_terminal_is_one_line(terminal: Open, sandbox: Sandbox, login: dict[str, str]) -> None:
    """Without a traceback, and what Twilio says cannot steer the terminal."""
    sandbox.fail("error", message="evil\x1b[35m")
    shell = terminal("shell", env=login, columns=300)
    shell.wait_for("twsql> ")
    shell.type("SELECT * FROM conferences;\n")
    shell.wait_for("\nevil\\x1b[35m (HTTP 400")
    told = shell.wait_for("twsql> ")
    assert told.count("\n") == 1
    assert "\x1b[35mtwsql" not in shell.raw
    shell.type("SELECT nope;\n")
    shell.wait_for("no such column: nope")
    shell.wait_for("^--- error here")


def test_text_from_twilio_cannot_steer_the_terminal(terminal: Open, sandbox: Sandbox, login: dict[str, str]) -> None:
    """In any mode for eyes, whatever a name holds."""
    shell = terminal("shell", env=login, columns=200)
    shell.wait_for("twsql> ")
    call_into(sandbox, "\x1b]0;x\x07")
    for mode in ("box", "line", "list", "column", "table"):
        shell.type(f".mode {mode}\nSELECT FriendlyName FROM conferences;\n")
        shell.wait_for("FROM conferences;")
        shell.wait_for("]0;x")
        shell.wait_for("twsql> ")
    assert "\x1b]0;x" not in shell.raw
    assert "\\x1b]0;x\\x07" in shell.shown


def test_rows_before_an_error_are_shown(terminal: Open, sandbox: Sandbox, login: dict[str, str]) -> None:
    """A box waits for all of its rows, but those that came are of calls that were placed."""
    sandbox.fail("error", method="POST", path="/room2/", code=16022, message="no more")
    shell = terminal("shell", env=login)
    shell.wait_for("twsql> ")
    shell.type(
        "SELECT CallSid FROM json_each('[1,2]') j\n"
        "JOIN AddParticipants('room' || j.value, '+18149044818', '+1814904481' || j.value);\n"
    )
    shell.wait_for("no more")
    assert sandbox.calls()[0].sid in shell.shown


def test_what_is_too_wide_is_shown_line_by_line(terminal: Open, login: dict[str, str]) -> None:
    """A SID in a box that is too narrow would be broken, and of no use."""
    shell = terminal("shell", env=login, columns=80)
    shell.wait_for("twsql> ")
    shell.type(EXEC)
    shell.wait_for("\nAccountSid     AC00000000000000000000000000000001\n")
    shell.wait_for("\nStatus         queued\n")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM conferences;",
        "SELECT * FROM AddParticipants('x', '+18149044818') WHERE \"To\" IN ('+18149044811', '+18149044812');",
    ],
)
def test_ctrl_c_ends_a_query_and_the_shell_lives_on(
    terminal: Open, sandbox: Sandbox, login: dict[str, str], statement: str
) -> None:
    """While Twilio takes a minute; nor does the shell wait for it at its own end."""
    sandbox.change(latency=60.0)
    shell = terminal("shell", env=login)
    shell.wait_for("twsql> ")
    shell.type(statement + "\n")
    until(lambda: sandbox.counters.under_way > 0)
    shell.type("\x03")
    shell.wait_for("twsql> ", seconds=10)
    shell.type("SELECT 40 + 2;\n")
    shell.wait_for("42 │")
    shell.type(".quit\n")
    assert shell.end() == 0


def test_ctrl_c_tells_of_calls_that_were_under_way(terminal: Open, sandbox: Sandbox, login: dict[str, str]) -> None:
    """It says where their outcome is; of statements and lines that dial none, though one before did, nothing."""
    shell = terminal("shell", env=login, columns=200)
    shell.wait_for("twsql> ")
    shell.type(EXEC)
    shell.wait_for("queued")
    slow = sandbox.fail("timeout-before", times=2)
    shell.wait_for("twsql> ")
    shell.type("SELECT * FROM conferences;\n")
    until(lambda: slow.hits == 1)
    shell.type("\x03")
    shell.wait_for("twsql> ")
    assert "the journal has" not in shell.shown
    shell.type(EXEC)
    until(lambda: slow.hits == 2)
    shell.type("\x03")
    shell.wait_for("the journal has the calls that were dialled: 'twsql journal settle' finds their outcome\n")
    shell.wait_for("twsql> ")
    shell.type("SELECT 1,\n")
    shell.wait_for("  ...> ")
    shell.interrupt_prompt()
    shell.wait_for("twsql> ")
    shell.type("SELECT 40 + 2;\n")
    shell.wait_for("42 │")
    assert shell.shown.count("the journal has") == 1


def test_ctrl_c_ends_what_sqlite_computes(terminal: Open) -> None:
    """Though no Python code runs meanwhile."""
    shell = terminal("shell")
    shell.wait_for("twsql> ")
    shell.type("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c;\n")
    shell.wait_for("FROM c;")
    shell.type("\x03")
    shell.wait_for("twsql> ", seconds=10)
    shell.type("SELECT 40 + 2;\n")
    shell.wait_for("42 │")


def test_ctrl_c_at_the_prompt_drops_the_line(terminal: Open) -> None:
    """And what came before it of the statement."""
    shell = terminal("shell")
    shell.wait_for("twsql> ")
    shell.type("SELECT 1,\n")
    shell.wait_for("  ...> ")
    shell.type("nope")
    shell.wait_for("nope")
    shell.interrupt_prompt()
    shell.wait_for("twsql> ")
    shell.type("SELECT 40 + 2;\n")
    shell.wait_for("42 │")


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("SELECT * FROM parti\t", "SELECT * FROM participants"),
        ("CREATE TABLE own (x);\nDELETE FROM ow\t", "DELETE FROM own"),
        ("SELECT sys_tablec\t", "SELECT sys_tablecolumns"),
        ("select reasonc\t", "select reasonconferenceEnded"),
        ("SELECT participants.QueueT\t", "SELECT participants.QueueTime"),
        ("EXEC AddP\t", "EXEC AddParticipants "),
        ("EXEC AddParticipants Fr\t", "EXEC AddParticipants From = "),
        ("EXEC AddParticipants\n Fr\t", " From = "),
        (".proc\t", ".procedures "),
        (".procedures End\t", ".procedures EndConference"),
    ],
)
def test_tab_completes(terminal: Open, typed: str, completed: str) -> None:
    """Tables, columns, procedures and their inputs, also on a statement's second line."""
    shell = terminal("shell")
    shell.wait_for("twsql> ")
    for line in typed.splitlines(keepends=True):
        shell.type(line)
    shell.wait_for(completed)


def test_the_history_is_for_its_owner_only(terminal: Open, bare: dict[str, str]) -> None:
    """Statements may hold passwords."""
    shell = terminal("shell")
    shell.wait_for("twsql> ")
    shell.type("SELECT 'remembered';\n.quit\n")
    assert shell.end() == 0
    history = Path(bare["HOME"], ".twsql_history")
    assert "remembered" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_a_home_that_cannot_be_written_does_no_harm(terminal: Open) -> None:
    """There is no history then."""
    shell = terminal("shell", env={"HOME": "/nonexistent"})
    shell.wait_for("twsql> ")
    shell.type("SELECT 40 + 2;\n")
    shell.wait_for("42 │")
    shell.type(".quit\n")
    assert shell.end() == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (".read x.sql", ".read is refused while safe is set"),
        (".shell touch out", ".shell is refused while safe is set"),
        (".output out", ".output is refused while safe is set"),
        (".open out", ".open is refused while safe is set"),
        ("CREATE TABLE t (a);", "a change of the schema is refused: safe is set"),
        ("VALUES (1), (2), (3);", "more rows than max_rows allows (2)"),
    ],
)
def test_safe(twsql: Run, tmp_path: Path, typed: str, words: str) -> None:
    """The shell keeps to safe, by the environment alone: no file, no program, no more rows than allowed."""
    done = twsql("shell", stdin=f".mode list\n{typed}\n", env={"TWSQL_SAFE": "1", "TWSQL_MAX_ROWS": "2"})
    assert words in done.stderr
    assert done.returncode == 1
    assert not (tmp_path / "out").exists()


def test_safe_query(twsql: Run) -> None:
    """The command's option is the setting."""
    done = twsql("query", "--safe", "--sandbox", "SELECT count(*) FROM conferences; CREATE TABLE t (a)")
    assert "a change of the schema is refused: safe is set" in done.stderr
    assert "count(*)" in done.stdout
