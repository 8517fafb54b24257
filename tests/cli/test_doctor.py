"""`twsql doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from twsql.sandbox import Sandbox
from twsql.twilio.settings import VARIABLES

from .conftest import Run

ACCOUNT = "AC" + "1" * 32


def wrong(output: str) -> list[str]:
    """Give the findings of what is wrong."""
    return [line.removeprefix("wrong  ") for line in output.splitlines() if not line.startswith("ok     ")]


def test_all_is_well_with_an_account(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """Two requests tell: the account's and one for its conferences."""
    done = twsql("doctor", env={**login, "TWSQL_PYTHON": "/usr/bin/python3"})  # which the loadable extension reads
    assert (done.returncode, done.stderr, wrong(done.stdout)) == (0, "", [])
    assert f"host: {sandbox.base_url} answered" in done.stdout
    assert "account: 'Sandbox' is active" in done.stdout
    assert "conferences: may be read" in done.stdout
    assert sandbox.counters.by_route == {"FetchAccount": 1, "ListConference": 1}


def test_all_is_well_in_the_sandbox(twsql: Run) -> None:
    """Without any variable."""
    done = twsql("doctor", "--sandbox")
    assert (done.returncode, done.stderr, wrong(done.stdout)) == (0, "", [])
    assert "sandbox: True (from --sandbox)" in done.stdout


def test_every_setting_is_told_with_its_source(twsql: Run, login: dict[str, str]) -> None:
    """An option, a variable, the default, or nothing."""
    done = twsql("doctor", "--page-size", "7", env={**login, "TWSQL_MAX_ATTEMPTS": "2"})
    lines = done.stdout.splitlines()
    told = [name for name in VARIABLES if any(line.startswith(f"ok     {name}: ") for line in lines)]
    not_set = {"api_key", "api_secret", "region", "edge", "calls_per_second", "default_country"} | {
        "max_price_per_minute",
        "max_rows",
        "statement_timeout",
    }
    assert set(told) | not_set >= set(VARIABLES) - {"journal"}
    assert "not set" not in done.stdout
    for line in (
        "page_size: 7 (from --page-size)",
        "max_attempts: 2 (from TWSQL_MAX_ATTEMPTS)",
        "timeout: 30.0, the default (TWSQL_TIMEOUT)",
        "auth_token: set, not shown (from TWILIO_AUTH_TOKEN)",
    ):
        assert f"ok     {line}" in lines


def test_no_secret_is_shown(twsql: Run, login: dict[str, str]) -> None:
    """Neither a good one nor a malformed one, nor one in the wrong variable."""
    secrets = {"TWILIO_AUTH_TOKEN": "5ecret5", "TWILIO_API_SECRET": "5ecret5 ", "TWILIO_API_KEY": "5ecret5"}
    for env in (secrets, {**secrets, "TWILIO_API_KEY": ""}, {"TWILIO_ACCOUNT_SID": "5ecret5"}):
        done = twsql("doctor", "-v", env={**login, **env})
        assert done.returncode == 1
        assert "5ecret5" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"TWILIO_ACCOUNT_SID": ""}, ["credentials: no account SID: pass account_sid or set TWILIO_ACCOUNT_SID"]),
        ({"TWILIO_AUTH_TOKEN": ""}, ["credentials: no auth token: pass auth_token or set TWILIO_AUTH_TOKEN"]),
        ({"TWSQL_TIMEOUT": "soon", "TWSQL_PAGE_SIZE": "0"}, ["timeout (TWSQL_TIMEOUT)", "page_size (TWSQL_PAGE_SIZE)"]),
        ({"TWSQL_BASE_URL": "", "TWILIO_REGION": "ie1"}, ["region (TWILIO_REGION) needs an edge"]),
        ({"TWSQL_TIMOUT": "3"}, ["TWSQL_TIMOUT is set, and there is no such setting: did you mean TWSQL_TIMEOUT?"]),
        ({"TWSQL_BASE_URL": "https://localhost.invalid"}, ["check the network, and base_url, region and edge"]),
    ],
)
def test_a_wrong_setting_is_told_with_its_remedy(
    twsql: Run, login: dict[str, str], env: dict[str, str], words: list[str]
) -> None:
    """All of them in one run."""
    done = twsql("doctor", env={**login, **env})
    assert (done.returncode, done.stderr) == (1, "")
    found = wrong(done.stdout)
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))


def test_the_journal_is_tried(twsql: Run, login: dict[str, str], tmp_path: Path) -> None:
    """Calls are counted; where it cannot be opened, no call can be placed."""
    dial = "EXEC AddParticipants ConferenceSid = 'x', From = '+18149044818', To = '+18149044811'"
    assert twsql("query", "--journal", "calls.db", dial, env=login).returncode == 0
    told = f"journal: {tmp_path / 'calls.db'}; calls on record: 1\n"
    assert told in twsql("doctor", "--journal", "calls.db", env=login).stdout
    (tmp_path / "other.db").write_text("this is no database, and long enough to be taken for one" * 20)
    done = twsql("doctor", "--journal", "other.db", env=login)
    assert done.returncode == 1
    assert ["TWSQL_JOURNAL" in line for line in wrong(done.stdout)] == [True]


