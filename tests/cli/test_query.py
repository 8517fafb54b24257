"""`twsql query`: scripts in, rows out."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from twsql.cli.formats import FORMATS
from twsql.sandbox import Sandbox
from waiting import interrupt, until

from .conftest import COMMAND, Open, Run, Start, call_into

EXAMPLE = "EXEC AddParticipants ConferenceSid = 'MyConference', From = '+18149044818', To = '919602968074'"
"""As it stands on the source page."""

ODD = """
    SELECT NULL AS n, x'00ff' AS b, 'a"b,c' AS q, 'l' || char(10) AS l, '日本' AS w, char(27) || '[31m' AS e, 1.5 AS r
"""
"""What a format may stumble over."""

EACH = """
    SELECT p.CallSid FROM json_each('{}') j
    JOIN AddParticipants('room' || j.value, '+15005550006', '+1814904481' || j.value) p
"""
"""A call for each number, one after the other, each into a room of its own."""

NUMBERS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {}) SELECT n, 'abc' AS t FROM c"


def test_the_example_of_the_source_page_places_a_call(twsql: Run) -> None:
    """The statement as it stands, then what became of it."""
    script = (
        f"{EXAMPLE}; SELECT c.FriendlyName, p.CallSid FROM conferences c, participants p WHERE p.ConferenceSid = c.Sid"
    )
    done = twsql("query", "--sandbox", "--format", "json", script)
    assert (done.returncode, done.stderr) == (0, "")
    placed, present = (json.loads(part + "]") for part in done.stdout.split("]\n")[:-1])
    assert list(placed[0]) == ["AccountSid", "CallSid", "ConferenceSid", "Status"]
    assert present == [{"FriendlyName": "MyConference", "CallSid": placed[0]["CallSid"]}]


def test_it_uses_the_account_of_the_environment(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """One EXEC is one call, and one request."""
    done = twsql("query", EXAMPLE, env=login)
    assert done.returncode == 0, done.stderr
    assert [call.to for call in sandbox.calls()] == ["+919602968074"]
    assert sandbox.counters.requests == 1


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("table", "n     b        q      l    w     e           r\n"),
        ("table", "NULL  X'00FF'  a\"b,c  l\\n  日本  \\x1b[31m  1.5\n"),
        ("markdown", "| NULL | X'00FF' | a\"b,c | l\\\\n | 日本 | \\\\x1b\\[31m | 1.5 |\n"),
        ("csv", 'n,b,q,l,w,e,r\n,00FF,"a""b,c","l\n",日本,\x1b[31m,1.5\n'),
        (
            "json",
            '[\n{"n": null, "b": "00FF", "q": "a\\"b,c", "l": "l\\n", "w": "日本", "e": "\\u001b[31m", "r": 1.5}\n]\n',
        ),
        ("jsonl", '{"n": null, "b": "00FF", "q": "a\\"b,c", "l": "l\\n", "w": "日本", "e": "\\u001b[31m", "r": 1.5}\n'),
    ],
)
def test_each_format_prints_odd_values(twsql: Run, format_name: str, text: str) -> None:
    """The bytes that arrive in a pipe."""
    done = twsql("query", "--format", format_name, ODD)
    assert (done.returncode, done.stderr) == (0, "")
    assert text in done.stdout


@pytest.mark.parametrize("format_name", ["csv", "json", "jsonl"])
def test_data_is_utf_8_whatever_the_locale(twsql: Run, format_name: str) -> None:
    """A program reads it, and knows nothing of a locale; a table is for eyes, and escapes what these cannot see."""
    env = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    assert "日" in twsql("query", "--format", format_name, "SELECT '日' AS a", env=env).stdout
    assert "\\u65e5" in twsql("query", "SELECT '日' AS a", env=env).stdout


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("table", "a\n-\n1\n\nb\n-\n2\n"),
        ("csv", "a\n1\n\nb\n2\n"),
        ("json", '[\n{"a": 1}\n]\n[\n{"b": 2}\n]\n'),
        ("jsonl", '{"a": 1}\n{"b": 2}\n'),
        ("markdown", "| a |\n| --: |\n| 1 |\n\n| b |\n| --: |\n| 2 |\n"),
    ],
)
def test_results_follow_each_other(twsql: Run, format_name: str, text: str) -> None:
    """With an empty line between tables, and nothing at all for statements that give no rows."""
    done = twsql(
        "query", "--format", format_name, "SELECT 1 a; CREATE TABLE t (x)", "INSERT INTO t VALUES (5);;SELECT 2 b"
    )
    assert (done.stdout, done.stderr, done.returncode) == (text, "", 0)


def test_files_come_first_then_sql_in_its_order(twsql: Run, tmp_path: Path) -> None:
    """-f may come again, - is standard input, and options may stand anywhere."""
    (tmp_path / "a.sql").write_text("\ufeffSELECT 'file' AS a; -- end\n", "utf-8")
    done = twsql(
        "query",
        "SELECT 'one' a",
        "-f",
        "a.sql",
        "--format",
        "jsonl",
        "SELECT 'two' a",
        "--file",
        "-",
        stdin="SELECT 'stdin' a",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["a"] for line in done.stdout.splitlines()] == ["file", "stdin", "one", "two"]


def test_without_sql_it_reads_standard_input(twsql: Run) -> None:
    """As a filter does."""
    assert twsql("query", stdin="SELECT 1 AS a;\nSELECT 2 AS b").stdout == "a\n-\n1\n\nb\n-\n2\n"


def test_at_a_terminal_without_sql_it_says_what_to_do(terminal: Open) -> None:
    """It does not wait for what nobody knows to type."""
    opened = terminal("query")
    opened.wait_for("twsql: no SQL: give it as an argument, in a file with -f, or on standard input")
    assert opened.end() == 2


def test_a_database_keeps_what_a_script_wrote(twsql: Run, tmp_path: Path) -> None:
    """Each statement is committed at its end, unless the script says BEGIN."""
    script = "CREATE TABLE t (x); INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); ROLLBACK; SELECT * FROM t"
    done = twsql("query", "--database", "a.db", script)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "a.db") as database:
        assert database.execute("SELECT x FROM t").fetchall() == [(1,)]
    database.close()


def test_set_gives_text_for_a_name(twsql: Run) -> None:
    """Whatever it looks like, in SQL and in EXEC; the rest after the first = is the value."""
    done = twsql(
        "query", "--format", "csv", "--set", "a=x'; DROP = 1", "--set", "n=+15", "SELECT :a AS a, typeof(:n) AS t"
    )
    assert done.stdout == "a,t\nx'; DROP = 1,text\n"


def test_set_reaches_exec(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """A phone number stays text, with its plus."""
    script = "EXEC AddParticipants ConferenceSid = :c, From = :f, To = :t"
    done = twsql("query", "--set", "c=x", "--set", "f=+15005550006", "--set", "t=+15005550007", script, env=login)
    assert done.returncode == 0, done.stderr
    assert [(call.to, call.conference) for call in sandbox.calls()] == [("+15005550007", "x")]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["SELECT nope"], 1, "no such column: nope"),
        (["SELECT 1; SELEC 2"], 1, 'near "SELEC": syntax error'),
        (["EXEC Nope"], 1, "no procedure 'Nope'"),
        (["SELECT * FROM AddParticipants"], 1, "From"),
        (["SELECT :a"], 1, "no value for the parameter a"),
        (["SELECT CAST(x'ff' AS TEXT)"], 1, "a text in the result is not UTF-8"),
        ([".tables"], 1, "commands with a dot are for 'twsql shell'"),
        (["SELECT * FROM conferences"], 1, "set TWILIO_ACCOUNT_SID"),
        (["--timeout", "soon", "SELECT 1"], 1, "timeout (TWSQL_TIMEOUT) must be"),
        (["--database", "no/such/place.db", "SELECT 1"], 1, "no/such/place.db"),
        (["-f", "nope.sql"], 1, "nope.sql: No such file or directory"),
        (["-f", "bad.sql"], 1, "bad.sql is no UTF-8 text: its byte 10 cannot be"),
        (["--format", "xml", "SELECT 1"], 2, "invalid choice: 'xml'"),
        (["--set", "a", "SELECT 1"], 2, "must be NAME=VALUE"),
        (["--sandbox", "--base-url", "http://127.0.0.1:9", "SELECT 1"], 2, "give one of them"),
        (["--form", "csv", "SELECT 1"], 2, "--form: not understood"),
    ],
)
def test_an_error_is_one_line_and_a_status(
    twsql: Run, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    """1 for what went wrong, 2 for a wrong command line."""
    (tmp_path / "bad.sql").write_bytes(b"SELECT 1;\xff\xfe")
    done = twsql("query", *arguments)
    assert done.returncode == status
    assert done.stderr.startswith("twsql: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_an_error_in_a_file_tells_the_line(twsql: Run, tmp_path: Path) -> None:
    """That of the statement's first word, behind comments; what came before is printed, what follows is not run."""
    (tmp_path / "a.sql").write_text("SELECT 1 AS a;\n\n-- here\nSELECT\n  nope;\nSELECT 2 AS b;\n")
    done = twsql("query", "-f", "a.sql")
    assert done.stdout == "a\n-\n1\n"
    assert done.stderr.startswith("twsql: a.sql line 4: no such column: nope")


