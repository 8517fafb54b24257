"""Inputs: each is checked before anything is sent, and sent as the official client sends it."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as OfficialClient

from examples import examples
from twsql.errors import Error, InputError, NotFound
from twsql.hosts.apsw import register
from twsql.procedures import PROCEDURES
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.sandbox import LoggedRequest, Sandbox

_CSV = Path(__file__).parents[1] / "data" / "inputs.csv"
FACTS = list(csv.DictReader(_CSV.read_text(encoding="utf-8").splitlines()))
BY_NAME = {fact["name"]: fact for fact in FACTS if fact["api_field"] != "(path)"}
OPTIONAL = [name for name, fact in BY_NAME.items() if fact["required"] == "false"]
FROM, TO = "+15550000000", "+15550000001"
SECRETS = ("CallToken", "SipAuthPassword")


@dataclass(frozen=True)
class Both:
    """Our connection and the official client, at one sandbox."""

    sandbox: Sandbox
    db: apsw.Connection
    official: OfficialClient

    def ours(self, conference: str, given: dict[str, Any]) -> LoggedRequest:
        """The request of a SELECT with these inputs in WHERE."""
        self.sandbox.reset()
        terms = " AND ".join(f'"{name}" = ?' for name in given)
        sql = f"SELECT CallSid FROM AddParticipants WHERE Conference = ? AND {terms}"
        assert len(self.db.execute(sql, (conference, *given.values())).fetchall()) == 1
        return self.request()

    def theirs(self, conference: str, given: dict[str, Any]) -> LoggedRequest:
        """The official client's request with these inputs."""
        self.sandbox.reset()
        self.official.conferences(conference).participants.create(**{_snake(name): v for name, v in given.items()})
        return self.request()

    def request(self) -> LoggedRequest:
        """The only request that changes something."""
        while self.sandbox.counters.under_way:  # it is logged once it is answered
            time.sleep(0.001)
        (request,) = [each for each in self.sandbox.requests if each.method == "POST"]
        return request


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    """One sandbox for both clients; calls are sent without labels of ours."""
    with Sandbox() as sandbox:
        db = apsw.Connection(":memory:")
        registration = register(
            db,
            base_url=sandbox.base_url,
            account_sid=sandbox.account_sid,
            auth_token=sandbox.auth_token,
            journal=":memory:",
            label_calls=False,
        )
        http = TwilioHttpClient(timeout=60)
        http.session.trust_env = False
        official = OfficialClient(sandbox.account_sid, sandbox.auth_token, http_client=http)
        official.api.base_url = sandbox.base_url
        yield Both(sandbox, db, official)
        http.session.close()
        db.close()
        registration.close()


def _snake(name: str) -> str:
    name = {"WaitTime": "Timeout", "From": "From_"}.get(name, name)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().replace("u_r_l", "url")


def same(ours: LoggedRequest, theirs: LoggedRequest) -> bool:
    """Whether two requests are equal: method, path, and form as a multiset."""
    return (ours.method, ours.raw_path, ours.raw_query, sorted(ours.form)) == (
        theirs.method,
        theirs.raw_path,
        theirs.raw_query,
        sorted(theirs.form),
    )


# Values


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=2, max_size=30).filter(str.strip)
_URL = st.builds("https://x.example/{}".format, st.text("abz/?&=%+~-é", max_size=12))