def test_a_wrong_token_is_told(twsql: Run, login: dict[str, str]) -> None:
    """With Twilio's words and where to look."""
    done = twsql("doctor", env={**login, "TWILIO_AUTH_TOKEN": "wrong"})
    assert done.returncode == 1
    assert "HTTP 401, code 20003" in wrong(done.stdout)[0]
    assert "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" in wrong(done.stdout)[0]
    assert "twsql doctor" not in done.stdout
    assert "conferences: " not in done.stdout


def test_an_api_key_is_enough(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """Also one that may not read the account, as only a main key may."""
    key = {"TWILIO_AUTH_TOKEN": "", "TWILIO_API_KEY": sandbox.api_key, "TWILIO_API_SECRET": sandbox.api_secret}
    assert twsql("doctor", env={**login, **key}).returncode == 0
    sandbox.fail("error", path=r"Accounts/\w+\.json", status=401, code=20003, message="no")
    done = twsql("doctor", env={**login, **key})
    assert (done.returncode, wrong(done.stdout)) == (0, [])
    assert "as only main keys can" in done.stdout


def test_a_wrong_key_is_told(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """The conferences decide, as they are what it is for."""
    done = twsql("doctor", env={**login, "TWILIO_API_KEY": sandbox.api_key, "TWILIO_API_SECRET": "wrong"})
    assert done.returncode == 1
    assert ["check TWILIO_API_SECRET" in line for line in wrong(done.stdout)] == [True]


def test_conferences_that_may_not_be_read_are_told(twsql: Run, sandbox: Sandbox, login: dict[str, str]) -> None:
    """The account alone is not enough."""
    sandbox.fail("error", path="Conferences", status=403, code=20003, message="not for you")
    done = twsql("doctor", env=login)
    assert done.returncode == 1
    assert ["not for you" in line for line in wrong(done.stdout)] == [True]


@pytest.mark.parametrize("kind", ["garbage-after", "wrong-shape", "redirect", "reset-before", "500-before"])
def test_a_strange_answer_is_told(twsql: Run, sandbox: Sandbox, login: dict[str, str], kind: str) -> None:
    """In one line, without a traceback."""
    sandbox.fail(kind)
    done = twsql("doctor", env=login)
    assert (done.returncode, done.stderr) == (1, "")
    assert wrong(done.stdout)


def test_a_sandbox_that_does_not_run_is_told(twsql: Run, login: dict[str, str]) -> None:
    """Its variables outlive it in a shell."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = twsql("doctor", env={**login, "TWSQL_BASE_URL": f"http://127.0.0.1:{port}"})
    assert done.returncode == 1
    assert "start one with 'twsql sandbox', or unset TWSQL_BASE_URL" in wrong(done.stdout)[0]


class _Elsewhen(http.server.BaseHTTPRequestHandler):
    """Answers every question, with a clock that is wrong, about an account that is of little use."""

    date = "Fri, 01 Jan 2021 00:00:00 GMT"
    account: ClassVar[dict[str, str]] = {"friendly_name": "\x1b[31mMine", "status": "active", "type": "Trial"}

    def do_GET(self) -> None:
        """Answer."""
        body = json.dumps(self.account if "Conferences" not in self.path else {"conferences": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Tell the time."""
        return self.date

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhen() -> Iterator[dict[str, str]]:
    """The variables that lead to a server with a wrong clock."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhen) as server:
        threading.Thread(target=server.serve_forever).start()
        yield {
            "TWSQL_BASE_URL": f"http://127.0.0.1:{server.server_port}",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": "token",
        }
        server.shutdown()


def test_a_wrong_clock_is_told(twsql: Run, elsewhen: dict[str, str]) -> None:
    """Compared with the server's, whose name for the account cannot steer the terminal."""
    done = twsql("doctor", env=elsewhen)
    assert done.returncode == 1
    assert [line.split(":")[0] for line in wrong(done.stdout)] == ["clock"]
    assert "seconds ahead: set its clock" in done.stdout
    assert "'\\x1b[31mMine' is active, on trial: only verified numbers can be called" in done.stdout


def test_a_suspended_account_is_told(twsql: Run, elsewhen: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its credentials are good, and nothing can be done with it."""
    monkeypatch.setitem(_Elsewhen.account, "status", "suspended")
    assert "is suspended: see its state in Twilio's console" in "".join(wrong(twsql("doctor", env=elsewhen).stdout))
