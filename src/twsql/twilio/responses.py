"""Reading a response: its JSON object, a page of a list, or the error that it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from twsql.errors import NO_INSIGHTS, AuthenticationFailed, NotFound, RateLimited, TwilioError
from twsql.redaction import clean
from twsql.schema import Row
from twsql.twilio.retries import Failure, Verdict, retry_after

IDENTITY: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("accounts", "applications", "calls", "conferences", "incoming_phone_numbers"), ("sid",)),
    **dict.fromkeys(("media_list", "messages", "outgoing_caller_ids", "queues", "recordings"), ("sid",)),
    **dict.fromkeys(("transcriptions", "usage_triggers"), ("sid",)),
    "participants": ("conference_sid", "call_sid"),
    "queue_members": ("call_sid",),
}
"""The properties that identify an item of each list; every item must have them, as text."""
_SUMMARIES: Mapping[str, tuple[str, ...]] = {
    "call_summaries": ("call_sid",),
    "conferences": ("conference_sid",),
    "participants": ("conference_sid",),
}
"""The same for lists of other hosts than the API's."""
MOST_NESTED = 250_000
"""Arrays and objects that a response may have: each takes 20 times its bytes in memory. A page of 1,000 has 2,000."""
TRY_LATER = 16030
TOO_MANY_REQUESTS = 20429
CONFERENCE_ERRORS = range(16000, 16100)
"""Twilio's codes for what it refuses to do in a conference, except TRY_LATER."""
_LEAST_CODE = 10_000
"""Twilio's codes have five digits. A code of three is an HTTP status, which some proxies repeat in JSON."""
_SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class Response:
    """An HTTP response; the body is complete and unpacked."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """Twilio's id of the request; Twilio's support needs it."""
        return self.headers.get("Twilio-Request-Id")


@dataclass(frozen=True)
class Page:
    """A page of a list: its items, the URI of the next page, and the target by which this page was fetched."""

    items: list[Row]
    next_uri: str | None
    target: str = ""


def parsed(response: Response) -> Row:
    """Read a JSON object; raises TwilioError for anything else."""
    if _is_bulky(response.body):
        raise _unreadable(response, f"has more than {MOST_NESTED:,} arrays and objects")
    value = _decoded_or_error(response.body)
    if isinstance(value, Exception):
        raise _unreadable(response, f"is not JSON: {_glimpse(response.body)}")
    if not isinstance(value, dict):
        raise _unreadable(response, f"is not a JSON object: {_glimpse(response.body)}")
    return value


def _is_bulky(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > MOST_NESTED


def _decoded_or_error(body: bytes) -> Any:
    """Parse JSON, or return the error. The error holds the body, so it must not be raised, not even as a context."""
    try:
        return _decoded(body)
    except (ValueError, RecursionError) as error:
        return error


def _decoded(body: bytes) -> Any:
    """Parse JSON; every string is valid Unicode. Raises ValueError or RecursionError for anything else.

    msgspec takes half the time of json. json is the fallback for what msgspec refuses: NaN, a byte order mark, a lone
    surrogate. SQLite cannot store a lone surrogate, so it becomes U+FFFD.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def page(response: Response, key: str, *, classic: bool = True) -> Page:
    """Read one page of the list `key`; raises TwilioError unless it is a list of objects.

    The API of 2010-04-01, the `classic` one, has the address of the next page beside the list, others in `meta`.
    """
    value = parsed(response)
    place, name = (value, "next_page_uri") if classic else (value.get("meta"), "next_page_url")
    if not isinstance(place, dict):
        raise _unreadable(response, "has no 'meta', which says whether the list goes on")
    items, next_uri = value.get(key), place.get(name)
    if not isinstance(items, list) or not {dict}.issuperset(map(type, items)):
        raise _unreadable(response, f"has no list of objects under {key!r}")
    if not all({str}.issuperset(map(type, [each.get(name) for each in items])) for name in _identity(key, classic)):
        raise _unreadable(response, f"has an item of {key!r} without a SID")
    if not isinstance(next_uri, str | None):
        raise _unreadable(response, f"has a {name} that is not text")
    return Page(items, next_uri or None)


