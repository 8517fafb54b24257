"""Records as Twilio's JSON.

Each item is one `%` over a text made beforehand, as a page of a thousand of them is most of what a request costs:
encoding a dictionary takes four times as long as the `%`.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted

from .clock import rfc2822
from .readings import Readings
from .records import ENDED, Account, Call, Conference, Participant, Recording
from .sids import Sids
from .usage import PER_MINUTE, PER_RECORDED_MINUTE, minutes

_PARTICIPANT_STATUS = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "connected",
    "completed": "complete",
}

_ACCOUNT = (
    '{"auth_token": null, "date_created": "%(created)s", "date_updated": "%(created)s", '
    '"friendly_name": %(name)s, "owner_account_sid": "%(owner)s", "sid": "%(sid)s", "status": "active", '
    '"subresource_uris": {"calls": "/2010-04-01/Accounts/%(sid)s/Calls.json", '
    '"conferences": "/2010-04-01/Accounts/%(sid)s/Conferences.json"}, "type": "Full", '
    '"uri": "/2010-04-01/Accounts/%(sid)s.json"}'
)
_CONFERENCE = (
    '{"account_sid": "%(account)s", "api_version": "2010-04-01", "call_sid_ending_conference": %(ended_by)s, '
    '"date_created": "%(created)s", "date_updated": "%(updated)s", "friendly_name": %(name)s, '
    '"reason_conference_ended": %(reason)s, "region": "%(region)s", "sid": "%(sid)s", "status": "%(status)s", '
    '"subresource_uris": '
    '{"participants": "/2010-04-01/Accounts/%(account)s/Conferences/%(sid)s/Participants.json", '
    '"recordings": "/2010-04-01/Accounts/%(account)s/Conferences/%(sid)s/Recordings.json"}, '
    '"uri": "/2010-04-01/Accounts/%(account)s/Conferences/%(sid)s.json"}'
)
_PARTICIPANT = (
    '{"account_sid": "%(account)s", "call_sid": "%(call)s", "call_sid_to_coach": %(coached)s, '
    '"coaching": %(coaching)s, "conference_sid": "%(conference)s", "date_created": "%(created)s", '
    '"date_updated": "%(updated)s", "end_conference_on_exit": %(ends)s, "hold": %(hold)s, "label": %(label)s, '
    '"muted": %(muted)s, "queue_time": %(queue_time)s, "start_conference_on_enter": %(starts)s, '
    '"status": "%(status)s", '
    '"uri": "/2010-04-01/Accounts/%(account)s/Conferences/%(conference)s/Participants/%(call)s.json"}'
)
_CALL = (
    '{"account_sid": "%(account)s", "answered_by": %(answered_by)s, "api_version": "2010-04-01", '
    '"caller_name": null, "date_created": "%(created)s", "date_updated": "%(updated)s", '
    '"direction": "outbound-api", "duration": %(duration)s, "end_time": %(ended)s, "forwarded_from": null, '
    '"from": %(from)s, "from_formatted": %(from)s, "group_sid": null, "parent_call_sid": null, '
    '"phone_number_sid": null, "price": %(price)s, "price_unit": "USD", "queue_time": "%(queue_time)d", '
    '"sid": "%(sid)s", "start_time": %(began)s, "status": "%(status)s", '
    '"subresource_uris": {"recordings": "/2010-04-01/Accounts/%(account)s/Calls/%(sid)s/Recordings.json"}, '
    '"to": %(to)s, "to_formatted": %(to)s, "trunk_sid": null, '
    '"uri": "/2010-04-01/Accounts/%(account)s/Calls/%(sid)s.json"}'
)
_EVENT = (
    '{"request": {"method": "POST", "parameters": {"call_sid": "%(call)s", "call_status": "%(status)s"}, '
    '"url": "https://example.com/%(path)s"}, "response": {"content_type": "text/xml", "date_created": "%(when)s", '
    '"request_duration": 42, "response_body": %(answer)s, "response_code": 200}}'
)
_RECORDING = (
    '{"account_sid": "%(account)s", "api_version": "2010-04-01", "call_sid": %(call)s, "channels": %(channels)d, '
    '"conference_sid": %(conference)s, "date_created": "%(created)s", "date_updated": "%(updated)s", '
    '"duration": %(duration)s, "encryption_details": null, "error_code": null, '
    '"media_url": "https://api.twilio.com/2010-04-01/Accounts/%(account)s/Recordings/%(sid)s", '
    '"price": %(price)s, "price_unit": "USD", "sid": "%(sid)s", "source": "%(source)s", '
    '"start_time": "%(created)s", "status": "%(status)s", "subresource_uris": '
    '{"transcriptions": "/2010-04-01/Accounts/%(account)s/Recordings/%(sid)s/Transcriptions.json"}, '
    '"uri": "/2010-04-01/Accounts/%(account)s/Recordings/%(sid)s.json"}'
)
_TRANSCRIPTION = (
    '{"account_sid": "%(account)s", "api_version": "2010-04-01", "date_created": "%(created)s", '
    '"date_updated": "%(created)s", "duration": "%(duration)s", "price": %(price)s, "price_unit": "USD", '
    '"recording_sid": "%(recording)s", "sid": "%(sid)s", "status": "completed", '
    '"transcription_text": %(text)s, "type": "fast", '
    '"uri": "/2010-04-01/Accounts/%(account)s/Transcriptions/%(sid)s.json"}'
)
_FLAG = ("false", "true")


def account_json(account: Account) -> str:
    """Return an account as JSON; its token is null, as the sandbox's credentials are documented anyway."""
    created = rfc2822(account.created)
    return _ACCOUNT % {"sid": account.sid, "name": quoted(account.name), "owner": account.owner, "created": created}