def _sqlite(name: str) -> st.SearchStrategy[tuple[Any, Any]]:
    """Valid values of an input: as it may be given in SQL, and as the official client takes it."""
    fact = BY_NAME[name]
    values = fact["values"].split()
    if fact["kind"] == "boolean":
        return st.sampled_from(
            [(1, True), (0, False), ("true", True), ("FALSE", False), ("yes", True), ("Off", False), (" 1 ", True)]
        )
    if fact["kind"] == "integer":
        least, most = int(fact["min"] or 0), int(fact["max"] or 10_000)
        least, most = (max(least, 5), min(most, 600)) if fact["api_field"] == "Timeout" else (least, most)
        number = st.integers(least, most)
        return number.flatmap(lambda n: st.sampled_from([(n, n), (str(n), n), (float(n), n), (f" +{n}", n)]))
    if fact["kind"] == "enum":
        return st.sampled_from(values).flatmap(lambda v: st.sampled_from([(v, v), (v.upper(), v), (v.lower(), v)]))
    if fact["kind"] == "array":
        some = st.lists(st.sampled_from(values), min_size=1, max_size=5)
        return some.flatmap(
            lambda v: st.sampled_from([(" ".join(v), v), (",".join(v), v), (json.dumps(v), v), (" , ".join(v), v)])
        )
    if fact["kind"] == "url":
        return st.one_of(_URL, st.just("") if name == "WaitUrl" else _URL).map(lambda v: (v, v))
    if fact["kind"] == "sid":
        return st.just((values[0] + "0123456789abcdefABCDEF0123456789", values[0] + "0123456789abcdefABCDEF0123456789"))
    if name == "Label":
        return _TEXT.filter(lambda v: "/" not in v and v != "..").map(lambda v: (v, v))
    return _TEXT.map(lambda v: (v, v))


@st.composite
def _inputs(draw: st.DrawFn, names: list[str]) -> dict[str, tuple[Any, Any]]:
    chosen = {name: draw(_sqlite(name)) for name in names}
    if chosen.get("Coaching", (0, False))[1]:
        chosen.setdefault("CallSidToCoach", draw(_sqlite("CallSidToCoach")))
    return {"From": (FROM, FROM), "To": (TO, TO)} | chosen


QUICK = settings(
    max_examples=examples(60),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("name", [fact["name"] for fact in FACTS if fact["api_field"] != "(path)"])
@settings(QUICK, max_examples=4)
@given(data=st.data())
def test_each_input_as_the_official_client_sends_it(both: Both, name: str, data: st.DataObject) -> None:
    """Every input gives the request that the official client sends for it."""
    given = data.draw(_inputs([name] if name in OPTIONAL else []))
    ours = both.ours("MyConference", {key: value[0] for key, value in given.items()})
    theirs = both.theirs("MyConference", {key: value[1] for key, value in given.items()})
    assert same(ours, theirs)
    field = BY_NAME[name]["api_field"]
    assert field in dict(ours.form)


@QUICK
@given(data=st.data())
def test_many_inputs_as_the_official_client_sends_them(both: Both, data: st.DataObject) -> None:
    """So do any of them together; WaitTime and Timeout are one input by two names."""
    names = data.draw(st.lists(st.sampled_from(OPTIONAL), unique=True, max_size=len(OPTIONAL)))
    names = [name for name in names if name != "Timeout" or "WaitTime" not in names]
    given = data.draw(_inputs(names))
    name = data.draw(st.sampled_from(["MyConference", "c", "a-b_c.d~e"]))
    ours = both.ours(name, {key: value[0] for key, value in given.items()})
    assert same(ours, both.theirs(name, {key: value[1] for key, value in given.items()}))


def test_all_inputs_at_once(both: Both) -> None:
    """All the inputs of a call fit into one statement and one request."""
    names = [name for name in OPTIONAL if name != "Timeout"]
    given = {name: _first(name) for name in names} | {"From": (FROM, FROM), "To": (TO, TO)}
    ours = both.ours("MyConference", {key: value[0] for key, value in given.items()})
    assert same(ours, both.theirs("MyConference", {key: value[1] for key, value in given.items()}))
    assert {key for key, _ in ours.form} == {BY_NAME[name]["api_field"] for name in given}


def _first(name: str) -> tuple[Any, Any]:
    fact = BY_NAME[name]
    values = fact["values"].split()
    made: dict[str, Any] = {
        "boolean": True,
        "integer": int(fact["min"] or 30),
        "enum": values[-1] if values else "",
        "array": values,
        "url": "https://x.example/?a=b&c",
        "sid": "".join(values) + "0" * 32,
        "text": f"a text for {name}",
    }
    value = made[fact["kind"]]
    return (" ".join(value) if isinstance(value, list) else int(value) if value is True else value), value


# Names of conferences


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("MyConference", "MyConference"),
        ("a/b?c#d%", "a%2Fb%3Fc%23d%25"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("x" * 128, "x" * 128),
        ("🎉" * 128, "%F0%9F%8E%89" * 128),
        ("a b", "a%20b"),
        (" a ", "%20a%20"),
        ("a+b", "a%2Bb"),
        ("%2F", "%252F"),
        ("a&b=c;d", "a%26b%3Dc%3Bd"),
        ("...", "..."),
        ("../Calls", "..%2FCalls"),
        ("a\\b", "a%5Cb"),
        ("'; DROP TABLE", "%27%3B%20DROP%20TABLE"),
        ("5", "5"),
        ("CF123", "CF123"),
    ],
)
def test_names_in_paths(both: Both, name: str, path: str) -> None:
    """Any name reaches the path whole, and Twilio reads it as it was given."""
    request = both.ours(name, {"From": FROM, "To": TO})
    assert request.raw_path.endswith(f"/Conferences/{path}/Participants.json")
    assert [each.name for each in both.sandbox.conferences()] == [name]


