"""Records as the JSON of Voice Insights."""

from __future__ import annotations

from typing import Any

from .clock import iso8601
from .records import ENDED, Call, Conference, Participant
from .request import Request

_STATUS = {"init": "not_started", "in-progress": "in_progress", "completed": "completed"}
_CALL_STATE = {
    "queued": "undialed",
    "ringing": "ringing",
    "in-progress": "answered",
    "completed": "completed",
    "busy": "busy",
    "failed": "fail",
    "no-answer": "noanswer",
    "canceled": "canceled",
}
_PARTICIPANT_STATUS = {**_CALL_STATE, "queued": "ringing"}


def conference_summary(request: Request, conference: Conference) -> dict[str, Any]:
    """Return a conference as Insights has it."""
    world, account = request.state.world, conference.account
    sid = world.sids.make("CF", account.number, conference.number)
    everyone = (*world.past(conference), *world.present(conference))
    over = conference.status == "completed"
    began = conference.created if conference.status != "init" else None
    address = f"{request.origin}/v1/Conferences/{sid}"
    ended_by = conference.ended_by
    return {
        "conference_sid": sid,
        "account_sid": account.sid,
        "friendly_name": conference.name,
        "create_time": iso8601(conference.created),
        "start_time": began and iso8601(began),
        "end_time": iso8601(conference.updated) if over else None,
        "duration_seconds": int(conference.updated - conference.created) if over else None,
        "connect_duration_seconds": int(conference.updated - began) if over and began else None,
        "status": _STATUS[conference.status],
        "max_participants": conference.most,
        "max_concurrent_participants": len(everyone),
        "unique_participants": len(everyone),
        "end_reason": conference.reason and conference.reason.replace("-", "_"),
        "ended_by": ended_by and world.sids.make("CA", account.number, ended_by.number),
        "mixer_region": conference.region,
        "mixer_region_requested": conference.region,
        "recording_enabled": False,
        "detected_issues": {"warnings": 0},
        "tags": [],
        "tag_info": None,
        "processing_state": "complete" if over else "in_progress",
        "url": address,
        "links": {"participants": f"{address}/Participants"},
    }


def participant_summary(request: Request, participant: Participant) -> dict[str, Any]:
    """Return somebody who was or is in a conference as Insights has them."""
    call, conference, sids = participant.call, participant.conference, request.state.world.sids
    account = call.account
    over = call.status in ENDED
    left = call.ended if over and call.ended is not None else None
    sid = sids.make("CP", account.number, call.number)
    conference_sid = sids.make("CF", account.number, conference.number)
    return {
        "participant_sid": sid,
        "label": participant.label,
        "conference_sid": conference_sid,
        "call_sid": sids.make("CA", account.number, call.number),
        "account_sid": account.sid,
        "call_direction": "outbound",
        "from": call.caller or call.from_,
        "to": call.to,
        "call_status": "answered" if call.answered is not None else _PARTICIPANT_STATUS[call.status],
        "country_code": "US",
        "is_moderator": participant.ends,
        "join_time": None if call.answered is None else iso8601(call.answered),
        "leave_time": None if left is None else iso8601(left),
        "duration_seconds": None if left is None or call.answered is None else int(left - call.answered),
        "outbound_queue_length": 0,
        "outbound_time_in_queue": int(call.queued_for * 1000),
        "jitter_buffer_size": "large",
        "is_coach": participant.coaching,
        "coached_participants": [participant.coached] if participant.coached else [],
        "participant_region": conference.region,
        "conference_region": conference.region,
        "call_type": "carrier",
        "processing_state": "complete" if over else "in_progress",
        "properties": {},
        "events": {},
        "metrics": None,
        "url": f"{request.origin}/v1/Conferences/{conference_sid}/Participants/{sid}",
    }


def call_summary(request: Request, call: Call) -> dict[str, Any]:
    """Return a call as Insights has it."""
    sid = request.state.world.sids.make("CA", call.account.number, call.number)
    ended = call.ended if call.status in ENDED else None
    side = {"country_code": "US", "connection": "mobile", "carrier": "Sandbox"}
    return {
        "account_sid": call.account.sid,
        "call_sid": sid,
        "answered_by": None,
        "call_type": "carrier",
        "call_state": _CALL_STATE[call.status],
        "processing_state": "partial" if ended is None else "complete",
        "created_time": iso8601(call.created),
        "start_time": None if call.began is None else iso8601(call.began),
        "end_time": None if ended is None else iso8601(ended),
        "duration": None if ended is None else int(ended - call.created),
        "connect_duration": None if ended is None else int(ended - (call.answered or ended)),
        "from": {"caller": call.caller or call.from_, **side},
        "to": {"callee": call.to, **side},
        "carrier_edge": {"metrics": None, "properties": {"direction": "outbound"}},
        "client_edge": None,
        "sdk_edge": None,
        "sip_edge": None,
        "tags": [],
        "url": f"{request.origin}/v1/Voice/{sid}/Summary",
        "attributes": {"conference_participant": call.participant is not None},
        "properties": {"direction": "outbound"},
        "trust": None,
        "annotation": None,
    }
