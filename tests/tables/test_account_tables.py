"""The tables of numbers, applications, caller IDs, queues, triggers and accounts: what is asked of Twilio, and sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import apsw
import pytest
import requests

from openapi_facts import SPECS
from twsql.catalog import CATALOG
from twsql.errors import AuthenticationFailed, Error, InputError, NotSupportedError, OutcomeUnknown
from twsql.hosts.apsw import register
from twsql.sandbox import Sandbox
from twsql.schema import Table

from .conftest import NOW, World

URL = "https://example.com/"
PATHS = {
    "applications": "Applications",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "queues": "Queues",
    "usage_triggers": "Usage/Triggers",
}
SPEC = [json.loads(spec.read_text(encoding="utf-8")) for spec in SPECS]
PATHS_OF_TWILIO = {path: each for spec in SPEC for path, each in spec["paths"].items()}
SCHEMAS_OF_TWILIO = {name: each for spec in SPEC for name, each in spec["components"]["schemas"].items()}
TABLES = {table.name: table for table in CATALOG.tables if isinstance(table, Table)}


@pytest.fixture(scope="module")
def opened() -> Iterator[World]:
    """A world as it begins; tests take back what they change."""
    with Sandbox(now=NOW) as sandbox:
        settings = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "base_url": sandbox.base_url}
        db = apsw.Connection(":memory:")
        registration = register(db, page_size=100, journal=":memory:", **settings)
        yield World(sandbox, db)
        registration.close()
        db.close()


@pytest.mark.parametrize(("table", "path"), PATHS.items())
def test_a_list_and_a_sid(opened: World, table: str, path: str) -> None:
    """All rows are one list, a SID is one request, and what can be no SID is none."""
    [(sid,)], asked = opened.asked(f"SELECT Sid FROM {table}")
    assert asked == [f"GET {path} PageSize=100"]
    rows, asked = opened.asked(f"SELECT * FROM {table} WHERE Sid = ?", sid)
    assert (len(rows), asked) == (1, [f"GET {path}/{sid}"])
    assert opened.asked(f"SELECT Sid FROM {table} WHERE Sid IN (?, 'x')", f"{sid[:2]}{'0' * 32}")[0] == []


SCHEMAS = {
    "accounts": "account",
    "applications": "account.application",
    "available_phone_numbers": "account.available_phone_number_country.available_phone_number_local",
    "balance": "account.balance",
    "incoming_phone_numbers": "account.incoming_phone_number",
    "outgoing_caller_ids": "account.outgoing_caller_id",
    "queue_members": "account.queue.member",
    "queues": "account.queue",
    "usage_records": "account.usage.usage_record",
    "usage_triggers": "account.usage.usage_trigger",
}
NOT_PROPERTIES = {"available_phone_numbers": {"country_code", "type"}, "usage_records": {"granularity"}}
"""What rows have of the path by which they were read."""


@pytest.mark.parametrize(("table", "schema"), SCHEMAS.items())
def test_columns_are_twilios_properties(table: str, schema: str) -> None:
    """All of them, but for the secret of an account; besides there are only inputs and what the path says."""
    columns = {column.json_key for column in TABLES[table].columns if not column.hidden}
    properties = set(SCHEMAS_OF_TWILIO[f"api.v2010.{schema}"]["properties"])
    assert columns == (properties | NOT_PROPERTIES.get(table, set())) - {"auth_token"}


@pytest.mark.parametrize("table", SCHEMAS)
def test_writes_are_twilios(table: str) -> None:
    """Each input of an INSERT or UPDATE is one that Twilio's description of that request has."""
    for effect, operation in ((TABLES[table].insert, "Create"), (TABLES[table].update, "Update")):
        sent = {each.field for each in effect.procedure.inputs if each.field} if effect else set()
        named = SCHEMAS[table].rpartition(".")[2].title().replace("_", "")
        described = {
            name
            for path in PATHS_OF_TWILIO.values()
            if path.get("post", {}).get("operationId") == operation + named
            for form in path["post"]["requestBody"]["content"].values()
            for name in form["schema"]["properties"]
        }
        assert sent <= described


@pytest.mark.parametrize(
    ("table", "where", "filters"),
    [
        ("applications", "FriendlyName = 'Reception'", "FriendlyName=Reception"),
        ("incoming_phone_numbers", "PhoneNumber = '+15005550006'", "PhoneNumber=+15005550006"),
        ("incoming_phone_numbers", "Beta = 0 AND Origin = 'twilio'", "Origin=twilio Beta=false"),
        ("outgoing_caller_ids", "PhoneNumber = '+12025550123'", "PhoneNumber=+12025550123"),
        ("usage_triggers", "UsageCategory = 'calls' AND TriggerBy = 'count'", "UsageCategory=calls TriggerBy=count"),
        (
            "usage_triggers",
            "Recurring = 'monthly' AND UsageCategory = 'calls'",
            "UsageCategory=calls Recurring=monthly",
        ),
        ("queues", "FriendlyName = 'support'", ""),
    ],
)
def test_filters(opened: World, table: str, where: str, filters: str) -> None:
    """What Twilio filters by goes to Twilio, all else is compared here."""
    rows, asked = opened.asked(f"SELECT Sid FROM {table} WHERE {where}")
    assert (len(rows), asked) == (1, [f"GET {PATHS[table]} {filters and filters + ' '}PageSize=100"])


