"""Form inputs into orders, refused with Twilio's codes where Twilio would refuse them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

from .errors import ApiError
from .inputs import INPUTS, Input
from .orders import CallOrder, ParticipantChange, ParticipantOrder
from .sids import CALL

Form = dict[str, list[str]]

# A number is taken without its plus too, as the commercial driver's example gives one.
_ENDPOINT = re.compile(r"\+?[1-9][0-9]{6,14}|sips?:[^@\s]+@[^@\s]+|client:\S+")
_ENQUEUE = re.compile(r"<Enqueue\b[^>]*>([^<]+)</Enqueue>")
_LONGEST_LABEL = _LONGEST_NAME = 128
# Twilio's magic numbers for tests: these cannot be called, or called from; +15005550006 can.
_BAD_TO = {"+15005550001": 21211, "+15005550002": 21217, "+15005550003": 21215, "+15005550004": 21216}
_BAD_FROM = {"+15005550001": 21212, "+15005550007": 21210}


def participant_order(form: Form) -> ParticipantOrder:
    """Return the order in a create's form. Raises ApiError with the code of the first input that is wrong."""
    check(form)
    return ParticipantOrder(
        call=_call(form),
        label=_label(form),
        muted=_flag(form, "Muted") or False,
        coaching=_flag(form, "Coaching") or False,
        coached=_coached(form),
        starts=_flag(form, "StartConferenceOnEnter") is not False,
        ends=_flag(form, "EndConferenceOnExit") or False,
        most=_number(form, "MaxParticipants"),
        region=_one(form, "Region") or "us1",
    )


def call_order(form: Form) -> CallOrder:
    """Return the order in the form of a call into no conference."""
    check(form)
    if not any(_one(form, name) for name in ("Url", "Twiml", "ApplicationSid")):
        raise ApiError(21205, "one of Url, Twiml or ApplicationSid is needed")
    return replace(_call(form), enqueue=enqueue(form))


def participant_change(form: Form) -> ParticipantChange:
    """Return the change in an update's form."""
    check(form)
    return ParticipantChange(
        muted=_flag(form, "Muted"),
        hold=_flag(form, "Hold"),
        coaching=_flag(form, "Coaching"),
        coached=_coached(form),
        ends=_flag(form, "EndConferenceOnExit"),
    )


def conference_ends(form: Form) -> bool:
    """Return whether a conference's update ends it; it may announce something besides."""
    check(form)
    status = _one(form, "Status")
    if status not in (None, "completed"):
        raise ApiError(20001, f"Status cannot be {status!r}")
    return status is not None


def call_end(form: Form) -> str | None:
    """Return the status that a call's update asks for."""
    check(form)
    status = _one(form, "Status")
    if status not in (None, "completed", "canceled"):
        raise ApiError(20001, f"Status cannot be {status!r}")
    return status


def enqueue(form: Form) -> str | None:
    """Return the name of the queue into which a call's TwiML puts it."""
    found = _ENQUEUE.search(_one(form, "Twiml") or "")
    return unescape(found[1].strip()) if found else None


def recording_status(form: Form) -> str:
    """Return the status that a recording's update asks for."""
    status = _one(form, "Status")
    if status not in ("paused", "in-progress", "stopped"):
        raise ApiError(20001, f"Status cannot be {status!r}")
    return status


def conference_name(name: str) -> str:
    """Return a name that a conference may have. Raises ApiError 16003."""
    if not name or len(name) > _LONGEST_NAME:
        raise ApiError(16003)
    return name


def _one(form: Form, name: str) -> str | None:
    values = form.get(name)
    return values[-1] if values else None


def _flag(form: Form, name: str) -> bool | None:
    value = _one(form, name)
    return None if value is None else value.lower() == "true"


def _number(form: Form, name: str) -> int | None:
    value = _one(form, name)
    return int(value) if value else None


def _call(form: Form) -> CallOrder:
    to, from_ = _one(form, "To"), _one(form, "From")
    if not to or not _ENDPOINT.fullmatch(to) or to in _BAD_TO:
        raise ApiError(_BAD_TO.get(to or "", 21211), to or "")
    if not from_:
        raise ApiError(21213)
    if not _ENDPOINT.fullmatch(from_) or from_ in _BAD_FROM:
        raise ApiError(_BAD_FROM.get(from_, 21212), from_)
    timeout = _number(form, "Timeout")
    return CallOrder(
        to,
        from_,
        60 if timeout is None else timeout,
        _number(form, "TimeLimit"),
        _one(form, "CallerId"),
        detects=_one(form, "MachineDetection") is not None,
    )


def _label(form: Form) -> str | None:
    label = _one(form, "Label")
    if not label:
        return None
    if "/" in label or CALL.fullmatch(label) or len(label) > _LONGEST_LABEL:
        raise ApiError(16024, label)
    return label


def _coached(form: Form) -> str | None:
    coached = _one(form, "CallSidToCoach") or None
    if _flag(form, "Coaching") and coached is None:
        raise ApiError(20001, "Coaching needs CallSidToCoach")
    return coached


def check(form: Form) -> None:
    """Check every value against its input's kind; Twilio ignores inputs that it does not know."""
    for name, values in form.items():
        known = INPUTS.get(name)
        if known is not None:
            for value in values:
                _check_value(name, known, value)


def _check_value(name: str, known: Input, value: str) -> None:
    if known.kind == "url":
        if value and not is_url(value):  # an empty WaitUrl means silence
            raise ApiError(21205, f"{name} is {value!r}")
    elif known.kind == "method":
        if value.upper() not in ("GET", "POST"):
            raise ApiError(21209, f"{name} is {value!r}")
    elif known.kind == "boolean":
        if value.lower() not in ("true", "false"):
            raise ApiError(20001, f"{name} must be true or false, not {value!r}")
    elif known.kind == "integer":
        _check_integer(name, known, value)
    elif known.kind == "sid":
        if value and not re.fullmatch(known.prefix + "[0-9a-fA-F]{32}", value):  # an empty one takes it away
            raise ApiError(20001, f"{name} must be a SID, not {value!r}")
    elif known.kind == "text":
        if not known.least <= len(value) <= known.most:
            raise ApiError(20001, f"{name} must have {known.least} to {known.most} characters")
    elif not {*value.split()} <= known.values if known.kind == "events" else value not in known.values:
        raise ApiError(20001, f"{name} cannot be {value!r}")


def _check_integer(name: str, known: Input, value: str) -> None:
    code = 21208 if name == "Timeout" else 20001
    if not re.fullmatch(r"-?[0-9]{1,9}", value) or not known.least <= int(value) <= known.most:
        raise ApiError(code, f"{name} is {value!r}")


def is_url(text: str) -> bool:
    """Return whether a text is an absolute web address."""
    try:
        parts = urlsplit(text)
    except ValueError:  # an IPv6 address without its bracket
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
