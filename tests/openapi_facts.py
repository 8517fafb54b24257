"""Twilio's own description of its API, by which requests and answers are checked."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from pathlib import Path

from openapi_core import Config, OpenAPI

SPEC = Path(__file__).parent / "data" / "openapi.json"


def is_rfc2822(value: object) -> bool:
    """Return whether a date is as Twilio writes it; the format is Twilio's own."""
    return not isinstance(value, str) or (value.endswith(" +0000") and parsedate_to_datetime(value) is not None)


def described(base_url: str) -> OpenAPI:
    """The description, of a server at this address."""
    description = json.loads(SPEC.read_text(encoding="utf-8"))
    description["servers"] = [{"url": base_url}]
    for path in description["paths"].values():
        path["servers"] = [{"url": base_url}]
    return OpenAPI.from_dict(description, config=Config(extra_format_validators={"date-time-rfc-2822": is_rfc2822}))