def test_part_of_a_number(opened: World) -> None:
    """Twilio finds a number by a part of it, SQL does not; a value that Twilio does not know is not sent."""
    assert opened.asked("SELECT Sid FROM incoming_phone_numbers WHERE PhoneNumber = '0006'")[0] == []
    assert opened.asked("SELECT Sid FROM usage_triggers WHERE Recurring = 'weekly'") == (
        [],
        ["GET Usage/Triggers PageSize=100"],
    )


@pytest.mark.parametrize(
    ("table", "given", "form", "changed"),
    [
        ("queues", {"FriendlyName": "sales", "MaxSize": 5}, "FriendlyName=sales MaxSize=5", "MaxSize"),
        (
            "applications",
            {"FriendlyName": "Menu", "VoiceUrl": URL, "VoiceMethod": "get", "PublicApplicationConnectEnabled": "yes"},
            f"FriendlyName=Menu VoiceUrl={URL} VoiceMethod=GET PublicApplicationConnectEnabled=true",
            "VoiceUrl",
        ),
        (
            "usage_triggers",
            {"UsageCategory": "calls", "TriggerValue": "+5", "CallbackUrl": URL, "Recurring": "daily"},
            f"UsageCategory=calls TriggerValue=+5 CallbackUrl={URL} Recurring=daily",
            "FriendlyName",
        ),
    ],
)
def test_made_changed_and_deleted(opened: World, table: str, given: dict[str, object], form: str, changed: str) -> None:
    """INSERT, UPDATE and DELETE send one request for a row, beside the one that finds it."""
    marks = ", ".join("?" * len(given))
    path, before = PATHS[table], opened.get(f"SELECT count(*) FROM {table}")
    asked = opened.asked(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({marks})", *given.values())[1]
    assert asked == [f"POST {path} {form}"]
    sid = opened.get(f"SELECT Sid FROM {table}")  # Twilio lists the newest first
    value = 7 if changed == "MaxSize" else URL + "other"
    assert opened.asked(f"UPDATE {table} SET {changed} = ? WHERE Sid = ?", value, sid)[1] == [
        f"GET {path}/{sid}",
        f"POST {path}/{sid} {changed}={value}",
    ]
    assert opened.get(f"SELECT {changed} FROM {table} WHERE Sid = ?", sid) == value
    assert opened.asked(f"DELETE FROM {table} WHERE Sid = ?", sid)[1] == [f"GET {path}/{sid}", f"DELETE {path}/{sid}"]
    assert opened.get(f"SELECT count(*) FROM {table}") == before


def test_what_goes_where(opened: World) -> None:
    """A number's application and URLs are set, and taken away by ''; a caller ID and an account are named."""
    application = opened.get("SELECT Sid FROM applications")
    update = "UPDATE incoming_phone_numbers SET VoiceApplicationSid = ?, SmsUrl = ? WHERE PhoneNumber LIKE '%0006'"
    join = "SELECT a.FriendlyName FROM incoming_phone_numbers n JOIN applications a ON a.Sid = n.VoiceApplicationSid"
    opened.db.execute(update, (application, URL))
    assert opened.db.execute(join).fetchall() == [("Reception",)]
    opened.db.execute(update, ("", ""))
    assert opened.get("SELECT VoiceApplicationSid IS NULL AND SmsUrl IS NULL FROM incoming_phone_numbers") == 1
    opened.db.execute("UPDATE outgoing_caller_ids SET FriendlyName = 'Desk' WHERE PhoneNumber = '+12025550123'")
    assert opened.get("SELECT FriendlyName FROM outgoing_caller_ids") == "Desk"
    sub = opened.sandbox.subaccount_sid
    opened.db.execute("UPDATE accounts SET FriendlyName = 'Second' WHERE Sid = ?", (sub,))
    rows = opened.db.execute("SELECT Sid FROM accounts WHERE FriendlyName = 'Second' AND OwnerAccountSid <> Sid")
    assert rows.fetchall() == [(sub,)]
    assert opened.db.execute("SELECT Sid FROM accounts WHERE Sid IN ('x', ?)", ("AC" + "f" * 32,)).fetchall() == []


def test_a_join_fetches_each_row_once(opened: World) -> None:
    """Numbers that use two applications by turns cost one request for each application."""
    numbers = [f"+1415555{number:04}" for number in range(12)]
    url = f"{opened.sandbox.base_url}/2010-04-01/Accounts/{opened.sandbox.account_sid}/IncomingPhoneNumbers"
    opened.db.execute("INSERT INTO applications (FriendlyName) VALUES ('other')")
    applications = [sid for (sid,) in opened.db.execute("SELECT Sid FROM applications")]
    auth = (opened.sandbox.account_sid, opened.sandbox.auth_token)
    with requests.Session() as session:
        session.auth = auth
        made = [
            session.post(url + ".json", {"PhoneNumber": each, "VoiceApplicationSid": applications[place % 2]}).json()
            for place, each in enumerate(numbers)
        ]
        rows, asked = opened.asked(
            "SELECT n.PhoneNumber, a.FriendlyName FROM incoming_phone_numbers n"
            " JOIN applications a ON a.Sid = n.VoiceApplicationSid"
        )
        for each in made:
            session.delete(f"{url}/{each['sid']}.json")
    opened.db.execute("DELETE FROM applications WHERE FriendlyName = 'other'")
    assert sorted(number for number, _ in rows) == numbers
    assert sorted(asked[1:]) == sorted(f"GET Applications/{sid}" for sid in applications)


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        ("INSERT INTO queues (MaxSize) VALUES (5)", InputError, "FriendlyName is required"),
        ("INSERT INTO usage_triggers (UsageCategory) VALUES ('sms')", InputError, "TriggerValue is required; Callb"),
        ("UPDATE queues SET FriendlyName = NULL", InputError, "nothing to change: give one of FriendlyName, MaxSize"),
        ("UPDATE queues SET CurrentSize = 0", Error, "CurrentSize is read-only"),
        ("UPDATE applications SET VoiceUrl = 'x'", InputError, "VoiceUrl must be an absolute http"),
        ("UPDATE applications SET VoiceCallerIdLookup = 1", Error, "VoiceCallerIdLookup is read-only"),
        ("UPDATE incoming_phone_numbers SET AccountSid = 'AC'", Error, "AccountSid is read-only"),
        ("DELETE FROM incoming_phone_numbers", NotSupportedError, "release it in Twilio's Console"),
        ("INSERT INTO incoming_phone_numbers (PhoneNumber) VALUES ('+1')", NotSupportedError, "costs money"),
        ("DELETE FROM outgoing_caller_ids", NotSupportedError, "only another call"),
        ("INSERT INTO outgoing_caller_ids (PhoneNumber) VALUES ('+1')", NotSupportedError, "rings the number"),
        ("DELETE FROM accounts", NotSupportedError, "stays closed"),
        ("UPDATE accounts SET Status = 'closed'", Error, "Status is read-only"),
    ],
)
def test_refusals(opened: World, sql: str, error: type[Error], words: str) -> None:
    """What costs money, or cannot be made good again, is refused with what to do; nothing is sent."""
    opened.sandbox.clear()
    with pytest.raises(error, match=re.escape(words)):
        opened.db.execute(sql)
    assert {each.split()[0] for each in opened.requests()} <= {"GET"}


