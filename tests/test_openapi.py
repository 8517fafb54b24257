"""Every request that SQL sends is one that Twilio's own description of its API allows."""

from __future__ import annotations

import apsw
import pytest
from requests import Request

from openapi_facts import described
from twsql.sandbox import LoggedRequest, Sandbox

CALLED = "AddParticipants('team', '+15550000000', '+15550000001')"
SESSION = [
    f"SELECT * FROM {CALLED} WHERE Label = 'ada' AND Muted = 'no' AND WaitTime = 20 AND Beep = 'onEnter'"
    " AND StatusCallback = 'https://example.com/' AND StatusCallbackEvent = 'ringing answered' AND WaitUrl = ''",
    "SELECT * FROM conferences",
    "SELECT * FROM conferences WHERE FriendlyName = 'team' AND DateCreated >= '2026-01-01'"
    " AND DateUpdated < '2030-01-01 10:00:00'",
    "SELECT * FROM conferences ORDER BY DateCreated DESC LIMIT 3",
    "SELECT * FROM conferences WHERE Sid IN (SELECT Sid FROM conferences)",
    "SELECT * FROM participants",
    "SELECT * FROM participants WHERE FriendlyName = 'team' AND Muted = 0 AND Hold = 0 AND Coaching = 0",
    "SELECT * FROM participants JOIN conferences ON ConferenceSid = conferences.Sid WHERE Label = 'ada'",
    "UPDATE participants SET Muted = 1, Hold = 1, HoldUrl = 'https://example.com/' WHERE FriendlyName = 'team'",
    "SELECT * FROM ModifyParticipants('team', 'ada')"
    " WHERE AnnounceUrl = 'https://example.com/' AND AnnounceMethod = 'GET'",
    "UPDATE conferences SET AnnounceUrl = 'https://example.com/' WHERE FriendlyName = 'team'",
    "DELETE FROM participants WHERE FriendlyName = 'team'",
    "SELECT * FROM conference_summaries WHERE Tag IN ('high_jitter', 'low_mos') AND MixerRegion = 'us1'"
    " AND CreateTime BETWEEN date('now', '-3 days') AND date('now', '-1 day')",
    "SELECT * FROM conference_summaries JOIN conference_participant_summaries p USING (ConferenceSid)"
    " WHERE p.Label = 'ada' AND FriendlyName = 'team'",
    "SELECT * FROM conferences CROSS JOIN conference_summaries ON ConferenceSid = Sid WHERE Region = 'us1'",
    "SELECT * FROM call_summaries WHERE CallState = 'answered' AND HasTag = 0 AND Callee = '+15550000001'",
    "SELECT * FROM voice_prices WHERE DestinationNumber = '+12025550100' AND OriginationNumber = '+15005550006'",
    f"SELECT PricePerMinute FROM {CALLED}",
    "SELECT * FROM call_summaries WHERE CallSid IN (SELECT CallSid FROM conference_participant_summaries)",
    f"SELECT * FROM {CALLED}",
    "SELECT * FROM RemoveParticipants('team', (SELECT CallSid FROM participants('team')))",
    f"SELECT * FROM {CALLED}",
    "UPDATE calls SET Status = 'completed' WHERE Status IN ('ringing', 'in-progress') AND \"To\" = '+15550000001'",
    f"SELECT * FROM {CALLED}",
    "SELECT * FROM EndConference('team')",
    "SELECT * FROM calls WHERE StartTime > '2026-01-01' AND EndTime < '2030-01-01' AND \"From\" = '+15550000000'",
    "SELECT * FROM calls c JOIN calls k ON k.ParentCallSid = c.Sid",
    "SELECT * FROM calls c JOIN call_events e ON e.CallSid = c.Sid",
    "SELECT * FROM conferences c LEFT JOIN recordings r ON r.ConferenceSid = c.Sid",
    "SELECT * FROM recordings r LEFT JOIN transcriptions t ON t.RecordingSid = r.Sid WHERE r.DateCreated > '2026'",
    "SELECT * FROM transcriptions",
    "SELECT * FROM recordings WHERE IncludeSoftDeleted = 1",
]