def item(response: Response, key: str, *, classic: bool = True) -> Row:
    """Read a single item of the list `key`; raises TwilioError for anything else, and for an item without its SIDs."""
    value = parsed(response)
    if not all(isinstance(sid := value.get(name), str) and _SID.fullmatch(sid) for name in _identity(key, classic)):
        raise _unreadable(response, f"is not one of {key!r}: it has no SID")
    return value


def without_repeats(page: Page, before: Page, key: str, *, classic: bool = True) -> Page:
    """The page without items that the page `before` it has as well.

    If Twilio numbers the pages of a list, an item that is added while the list is read moves the others on:

        page 0    CF5 CF4
        page 1    CF4 CF3      CF6 was added at the top

    Items without a SID of their own cannot be told apart.
    """
    names = () if not classic and key == "participants" else _identity(key, classic)
    known = {tuple(each[name] for name in names) for each in before.items}
    items = [each for each in page.items if tuple(each[name] for name in names) not in known] if names else page.items
    return page if len(items) == len(page.items) else replace(page, items=items)


def _identity(key: str, classic: bool) -> tuple[str, ...]:
    return (IDENTITY if classic else _SUMMARIES).get(key, ())


def created(response: Response, key: str) -> Row:
    """Read the response to a create; raises TwilioError without the SID of the new resource, which proves it."""
    value = parsed(response)
    sid = value.get(key)
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise _unreadable(response, f"has no SID in its {key}")
    return value


def refusal(response: Response) -> Failure:
    """Make the Failure of a response that is not 2xx, by its status, and by Twilio's code if that says more."""
    value = None if _is_bulky(response.body) else _decoded_or_error(response.body)
    body = value if isinstance(value, dict) else {}  # a proxy may send no JSON: the status says enough
    code = body.get("code") if type(body.get("code")) is int else None
    verdict, kind = _meaning(response.status, code)
    error = kind(
        _message(response, body),
        status=response.status,
        code=code,
        more_info=_words(body.get("more_info")) or None,
        request_id=response.request_id,
    )
    return Failure(error, verdict, retry_after(response.headers))


def _meaning(status: int, code: int | None) -> tuple[Verdict, type[TwilioError]]:
    if code == TRY_LATER:  # Twilio may have carried out a create all the same
        return Verdict.UNKNOWN, TwilioError
    if code == NO_INSIGHTS:  # whatever the status, the credentials are right
        return Verdict.REFUSED, TwilioError
    if code in CONFERENCE_ERRORS:  # Twilio documents no HTTP status for them
        return Verdict.REFUSED, NotFound if status == 404 else TwilioError
    # A proxy may pass a request on and then answer with any status: only Twilio's own code says that nothing was done.
    is_twilios = code is not None and code >= _LEAST_CODE
    if status == 429 or code == TOO_MANY_REQUESTS:
        return Verdict.NOT_DONE if is_twilios else Verdict.UNKNOWN, RateLimited
    if not 300 <= status < 500:  # 5xx, or nothing that HTTP knows
        return Verdict.UNKNOWN, TwilioError
    kinds = {401: AuthenticationFailed, 403: AuthenticationFailed, 404: NotFound if is_twilios else TwilioError}
    return Verdict.REFUSED if is_twilios else Verdict.TURNED_AWAY, kinds.get(status, TwilioError)


def _message(response: Response, body: Row) -> str:
    words = _words(body.get("message"))
    if body.get("code") == NO_INSIGHTS:
        return (
            "the account has no Voice Insights Advanced Features, which this needs: turn them on in Twilio's console,"
            f" under Voice Insights: {words}"
        )
    if 300 <= response.status < 400:
        return "refused a redirect, as it may lead the credentials astray: check base_url, region and edge"
    if not words:
        return f"no error of Twilio's, perhaps a proxy's: {_glimpse(response.body)}"
    return words


def _unreadable(response: Response, what: str) -> TwilioError:
    return TwilioError(f"the response {what}", status=response.status, request_id=response.request_id)


def _words(value: object) -> str:
    return clean(" ".join(value.split()))[:500] if isinstance(value, str) else ""


def _glimpse(body: bytes) -> str:
    """The beginning of a body, without HTML tags, in one short line."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", body[:2000].decode("utf-8", "replace"), flags=re.S | re.I)
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return repr(clean(" ".join(words))[:100]) if words else "it is empty"