@pytest.mark.parametrize("name", ["a/b", "a?b", "a#b", "%2F"])
def test_names_that_the_official_client_gets_wrong(both: Both, name: str) -> None:
    """Here our requests must differ: the official client does not encode names."""
    both.sandbox.reset()
    with suppress(TwilioException):
        both.official.conferences(name).participants.create(from_=FROM, to=TO)
    assert name not in [each.name for each in both.sandbox.conferences()]
    both.ours(name, {"From": FROM, "To": TO})
    assert both.sandbox.conference(name).calls


@pytest.mark.parametrize("name", [".", ".."])
def test_names_that_no_url_can_hold(both: Both, name: str) -> None:
    """Dot segments would be removed on the way, so they are refused here."""
    with pytest.raises(InputError, match="cannot be"):
        both.ours(name, {"From": FROM, "To": TO})
    assert both.sandbox.counters.requests == 0


def test_a_sid_that_there_is_not(both: Both) -> None:
    """A SID-shaped conference that does not exist is Twilio's error, and no conference of that name is made."""
    with pytest.raises(NotFound) as caught:
        both.ours("CF" + "0" * 32, {"From": FROM, "To": TO})
    assert (caught.value.status, caught.value.code) == (404, 20404)
    assert both.sandbox.conferences() == []
    assert both.sandbox.counters.placed == 0


# Refusals


BAD: dict[str, tuple[Any, ...]] = {
    "boolean": ("", "2", 2, "maybe", 1.5, b"1", "truee"),
    "integer": ("", "x", "1.5", 1.5, "5 0", b"5", "1e2", "0x10", "\u0665", "9" * 30, float("inf")),
    "enum": ("", "nonsense", 7, b"GET", "GET POST"),
    "array": ("nonsense", '["nonsense"]', "[", '["completed", 5]', "[[]]", b"completed", "[" * 100_000),
    "url": ("x.example", "ftp://x.example", "https://", "https:// x", "javascript:alert(1)", b"https://x", "/a"),
    "sid": ("", "CA", "XX" + "0" * 32, "CA" + "0" * 31, "CA" + "g" * 32, 5, b"CA"),
    "text": (b"bytes", 1.5),
}


def bad_values() -> Iterator[tuple[str, Any]]:
    """Every input with every kind of bad value, and with one less and one more than its range."""
    for name, fact in BY_NAME.items():
        yield from ((name, value) for value in BAD[fact["kind"]])
        if fact["kind"] == "integer":
            yield from ((name, int(bound) + step) for bound, step in ((fact["min"], -1), (fact["max"], 1)) if bound)
        if fact["kind"] == "text" and fact["max"]:
            yield name, "x" * (int(fact["max"]) + 1)
        if fact["kind"] == "text" and fact["min"]:
            yield name, "x" * (int(fact["min"]) - 1)
    yield from (("Label", value) for value in ("", "a/b", ".", "..", "CA" + "0" * 32))
    yield from (("From", value) for value in ("", " ", None))
    yield from (("To", value) for value in ("", "\t", None))
    yield from (("Conference", value) for value in ("", " ", None, ".", "..", b"c", 1.5))


