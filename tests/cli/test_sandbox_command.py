"""`twsql sandbox`: a local Twilio for another shell."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, Start


def exports(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read the lines that another shell is to run, up to the last one."""
    assert process.stdout
    variables = {}
    while not (line := process.stdout.readline()).startswith("unset "):
        assert line, "it ended early"
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            variables[name] = value
    return variables


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_another_shell_until_it_is_stopped(start: Start, twsql: Run, number: int) -> None:
    """Its export lines are all that is needed, and both signals are a good end."""
    process = start("sandbox", "--conferences", "3", "--over", "0", "--participants", "2", "--messages", "4")
    env = exports(process)
    assert set(env) == {"TWSQL_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}
    counts = "(SELECT count(*) FROM participants) AS n, (SELECT count(*) FROM messages) AS m"
    done = twsql("query", "--format", "csv", f"SELECT {counts}", env=env)
    assert (done.stdout, done.stderr) == ("n,m\n6,4\n", "")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_its_journal_does_not_outlive_it(start: Start, twsql: Run, tmp_path: Path, end: int) -> None:
    """A RequestKey of one sandbox calls anew in the next one on that port; a killed one leaves nothing to the next."""
    call = "EXEC AddParticipants ConferenceSid = 'x', From = '+15005550006', To = '+12025550100', RequestKey = 'k'"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    for _ in range(2):
        process = start("sandbox", "--port", port)
        env = exports(process)
        assert twsql("query", call, env=env).returncode == 0
        found = twsql("query", "--format", "csv", "SELECT count(*) AS n FROM participants", env=env)
        assert found.stdout == "n\n1\n"
        process.send_signal(end)
        process.wait(60)
    assert (list(tmp_path.rglob("sandbox-*")) == []) == (end == signal.SIGTERM)


def test_it_stops_while_somebody_waits_for_an_answer(start: Start) -> None:
    """The client sees a connection that is closed."""
    process = start("sandbox", "--latency", "60")
    port = int(exports(process)["TWSQL_BASE_URL"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /2010-04-01/Accounts.json HTTP/1.1\r\nHost: x\r\n\r\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_port_can_be_chosen(start: Start, twsql: Run) -> None:
    """And one that is taken is an error of one line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = twsql("sandbox", "--port", port)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"twsql: cannot listen on 127.0.0.1:{port}: Address already in use")
        assert done.stderr.count("\n") == 1
    process = start("sandbox", "--port", port)
    assert exports(process)["TWSQL_BASE_URL"] == f"http://127.0.0.1:{port}"


def test_readings(start: Start, twsql: Run) -> None:
    """Readings reach the sandbox."""
    world = ("--conferences", "3", "--over", "0", "--participants", "2")
    process = start("sandbox", *world, "--reading", "statuses=unknown", "--reading", "largest_page=1")
    sql = "SELECT Status, count(*) AS n FROM participants GROUP BY 1"
    done = twsql("query", "--format", "csv", sql, env=exports(process))
    assert (done.stdout, done.stderr) == ("Status,n\nreticent,6\n", "")


def test_more_than_max_concurrent_get_429(start: Start, twsql: Run) -> None:
    """The options reach the sandbox."""
    process = start("sandbox", "--max-concurrent", "0", "--retry-after", "0")
    done = twsql("query", "--max-attempts", "1", "SELECT * FROM conferences", env=exports(process))
    assert done.returncode == 1
    assert "HTTP 429" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--port", "70000"], 2, "must be a port, 0 to 65535"),
        (["--port", "-1"], 2, ""),
        (["--latency", "nan"], 2, "must be a number, 0 or more"),
        (["--conferences", "many"], 2, "must be a whole number, 0 or more"),
        (["--participants", "251"], 1, "participants 0 to 250"),
        (["--over", "1.5"], 1, "over 0 to 1"),
        (["--reading", "order=by age"], 1, "order is one of newest first, mixed within a minute, by sid"),
        (["--reading", "list_lag=long"], 1, "list_lag is a number"),
        (["--reading", "tide=low"], 1, "no reading 'tide': use one of upper_bound, "),
    ],
)
def test_a_wrong_option_is_one_line(twsql: Run, arguments: list[str], status: int, words: str) -> None:
    """That says what it may be."""
    done = twsql("sandbox", *arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert done.stderr.startswith("twsql: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["sandbox"], ["query", "--sandbox", "SELECT * FROM conferences"]])
def test_a_missing_extra_says_what_to_install(bare: dict[str, str], command: list[str]) -> None:
    """One line, in an environment where uvicorn cannot be imported."""
    code = "import sys; sys.modules['uvicorn'] = None; from twsql.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *command], env=bare, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "uvicorn: pip install 'twsql[sandbox]'" in done.stderr
