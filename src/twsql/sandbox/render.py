"""Records as Twilio's JSON.

Each item is one `%` over a text made beforehand, as a page of a thousand of them is most of what a request costs:
encoding a dictionary takes four times as long as the `%`.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted

from .clock import rfc2822
from .readings import Readings
from .records import ENDED, Account, Call, Conference, Participant
from .sids import Sids

API = "/2010-04-01/Accounts/"
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
    '{"account_sid": "%(account)s", "annotation": null, "answered_by": null, "api_version": "2010-04-01", '
    '"caller_name": null, "date_created": "%(created)s", "date_updated": "%(updated)s", '
    '"direction": "outbound-api", "duration": %(duration)s, "end_time": %(ended)s, "forwarded_from": null, '
    '"from": %(from)s, "from_formatted": %(from)s, "group_sid": null, "parent_call_sid": null, '
    '"phone_number_sid": null, "price": null, "price_unit": "USD", "queue_time": "%(queue_time)d", '
    '"sid": "%(sid)s", "start_time": %(began)s, "status": "%(status)s", '
    '"subresource_uris": {"recordings": "/2010-04-01/Accounts/%(account)s/Calls/%(sid)s/Recordings.json"}, '
    '"to": %(to)s, "to_formatted": %(to)s, "trunk_sid": null, '
    '"uri": "/2010-04-01/Accounts/%(account)s/Calls/%(sid)s.json"}'
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


def call_json(call: Call, sids: Sids, readings: Readings) -> str:
    """Return a call as JSON."""
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
    }


def _text(value: str | None) -> str:
    return "null" if value is None else quoted(value)


def _time(value: float | None) -> str:
    return "null" if value is None else f'"{rfc2822(value)}"'
