"""The validation of a caller ID: a call to a number, on which a person keys in the code. Here whoever answers does."""

from __future__ import annotations

import json
import re

from .errors import ApiError
from .kinds import OUTGOING_CALLER_IDS, add, kept
from .orders import CallOrder
from .request import Request
from .sids import chance
from .validate import check
from .wire import Answer

TWILIO = "+15005550009"
"""The number that calls."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def create_validation_request(request: Request) -> Answer:
    """Call a number, and answer the code; the number is a caller ID if somebody will answer the call."""
    check(request.form)
    given = {name: values[-1] for name, values in request.form.items()}
    number, world, account = given.get("PhoneNumber", ""), request.state.world, request.account
    if not _NUMBER.fullmatch(number):
        raise ApiError(21401, number)
    if any(one.properties["phone_number"] == number for one in kept(account, OUTGOING_CALLER_IDS)):
        raise ApiError(21450, number)
    call = world.place_call(account, CallOrder(number, TWILIO))
    name = given.get("FriendlyName") or number
    if request.state.settings.answer_after is not None:
        add(account, OUTGOING_CALLER_IDS, request.state.clock.now(), friendly_name=name, phone_number=number)
    content = {
        "account_sid": account.sid,
        "call_sid": world.sids.make("CA", account.number, call.number),
        "friendly_name": name,
        "phone_number": number,
        "validation_code": f"{int(chance(call.number) * 1_000_000):06}",
    }
    return Answer(200, json.dumps(content).encode())
