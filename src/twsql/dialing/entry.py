"""An entry of the journal: what is to happen once, and what to do about it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from twsql.errors import OperationalError
from twsql.schema import Checked, Procedure, Row
from twsql.schema.once import Record
from twsql.twilio.clock import boottime

Todo = Literal["send", "settle", "recorded", "wait"]


@dataclass(frozen=True)
class Intent:
    """A call that is to be placed, as the journal records it; `digest` identifies its inputs, except secret ones.

    Witnesses may confuse entries of one `kind`. A key belongs to procedure, account and `server`. `label` is the mark
    by which the call can be found.
    """

    kind: str
    procedure: str
    account_sid: str
    server: str
    request_key: str | None
    digest: str
    label: str | None
    record: Record

    @property
    def owner(self) -> dict[str, str]:
        """The columns that identify an account."""
        return {"account_sid": self.account_sid, "server": self.server}

    @property
    def key(self) -> dict[str, str | None]:
        """The columns that identify a keyed entry."""
        return {"procedure": self.procedure, **self.owner, "request_key": self.request_key}


@dataclass(frozen=True)
class Entry:
    """An entry, and what to do about it.

    - send: it has not been placed.
    - settle: an attempt may have been carried out. The first was at `started`, the last at `sent`, UTC by this
      machine's clock. `since` and `until` are Twilio's time of the first attempt, and of the last attempt or the loss
      of its response; None if Twilio's time was unknown.
    - recorded: `answer` is its result.
    - wait: another thread or process works on it.

    With send and settle this thread has the entry's lock, until `release`. It is sent until `deadline`, by
    `boottime`. If nobody recorded how its last attempt ended it `is_cut_off`.
    """

    number: int
    todo: Todo
    lock: int
    started: str
    sent: str
    intent: Intent
    since: str | None = None
    until: str | None = None
    answer: Row | None = None
    deadline: float = math.inf
    is_cut_off: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it must be `renewed` before it is sent."""
        return boottime() > self.deadline


def digest(procedure: Procedure, checked: Checked) -> str:
    """A digest of the inputs that are sent, except secrets: a digest would allow to guess them."""
    sent = {p.name: checked[p.name] for p in procedure.inputs if p.name in checked and not p.secret and not p.ours}
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


_RECORD = tuple(each.name for each in fields(Record))


def columns_of(intent: Intent) -> dict[str, Any]:
    """The values of an intent's columns."""
    return {
        **intent.key,
        "kind": intent.kind,
        "digest": intent.digest,
        "label": intent.label,
        **{name: getattr(intent.record, name) for name in _RECORD},
    }


def named(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values that name an entry, and who had it when it was read."""
    return {"id": row["id"], "hold": row["hold"], "seen": row.get("holder")}


def intent_of(row: Mapping[str, Any]) -> Intent:
    """The intent of an entry."""
    own = {each.name: row[each.name] for each in fields(Intent) if each.name != "record"}
    return Intent(**own, record=Record(**{name: row[name] for name in _RECORD}))


def answer_of(row: dict[str, Any]) -> Row:
    """Twilio's JSON of a placed call. Raises OperationalError if somebody has damaged it."""
    try:
        answer = json.loads(row["answer"])
    except (TypeError, ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise OperationalError(
            f"the journal's entry of RequestKey {row['request_key']!r} is damaged: its call was placed, but its answer"
            " is no JSON object; nothing was sent; repair column answer of table effects, or restore an older copy"
        )
    return answer


def row_as_entry(todo: Todo, row: dict[str, Any], intent: Intent, deadline: float = math.inf) -> Entry:
    """The entry of a row of the journal."""
    answer = answer_of(row) if todo == "recorded" else None
    times = (row["started"], row["sent"])
    return Entry(row["id"], todo, row["hold"], *times, intent, row["since"], row["until"], answer, deadline)


def entry_of(todo: Todo, row: dict[str, Any] | None, intent: Intent, deadline: float = math.inf) -> Entry | None:
    """The entry of a row; None if another process was quicker."""
    return None if row is None else row_as_entry(todo, row, intent, deadline)


def to_settle(known: Mapping[str, Any], row: dict[str, Any] | None, intent: Intent) -> Entry | None:
    """The entry of a row that was `known` before it was taken up; None if another process was quicker."""
    entry = entry_of("settle", row, intent)
    return entry and replace(entry, is_cut_off=known["state"] == "sending")
