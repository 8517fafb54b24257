"""Messages and media as Twilio's JSON: each one `%` over a text, as in render.py."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted

from .clock import rfc2822
from .mailbox import Message
from .sids import Sids

PER_SEGMENT = 0.0079
_SEGMENT, _WIDE_SEGMENT = 160, 70
_MESSAGE = (
    '{"account_sid": "%(account)s", "api_version": "2010-04-01", "body": %(body)s, "date_created": "%(created)s", '
    '"date_sent": %(sent)s, "date_updated": "%(updated)s", "direction": "%(direction)s", "error_code": null, '
    '"error_message": null, "from": %(from)s, "messaging_service_sid": %(service)s, "num_media": "%(media)d", '
    '"num_segments": "%(segments)d", "price": %(price)s, "price_unit": "USD", "sid": "%(sid)s", '
    '"status": "%(status)s", '
    '"subresource_uris": {"media": "/2010-04-01/Accounts/%(account)s/Messages/%(sid)s/Media.json"}, "to": %(to)s, '
    '"uri": "/2010-04-01/Accounts/%(account)s/Messages/%(sid)s.json"}'
)
_MEDIUM = (
    '{"account_sid": "%(account)s", "content_type": "%(kind)s", "date_created": "%(created)s", '
    '"date_updated": "%(created)s", "parent_sid": "%(message)s", "sid": "%(sid)s", '
    '"uri": "/2010-04-01/Accounts/%(account)s/Messages/%(message)s/Media/%(sid)s.json"}'
)


def message_json(message: Message, sids: Sids, now: float, *, is_new: bool = False) -> str:
    """Return a message as JSON; the answer to its create has nothing of what becomes of it."""
    sent = None if is_new else message.date_sent(now)
    status = message.status(message.created - 1 if is_new else now)
    sender = message.from_ if is_new else message.sender(now)
    return _MESSAGE % {
        "account": message.account.sid,
        "sid": sids.make(message.prefix, message.account.number, message.number),
        "body": quoted(message.body if message.keeps_body or sent is None else ""),
        "created": rfc2822(message.created),
        "updated": rfc2822(message.updated or sent or message.created),
        "sent": "null" if sent is None else f'"{rfc2822(sent)}"',
        "direction": "inbound" if message.inbound else "outbound-api",
        "from": "null" if sender is None else quoted(sender),
        "to": quoted(message.to if message.shows_to else message.to[:-4] + "XXXX"),
        "service": "null" if message.service is None else f'"{message.service}"',
        "media": sum(url is not None for url in message.media),
        "segments": segments(message),
        "price": "null" if sent is None else f'"-{segments(message) * PER_SEGMENT:.5f}"',
        "status": status,
    }


def medium_json(message: Message, sids: Sids, sid: str, kind: str) -> str:
    """Return a medium as JSON."""
    return _MEDIUM % {
        "account": message.account.sid,
        "message": sids.make(message.prefix, message.account.number, message.number),
        "sid": sid,
        "kind": kind,
        "created": rfc2822(message.created),
    }


def segments(message: Message) -> int:
    """Return the segments that a message takes, which are what it costs; one if it has media."""
    body = message.body
    return 1 if message.media else max(1, -(-len(body) // (_SEGMENT if body.isascii() else _WIDE_SEGMENT)))
