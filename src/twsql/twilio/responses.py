"""What Twilio answered, and what it means: its JSON, a page of a list, or the error it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from twsql.errors import AuthenticationFailed, NotFound, RateLimited, TwilioError
from twsql.redaction import clean
from twsql.schema import Row
from twsql.twilio.retries import Failure, Verdict, retry_after

IDENTITY: Mapping[str, tuple[str, ...]] = {
    "calls": ("sid",),
    "conferences": ("sid",),
    "participants": ("conference_sid", "call_sid"),
}
"""What each item of these lists must say as text, as rows are told apart by it."""
MOST_NESTED = 250_000
"""Arrays and objects of an answer: a page of 1,000 items has 2,000, and each takes 20 times its bytes of memory."""
TRY_LATER = 16030
TOO_MANY_REQUESTS = 20429
CONFERENCE_ERRORS = range(16000, 16100)
"""Twilio's codes for what it refuses to do in a conference, but for TRY_LATER."""
_LEAST_CODE = 10_000
"""Twilio's codes have five digits; three are a status that some proxy's JSON repeats."""
_SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class Response:
    """One HTTP answer, its body complete and unpacked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """Twilio's id of the request, which its support asks for."""
        return self.headers.get("Twilio-Request-Id")


@dataclass(frozen=True)
class Page:
    """The items of one page of a list, where the next one is, and by what this one was asked for."""

    items: list[Row]
    next_uri: str | None
    target: str = ""


def parsed(answer: Response) -> Row:
    """Read a JSON object; raises TwilioError for anything else."""
    if _is_bulky(answer.body):
        raise _unreadable(answer, f"has more than {MOST_NESTED:,} arrays and objects")
    value = _decoded_or_error(answer.body)
    if isinstance(value, Exception):
        raise _unreadable(answer, f"is not JSON: {_glimpse(answer.body)}")
    if not isinstance(value, dict):
        raise _unreadable(answer, f"is not a JSON object: {_glimpse(answer.body)}")
    return value


def _is_bulky(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > MOST_NESTED


def _decoded_or_error(body: bytes) -> Any:
    """Read JSON, or give why it cannot be; that holds the body, so it is not raised, not even as a context."""
    try:
        return _decoded(body)
    except (ValueError, RecursionError) as error:
        return error


def _decoded(body: bytes) -> Any:
    """Read JSON; what it has as text is whole. Raises ValueError or RecursionError for what is no JSON.

    msgspec takes half the time of json, which is for what msgspec is too strict with: NaN, a byte order mark, half a
    pair of surrogates. SQLite could not hold that half, so it is replaced.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def page(answer: Response, key: str) -> Page:
    """Read one page of the list `key`; raises TwilioError unless it is a list of objects."""
    value = parsed(answer)
    items, next_uri = value.get(key), value.get("next_page_uri")
    if not isinstance(items, list) or not {dict}.issuperset(map(type, items)):
        raise _unreadable(answer, f"has no list of objects under {key!r}")
    if not _are_known_apart(items, key):
        raise _unreadable(answer, f"has an item of {key!r} without a SID")
    if not isinstance(next_uri, str | None):
        raise _unreadable(answer, "has a next_page_uri that is not text")
    return Page(items, next_uri or None)


def item(answer: Response, key: str) -> Row:
    """Read a single item of the list `key`; raises TwilioError for anything else, and for one without its SIDs."""
    value = parsed(answer)
    if not all(isinstance(sid := value.get(name), str) and _SID.fullmatch(sid) for name in IDENTITY.get(key, ())):
        raise _unreadable(answer, f"is not one of {key!r}: it has no SID")
    return value


def _are_known_apart(items: list[Row], key: str) -> bool:
    return all({str}.issuperset(map(type, [each.get(name) for each in items])) for name in IDENTITY.get(key, ()))


def created(answer: Response, key: str) -> Row:
    """Read the answer to a create, which proves nothing without the new resource's SID; raises TwilioError."""
    value = parsed(answer)
    sid = value.get(key)
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise _unreadable(answer, f"has no SID in its {key}")
    return value


def refusal(answer: Response) -> Failure:
    """Say what an answer that is not 2xx means: its status decides, Twilio's code where that says more."""
    body = _error_body(answer)
    code = body.get("code") if type(body.get("code")) is int else None
    verdict, kind = _meaning(answer.status, code)
    error = kind(
        _message(answer, body),
        status=answer.status,
        code=code,
        more_info=_words(body.get("more_info")) or None,
        request_id=answer.request_id,
    )
    return Failure(error, verdict, retry_after(answer.headers.get("Retry-After")))


def _meaning(status: int, code: int | None) -> tuple[Verdict, type[TwilioError]]:
    if code == TRY_LATER:  # a create may have been done all the same
        return Verdict.UNKNOWN, TwilioError
    if code in CONFERENCE_ERRORS:  # their HTTP statuses are documented nowhere
        return Verdict.REFUSED, NotFound if status == 404 else TwilioError
    # A proxy may answer as it likes after it has passed a request on: only Twilio knows that nothing was done.
    is_twilios = code is not None and code >= _LEAST_CODE
    if status == 429 or code == TOO_MANY_REQUESTS:
        return Verdict.NOT_DONE if is_twilios else Verdict.UNKNOWN, RateLimited
    if not 300 <= status < 500:  # 5xx, or nothing that HTTP knows
        return Verdict.UNKNOWN, TwilioError
    kinds = {401: AuthenticationFailed, 403: AuthenticationFailed, 404: NotFound if is_twilios else TwilioError}
    return Verdict.REFUSED if is_twilios else Verdict.TURNED_AWAY, kinds.get(status, TwilioError)


def _message(answer: Response, body: Row) -> str:
    words = _words(body.get("message"))
    if 300 <= answer.status < 400:
        return "refused a redirect, as it may lead the credentials astray: check base_url, region and edge"
    if not words:
        return f"no error of Twilio's, perhaps a proxy's: {_glimpse(answer.body)}"
    return words


def _error_body(answer: Response) -> Row:
    # A proxy on the way may answer no JSON: the status says enough.
    value = None if _is_bulky(answer.body) else _decoded_or_error(answer.body)
    return value if isinstance(value, dict) else {}


def _unreadable(answer: Response, what: str) -> TwilioError:
    return TwilioError(f"the answer {what}", status=answer.status, request_id=answer.request_id)


def _words(value: object) -> str:
    return clean(" ".join(value.split()))[:500] if isinstance(value, str) else ""


def _glimpse(body: bytes) -> str:
    """Show how a body begins, without a page's markup, in one short line."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", body[:2000].decode("utf-8", "replace"), flags=re.S | re.I)
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return repr(clean(" ".join(words))[:100]) if words else "it is empty"