URL = "https://example.com/"
ACCOUNT = [
    "SELECT Sid FROM PlaceCall('+15005550006', '+12025550101')"
    " WHERE Twiml = '<Response><Enqueue>a</Enqueue></Response>'",
    "SELECT * FROM queues q JOIN queue_members m ON m.QueueSid = q.Sid",
    f"UPDATE queue_members SET Url = '{URL}', Method = 'GET' WHERE WaitTime < 100",
    "INSERT INTO queues (FriendlyName, MaxSize) VALUES ('sales', 5)",
    "UPDATE queues SET FriendlyName = 'b', MaxSize = 6 WHERE FriendlyName = 'sales'",
    "DELETE FROM queues",
    f"INSERT INTO applications (FriendlyName, VoiceUrl, SmsMethod) VALUES ('Menu', '{URL}', 'get')",
    f"UPDATE applications SET StatusCallback = '{URL}', PublicApplicationConnectEnabled = 1"
    " WHERE FriendlyName = 'Menu'",
    "SELECT * FROM incoming_phone_numbers n LEFT JOIN applications a ON a.Sid = n.VoiceApplicationSid"
    " WHERE n.Origin = 'twilio' AND n.Beta = 0 AND n.PhoneNumber = '+15005550006'",
    "UPDATE incoming_phone_numbers SET VoiceApplicationSid = (SELECT Sid FROM applications LIMIT 1),"
    " VoiceReceiveMode = 'fax'",
    "DELETE FROM applications",
    "UPDATE outgoing_caller_ids SET FriendlyName = 'Desk' WHERE PhoneNumber = '+12025550123'",
    "INSERT INTO usage_triggers (UsageCategory, TriggerBy, TriggerValue, Recurring, CallbackUrl)"
    f" VALUES ('calls', 'price', '+5', 'yearly', '{URL}')",
    "UPDATE usage_triggers SET CallbackMethod = 'GET' WHERE Recurring = 'yearly' AND UsageCategory = 'calls'",
    "DELETE FROM usage_triggers WHERE TriggerBy = 'price'",
    "SELECT * FROM usage_records WHERE Granularity IN ('daily', 'all-time', 'last-month') AND Category = 'calls'"
    " AND StartDate >= '2026-01-01' AND EndDate < '2026-02-01' AND IncludeSubaccounts = 0",
    "SELECT * FROM available_phone_numbers WHERE CountryCode IN ('US', 'GB') AND AreaCode = 415 AND SmsEnabled = 1"
    " AND NearLatLong = '37.7,-122.4' AND Distance = 50 AND Contains = '415' AND InRegion IN ('CA', 'NY')",
    "SELECT * FROM balance JOIN accounts ON accounts.Sid = balance.AccountSid",
    "SELECT * FROM accounts WHERE Status = 'active' AND FriendlyName = 'Sandbox'",
    "UPDATE accounts SET FriendlyName = 'Main' WHERE OwnerAccountSid = Sid",
]


