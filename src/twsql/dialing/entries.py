"""The journal's entries: written before a call is sent, and when its outcome is known."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

from twsql.dialing.journal import Change, Journal, Steps, ask, never
from twsql.errors import InputError, OperationalError
from twsql.redaction import clean, clean_json
from twsql.schema import Checked, Procedure, Row
from twsql.schema.once import Record
from twsql.twilio.clock import boottime

T = TypeVar("T")
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


def recorded(journal: Journal, intents: Sequence[Intent]) -> tuple[dict[str, Row], set[str]]:
    """The results of the keys whose calls were placed, and the keys that were used with other inputs."""
    digests: dict[tuple[str | None, ...], str] = {}
    wrong: set[str] = set()
    for each in intents:
        if each.request_key is not None:
            known = digests.setdefault(tuple(each.key.values()), each.digest)
            wrong |= {each.request_key} if known != each.digest else set()
    keys = json.dumps([list(key) for key in digests])
    rows = journal.read(journal.statements.by_keys, {"listed": keys}) if digests else []
    wrong |= {
        row["request_key"]
        for row in rows
        if row["digest"] != digests[row["procedure"], row["account_sid"], row["server"], row["request_key"]]
    }
    return {row["request_key"]: _answer(row) for row in rows if row["answer"]}, wrong


def unfinished(journal: Journal, intents: Sequence[Intent]) -> set[str]:
    """The keys whose calls may have been placed, while no outcome is recorded."""
    keys = json.dumps([list(each.key.values()) for each in intents if each.request_key is not None])
    rows = journal.read(journal.statements.by_keys, {"listed": keys})
    return {row["request_key"] for row in rows if row["state"] in ("sending", "unknown")}


def other_inputs(keys: set[str]) -> InputError:
    """The error for keys that come with other inputs than before."""
    first, more = sorted(keys)[:5], len(keys) - 5
    named = ", ".join(map(repr, first)) + (f" and {more} more" if more > 0 else "")
    return InputError(
        f"RequestKey {named} stands for other inputs: see twsql_journal, and give each call or message its own key;"
        " this was not sent"
    )


def claim(journal: Journal, intent: Intent, now: str | None, give_up: Callable[[], bool]) -> Entry:
    """Record a call before it is sent (`now` is Twilio's time), or take up the entry of its key.

    Raises InputError if the key was used with other inputs.
    """
    sql, locks, claim = journal.statements, journal.locks, object()
    hold = secrets.randbits(62)  # not the id, which SQLite may give again after a failed transaction

    def change() -> Steps[Entry]:
        deadline = locks.deadline()
        known = None if intent.request_key is None else (yield from _one(sql.by_key, intent.key))
        if known is None:
            taken.append(hold)
            locks.begin(hold, claim)
            made = yield from _one(sql.insert, {**_columns(intent), "hold": hold, "now": now})
            if made is not None:
                return _entry("send", made, intent, deadline)
            # Another process's transaction has just recorded the key; or the last one of ours did, but nobody told us.
            known = yield from _one(sql.by_hold, {"hold": hold})
            if known is None:
                locks.recorded(hold)
                known = yield from _one(sql.by_key, intent.key)
        if known is None or known["digest"] != intent.digest:
            raise other_inputs({str(intent.request_key)})
        if known["state"] == "placed":
            return _entry("recorded", known, intent)
        return (yield from take_up(known, deadline)) or _entry("wait", known, intent)

    def take_up(known: dict[str, Any], deadline: float) -> Steps[Entry | None]:
        if (yield from locks.take(known, claim)) != "taken":
            return None
        taken.append(known["hold"])
        row = {**_columns(intent), **_named(known), "now": now}
        if known["hold"] == hold:
            return _entry_of("send", (yield from _one(sql.renew, row)), intent, deadline)
        if known["state"] == "refused":  # no call was placed, so the entry begins anew
            return _entry_of("send", (yield from _one(sql.begin_anew, row)), intent, deadline)
        return _to_settle(known, (yield from _one(sql.take, row)), replace(intent, label=known["label"]))

    taken: list[int] = []
    return _write_locked(journal, change, taken, give_up, str(intent.request_key))


def take(journal: Journal, number: int, account_sid: str, server: str) -> Entry | None:
    """Take up an entry to settle it; None if it is not in doubt, or another thread or process works on it.

    It is to `wait` for if the session of whoever worked on it has just ended.

    Raises InputError if the account has no such entry on this server.
    """
    sql, claim = journal.statements, object()

    def change() -> Steps[Entry | None]:
        known = yield from _one(sql.by_id, {"id": number, "account_sid": account_sid, "server": server})
        if known is None:
            raise InputError(f"the journal has no entry {number} of account {account_sid} at {server}")
        if known["state"] not in ("sending", "unknown"):
            return None
        taking = yield from journal.locks.take(known, claim)
        if taking != "taken":
            return _entry("wait", known, _intent(known)) if taking == "soon" else None
        taken.append(known["hold"])
        return _to_settle(known, (yield from _one(sql.take, _named(known))), _intent(known))

    taken: list[int] = []
    return _write_locked(journal, change, taken)


def release(journal: Journal, entry: Entry) -> None:
    """Unlock an entry, so that the next thread or process may take it up."""
    journal.locks.release(entry.lock)


def in_doubt(journal: Journal, account_sid: str, server: str) -> list[int]:
    """The entries of an account whose outcome is unknown, oldest first; a process may be working on some of them."""
    rows = journal.read(journal.statements.in_doubt, {"account_sid": account_sid, "server": server})
    return [row["id"] for row in rows]


def sending(journal: Journal, entry: Entry, now: str | None, give_up: Callable[[], bool]) -> Entry:
    """Record a further attempt before it is sent; `now` is Twilio's time.

    Raises OperationalError if another process has taken the entry over.
    """
    return _again(journal, entry, journal.statements.count, {"since": entry.since, "now": now}, give_up)


def renewed(journal: Journal, entry: Entry, now: str | None, give_up: Callable[[], bool]) -> Entry:
    """Record once more that an attempt is about to be sent, as the time for it is over; `now` is Twilio's time.

    Raises OperationalError if another process has taken the entry over.
    """
    return _again(journal, entry, journal.statements.renew, {"now": now}, give_up)


def _again(
    journal: Journal, entry: Entry, statement: str, values: dict[str, Any], give_up: Callable[[], bool]
) -> Entry:
    def change() -> Steps[Entry]:
        deadline = journal.locks.deadline()
        row = yield from _one(statement, {"id": entry.number, "hold": entry.lock, **values})
        if row is None:
            raise OperationalError(
                "another process has taken the call over, as the journal was out of reach: see twsql_journal;"
                " this attempt was not sent"
            )
        return _entry("send", row, entry.intent, deadline)

    return journal.write(change, give_up)


def placed(journal: Journal, entry: Entry, sid: str | None, answer: Row, give_up: Callable[[], bool]) -> None:
    """Record that the call was placed, its SID, and Twilio's JSON.

    Raises OperationalError if the journal has another call of this entry or key.
    """
    sql, conference = journal.statements, answer.get("conference_sid")
    values = {
        "id": entry.number,
        "hold": entry.lock,
        "sid": None if sid is None else clean(sid),
        "answer": clean_json(answer),
        "conference_sid": clean(conference) if isinstance(conference, str) else None,
        "over": True,
    }

    def change() -> Steps[None]:
        if (yield from _one(sql.placed, values)) is not None:
            return
        # A server that took over from another one may have forgotten the entry.
        gone = not (yield from ask(sql.by_hold, {"hold": entry.lock}))
        anew = {**_columns(entry.intent), "hold": entry.lock, "now": entry.since}
        made = (yield from _one(sql.insert, anew)) if gone else None
        if made is None:
            raise OperationalError("the journal has another call of it: see twsql_journal")
        yield from ask(sql.placed, {**values, "id": made["id"]})

    journal.write(change, give_up)
    journal.locks.recorded(entry.lock)


def failed(
    journal: Journal,
    entry: Entry,
    state: Literal["refused", "unknown"],
    message: str,
    code: int | None,
    give_up: Callable[[], bool],
    *,
    over: bool = True,
) -> None:
    """Record that the call was refused, or that its outcome is unknown, and why; a placed call stays placed.

    So does an entry that another process has taken over. It stays locked unless its work is `over`.
    """
    values = {
        "id": entry.number,
        "hold": entry.lock,
        "state": state,
        "code": code,
        "message": message.replace("\0", "\ufffd").encode("utf-8", "replace").decode(),
        "since": entry.since,
        "until": entry.until,
        "over": over,
    }
    journal.write(lambda: ask(journal.statements.failed, values), give_up)
    if over:
        journal.locks.recorded(entry.lock)


def has_digest(journal: Journal, intent: Intent, digest: str) -> bool:
    """Whether the entry of the intent's key has this digest."""
    return any(row["digest"] == digest for row in journal.read(journal.statements.by_key, intent.key))


def is_known(journal: Journal, intent: Intent, sid: str) -> bool:
    """Whether a SID is the result of an entry already."""
    return bool(journal.read(journal.statements.known, {"sid": sid, **intent.owner}))


def rivals(journal: Journal, entry: Entry) -> list[str | None]:
    """The details of the other open entries of the same kind between the same numbers."""
    return [row["details"] for row in journal.read(journal.statements.rivals, {"id": entry.number})]


def foreign(journal: Journal, intent: Intent, calls: Sequence[tuple[str, str]]) -> set[str]:
    """The SIDs of `calls`, pairs of SID and recipient, that belong to no entry: neither a placed nor an open one."""
    bindings = {"listed": json.dumps(calls), "kind": intent.kind, **intent.owner}
    return {row["sid"] for row in journal.read(journal.statements.foreign, bindings)}


_RECORD = tuple(each.name for each in fields(Record))


def _columns(intent: Intent) -> dict[str, Any]:
    """The values of an intent's columns."""
    return {
        **intent.key,
        "kind": intent.kind,
        "digest": intent.digest,
        "label": intent.label,
        **{name: getattr(intent.record, name) for name in _RECORD},
    }


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values that name an entry, and who had it when it was read."""
    return {"id": row["id"], "hold": row["hold"], "seen": row.get("holder")}


def _intent(row: Mapping[str, Any]) -> Intent:
    """The intent of an entry."""
    own = {each.name: row[each.name] for each in fields(Intent) if each.name != "record"}
    return Intent(**own, record=Record(**{name: row[name] for name in _RECORD}))


def _write_locked(
    journal: Journal,
    change: Change[T],
    taken: list[int],
    give_up: Callable[[], bool] = never,
    order: str = "",
) -> T:
    """Write a change; release the locks that it has `taken`, except that of the entry that it gives to work on."""
    kept: int | None = None
    try:
        result = journal.write(change, give_up, order)
        if isinstance(result, Entry) and result.todo in ("send", "settle"):
            kept = result.lock
        return result
    finally:
        for hold in set(taken) - {kept}:
            journal.locks.release(hold)


def _one(sql: str, bindings: Mapping[str, Any]) -> Steps[dict[str, Any] | None]:
    rows = yield from ask(sql, bindings)
    return rows[0] if rows else None


def _answer(row: dict[str, Any]) -> Row:
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


def _entry(todo: Todo, row: dict[str, Any], intent: Intent, deadline: float = math.inf) -> Entry:
    answer = _answer(row) if todo == "recorded" else None
    times = (row["started"], row["sent"])
    return Entry(row["id"], todo, row["hold"], *times, intent, row["since"], row["until"], answer, deadline)


def _entry_of(todo: Todo, row: dict[str, Any] | None, intent: Intent, deadline: float = math.inf) -> Entry | None:
    """The entry of a row; None if another process was quicker."""
    return None if row is None else _entry(todo, row, intent, deadline)


def _to_settle(known: Mapping[str, Any], row: dict[str, Any] | None, intent: Intent) -> Entry | None:
    """The entry of a row that was `known` before it was taken up; None if another process was quicker."""
    entry = _entry_of("settle", row, intent)
    return entry and replace(entry, is_cut_off=known["state"] == "sending")