@pytest.mark.parametrize(("name", "value"), list(bad_values()), ids=lambda value: repr(value)[:24])
def test_bad_values(both: Both, name: str, value: Any) -> None:
    """A bad value is an error that names its input, and nothing is sent."""
    both.sandbox.clear()
    given = {"Conference": "c", "From": FROM, "To": TO, name: value}
    terms = " AND ".join(f'"{each}" = ?' for each in given)
    with pytest.raises(InputError, match=f"AddParticipants: {name} ") as caught:
        both.db.execute(f"SELECT CallSid FROM AddParticipants WHERE {terms}", tuple(given.values())).fetchall()
    assert both.sandbox.counters.requests == 0
    assert len(str(caught.value)) < 400


def test_all_bad_inputs_at_once(both: Both) -> None:
    """The error lists every missing and every wrong input."""
    both.sandbox.clear()
    values = {name: next(iter(BAD[BY_NAME[name]["kind"]])) for name in OPTIONAL if name != "Timeout"}
    values |= dict.fromkeys((name for name, fact in BY_NAME.items() if fact["kind"] == "url"), "nonsense")
    terms = " AND ".join(f'"{name}" = ?' for name in values)
    sql = f"SELECT CallSid FROM AddParticipants WHERE Conference = '.' AND \"From\" = '' AND \"To\" IS ? AND {terms}"
    with pytest.raises(InputError):
        both.db.execute(sql, (None, *values.values())).fetchall()
    sql = sql.replace(" IS ?", " = ?")
    with pytest.raises(InputError) as caught:
        both.db.execute(sql, (None, *values.values())).fetchall()
    for name in ("Conference", "From", "To", *values):
        assert re.search(rf"(: |; ){name} ", str(caught.value)), name
    assert both.sandbox.counters.requests == 0


def test_both_names_of_one_input(both: Both) -> None:
    """WaitTime and Timeout contradict each other, even where they are equal."""
    with pytest.raises(InputError, match="WaitTime and Timeout are the same input"):
        both.ours("c", {"From": FROM, "To": TO, "WaitTime": 30, "Timeout": 30})


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["s3cret-value", b"s3cret-value"])
def test_secrets(both: Both, name: str, value: Any) -> None:
    """A secret is in no error, neither ours nor Twilio's."""
    for to, wrong in (("", "Muted"), ("+15005550001", "Label"), ("+15005550001", "x")):
        given = {"Conference": "c", "From": FROM, "To": to, name: value, "Muted": "x" if wrong == "Muted" else 0}
        terms = " AND ".join(f'"{each}" = ?' for each in given)
        with pytest.raises(Error) as caught:
            both.db.execute(f"SELECT CallSid FROM AddParticipants WHERE {terms}", tuple(given.values())).fetchall()
        assert "s3cret" not in str(caught.value) + repr(caught.value)


# Declarations


def test_order_of_the_inputs(both: Both) -> None:
    """The hidden columns have the inputs in the order of inputs.csv, the first 49 are the function's arguments."""
    columns = [name for name, hidden in both.db.execute(
        "SELECT name, hidden FROM pragma_table_xinfo('AddParticipants')") if hidden]  # fmt: skip
    names = ["Conference", *(fact["name"] for fact in FACTS[1:])]
    assert columns[:49] == names[:49]
    assert [name for name in columns if name in names] == names


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["name"])
def test_declarations(fact: dict[str, str]) -> None:
    """Each input is declared as inputs.csv has it: field, required, values, range, default."""
    name = "Conference" if fact["api_field"] == "(path)" else fact["name"]
    (one,) = [each for each in ADD_PARTICIPANTS.inputs if each.name == name]
    assert one.field == ("" if fact["api_field"] == "(path)" else fact["api_field"])
    assert one.required == (fact["required"] == "true")
    assert list(one.values) == fact["values"].split()
    assert one.default.split() == fact["api_default"].split() or name == "Timeout"
    bounds = [int(fact[key]) if fact[key] else None for key in ("min", "max")]
    assert [one.least, one.most] == bounds or name == "Timeout"
    special = {"Conference": "conference", "Label": "label", "From": "caller", "To": "called"}
    assert one.kind == special.get(name, fact["kind"])
    assert one.secret == (name in SECRETS)


