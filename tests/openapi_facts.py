"""Twilio's own description of its API, by which requests and answers are checked."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openapi_core import OpenAPI

SPECS = sorted((Path(__file__).parent / "data").glob("openapi*.json"))
"""The parts of the description; they have no path and no schema in common."""
_SERVERS = [{"url": "http://127.0.0.1:{port}", "variables": {"port": {"default": "80"}}}]


def is_rfc2822(value: object) -> bool:
    """Return whether a date is as Twilio writes it; the format is Twilio's own."""
    return not isinstance(value, str) or (value.endswith(" +0000") and parsedate_to_datetime(value) is not None)


def is_day_or_time(value: object) -> bool:
    """Return whether a filter's value is a day or a time: Twilio takes days too, and says so in its documentation."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", value) is not None


@cache
def described() -> OpenAPI:
    """The description, of a sandbox at any port; it takes most of a second to read."""
    from openapi_core import Config, OpenAPI

    description, *more = (json.loads(spec.read_text(encoding="utf-8")) for spec in SPECS)
    for each in more:
        description["paths"] |= each["paths"]
        description["components"]["schemas"] |= each["components"]["schemas"]
    description["servers"] = _SERVERS
    for path in description["paths"].values():
        path["servers"] = _SERVERS
        for parameter in path.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query" and parameter["schema"].get("format") == "date-time":
                parameter["schema"]["format"] = "day-or-time"
    formats = {"date-time-rfc-2822": is_rfc2822, "day-or-time": is_day_or_time}
    return OpenAPI.from_dict(description, config=Config(extra_format_validators=formats))