SERVICE = "MG" + "0" * 32
MESSAGES = [
    "SELECT * FROM SendMessage('+15005550006', '+12025550101', 'Hello') WHERE MediaUrl = 'https://a.example/ b://'"
    " AND OnError = 'row'",
    f"SELECT * FROM SendMessage('+15005550006', '+12025550101', 'Hello') WHERE MediaUrl = '{URL}a {URL}b'"
    f" AND StatusCallback = '{URL}' AND ApplicationSid = 'AP{'0' * 32}' AND MaxPrice = 0.05 AND ProvideFeedback = 1"
    " AND Attempt = 2 AND ValidityPeriod = 60 AND ForceDelivery = 0 AND ContentRetention = 'discard'"
    " AND SmartEncoded = 1 AND AddressRetention = 'retain' AND TrafficType = 'free' AND SendAsMms = 1"
    " AND PersistentAction = 'geo:1,2' AND FallbackFrom = '12345' AND RiskCheck = 'disable'",
    f"SELECT * FROM SendMessage(NULL, '+12025550101') WHERE MessagingServiceSid = '{SERVICE}' AND ShortenUrls = 1"
    f" AND ContentSid = 'HX{'0' * 32}' AND ContentVariables = '{{}}' AND ScheduleType = 'fixed'"
    " AND SendAt = datetime('now', '+1 day')",
    "SELECT * FROM messages WHERE \"To\" = '+12025550101' AND DateSent > date('now', '-1 day')",
    "SELECT * FROM messages JOIN media ON ParentSid = messages.Sid",
    "SELECT * FROM media WHERE (ParentSid, Sid) IN (SELECT ParentSid, Sid FROM media)"
    " AND media.DateCreated > '2026-01-01'",
    "UPDATE messages SET Status = 'canceled' WHERE Status = 'scheduled'",
    "SELECT * FROM AddOutgoingCallerIds('+12025550102', 'Ada', 5, '1w2') WHERE StatusCallback = 'https://a.example'",
    "SELECT * FROM PlaceCall('+15005550006', '+12025550103', 'https://a.example') WHERE Method = 'GET'"
    " AND FallbackUrl = 'https://a.example' AND FallbackMethod = 'GET' AND SendDigits = '1' AND Timeout = 20"
    " AND Record = 1 AND RecordingStatusCallbackEvent = 'completed absent' AND AsyncAmd = 1"
    " AND MachineDetection = 'Enable' AND AsyncAmdStatusCallback = 'https://a.example' AND TimeLimit = 60",
]
ROUTES = [(SESSION, 19), (ACCOUNT, 29), (MESSAGES, 7)]


@pytest.mark.parametrize(("session", "routes"), ROUTES, ids=["calls", "account", "messages"])
def test_every_request_is_described(db: apsw.Connection, sandbox: Sandbox, session: list[str], routes: int) -> None:
    """Reads, changes and calls: path, query and form of each are as described."""
    for sql in session:
        db.execute(sql).fetchall()
    asked = sandbox.requests
    _check(asked, sandbox.base_url)
    assert len({each.route for each in asked}) == routes


@pytest.mark.parametrize("kind", ["500-before", "reset-after", "garbage-after"])
def test_looking_for_a_lost_call_is_described(db: apsw.Connection, sandbox: Sandbox, kind: str) -> None:
    """The witnesses of a lost answer are asked as described too."""
    sandbox.fail(kind, method="POST", times=1)
    db.execute(f"SELECT * FROM {CALLED}").fetchall()
    _check(sandbox.requests, sandbox.base_url)
    assert sandbox.counters.placed == 1


def test_looking_for_a_lost_message_is_described(db: apsw.Connection, sandbox: Sandbox) -> None:
    """The lists of messages, of calls and of the account's numbers that tell what became of a lost answer are."""
    sandbox.fail("reset-after", method="POST")
    for called in (
        "SendMessage('+15005550006', '+12025550101', 'Hello')",
        "PlaceCall('+15005550006', '+12025550102', 'https://a.example')",
        "AddOutgoingCallerIds('+12025550103')",
    ):
        db.execute(f"SELECT * FROM {called}").fetchall()
    _check(sandbox.requests, sandbox.base_url)
    assert (len(sandbox.messages()), sandbox.counters.placed) == (1, 2)


def _check(asked: list[LoggedRequest], base_url: str) -> None:
    from openapi_core.contrib.requests import RequestsOpenAPIRequest

    api = described()
    for each in asked:
        url, login = base_url + each.raw_path, ("user", "password")  # the log is without credentials
        request = Request(each.method, url, params=each.query, data=each.form or None, auth=login)
        api.validate_request(RequestsOpenAPIRequest(request.prepare()))
