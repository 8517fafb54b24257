"""The witnesses' requests, and how they compare numbers and dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from twsql.errors import DataError, NotFound, OutcomeUnknown, TwilioError
from twsql.procedures.addressing import active, is_call_sid, is_conference_sid
from twsql.schema import Row
from twsql.schema.once import Lost
from twsql.schema.values import utc

if TYPE_CHECKING:
    from twsql.twilio.client import Client

_MOST_NAMED = 5
"""How many SIDs an error names."""


def conferences(client: Client, conference: str) -> Iterator[str]:
    """Yield the SIDs of the conferences with this SID or name that are not over.

    Upper and lower case count as equal, as Twilio may treat them so. A conference too many does no harm.
    """
    if is_conference_sid(conference):
        yield conference
        return
    for row in active(client, conference):
        if str(row.get("friendly_name")).casefold() == conference.casefold():
            yield str(row["sid"])


def participant(client: Client, conference: str, who: str) -> Row | None:
    """The participant with a label or call SID; None if there is none. TwilioError for a response about another."""
    try:
        row = client.get(client.path("Conferences", conference, "Participants", who), key="participants")
    except NotFound:
        return None
    if who not in (row.get("label"), row["call_sid"]) or not is_call_sid(str(row["call_sid"])):
        raise TwilioError(f"the response is about another participant than {who}")
    return row


def fetched(client: Client, sid: str) -> Row:
    """Fetch a call. Raises NotFound, and TwilioError for a response about another call."""
    row = client.get(client.path("Calls", sid), key="calls")
    if row["sid"] != sid:
        raise TwilioError(f"the response is about another call than {sid}")
    return row


def number(text: str) -> str:
    """A phone number without its plus, which Twilio may leave out; an address in lower case."""
    return text.strip().lower().lstrip("+")


def is_to(call: Row, called: str) -> bool:
    """Whether a call is to a number."""
    return number(str(call.get("to"))) == number(called)


def is_callers(call: Row, lost: Lost) -> bool:
    """Whether a call is from one of the senders that Twilio may show."""
    return number(str(call.get("from"))) in map(number, lost.senders)


def sids(rows: Sequence[Row]) -> str:
    """The SIDs of calls or messages, of the first ones if there are many."""
    more = [f"and {len(rows) - _MOST_NAMED} more"] if len(rows) > _MOST_NAMED else []
    return ", ".join([*(str(row["sid"]) for row in rows[:_MOST_NAMED]), *more])


def is_inbound(row: Row) -> bool:
    """Whether a call or message came in. A call to a number of the account's own is listed going out and coming in."""
    return str(row.get("direction")).startswith("inbound")


def is_leg(call: Row) -> bool:
    """Whether TwiML of another call has placed a call (`<Dial>`)."""
    return bool(call.get("parent_call_sid")) or call.get("direction") == "outbound-dial"


def is_within(row: Row, lost: Lost) -> bool:
    """Whether a call or message was made at the time of the attempts, as far as its date tells."""
    made, window = moment(row.get("date_created")), lost.window()
    return made is None or window.since <= made <= window.until


def is_sure(date: object, sid: str, lost: Lost) -> bool:
    """Whether a date lies within the attempts. Raises OutcomeUnknown if that depends on a clock."""
    made, window = moment(date), lost.window()
    if made is not None and window.since <= made <= window.until:
        return True
    if made is None or window.earliest <= made <= window.latest:
        raise OutcomeUnknown(f"{sid} may be it: its date fits only if a clock was wrong, or Twilio slow")
    return False


def moment(date: object) -> datetime | None:
    """A date of Twilio's; None for a missing or malformed one."""
    if not isinstance(date, str):
        return None
    try:
        return datetime.strptime(utc(date), "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    except (DataError, ValueError):
        return None
