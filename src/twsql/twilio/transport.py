"""Sends one request and reads its whole response; translates the errors of sockets, TLS and HTTP."""

from __future__ import annotations

import os
import re
import ssl
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException

import requests
from requests import PreparedRequest, RequestException
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3.exceptions import HTTPError

from twsql import redaction
from twsql._version import __version__
from twsql.errors import SettingError, TwilioError, Unreachable
from twsql.twilio import limits
from twsql.twilio.clock import Clock
from twsql.twilio.connections import Connections, begin, was_sent
from twsql.twilio.deadline import Deadline
from twsql.twilio.log import logger
from twsql.twilio.responses import Response
from twsql.twilio.retries import Failure, Verdict, retry_after
from twsql.twilio.settings import Settings

LONGEST_CONNECT = 10.0
"""Seconds that connecting may take, for each address of the host."""
LONGEST_RESPONSE = 4
"""How many times `timeout` a response may take, up to its last byte."""
LARGEST_RESPONSE = 16 * 1024 * 1024
"""Bytes of an unpacked response; a page of 1,000 items has about 2 MB."""
NO_RESPONSE = (RequestException, HTTPError, HTTPException, OSError, ValueError, LookupError, ArithmeticError)
"""What a malformed response can raise: http.client computes with numbers that it does not check (sizes below 0)."""
CHUNK = 256 * 1024
"""Bytes of one read; large, because after each read the thread waits for Python's global interpreter lock."""
_SHORTEST = 0.001
"""Seconds of silence that are allowed right before a deadline; a socket takes no less."""
_NEVER = Deadline()
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name the certificates to trust; the first one that is set counts."""


@dataclass(frozen=True)
class Request:
    """An HTTP request: `target` is path and query; `form`, of a POST, is encoded; `urgent` ones go before reads.

    `again` marks every attempt but the first, which has waited for its Retry-After already.
    """

    method: str
    target: str
    form: str | None = None
    urgent: bool = False
    again: bool = False


class Transport:
    """Sends requests with the credentials.

    The constructor reads the environment's proxies and certificates, once. A server on this machine is never reached
    through a proxy. Clients of several accounts may `share` one number of requests under way; each is then a request
    of its account's limit too.
    """

    def __init__(self, settings: Settings, share: AbstractContextManager[object] | None = None) -> None:
        self._settings = settings
        self._share = share or nullcontext()
        self._limit = limits.shared(settings.server, settings.account_sid or "")
        self.clock = Clock()
        self._proxies = {} if settings.is_local else dict(get_environ_proxies(settings.server))
        self._bundle = next((name for name in BUNDLES if os.environ.get(name)), "")
        self._bundle_path = os.environ.get(self._bundle) or DEFAULT_CA_BUNDLE_PATH
        self._lock = threading.Lock()
        self._ready: tuple[Connections, Mapping[str, str]] | None = None
        self._hidden: redaction.Hidden | None = None

    def of_account(self, settings: Settings) -> Transport:
        """Give a transport for another account that the same credentials open; it shares the connections."""
        if settings.account_sid == self._settings.account_sid:
            return self
        other = copy(self)
        other._ready = self._ready or self._get_ready()
        other._settings = settings
        other._limit = limits.shared(settings.server, settings.account_sid or "")
        return other

    def send(
        self,
        request: Request,
        waited: Callable[[float], None] = lambda seconds: None,
        deadline: Deadline = _NEVER,
    ) -> Response | Failure:
        """Wait for a slot, then send once; `waited` hears how long that took. The response may have any status.

        Raises SettingError if credentials are missing or the certificates cannot be read, and OperationalError if no
        slot is free before the `deadline`. A response that is not complete by then is a Failure.
        """
        connections, headers = self._ready or self._get_ready()
        came = time.monotonic()
        most, again = self._settings.max_in_flight, request.again
        with self._limit.slot(most, urgent=request.urgent, again=again, deadline=deadline), self._share:
            begun = time.monotonic()
            waited(begun - came)
            response = self._send(connections, self._prepared(request, headers), begun, deadline)
            # An error without Twilio's request id may be a proxy's, with the time of another clock.
            if isinstance(response, Response) and (response.status < 300 or response.request_id):
                self.clock.hear(response.headers.get("Date"), begun)
        self._tell_limit(response, begun)
        told = response.error if isinstance(response, Failure) else response
        passed = (time.monotonic() - begun) * 1000
        logger.debug(
            "%s %s %s %.0f ms %s", request.method, request.target, told.status or "-", passed, told.request_id or "-"
        )
        return response

    def close(self) -> None:
        """Close the idle connections; a later request opens new ones."""
        if self._ready:
            self._ready[0].close()

    def _send(
        self, connections: Connections, request: PreparedRequest, begun: float, deadline: Deadline
    ) -> Response | Failure:
        timeout = max(_SHORTEST, min(self._settings.timeout, deadline.at - begun))
        times = (min(timeout, LONGEST_CONNECT), timeout)
        handled = sys.exc_info()[1]  # an error that the caller is handling is not the reason of ours
        begin(min(begun + LONGEST_RESPONSE * timeout, deadline.at))
        try:
            response = connections.send(request, stream=True, timeout=times, proxies=self._proxies)
        except NO_RESPONSE as error:
            return self._no_response(_reason(error, handled))
        try:
            body = _body(response)
        except (*NO_RESPONSE, TwilioError) as error:
            response.raw.close()
            if 200 <= response.status_code < 300:
                return _broken_off(response, _reason(error, handled))
            body = b""  # the status of an error says enough
        return Response(response.status_code, response.headers, body)

    def _tell_limit(self, response: Response | Failure, begun: float) -> None:
        if isinstance(response, Failure):
            return
        told = response.headers.get("Twilio-Concurrent-Requests", "")
        load = int(told) if re.fullmatch("[0-9]{1,9}", told) else None
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._limit.refused(begun, load, retry_after(response.headers))
        else:
            self._limit.good(load)

    def _no_response(self, reason: BaseException) -> Failure:
        server = self._settings.server
        if was_sent():
            failure = Failure(TwilioError(f"no response from {server}: {_words(reason)}"), Verdict.UNKNOWN)
        else:
            failure = Failure(Unreachable(f"no connection to {server}: {_words(reason)}"), Verdict.NOT_DONE)
        failure.error.__cause__ = _cause(reason)
        return failure

    def _prepared(self, request: Request, headers: Mapping[str, str]) -> PreparedRequest:
        """Make the request that an adapter sends. requests' own `prepare()` would rewrite the URL and take 0.1 ms."""
        prepared = PreparedRequest()
        prepared.method = request.method
        prepared.url = self._settings.server + request.target
        prepared.headers = CaseInsensitiveDict(headers)
        if request.form is not None:
            prepared.body = request.form.encode("ascii")
            prepared.headers["Content-Type"] = "application/x-www-form-urlencoded"
            prepared.headers["Content-Length"] = str(len(prepared.body))
        return prepared

    def _get_ready(self) -> tuple[Connections, Mapping[str, str]]:
        _, user, password = self._settings.require_credentials()
        with self._lock:
            if self._ready is None:
                trust = self._trust() if self._settings.server.startswith("https") else None
                headers = _headers(user, password)
                basic = headers["Authorization"].removeprefix("Basic ")
                self._hidden = redaction.hide(
                    *filter(None, (self._settings.auth_token, self._settings.api_secret, basic))
                )
                self._ready = Connections(self._settings.max_in_flight, trust), headers
            return self._ready

    def _trust(self) -> ssl.SSLContext:
        path = self._bundle_path
        try:
            if os.path.isdir(path):
                return ssl.create_default_context(capath=path)
            return ssl.create_default_context(cafile=path)
        except OSError as error:
            name = self._bundle or "certifi"
            raise SettingError(f"{name} names certificates that cannot be read: {path}: {error}") from error


def _headers(user: str, password: str) -> Mapping[str, str]:
    return {
        "User-Agent": f"twsql/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii"),
    }


def _body(response: requests.Response) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_RESPONSE:
            raise TwilioError(f"larger than {LARGEST_RESPONSE // 2**20} MB")
    return b"".join(chunks)


def _broken_off(response: requests.Response, reason: BaseException) -> Failure:
    error = TwilioError(
        f"the response is incomplete: {_words(reason)}",
        status=response.status_code,
        request_id=response.headers.get("Twilio-Request-Id"),
    )
    error.__cause__ = _cause(reason)
    return Failure(error, Verdict.UNKNOWN)


def _reason(error: BaseException, handled: BaseException | None) -> BaseException:
    """The first of a chain of errors: the socket's, TLS's or DNS's own, whose text has no credentials."""
    while (inner := error.__cause__ or error.__context__) and inner is not handled:
        error = inner
    return error


def _cause(reason: BaseException) -> BaseException | None:
    """The reason if it is the system's or TLS's own, without frames: they have our headers. Others have the body."""
    if isinstance(reason, OSError) and not isinstance(reason, RequestException):
        return reason.with_traceback(None)
    return None


def _words(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
