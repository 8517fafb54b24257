"""Places calls for an assistant: first a dry run with a token, then, with the token, the calls.

A token is for exactly these inputs, for one use, for ten minutes, and for this process. It cannot be guessed, and no
data can contain one. Between the two a person can look: that is what the client asks its user for.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from twsql.dbapi import Connection
from twsql.errors import InputError, NotSupportedError, TwilioError
from twsql.mcp.marks import marked, plain, shown
from twsql.procedures.add_participants import ADD_PARTICIPANTS
from twsql.schema import Value
from twsql.schema.inputs import examined, refusal

LONGEST = 600.0
"""Seconds in which a token can be used."""
_PLACE = """
    SELECT "To", CallSid, ConferenceSid, Status, ErrorCode, ErrorMessage, RequestKey FROM temp.AddParticipants
    WHERE Batch = ? AND OnError = 'row'
"""
_PRICES = "SELECT PricePerMinute, PriceUnit FROM temp.AddParticipants WHERE Batch = ? AND DryRun = 1"
_FURTHER = {
    each.name: each
    for each in ADD_PARTICIPANTS.inputs
    if not each.secret and not each.ours and each.name not in ("Conference", "From", "To")
}
"""The inputs beside those that the tool has by itself. A secret would be in the conversation, so there is none."""

Call = Mapping[str, Value]
"""The inputs of one call."""


def ordered(
    conference: str, sender: str, recipients: Sequence[str], key: str, further: Call, country: str | None
) -> tuple[Call, ...]:
    """The inputs of each call, checked; each has a RequestKey of its own, of `key` and its number.

    Raises InputError with everything that is wrong.
    """
    problems = [f"there is no input {name!r}: inputs are {', '.join(_FURTHER)}" for name in further.keys() - _FURTHER]
    problems += [] if key.strip() else ["request_key is required: your name for these calls, new for new calls"]
    problems += [] if recipients else ["to needs one phone number at least"]
    calls: dict[str, Call] = {}
    for recipient in recipients:
        given = {**further, "Conference": conference, "From": sender, "To": recipient}
        number = str(examined(ADD_PARTICIPANTS, given, country)[0].get("To", recipient))
        call = {**given, "To": number, "RequestKey": f"{key} {number}"}
        problems += examined(ADD_PARTICIPANTS, call, country)[1]
        problems += [f"to has {number} twice"] if number in calls else []
        calls[number] = call
    if problems:
        raise refusal(ADD_PARTICIPANTS, dict.fromkeys(problems))
    return tuple(calls.values())


@dataclass
class Desk:
    """Takes orders on a connection that may place calls, `most` of them in the life of this server."""

    connection: Connection
    most: int
    clock: Callable[[], float] = time.monotonic
    _placed: int = 0
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def propose(self, calls: Sequence[Call]) -> str:
        """Say what would be done, and give the token that does it. Only prices are asked for."""
        with self._lock:
            self._refuse_more(len(calls))
            now = self.clock()
            self._tokens = {token: known for token, known in self._tokens.items() if known[1] > now}
            token = secrets.token_urlsafe(16)
            self._tokens[token] = _key(calls), now + LONGEST
            left = self.most - self._placed
        lines = [shown({**call, "price": price}) for call, price in zip(calls, self._prices(calls), strict=True)]
        return (
            f"Dry run: nobody was called. This would place {len(calls)} call(s), of {left} that this server may"
            f" still place. A phone call costs money and rings at somebody's: show the user who is called and from"
            f" which number, and go on only if they agree.\n{marked(chr(10).join(lines))}\n"
            f"To place exactly these calls, call place_calls again with the same inputs and token {token}"
            f" (once, within {LONGEST / 60:.0f} minutes)."
        )

    def place(self, calls: Sequence[Call], token: str) -> str:
        """Place the calls of a token, which is used up. Raises InputError for a token that is not for these calls."""
        with self._lock:
            key, until = self._tokens.pop(token, ("", 0.0))
            if key != _key(calls) or self.clock() > until:
                raise InputError(
                    "the token is not for these inputs, is used up or too old; nothing was sent: call place_calls"
                    " without a token for a new dry run"
                )
            self._refuse_more(len(calls))
            self._placed += len(calls)  # before they are sent, as one that fails may have rung
            return self._placed_now(calls)

    def _placed_now(self, calls: Sequence[Call]) -> str:
        with self.connection.execute(_PLACE, (json.dumps(calls),)) as cursor:
            names = [column[0] for column in cursor.description or ()]
            rows = [shown([plain(value) for value in row]) for row in cursor]
        return f"A row for each call:\n{marked(chr(10).join([shown(names), *rows]))}"

    def _prices(self, calls: Sequence[Call]) -> list[str]:
        """What a minute of each call costs; Twilio's pricing may not be there, which does not keep a call from it."""
        try:
            with self.connection.execute(_PRICES, (json.dumps(calls),)) as cursor:
                return [f"{price!s} {unit!s} a minute" if price is not None else "unknown" for price, unit in cursor]
        except TwilioError:
            return ["unknown"] * len(calls)

    def _refuse_more(self, calls: int) -> None:
        if self._placed + calls > self.most:
            raise NotSupportedError(
                f"{calls} call(s) are more than are left of {self.most}; nothing was sent: the person who runs"
                " twsql mcp sets this by --allow-calls"
            )


def _key(calls: Sequence[Call]) -> str:
    """The calls in words: equal for equal calls only."""
    return json.dumps(calls, sort_keys=True)
