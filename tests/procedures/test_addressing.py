"""ModifyParticipants, RemoveParticipants, EndConference: whom they mean, and what they send."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import apsw
import pytest

from twsql.errors import Error, InputError, NotFound
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox


@dataclass(frozen=True)
class Standup:
    """A conference with three participants, of whom the second has the label guest-1."""

    sandbox: Sandbox
    db: apsw.Connection
    name: str
    sid: str
    calls: tuple[str, ...]

    def asked(self, sql: str, *bindings: Any) -> tuple[list[Any], list[str]]:
        """The rows, and the requests without the account, `GET Conferences Status=init`."""
        self.sandbox.clear()
        rows = self.db.execute(sql, bindings).fetchall()
        return rows, self.requests()

    def requests(self) -> list[str]:
        """The requests since the last clearing."""
        while self.sandbox.counters.under_way:  # they are logged once they are answered
            time.sleep(0.001)
        asked = []
        for each in self.sandbox.requests:
            path = each.raw_path.split(self.sandbox.account_sid + "/")[1].removesuffix(".json")
            pairs = [f"{key}={value}" for key, value in each.query + each.form if key != "PageSize"]
            asked.append(" ".join([each.method, path, *pairs]))
        return asked

    def lookup(self, name: str) -> list[str]:
        """What it takes to find a conference by name."""
        return [f"GET Conferences Status={status} FriendlyName={name}" for status in ("init", "in-progress")]


@pytest.fixture
def standup(account: dict[str, Any], sandbox: Sandbox) -> Iterator[Standup]:
    """Beside a conference that is over and has the same name."""
    db = apsw.Connection(":memory:")
    registration = register(db, **account, journal=":memory:")
    insert = 'INSERT INTO participants (FriendlyName, "From", "To", Label) VALUES (?, \'+15550000000\', ?, ?)'
    name = "stand up/1"
    db.execute(insert, (name, "+15550000009", "guest-1"))
    db.execute("SELECT Status FROM EndConference(?)", (name,)).fetchall()
    for number, label in enumerate((None, "guest-1", "a b/c".replace("/", "?"))):
        db.execute(insert, (name, f"+1555000000{number}", label))
    found = sandbox.conference(name)
    yield Standup(sandbox, db, name, found.sid, found.calls)
    registration.close()
    db.close()


def test_modify_by_sid(standup: Standup) -> None:
    """By two SIDs it is one request, with just what is given."""
    rows, asked = standup.asked("SELECT *, Muted, Hold FROM ModifyParticipants(?, ?, 1)", standup.sid, standup.calls[0])
    assert asked == [f"POST Conferences/{standup.sid}/Participants/{standup.calls[0]} Muted=true"]
    assert rows == [(standup.sandbox.account_sid, standup.calls[0], standup.sid, "connected", 1, 0)]


def test_modify_by_name_and_label(standup: Standup) -> None:
    """A name costs two requests more, a label none; the path is encoded."""
    rows, asked = standup.asked("SELECT CallSid FROM ModifyParticipants(?, 'a b?c') WHERE Hold = 'on'", standup.name)
    path = f"Conferences/{standup.sid}/Participants/a%20b%3Fc"
    assert asked == [*standup.lookup(standup.name), f"POST {path} Hold=true"]
    assert rows == [(standup.calls[2],)]


def test_aliases(standup: Standup) -> None:
    """ConferenceSid and CallSid in WHERE are the inputs too."""
    sql = "SELECT Status FROM ModifyParticipants WHERE ConferenceSid = ? AND CallSid = 'guest-1' AND Muted = 0"
    rows, asked = standup.asked(sql, standup.sid)
    assert asked == [f"POST Conferences/{standup.sid}/Participants/guest-1 Muted=false"]
    assert rows == [("connected",)]


def test_modify_each_of_a_join(standup: Standup) -> None:
    """A join modifies each of its rows."""
    sql = (
        "SELECT m.CallSid FROM participants p JOIN ModifyParticipants(p.ConferenceSid, p.CallSid) m"
        " WHERE m.Muted = 1 AND p.ConferenceSid = ?"
    )
    rows, asked = standup.asked(sql, standup.sid)
    assert {row[0] for row in rows} == set(standup.calls)
    assert len([each for each in asked if each.startswith("POST")]) == 3


def test_remove(standup: Standup) -> None:
    """Removal by SID is one request, by label one more to tell which call it was."""
    rows, asked = standup.asked("SELECT * FROM RemoveParticipants(?, ?)", standup.sid, standup.calls[0])
    assert asked == [f"DELETE Conferences/{standup.sid}/Participants/{standup.calls[0]}"]
    assert rows == [(standup.sandbox.account_sid, standup.calls[0], standup.sid, "complete")]
    rows, asked = standup.asked("SELECT CallSid, Label, Status FROM RemoveParticipants(?, 'guest-1')", standup.sid)
    path = f"Conferences/{standup.sid}/Participants"
    assert asked == [f"GET {path}/guest-1", f"DELETE {path}/{standup.calls[1]}"]
    assert rows == [(standup.calls[1], "guest-1", "complete")]
    assert standup.sandbox.conference(standup.name).calls == standup.calls[2:]


def test_end(standup: Standup) -> None:
    """Ending by SID is one request, by name two more; the one of the same name that is over is not meant."""
    rows, asked = standup.asked("SELECT * FROM EndConference(?)", standup.name)
    assert asked == [*standup.lookup(standup.name), f"POST Conferences/{standup.sid} Status=completed"]
    assert rows == [(standup.sandbox.account_sid, standup.sid, standup.name, "completed")]
    rows, asked = standup.asked("SELECT Status FROM EndConference(?)", standup.sid)
    assert (rows, len(asked)) == ([("completed",)], 1)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM EndConference('nobody')", "no conference that is not over is named 'nobody'"),
        ("SELECT * FROM ModifyParticipants('nobody', 'x', 1)", "is named 'nobody'"),
        ("SELECT * FROM RemoveParticipants('nobody', 'x')", "is named 'nobody'"),
        ("SELECT * FROM ModifyParticipants('stand up/1', 'nobody', 1)", "HTTP 404"),
        ("SELECT * FROM RemoveParticipants('stand up/1', 'nobody')", "HTTP 404"),
        ("SELECT * FROM RemoveParticipants('stand up/1', 'CA00000000000000000000000000000000')", "HTTP 404"),
        ("SELECT * FROM EndConference('CF00000000000000000000000000000000')", "HTTP 404"),
        ("SELECT * FROM EndConference('Stand up/1')", "is named"),
    ],
)
def test_unknown(standup: Standup, sql: str, words: str) -> None:
    """An unknown conference or participant is an error, and changes nothing."""
    with pytest.raises(NotFound, match=words):
        standup.db.execute(sql).fetchall()
    assert standup.sandbox.conference(standup.name).calls == standup.calls


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM ModifyParticipants('{sid}', 'guest-1')", "nothing to change: give one of Muted, Hold"),
        ("SELECT * FROM ModifyParticipants('{sid}', 'guest-1', NULL)", "nothing to change"),
        ("SELECT * FROM ModifyParticipants('{sid}', 'guest-1', 'x', 'maybe')", r"Muted must.*; Hold must"),
        ("SELECT * FROM ModifyParticipants('{sid}', '', 1)", r"Participant \(or CallSid\) is required"),
        ("SELECT * FROM ModifyParticipants", r"Conference \(.*\) and Participant \(or CallSid\) are required"),
        ("SELECT * FROM RemoveParticipants('{sid}')", r"Participant \(or CallSid\) is required"),
        ("SELECT * FROM EndConference('')", "Conference .*is required"),
        ("SELECT * FROM EndConference(NULL)", "Conference .*is required"),
        ("SELECT * FROM EndConference('..')", "Conference cannot be"),
    ],
)  # fmt: skip
def test_refused(standup: Standup, sql: str, words: str) -> None:
    """What cannot be meant is an error before anything is sent."""
    standup.sandbox.clear()
    with pytest.raises(InputError, match=words):
        standup.db.execute(sql.format(sid=standup.sid)).fetchall()
    assert standup.sandbox.counters.requests == 0


@pytest.mark.parametrize("participant", [".", ".."])
def test_dot_segments(standup: Standup, participant: str) -> None:
    """A label that no URL can hold is an error, and nothing is changed."""
    with pytest.raises(InputError):
        standup.db.execute("SELECT * FROM RemoveParticipants(?, ?)", (standup.sid, participant)).fetchall()
    assert "DELETE" not in standup.sandbox.counters.by_method


class _Listing(BaseHTTPRequestHandler):
    """A Twilio that has the conferences of `server.sids` by status, all of one name."""

    def do_GET(self) -> None:
        status = dict(parse_qsl(urlsplit(self.path).query))["Status"]
        rows = [{"sid": sid, "friendly_name": "twins", "status": status} for sid in self.server.sids[status]]
        body = json.dumps({"conferences": rows, "next_page_uri": None}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.posts.append(self.path)
        body = b'{"code": 20404}'
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("init", "begun", "ended"),
    [("12", "", None), ("1", "2", None), ("", "12", None), ("1", "1", "1"), ("", "3", "3"), ("2", "", "2")],
)
def test_names_that_are_ambiguous(init: str, begun: str, ended: str | None) -> None:
    """Where several conferences have the name the error gives their SIDs; one that moves on meanwhile is one."""
    sid = {number: "CF" + number * 32 for number in "123"}
    with ThreadingHTTPServer(("127.0.0.1", 0), _Listing) as server:
        server.sids = {"init": [sid[x] for x in init], "in-progress": [sid[x] for x in begun]}
        server.posts = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        db = apsw.Connection(":memory:")
        url = f"http://127.0.0.1:{server.server_address[1]}"
        login = {"account_sid": Sandbox.account_sid, "auth_token": Sandbox.auth_token}
        registration = register(db, base_url=url, journal=":memory:", **login)
        with pytest.raises(NotFound if ended else InputError) as caught:
            db.execute("SELECT Status FROM EndConference('twins')").fetchall()
        registration.close()
        server.shutdown()
        thread.join()
        posts = server.posts
    if ended:
        assert [path.rsplit("/", 1)[1] for path in posts] == [f"{sid[ended]}.json"]
    else:
        assert posts == []
        assert "2 conferences are named 'twins'" in str(caught.value)
        assert sid["1"] in str(caught.value)
        assert sid["2"] in str(caught.value)


@pytest.mark.parametrize("kind", ["reset-after", "500-after", "garbage-after", "429"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Status FROM EndConference('{sid}')",
        "SELECT Status FROM ModifyParticipants('{sid}', 'guest-1', 1)",
        "SELECT Status FROM RemoveParticipants('{sid}', '{call}')",
    ],
)
def test_what_can_be_repeated(standup: Standup, sql: str, kind: str) -> None:
    """A change that is the same when it is made twice is tried again after a lost answer."""
    standup.sandbox.fail(kind, method="DELETE" if "Remove" in sql else "POST", times=1)
    rows = standup.db.execute(sql.format(sid=standup.sid, call=standup.calls[0])).fetchall()
    assert len(rows) == 1


def test_once_a_statement(standup: Standup) -> None:
    """The same change is made once in a statement."""
    sql = "SELECT Status FROM EndConference('{0}') UNION ALL SELECT Status FROM EndConference('{0}')"
    rows, asked = standup.asked(sql.format(standup.sid))
    assert (rows, len(asked)) == ([("completed",), ("completed",)], 1)


@pytest.mark.parametrize(
    "verb", ["INSERT INTO {0} (Status) VALUES ('x')", "DELETE FROM {0}", "UPDATE {0} SET Status = 1"]
)
@pytest.mark.parametrize("name", ["AddParticipants", "EndConference"])
def test_procedures_are_not_tables(db: apsw.Connection, sandbox: Sandbox, name: str, verb: str) -> None:
    """Nothing can be inserted into a procedure, updated or deleted."""
    with pytest.raises((Error, apsw.Error)):
        db.execute(verb.format(name))
    assert sandbox.counters.requests == 0
