"""The doctor's requests: whether Twilio can be reached, whether the clocks agree, and what the credentials allow."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime

from twsql.cli.findings import Finding, good, wrong
from twsql.errors import AuthenticationFailed, NotFound, SettingError, TwilioError
from twsql.schema import Row
from twsql.twilio import responses
from twsql.twilio.responses import Response
from twsql.twilio.retries import Failure
from twsql.twilio.settings import Settings
from twsql.twilio.transport import Request, Transport

_LONGEST_TIMEOUT = 10.0
"""Seconds of silence after which the doctor gives up."""

_MOST_SKEW = 60
"""Seconds that two clocks may differ."""


def reach(settings: Settings) -> Iterator[Finding]:
    """Fetch the account and a page of its conferences, once each."""
    try:
        account = settings.require_credentials()[0]
    except SettingError as error:
        yield wrong(f"credentials: {error}")
        return
    transport = Transport(replace(settings, timeout=min(settings.timeout, _LONGEST_TIMEOUT)))
    try:
        begun = time.monotonic()
        answer = transport.send(Request("GET", f"/2010-04-01/Accounts/{account}.json"))
        passed = time.monotonic() - begun
        if isinstance(answer, Failure):
            yield wrong(f"host: {answer.error}{_cure(answer.error, settings)}")
            return
        yield good(f"host: {settings.server} answered in {passed * 1000:.0f} ms")
        yield from _clock(answer)
        account_found = _account(answer, settings)
        yield account_found
        if account_found.well:
            yield _conferences(transport, account, settings)
    except SettingError as error:  # certificates that cannot be read
        yield wrong(f"host: {error}")
    finally:
        transport.close()


def _cure(error: TwilioError, settings: Settings) -> str:
    """The remedy for a server that cannot be reached."""
    reason = error.__cause__
    if isinstance(reason, ssl.SSLCertVerificationError):
        if reason.verify_code in (9, 10):  # not yet valid, expired
            return ": check the clock of this machine"
        return ": where a proxy reads along, name its certificate in REQUESTS_CA_BUNDLE"
    if isinstance(reason, socket.gaierror):
        return ": check the network, and base_url, region and edge"
    if settings.is_local:
        return ": start one with 'twsql sandbox', or unset TWSQL_BASE_URL"
    return ": check the network, its firewall, and HTTPS_PROXY where there is a proxy"


def _clock(answer: Response) -> Iterator[Finding]:
    """Compare the clocks: TLS and comparisons with datetime('now') depend on them."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError, OSError):
        yield good("clock: the server does not tell the time")
        return
    ahead = time.time() - theirs
    if abs(ahead) <= _MOST_SKEW:
        yield good("clock: right")
    else:
        how = "ahead" if ahead > 0 else "behind"
        yield wrong(f"clock: this machine is {abs(ahead):.0f} seconds {how}: set its clock, by NTP for example")


def _account(answer: Response, settings: Settings) -> Finding:
    account = _read(answer)
    if isinstance(account, TwilioError):
        return _refused(account, settings)
    name, status, kind = (account.get(key) for key in ("friendly_name", "status", "type"))
    if status != "active":
        return wrong(f"account: {name!r} is {status}: see its state in Twilio's console")
    if kind == "Trial":
        return good(f"account: {name!r} is active, on trial: only verified numbers can be called")
    return good(f"account: {name!r} is active")


def _refused(error: TwilioError, settings: Settings) -> Finding:
    """Why the account could not be read. Only a main API key may read it; for others that is no fault."""
    if settings.api_key and isinstance(error, AuthenticationFailed):
        return good("account: this API key may not read it, as only main keys can")
    if isinstance(error, AuthenticationFailed):
        return wrong(
            f"credentials: {_words(error)}: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in Twilio's console"
        )
    if isinstance(error, NotFound):
        return wrong(f"account: {error}: check TWILIO_ACCOUNT_SID, and TWSQL_BASE_URL, region and edge")
    return wrong(f"account: {error}")


def _words(error: TwilioError) -> str:
    """An error's text without the advice to run the doctor."""
    return TwilioError.__str__(error)


def _conferences(transport: Transport, account: str, settings: Settings) -> Finding:
    path = f"/2010-04-01/Accounts/{account}/Conferences.json?Status=in-progress&PageSize=1"
    answer = transport.send(Request("GET", path))
    error = answer.error if isinstance(answer, Failure) else _read(answer)
    if not isinstance(error, TwilioError):
        return good("conferences: may be read (whether calls may be placed shows only when one is)")
    if not isinstance(error, AuthenticationFailed):
        return wrong(f"conferences: {error}")
    if settings.api_key:
        remedy = "check TWILIO_API_SECRET, and what the key may do, in Twilio's console"
    else:
        remedy = "check in Twilio's console whether the account may use conferences"
    return wrong(f"conferences: {_words(error)}: {remedy}")


def _read(answer: Response) -> Row | TwilioError:
    """The JSON object of a response, or the error that it stands for."""
    if not 200 <= answer.status < 300:
        return responses.refusal(answer).error
    try:
        return responses.parsed(answer)
    except TwilioError as error:
        return error
