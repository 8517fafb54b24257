"""A server that repeats our headers, wherever it can: no credential is in any error, log or record."""

from __future__ import annotations

import logging
import re
import traceback
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twsql
from examples import examples
from relay import Relay
from twsql.hosts.apsw import register
from twsql.redaction import PIECE
from twsql.sandbox import Sandbox

TOKEN = "6c1f0b9e84d2735ac6be0f81d94a27e3"
ACCOUNT = "AC" + "5" * 32
CONFERENCE = "CF" + "1" * 32

SPELLINGS: dict[str, Callable[[str], str]] = {
    "header": lambda basic: f"Authorization: Basic {basic}",
    "decoded": lambda basic: b64decode(basic).decode(),
    "token": lambda basic: TOKEN,
    "upper case": lambda basic: TOKEN.upper(),
    "base64 by itself": lambda basic: b64encode(TOKEN.encode()).decode(),
    "base64 one behind": lambda basic: b64encode(b":" + TOKEN.encode()).decode(),
    "percent-encoded": lambda basic: quote(basic, safe=""),
    "hexadecimal": lambda basic: TOKEN.encode().hex(),
    "part": lambda basic: basic[-32:-4],
}


def http(body: str, status: str = "200 OK", *headers: str) -> bytes:
    """An answer in Latin-1."""
    return "\r\n".join(
        [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", body]
    ).encode("latin-1")


PAGE = '{"conferences": [%s], "participants": [%s], "calls": [], "next_page_uri": %s}'
CHANNELS: dict[str, Callable[[str], bytes]] = {
    "page of 200": lambda echo: http(f"<p>you sent {echo}</p>"),
    "JSON list": lambda echo: http(f'["{echo}"]'),
    "JSON of 200": lambda echo: http(f'{{"echo": "{echo}"}}'),
    "JSON cut off": lambda echo: http(f'{{"echo": "{echo}'),
    "page of 403": lambda echo: http(f"<html><b>{echo}</b></html>", "403 Forbidden"),
    "page of 502": lambda echo: http(f"<!-- {echo} --> {' '.join(echo)}", "502 Bad Gateway"),
    "Twilio's message": lambda echo: http(
        f'{{"code": 20001, "message": "bad {echo}", "more_info": "http://x/{echo}"}}', "400 Bad"
    ),
    "status line": lambda echo: http("{}", echo),
    "no status line": lambda echo: f"{echo}\r\n\r\n".encode(),
    "reason": lambda echo: http("", f"500 {echo}"),
    "request id": lambda echo: http("{", "200 OK", f"Twilio-Request-Id: {echo}"),
    "line among the headers": lambda echo: http("{", "200 OK", f"{echo} and no colon".replace(":", " ")),
    "other headers": lambda echo: http(
        "{", "429 Slow", f"Retry-After: {echo} s", f"Twilio-Concurrent-Requests: {echo}", f"Set-Cookie: a={echo}"
    ),
    "length": lambda echo: f"HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n{{".encode(),
    "encoding": lambda echo: http(f"{echo}", "200 OK", "Content-Encoding: gzip"),
    "unknown encoding": lambda echo: http("{", "200 OK", f"Content-Encoding: {echo}", f"Content-Type: {echo}"),
    "chunk size": lambda echo: (
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n{{}}\r\n0\r\n\r\n".encode()
    ),
    "redirect": lambda echo: http("", "302 Found", f"Location: https://{echo}/"),
    "next page elsewhere": lambda echo: http(PAGE % ("", "", f'"https://elsewhere.invalid/{echo}"')),
    "next page here": lambda echo: http(PAGE % ("", "", f'"/2010-04-01/{quote(echo, safe="")}"')),
    "next page 5": lambda echo: http(PAGE % ("", "", f'["{echo}"]')),
    "date": lambda echo: http(
        PAGE % (f'{{"sid": "{CONFERENCE}", "date_created": "{echo}"}}', "", "null")
        if "x" not in echo
        else f'{{"sid": "{CONFERENCE}", "date_created": "{echo}"}}'
    ),
    "call_sid": lambda echo: http(f'{{"call_sid": "{echo}", "sid": "{echo}", "status": "queued"}}'),
    "beside the call_sid": lambda echo: http(f'{{"call_sid": "CA{"2" * 32}", "label": "{echo}"}}'),
}
STATEMENTS = (
    "SELECT Sid, DateCreated FROM conferences",
    "SELECT Sid FROM conferences WHERE Status = 'completed' ORDER BY DateCreated DESC",
    f"SELECT DateCreated FROM conferences WHERE Sid = '{CONFERENCE}'",
    "SELECT CallSid, DateCreated FROM participants",
    "SELECT Status FROM AddParticipants('room', '+15550000000', '+15550000001') WHERE RequestKey = '{key}'",
    "SELECT Status FROM AddParticipants('room', '+15550000000', '+15550000001')",
    f"SELECT Status FROM RemoveParticipants('{CONFERENCE}', 'CA{'3' * 32}')",
    "SELECT Status FROM EndConference('room')",
)


def leaks(text: str) -> set[str]:
    """The pieces of the credentials that can be read in a text, in any of the spellings."""
    basic = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    secret = {TOKEN, basic[basic.index("O") :] if "O" in basic else basic[-40:], TOKEN.encode().hex()}
    secret |= {b64encode(bytes(n) + TOKEN.encode()).decode().rstrip("=")[n + 1 : -1] for n in range(3)}
    dense = "".join(c for c in text.lower() if c.isprintable() and not c.isspace())
    pieces = {each.lower()[n : n + PIECE] for each in secret for n in range(len(each) - PIECE + 1)}
    return {piece for piece in pieces if piece in dense}


def told(error: BaseException) -> str:
    """All that an error tells, and all that it has with it, as a logger that looks closely would write it."""
    words = "".join(traceback.format_exception(error))
    chain: list[BaseException] = [error]
    for each in chain:
        words += f"{each!r} {each.args!r} {vars(each)!r} {getattr(each, '__notes__', '')}"
        chain += [other for other in (each.__cause__, each.__context__) if other is not None and other not in chain]
    return words


def run(db: apsw.Connection, sql: str) -> twsql.Error | None:
    """Run a statement; any other error than twsql's is raised."""
    try:
        db.execute(sql).fetchall()
    except twsql.Error as error:
        return error
    return None


@pytest.fixture
def echo(sandbox: Sandbox) -> Iterator[Relay]:
    """A server; each test says what it answers."""
    with Relay(sandbox.base_url) as relay:
        yield relay


def test_no_credential_anywhere(
    echo: Relay, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is repeated, however and where: only twsql's errors come, without it, and so are the log and journal."""
    caplog.set_level(logging.DEBUG)

    @settings(max_examples=examples(100), deadline=None)
    @given(st.sampled_from(sorted(CHANNELS)), st.sampled_from(sorted(SPELLINGS)), st.sampled_from(STATEMENTS))
    def check(channel: str, spelling: str, statement: str) -> None:
        echo.change = lambda request, answer: CHANNELS[channel](SPELLINGS[spelling](_basic(request)))
        caplog.clear()
        db = apsw.Connection(":memory:")
        login = {"account_sid": ACCOUNT, "auth_token": TOKEN, "base_url": echo.url}
        registration = register(db, **login, max_attempts=1, recovery_grace=0.001, timeout=60)
        error = run(db, statement.replace("{key}", str(len(echo.asked))))
        recorded = db.execute("SELECT * FROM twsql_journal ORDER BY Id DESC LIMIT 1").fetchall()
        counted = db.execute("SELECT * FROM twsql_requests").fetchall()
        registration.close()
        assert error is None or not leaks(told(error))
        assert not leaks(caplog.text + repr([vars(record) for record in caplog.records]))
        assert not leaks(repr((recorded, counted)))

    check()
    assert not leaks("".join(capfd.readouterr()))
    assert not leaks("".join(file.read_bytes().decode("latin-1") for file in tmp_path.iterdir()))


def _basic(request: bytes) -> str:
    found = re.search(rb"Authorization: Basic (\S+)", request)
    assert found
    return found[1].decode()


@pytest.mark.parametrize("name", ["CallToken", "SipAuthPassword"])
def test_secret_inputs(name: str, echo: Relay, account: dict[str, Any]) -> None:
    """An echo of the form: neither the error nor the journal has the secret, percent-encoded, as base64 or as it is."""
    secret = "päss w/rd+15"
    spelled = f"{quote(secret)} {b64encode(secret.encode()).decode()} {secret}"
    echo.change = lambda request, answer: http(spelled.encode().decode("latin-1"), "502 Bad Gateway")
    db = apsw.Connection(":memory:")
    registration = register(db, **{**account, "base_url": echo.url}, max_attempts=1, recovery_grace=0.001)
    sql = f"SELECT Status FROM AddParticipants('room', '+15550000000', '+15550000001') WHERE {name} = ?"
    with pytest.raises(twsql.OutcomeUnknown) as raised:
        db.execute(sql, (secret,)).fetchall()
    recorded = repr(db.execute("SELECT * FROM twsql_journal").fetchall())
    registration.close()
    for text in (str(raised.value), recorded):
        assert "***" in text
        assert not [part for part in ("rd+15", quote(secret)[-8:], "w/rd", "IHcvcmQr") if part in text]


def test_nothing_else_is_touched(sandbox: Sandbox, account: dict[str, Any]) -> None:
    """Rows are data: what looks like a credential there stays."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account)
    db.execute(
        "SELECT Status FROM AddParticipants(?, '+15550000000', '+15550000001')", (Sandbox.auth_token,)
    ).fetchall()
    assert db.execute("SELECT FriendlyName FROM conferences").get == Sandbox.auth_token
    registration.close()
