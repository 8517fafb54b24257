"""Changes responses for other readings than the documented one: properties, statuses and URLs."""

from __future__ import annotations

import json
from typing import Any

from .readings import Readings
from .wire import Answer

_OPTIONAL = {
    "api_version", "call_sid_ending_conference", "call_sid_to_coach", "coaching", "date_updated", "queue_time",
    "reason_conference_ended", "region", "subresource_uris", "uri",
}  # fmt: skip
_DATES = {"date_created", "date_updated", "start_time"}
_MORE = {"unheard_of": {"of": ["anything", None, 1.5]}, "Sid": "not the sid", "row": None}
UNKNOWN_STATUS = "reticent"


def varied(answer: Answer, readings: Readings, origin: str) -> Answer:
    """Return an answer of the 2010-04-01 API as these readings have it; `origin` is `http://host:port`."""
    if (readings.statuses, readings.properties, readings.next_page_uri) == _DOCUMENTED or not answer.body:
        return answer
    content = json.loads(answer.body)
    if "meta" in content or "code" in content:
        return answer
    key = next((key for key, value in content.items() if isinstance(value, list)), None)
    if key is None:
        return Answer(answer.status, json.dumps(_item(content, readings)).encode())
    content[key] = [_item(item, readings) for item in content[key]]
    if readings.next_page_uri == "absolute" and content.get("next_page_uri"):
        content["next_page_uri"] = origin + content["next_page_uri"]
    return Answer(answer.status, json.dumps({**content, **_more(readings)}).encode())


_DOCUMENTED = (Readings.statuses, Readings.properties, Readings.next_page_uri)


def _item(item: dict[str, Any], readings: Readings) -> dict[str, Any]:
    left_out = {"fewer": _OPTIONAL, "no dates": _DATES}.get(readings.properties, set())
    status: dict[str, Any] = {}
    if readings.statuses == "unknown" and "status" in item and {"call_sid", "phone_number_sid"} & item.keys():
        status = {"status": UNKNOWN_STATUS}
    return {name: value for name, value in {**item, **status}.items() if name not in left_out} | _more(readings)


def _more(readings: Readings) -> dict[str, Any]:
    return _MORE if readings.properties == "more" else {}