def test_an_error_of_twilio_cannot_steer_the_terminal(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """Its message is written with escapes, on one line."""
    sandbox.fail("error", message="evil\x1b[31m\x07")
    done = twsql("query", "SELECT * FROM conferences", env=login)
    assert done.returncode == 1
    assert "evil\\x1b[31m\\x07" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_name_from_twilio_cannot_steer_the_terminal(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """The table that reads it back shows escapes, and JSON has the name itself."""
    name = "a\x1b[31mb\x07"
    call_into(sandbox, name)
    read = "SELECT FriendlyName FROM conferences"
    assert "a\\x1b[31mb\\x07" in twsql("query", read, env=login).stdout
    assert json.loads(twsql("query", "--format", "json", read, env=login).stdout) == [{"FriendlyName": name}]


@pytest.mark.parametrize("format_name", FORMATS)
def test_rows_that_came_before_an_error_are_printed(
    twsql: Run, sandbox: Sandbox, login: dict[str, str], format_name: str
) -> None:
    """Two calls are placed and the third is refused: the SIDs of the two are not lost."""
    sandbox.fail("error", method="POST", path="/room3/", code=16022, message="no more")
    done = twsql("query", "--format", format_name, EACH.format("[1,2,3]"), env=login)
    placed = [call.sid for call in sandbox.calls()]
    assert len(placed) == 2
    assert done.returncode == 1
    assert "no more" in done.stderr
    assert all(sid in done.stdout for sid in placed)


@pytest.mark.parametrize("format_name", FORMATS)
def test_many_rows_take_no_more_memory_than_few(tmp_path: Path, bare: dict[str, str], format_name: str) -> None:
    """Rows are written as they come: the peak of 40,000 is that of 2,000, within a few megabytes."""
    peaks = [_peak_kilobytes(["query", "--format", format_name, NUMBERS.format(n)], bare) for n in (2_000, 40_000)]
    assert peaks[1] < peaks[0] + 4_000


def _peak_kilobytes(arguments: list[str], env: dict[str, str]) -> float:
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)


def test_a_reader_that_goes_away_ends_it_quietly(start: Start) -> None:
    """As `| head` does: no message, and the status a shell gives for SIGPIPE."""
    process = start("query", "--format", "csv", NUMBERS.format(10**9))
    assert process.stdout
    assert process.stdout.readline() == "n,t\n"
    process.stdout.close()
    assert process.wait(30) == 141
    assert process.stderr
    assert process.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error(bare: dict[str, str]) -> None:
    """What could not be written is said, once."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "query", "SELECT 1"], stdout=full, stderr=subprocess.PIPE, env=bare, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"twsql: No space left on device\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "script",
    [
        "SELECT * FROM conferences",
        "SELECT * FROM participants",
        EXAMPLE,
        "SELECT * FROM AddParticipants('x', '+15005550006') WHERE \"To\" IN ('+18149044811', '+18149044812')",
    ],
)
def test_it_can_be_interrupted_while_twilio_is_waited_for(
    start: Start, sandbox: Sandbox, login: dict[str, str], script: str, number: int
) -> None:
    """The answer would take a minute; also where several requests are under way in threads."""
    sandbox.change(latency=60.0)
    process = start("query", script, env=login)
    until(lambda: sandbox.counters.under_way > 0)
    assert interrupt(process, number) == 130
    assert process.stderr
    told = "; the journal has the calls that were dialled: 'twsql journal settle' finds their outcome"
    assert process.stderr.read() == f"twsql: interrupted{told if 'AddParticipants' in script else ''}\n"


def test_an_interrupt_tells_of_this_statement_s_calls(start: Start, sandbox: Sandbox, login: dict[str, str]) -> None:
    """The statement before it has dialled, and its outcome is known."""
    slow = sandbox.fail("timeout-before", method="GET")
    process = start("query", EXAMPLE, "SELECT * FROM conferences", env=login)
    until(lambda: slow.hits > 0)
    interrupt(process)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "twsql: interrupted\n")


def test_it_can_be_interrupted_between_two_attempts(start: Start, sandbox: Sandbox, login: dict[str, str]) -> None:
    """While it sleeps as long as Twilio's Retry-After says."""
    sandbox.fail("429", retry_after=60.0)
    process = start("query", "SELECT * FROM conferences", env=login)
    until(lambda: sandbox.counters.by_status.get(429, 0) > 0)
    assert interrupt(process) == 130


def test_it_can_be_interrupted_while_sqlite_computes(start: Start) -> None:
    """No Python code would run for hours."""
    process = start("query", "SELECT 'begun' AS a", f"SELECT count(*) FROM ({NUMBERS.format(10**12)})")
    assert process.stdout
    until(lambda: process.stdout is not None and "begun" in process.stdout.readline())
    assert interrupt(process) == 130


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_rows_before_an_interrupt_are_printed(
    start: Start, sandbox: Sandbox, login: dict[str, str], format_name: str
) -> None:
    """The call that was placed is not lost, though a table holds its first rows back."""
    slow = sandbox.fail("timeout-before", method="POST", path="/room2/")
    process = start("query", "--format", format_name, EACH.format("[1,2]"), env=login)
    until(lambda: slow.hits > 0)
    assert interrupt(process) == 130
    out, _ = process.communicate(timeout=60)
    assert sandbox.calls()[0].sid in out


def test_verbose_tells_of_each_request(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """On standard error, with nothing secret in it."""
    done = twsql("query", "-v", "SELECT Sid FROM conferences", env=login)
    lines = done.stderr.splitlines()
    assert len(lines) == sandbox.counters.requests
    assert all(line.startswith("twsql: GET /2010-04-01/Accounts/") for line in lines)
    assert sandbox.auth_token not in done.stderr


@pytest.mark.parametrize("option", ["--auth-token", "--api-secret"])
@pytest.mark.parametrize("joined", [True, False])
def test_a_secret_is_not_taken_from_the_command_line(twsql: Run, option: str, joined: bool) -> None:
    """And the error that says so does not repeat it."""
    done = twsql("query", *([f"{option}=5ecret5"] if joined else [option, "5ecret5"]), "--sandbox", "-f", "-")
    assert done.returncode == 2
    assert "5ecret5" not in done.stdout + done.stderr
    assert "environment" in done.stderr


def test_a_secret_is_in_no_output_and_in_no_title(start: Start, sandbox: Sandbox, login: dict[str, str]) -> None:
    """While it runs its arguments are for all to see."""
    sandbox.change(latency=60.0)
    process = start("query", "-v", "SELECT * FROM conferences", env=login)
    until(lambda: sandbox.counters.under_way > 0)
    title = subprocess.run(["ps", "-o", "args=", "-p", str(process.pid)], capture_output=True, text=True, check=True)
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert "query" in title.stdout
    assert sandbox.auth_token not in title.stdout + out + err


def test_read_only_refuses_a_call(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """Before anything is sent."""
    done = twsql("query", "--read-only", EXAMPLE, env=login)
    assert done.returncode == 1
    assert "read_only" in done.stderr
    assert sandbox.counters.requests == 0


def test_dry_run_places_no_call(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """It says what would be done."""
    done = twsql("query", "--dry-run", EXAMPLE, env=login)
    assert (done.returncode, done.stderr) == (0, "")
    assert sandbox.calls() == []


def test_max_calls_bounds_a_statement(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """The third call of three is refused."""
    done = twsql("query", "--max-calls", "2", EACH.format("[1,2,3]"), env=login)
    assert done.returncode == 1
    assert "TWSQL_MAX_CALLS" in done.stderr
    assert len(sandbox.calls()) == 2


def test_an_option_goes_before_the_variable(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """--base-url leads away from the variable's place, and from the sandbox of this process."""
    elsewhere = {**login, "TWSQL_BASE_URL": "http://127.0.0.1:9", "TWSQL_SANDBOX": "1"}
    done = twsql(
        "query", "--base-url", sandbox.base_url, "--page-size", "7", "SELECT * FROM conferences", env=elsewhere
    )
    assert done.returncode == 0, done.stderr
    assert ("PageSize", "7") in sandbox.requests[0].query


def test_select_1_needs_neither_requests_nor_the_sandbox(bare: dict[str, str]) -> None:
    """What takes long to import is imported where it is used."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "twsql", "query", "SELECT 1"],
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "twsql.cli.query" in imported
    assert not imported & {
        "requests",
        "urllib3",
        "tenacity",
        "twsql.sandbox",
        "twsql.twilio.client",
        "apsw.shell",
    }


@pytest.mark.parametrize(("columns", "first"), [(200, "Sid "), (60, "Sid     ")])
def test_a_table_that_is_too_wide_for_a_terminal_becomes_lines(
    terminal: Open, login: dict[str, str], columns: int, first: str
) -> None:
    """A SID that is cut or broken is of no use."""
    opened = terminal("query", EXAMPLE, "SELECT Sid, FriendlyName, Status FROM conferences", env=login, columns=columns)
    opened.end()
    narrow = [line for line in opened.shown.splitlines() if line.startswith("FriendlyName  MyConference")]
    assert bool(narrow) == (columns == 60)
    assert max(map(len, opened.shown.splitlines())) <= columns


def test_csv_in_a_pipe_is_read_back(twsql: Run) -> None:
    """By Python's reader, with line ends and quotes in the values."""
    done = twsql("query", "--format", "csv", ODD)
    assert list(csv.reader(io.StringIO(done.stdout, newline="")))[1] == [
        "",
        "00FF",
        'a"b,c',
        "l\n",
        "日本",
        "\x1b[31m",
        "1.5",
    ]
