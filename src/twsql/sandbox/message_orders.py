"""Form inputs of messages into orders, refused with Twilio's codes where Twilio would refuse them."""

from __future__ import annotations

import re
from datetime import datetime

from .errors import ApiError
from .mailbox import MessageOrder
from .validate import Form, check, is_url

_TO = re.compile(r"\+?[1-9][0-9]{2,14}|(whatsapp|messenger|rcs|sms|channel):\S+")
_FROM = re.compile(r"\+?[1-9][0-9]{2,14}|(whatsapp|messenger|rcs|sms|channel):\S+|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_LONGEST_BODY, _MOST_MEDIA = 1600, 10
# Twilio's magic numbers for tests: nobody can be reached by these, and nobody can send from those.
_BAD_TO = {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610}
_BAD_TO |= {"+15005550009": 21614}
_BAD_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}


def message_order(form: Form, now: float) -> MessageOrder:
    """Return the order in a create's form. Raises ApiError with the code of the first input that is wrong."""
    check(form)
    to, from_, service = (_one(form, name) for name in ("To", "From", "MessagingServiceSid"))
    if not to or not _TO.fullmatch(to) or to in _BAD_TO:
        raise ApiError(_BAD_TO.get(to or "", 21211 if to else 21604), to or "")
    if not from_ and not service:
        raise ApiError(21603)
    if from_ and (not _FROM.fullmatch(from_) or from_ in _BAD_FROM):
        raise ApiError(_BAD_FROM.get(from_, 21212), from_)
    body, media = _one(form, "Body") or "", tuple(form.get("MediaUrl", ()))
    if not (body or media or _one(form, "ContentSid")):
        raise ApiError(21619)
    if len(body) > _LONGEST_BODY:
        raise ApiError(21617)
    if len(media) > _MOST_MEDIA:
        raise ApiError(21623)
    for url in media:
        if not is_url(url):
            raise ApiError(21620, url)
    return MessageOrder(
        to,
        from_,
        service,
        body or ("" if media else f"Content {_one(form, 'ContentSid')}"),
        media,
        _wait(form, service, now),
        keeps_body=_one(form, "ContentRetention") != "discard",
        shows_to=_one(form, "AddressRetention") != "obfuscate",
    )


def message_change(form: Form) -> tuple[bool, bool]:
    """Return whether an update's form takes the text away, and whether it cancels the message."""
    check(form)
    status, body = _one(form, "Status"), _one(form, "Body")
    if status not in (None, "canceled"):
        raise ApiError(20001, f"Status cannot be {status!r}")
    if body:
        raise ApiError(20001, "Body can only be made empty")
    return body == "", status == "canceled"


def _wait(form: Form, service: str | None, now: float) -> float | None:
    """Return how long a scheduled message waits; None for one that is sent at once."""
    send_at = _one(form, "SendAt")
    if send_at is None and _one(form, "ScheduleType") is None:
        return None
    if send_at is None or _one(form, "ScheduleType") is None or service is None:
        raise ApiError(20001, "a scheduled message has ScheduleType, SendAt and MessagingServiceSid")
    try:
        return datetime.fromisoformat(send_at.replace("Z", "+00:00")).timestamp() - now
    except ValueError as error:
        raise ApiError(20001, f"SendAt: {error}") from error


def _one(form: Form, name: str) -> str | None:
    values = form.get(name)
    return values[-1] if values else None
