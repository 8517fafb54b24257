"""Paths, queries and forms as Twilio reads them; the check of a list's next page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

from twsql.errors import InputError, TwilioError
from twsql.redaction import clean

Scalar = str | int | float | bool | None
Params = Mapping[str, Scalar | Sequence[Scalar]] | Iterable[tuple[str, Scalar | Sequence[Scalar]]]
"""A query or a form: None is left out, '' is sent, a boolean becomes `true` or `false`, a list repeats its key."""


def path(account: str, segments: Sequence[str]) -> str:
    """Join segments of any text to `/2010-04-01/Accounts/{account}/….json`, each percent-encoded whole.

    Raises InputError for a segment that no URL can carry: '', lone surrogates, `.` and `..` (URL libraries, proxies
    and servers drop those two, and the request would reach another resource).
    """
    return f"/2010-04-01/Accounts/{account}/{_joined(segments)}.json"


def product_path(version: str, *segments: str) -> str:
    """The same for an API of another host: `/v1/Conferences/CF…`. Such paths name no account."""
    return f"/{version}/{_joined(segments)}"


def is_classic(target: str) -> bool:
    """Whether a path is of the API of 2010-04-01, and not of a `product_path`."""
    return re.match(r"/v[0-9]+/", target) is None


def _joined(segments: Sequence[str]) -> str:
    for segment in segments:
        if segment in ("", ".", ".."):
            raise InputError(f"{segment!r} cannot be sent to Twilio as a name, use the SID instead")
    return "/".join(map(_quoted, segments))


def account_path(*sid: str) -> str:
    """The path of an account, `/2010-04-01/Accounts/AC….json`; without a SID, of the list of accounts."""
    return f"/2010-04-01/{'/'.join(('Accounts', *map(_quoted, sid)))}.json"


def encoded(params: Params) -> str:
    """Write a query or a form as `application/x-www-form-urlencoded`."""
    flat = [
        (key, str(value).lower() if isinstance(value, bool) else str(value))
        for key, values in (params.items() if isinstance(params, Mapping) else params)
        for value in (values if isinstance(values, list | tuple) else (values,))
        if value is not None
    ]
    try:
        return urlencode(flat)
    except UnicodeEncodeError:
        bad = ", ".join(key for key, text in flat if any("\ud800" <= letter <= "\udfff" for letter in text))
        raise InputError(f"{bad} has half of a surrogate pair, which is no text") from None


_TARGET = re.compile(r"/(?!/)[!-\[\]-~]*")
"""A path and query on the same host: no host, no backslash (some read it as a slash), nothing left to encode."""


def target(path: str, *params: Params) -> str:
    """Join a path and its query; raises InputError for anything but a path."""
    if not _TARGET.fullmatch(path) or "?" in path:
        raise InputError(f"{path[:200]!r} is not a path of Twilio's API: make it with Client.path")
    query = "&".join(filter(None, map(encoded, params)))
    return f"{path}?{query}" if query else path


def next_target(uri: str, server: str) -> str:
    """The path and query of a list's next page, unchanged; raises TwilioError if it is not on `server`."""
    path = uri[len(server) :] if uri.startswith(f"{server}/") else uri
    if not _TARGET.fullmatch(path):
        raise TwilioError(f"the next page of a list is not on {server}, so it was not fetched: {clean(uri)[:200]!r}")
    return path


def endless(key: str, most: int) -> TwilioError:
    """The error for a list with too many pages."""
    return TwilioError(f"the list {key!r} has more than {most:,} pages: raise page_size, or ask for fewer rows")


def _quoted(segment: str) -> str:
    try:
        return quote(segment, safe="")
    except UnicodeEncodeError:
        raise InputError(f"{segment!r} has half of a surrogate pair, which is no text") from None