def test_arguments_by_place(both: Both) -> None:
    """The 49 inputs can be given as arguments of the function, in their order."""
    names = [fact["name"] for fact in FACTS[1:49]]
    given = {name: _first(name) for name in names} | {"From": (FROM, FROM), "To": (TO, TO)}
    both.sandbox.reset()
    values = ["c", *(given[name][0] for name in names)]
    both.db.execute(f"SELECT * FROM AddParticipants({', '.join('?' * 49)})", values).fetchall()
    ours = both.request()
    assert same(ours, both.theirs("c", {name: value[1] for name, value in given.items()}))


def test_null_arguments(both: Both) -> None:
    """NULL is not given, up to the 16th argument; after that SQLite would drop the row, so it is an error."""
    for count in (4, 15, 16):
        both.sandbox.reset()
        sql = f"SELECT * FROM AddParticipants({', '.join('?' * count)})"
        assert len(both.db.execute(sql, ("c", FROM, TO, *[None] * (count - 3))).fetchall()) == 1
        assert sorted(both.request().form) == [("From", FROM), ("To", TO)]
    both.sandbox.reset()
    with pytest.raises(InputError, match=r"MaxParticipants, ConferenceRecord cannot be NULL .* leave it out"):
        both.db.execute(
            f"SELECT * FROM AddParticipants({', '.join('?' * 18)})", ("c", FROM, TO, *[None] * 15)
        ).fetchall()
    assert both.sandbox.counters.requests == 0


def test_the_conference_last(both: Both) -> None:
    """ConferenceSid after 16 other inputs would drop the row of a call that was placed: nothing is sent."""
    names = [name for name in OPTIONAL if BY_NAME[name]["kind"] in ("enum", "url")][:16]
    terms = " AND ".join(f"\"{name}\" = '{_first(name)[0]}'" for name in names)
    sql = f"SELECT * FROM AddParticipants WHERE {terms} AND \"From\" = '{FROM}' AND \"To\" = '{TO}' AND {{}} = 'c'"
    both.sandbox.reset()
    with pytest.raises(InputError, match=r"Conference .* is required"):
        both.db.execute(sql.format("ConferenceSid")).fetchall()
    assert both.sandbox.counters.requests == 0
    assert len(both.db.execute(sql.format("Conference")).fetchall()) == 1


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"WaitUrl": ""}, [("WaitUrl", "")]),
        ({"WaitUrl": None}, []),
        ({"StatusCallback": ""}, [("StatusCallback", "")]),
        ({"CallerId": ""}, [("CallerId", "")]),
        ({"Muted": None, "Label": None}, []),
        ({"StatusCallbackEvent": "[]"}, []),
        ({"Beep": 1}, [("Beep", "true")]),
        ({"Beep": 0}, [("Beep", "false")]),
        ({"ConferenceRecord": 1}, [("ConferenceRecord", "true")]),
        ({"CallerId": 15550001}, [("CallerId", "15550001")]),
        ({"TimeLimit": 60.0}, [("TimeLimit", "60")]),
        ({"Record": " yes "}, [("Record", "true")]),
        ({"StatusCallbackEvent": "RINGING\n,answered"}, [("StatusCallbackEvent", "ringing"),
                                                          ("StatusCallbackEvent", "answered")]),
    ],
)  # fmt: skip
def test_spellings(both: Both, given: dict[str, Any], sent: list[tuple[str, str]]) -> None:
    """NULL is not given and '' is a value; booleans, numbers and arrays are sent as Twilio spells them."""
    request = both.ours("c", {"From": FROM, "To": TO, **given})
    assert sorted(request.form) == sorted([("From", FROM), ("To", TO), *sent])


def test_every_procedure_is_described() -> None:
    """Every input and result has a description, and names are unique."""
    for procedure in PROCEDURES:
        names = [each.name for each in procedure.inputs]
        assert len(set(names)) == len(names)
        assert all(each.description for each in (*procedure.inputs, *procedure.columns))