def test_a_lost_answer(opened: World) -> None:
    """A queue that may have been made is not made again; a change is, and so is a DELETE."""
    opened.sandbox.fail("reset-after", method="POST", times=1)
    with pytest.raises(OutcomeUnknown):
        opened.db.execute("INSERT INTO queues (FriendlyName) VALUES ('once')")
    assert opened.get("SELECT count(*) FROM queues WHERE FriendlyName = 'once'") == 1
    opened.sandbox.fail("500-after", method="POST", times=1)
    opened.sandbox.fail("500-after", method="DELETE", times=1)
    opened.db.execute("UPDATE queues SET MaxSize = 9 WHERE FriendlyName = 'once'")
    opened.db.execute("DELETE FROM queues WHERE FriendlyName = 'once' AND MaxSize = 9")
    assert opened.get("SELECT count(*) FROM queues WHERE FriendlyName = 'once'") == 0


@pytest.mark.parametrize("table", [*PATHS, "accounts", "balance"])
def test_without_permission(opened: World, table: str) -> None:
    """A key that may not read a resource gets Twilio's own words, not an empty table."""
    fault = opened.sandbox.fail("error", status=403, code=20403, message="Forbidden", times=1)
    with pytest.raises(AuthenticationFailed, match="Forbidden"):
        opened.db.execute(f"SELECT * FROM {table}").fetchall()
    opened.sandbox.heal(fault)


def test_balance(opened: World) -> None:
    """One row, a number."""
    assert opened.asked("SELECT Balance, Currency FROM balance") == ([(1000 - 1.15, "USD")], ["GET Balance"])