def conference_json(conference: Conference, sids: Sids) -> str:
    """Return a conference as JSON."""
    account, ended_by = conference.account, conference.ended_by
    return _CONFERENCE % {
        "account": account.sid,
        "sid": sids.make("CF", account.number, conference.number),
        "name": quoted(conference.name),
        "status": conference.status,
        "created": rfc2822(conference.created),
        "updated": rfc2822(conference.updated),
        "region": conference.region,
        "reason": _text(conference.reason),
        "ended_by": "null" if ended_by is None else f'"{sids.make("CA", account.number, ended_by.number)}"',
    }


def participant_json(participant: Participant, sids: Sids, *, created_now: bool = False) -> str:
    """Return a participant as JSON; only a create's answer has queue_time."""
    call, conference = participant.call, participant.conference
    account = call.account
    return _PARTICIPANT % {
        "account": account.sid,
        "call": sids.make("CA", account.number, call.number),
        "conference": sids.make("CF", account.number, conference.number),
        "created": rfc2822(call.created),
        "updated": rfc2822(participant.updated),
        "label": _text(participant.label),
        "muted": _FLAG[participant.muted],
        "hold": _FLAG[participant.hold],
        "coaching": _FLAG[participant.coaching],
        "coached": _text(participant.coached),
        "starts": _FLAG[participant.starts],
        "ends": _FLAG[participant.ends],
        "status": _PARTICIPANT_STATUS.get(call.status, "failed"),
        "queue_time": f'"{call.queued_for * 1000:.0f}"' if created_now else "null",
    }


def call_json(call: Call, sids: Sids, readings: Readings, rated: float) -> str:
    """Return a call as JSON; what has ended by the time `rated` has a price."""
    account = call.account
    ended = call.ended if call.status in ENDED else None
    began = call.created if call.began is None and readings.queued_start_time == "date created" else call.began
    duration = None if ended is None else f"{ended - (call.answered or ended):.0f}"
    return _CALL % {
        "account": account.sid,
        "sid": sids.make("CA", account.number, call.number),
        "to": quoted(call.to),
        "from": quoted((readings.caller_id_from == "caller id" and call.caller) or call.from_),
        "status": call.status,
        "created": rfc2822(call.created),
        "updated": rfc2822(call.updated),
        "began": _time(began),
        "ended": _time(ended),
        "duration": _text(duration),
        "queue_time": call.queued_for * 1000,
        "answered_by": _text(call.answered_by),
        "price": _price(minutes(call) * PER_MINUTE) if ended is not None and ended <= rated else "null",
    }


def events_json(call: Call, sids: Sids) -> list[str]:
    """Return the requests that Twilio made for a call, the last first: to its status callback, and for its TwiML."""
    made = [
        ("status", "initiated", call.created),
        ("status", "ringing", call.began),
        ("voice", "in-progress", call.answered),
        ("status", "in-progress", call.answered),
        ("status", call.status, call.ended if call.status in ENDED else None),
    ]
    sid = sids.make("CA", call.account.number, call.number)
    return [
        _EVENT
        % {
            "path": path,
            "call": sid,
            "status": status,
            "answer": '"<Response/>"' if path == "voice" else '""',
            "when": rfc2822(when),
        }
        for path, status, when in made[::-1]
        if when is not None
    ]


def recording_json(one: Recording, sids: Sids, rated: float, *, of_call: bool) -> str:
    """Return a recording as JSON; what has ended by the time `rated` has a price, as a number in lists `of_call`."""
    account, call, conference = one.account, one.call, one.conference
    sid = sids.make("RE", account.number, one.number)
    length = None if one.ended is None else one.ended - one.created
    price = (
        "null"
        if length is None or one.ended is None or one.ended > rated
        else _price(length / 60 * PER_RECORDED_MINUTE)
    )
    return _RECORDING % {
        "account": account.sid,
        "sid": sid,
        "call": "null" if call is None else f'"{sids.make("CA", account.number, call.number)}"',
        "conference": "null" if conference is None else f'"{sids.make("CF", account.number, conference.number)}"',
        "created": rfc2822(one.created),
        "updated": rfc2822(one.updated),
        "duration": _text(None if length is None else f"{length:.0f}"),
        "price": price.strip('"') if of_call else price,
        "source": one.source,
        "status": "deleted" if one.deleted else one.status,
        "channels": 1 if conference is not None else 2,
    }


def transcription_json(one: Recording, sids: Sids, rated: float) -> str:
    """Return the transcription of a recording as JSON."""
    account = one.account
    who = one.conference.name if one.conference is not None else "a call"
    ended = one.created if one.ended is None else one.ended
    return _TRANSCRIPTION % {
        "account": account.sid,
        "sid": sids.make("TR", account.number, one.number),
        "recording": sids.make("RE", account.number, one.number),
        "created": rfc2822(ended),
        "duration": f"{ended - one.created:.0f}",
        "price": -0.05 if ended <= rated else "null",
        "text": quoted(f"Hello everybody, this is {who}. Shall we begin?"),
    }


def _price(amount: float) -> str:
    """Return what is charged as Twilio writes it: a negative decimal, as text."""
    return f'"{-amount:.5f}"'


def _text(value: str | None) -> str:
    return "null" if value is None else quoted(value)


def _time(value: float | None) -> str:
    return "null" if value is None else f'"{rfc2822(value)}"'
