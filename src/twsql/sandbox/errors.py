"""Twilio's error answers: one exception, and the codes that the sandbox gives with their HTTP statuses.

The statuses of the 160xx codes are not documented; they are chosen here, in one place.
"""

from __future__ import annotations

import json

_CODES = {
    16003: (400, "The conference name is not valid"),
    16020: (400, "The conference is full"),
    16022: (400, "The conference has ended"),
    16024: (400, "The participant label is not valid"),
    16026: (400, "The participant label is already in use"),
    17007: (401, "Voice Insights Advanced Features are not enabled for this account"),
    20001: (400, "Invalid parameter"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20007: (400, "Page size must be from 1 to 1000"),
    20009: (409, "The message is still on its way"),
    20404: (404, "The requested resource was not found"),
    20409: (409, "The resource cannot be deleted now"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service Unavailable"),
    21205: (400, "Url is not a valid URL"),
    21208: (400, "Invalid timeout"),
    21209: (400, "Invalid HTTP method"),
    21210: (400, "The From number is not verified"),
    21211: (400, "Invalid To phone number"),
    21212: (400, "Invalid From phone number"),
    21213: (400, "A From number is required"),
    21215: (400, "The account may not call this country"),
    21216: (400, "The account may not call this number"),
    21217: (400, "The phone number does not appear to be valid"),
    21220: (400, "Invalid call state"),
    21401: (400, "Invalid phone number"),
    21450: (400, "The number is validated already"),
    21408: (400, "The account may not send to this country"),
    21603: (400, "A From number or a MessagingServiceSid is required"),
    21604: (400, "A To number is required"),
    21606: (400, "The From number cannot send messages"),
    21610: (400, "The recipient has unsubscribed"),
    21611: (400, "The From number has too many messages in its queue"),
    21612: (400, "The To number cannot be reached from this From number"),
    21614: (400, "The To number cannot receive messages"),
    21617: (400, "The body is longer than 1600 characters"),
    21619: (400, "A message needs a Body, MediaUrl or ContentSid"),
    21620: (400, "Invalid media URL"),
    21623: (400, "A message has ten media at most"),
    30409: (400, "The message cannot be canceled any more"),
}


class ApiError(Exception):
    """An error response: Twilio's code, its message and its HTTP status."""

    def __init__(self, code: int, detail: str = "", status: int | None = None) -> None:
        known, text = _CODES[code]
        self.status = status or known
        self.code = code
        self.message = f"{text}: {detail}" if detail else text
        super().__init__(self.message)


def error_body(code: int, message: str, status: int) -> bytes:
    """Return the body of an error answer."""
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return json.dumps({"code": code, "message": message, "more_info": more_info, "status": status}).encode()


def retry_after(seconds: float | None) -> tuple[tuple[bytes, bytes], ...]:
    """Return a Retry-After header, or no header."""
    return () if seconds is None else ((b"retry-after", b"%g" % seconds),)
