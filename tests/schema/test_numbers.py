"""Phone numbers: what is certainly one is sent in E.164 form; what is not is an error before anything is sent."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

import twsql
from twsql.errors import InputError, ProgrammingError, SettingError
from twsql.sandbox import Sandbox
from twsql.schema.numbers import e164

FROM, INDIA = "+15550000000", "+919602968074"
CALL = "SELECT CallSid FROM AddParticipants('c', ?, ?)"


@pytest.fixture
def connection(account: dict[str, Any]) -> Iterator[twsql.Connection]:
    """A connection to the sandbox."""
    with closing(twsql.connect(**account)) as opened:
        yield opened


def called(sandbox: Sandbox) -> list[str]:
    """The numbers that Twilio was given."""
    return [dict(request.form)["To"] for request in sandbox.requests if request.method == "POST"]


@pytest.mark.parametrize(
    ("written", "country", "sent"),
    [
        ("+18149044818", None, "+18149044818"),
        (" +1 (814) 904-4818 ", None, "+18149044818"),
        ("+1.814.904.4818", None, "+18149044818"),
        ("+1\N{NO-BREAK SPACE}814\N{NON-BREAKING HYPHEN}9044818", None, "+18149044818"),
        ("+1 555 010 0001", None, "+15550100001"),
        ("+44 (0)20 7946 0000", None, "+442079460000"),
        ("+39 06 6982", None, "+39066982"),
        ("919602968074", None, INDIA),
        ("91 96029 68074", None, INDIA),
        ("18149044818", None, "+18149044818"),
        ("(814) 904-4818", "US", "+18149044818"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("011 44 20 7946 0000", "US", "+442079460000"),
        ("919602968074", "US", INDIA),
        ("919602968074", "IN", INDIA),
        ("4155551212", "US", "+14155551212"),
        ("sip:ada@example.com", None, "sip:ada@example.com"),
        ("client:1001", None, "client:1001"),
        ("app:AP" + "0" * 32, None, "app:AP" + "0" * 32),
        ("911", None, "911"),
    ],
)
def test_what_is_certain(written: str, country: str | None, sent: str) -> None:
    """Whatever stands between the digits, there is one number that it can be; an address stays as it is."""
    assert e164(written, country) == sent


@pytest.mark.parametrize(
    ("written", "country", "proposed"),
    [
        ("8149044818", None, "+18149044818, or set default_country"),
        ("(555) 010-0001", None, "+15550100001, or set default_country"),
        ("4155551212", None, "+14155551212, or set default_country"),  # +41 55 555 12 12 is in Switzerland
        ("13052345678", "CN", "+13052345678 or +8613052345678"),
        ("5551234", "US", "+15551234"),
        ("020 7946 0000", None, "such as"),
        ("+1555", None, "such as"),
        ("+0018149044818", None, "such as"),
        ("+1814904481O", None, "such as"),
        ("+44 (0)20 7946 00000 0", None, "such as"),
        ("+1 814 904 4818 / +1 814 904 4819", None, "such as"),
        ("+18149044818 ext 5", None, r"without an extension, such as \+18149044818"),
        ("+", None, "such as"),
        ("()", "US", "such as"),
    ],
)
def test_what_is_not_certain(written: str, country: str | None, proposed: str) -> None:
    """What could be no number, or two, is refused with what it may be."""
    words = proposed if proposed[0] != "+" else proposed.replace("+", r"\+")
    with pytest.raises(ValueError, match=words):
        e164(written, country)


def test_two_spellings_are_one_call(connection: twsql.Connection, sandbox: Sandbox) -> None:
    """In one statement; each row has the number as it was given, Twilio has it in E.164 form."""
    numbers = [INDIA, "919602968074", "+91 96029-68074"]
    sql = 'SELECT "To", CallSid FROM AddParticipants(\'c\', ?) WHERE "To" IN (SELECT value FROM json_each(?))'
    rows = connection.execute(sql, (FROM, json.dumps(numbers))).fetchall()
    assert {row[0] for row in rows} == set(numbers)
    assert len({row[1] for row in rows}) == sandbox.counters.placed == 1
    assert called(sandbox) == [INDIA]


def test_two_spellings_of_one_key(connection: twsql.Connection, sandbox: Sandbox) -> None:
    """With a RequestKey that holds from statement to statement: the journal has the E.164 form."""
    sql = f"{CALL} WHERE RequestKey = 'k'"
    first = connection.execute(sql, (FROM, "919602968074")).fetchall()
    assert connection.execute(sql, (FROM, "+91 96029 68074")).fetchall() == first
    assert connection.execute('SELECT "To" FROM twsql_journal').fetchall() == [(INDIA,)]
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize("state", ["placed", "refused"])
def test_a_key_from_before(connection: twsql.Connection, sandbox: Sandbox, tmp_path: Path, state: str) -> None:
    """An entry whose number was recorded as it was written is still the same call's, and no other's."""
    sql = f"{CALL} WHERE RequestKey = 'k'"
    first = connection.execute(sql, (FROM, "919602968074")).fetchall()
    inputs = {"Conference": "c", "From": FROM, "To": "919602968074"}
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    with closing(apsw.Connection(str(tmp_path / "journal.db"))) as journal:
        journal.execute("UPDATE effects SET recipient = '919602968074', digest = ?, state = ?", (digest, state))
        if state == "refused":
            journal.execute("UPDATE effects SET sid = NULL, answer = NULL")
            sandbox.reset()
    assert connection.execute(sql, (FROM, "919602968074")).fetchall() == first  # the sandbox begins with the same SID
    assert sandbox.counters.placed == 1
    with pytest.raises(InputError, match="other inputs"):
        connection.execute(sql, (FROM, "+15550000001")).fetchall()


def test_an_error_names_every_one(connection: twsql.Connection, sandbox: Sandbox) -> None:
    """Both numbers are named, by the form in which each is accepted; Twilio is not asked."""
    with pytest.raises(InputError) as caught:
        connection.execute("EXEC AddParticipants Conference = 'c', From = '8149044818', To = '(555) 010-0001'")
    assert "From must be a phone number in E.164 form, such as +18149044818" in str(caught.value)
    assert "To must be a phone number in E.164 form, such as +15550100001" in str(caught.value)
    assert sandbox.counters.requests == 0


def test_unknown_inputs_hide_nothing(connection: twsql.Connection, sandbox: Sandbox) -> None:
    """Names that are no inputs, and wrong values of those that are, are one error; placeholders are seen through."""
    with pytest.raises(ProgrammingError) as caught:
        connection.execute(
            "EXEC AddParticipants Form = '814', To = ?, Muted = 'perhaps', Lable = 'a/b', Xyz = 1", ("(555) 010-0001",)
        )
    for words in (
        "no input 'Form' at line 1, column 22: did you mean From?; ",
        "no input 'Lable'",
        ": did you mean Label?; ",
        "no input 'Xyz'",
        "Conference (or ConferenceSid) is required; ",
        "To must be a phone number",
        "Muted must be true or false",
        "Label cannot",
    ):
        assert words in str(caught.value)
    assert sandbox.counters.requests == 0


def test_unknown_inputs_of_a_batch(connection: twsql.Connection, sandbox: Sandbox) -> None:
    """So it is for all the objects of a Batch."""
    batch = [{"To": "8149", "Tu": 1}, {"To": INDIA}, {"Muted": "perhaps", "To": "x y", "Mooted": 1, "From": "+1555"}]
    sql = "SELECT CallSid FROM AddParticipants WHERE Conference = 'c' AND \"From\" = ? AND Batch = ?"
    with pytest.raises(InputError) as caught:
        connection.execute(sql, (FROM, json.dumps(batch))).fetchall()
    assert "object 1 of Batch has Tu, no input; To must be a phone number" in str(caught.value)
    assert "object 3 of Batch has Mooted, no input; From must be a phone number" in str(caught.value)
    assert "To must be a phone number in E.164 form, or an address: sip:, client: or app:, not 'x y'" in str(
        caught.value
    )
    assert "Muted must be true or false" in str(caught.value)
    assert sandbox.counters.requests == 0


def test_wrong_values_of_a_set(connection: twsql.Connection, sandbox: Sandbox) -> None:
    """Each wrong value of an IN is named, up to ten."""
    numbers = [f"555{number:04}" for number in range(12)]
    sql = "SELECT CallSid FROM AddParticipants('c', ?) WHERE \"To\" IN (SELECT value FROM json_each(?))"
    with pytest.raises(InputError) as caught:
        connection.execute(sql, (FROM, json.dumps([INDIA, *numbers]))).fetchall()
    assert [f"not '{number}'" in str(caught.value) for number in numbers] == [True] * 10 + [False] * 2
    assert "; and 2 more; this was not sent" in str(caught.value)
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize(("to", "caller"), [("sip:ada@example.com", "1001"), ("client:ada", "+1 reception")])
def test_who_calls_an_address_has_any_name(account: dict[str, Any], to: str, caller: str) -> None:
    """A caller is a number only where a number is called."""
    with closing(twsql.connect(**account, dry_run=True)) as connection:
        assert len(connection.execute(CALL, (caller, to)).fetchall()) == 1
        with pytest.raises(InputError, match="From must be a phone number"):
            connection.execute(CALL, (caller, INDIA)).fetchall()


def test_default_country(account: dict[str, Any], sandbox: Sandbox) -> None:
    """It holds for arguments and for EXEC; a country that there is not is told where it is needed."""
    with closing(twsql.connect(**account, default_country="us")) as connection:
        connection.execute(CALL, ("(814) 904-4818", "814-904-4819")).fetchall()
        connection.execute("CALL AddParticipants('c', '8149044818', '8149044820')")
        with pytest.raises(ProgrammingError) as caught:
            connection.execute("EXEC AddParticipants To = '8149044818', Nothing = 1")
        assert "To must" not in str(caught.value)
    assert called(sandbox) == ["+18149044819", "+18149044820"]
    nowhere = twsql.connect(**account, default_country="ZZ")
    with closing(nowhere), pytest.raises(SettingError, match="default_country"):
        nowhere.execute(CALL, ("8149044818", INDIA)).fetchall()


def test_a_number_in_its_form_loads_nothing(account: dict[str, Any]) -> None:
    """The library that knows all countries' numbers is loaded for other spellings only."""
    code = "import sys, twsql; c = twsql.connect(dry_run=True, account_sid='AC' + '0' * 32, auth_token='x')\n"
    code += (
        "for number in sys.argv[1:]:\n    c.execute(\"SELECT CallSid FROM AddParticipants('c', '+15550000000', ?)\","
    )
    code += " (number,)).fetchall()\n    print('phonenumbers' in sys.modules)"
    command = [sys.executable, "-c", code, INDIA, "sip:a@b", "919602968074"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]
