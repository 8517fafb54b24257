"""Changes of the journal's entries: before a call is sent, and when its outcome is known."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from twsql.dialing.entry import Entry, Intent, columns_of, entry_of, intent_of, named, row_as_entry, to_settle
from twsql.dialing.journal import Change, Journal, Steps, ask, never
from twsql.errors import InputError, OperationalError
from twsql.redaction import clean, clean_json
from twsql.schema import Row

T = TypeVar("T")


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
            made = yield from _one(sql.insert, {**columns_of(intent), "hold": hold, "now": now})
            if made is not None:
                return row_as_entry("send", made, intent, deadline)
            # Another process's transaction has just recorded the key; or the last one of ours did, but nobody told us.
            known = yield from _one(sql.by_hold, {"hold": hold})
            if known is None:
                locks.recorded(hold)
                known = yield from _one(sql.by_key, intent.key)
        if known is None or known["digest"] != intent.digest:
            raise other_inputs({str(intent.request_key)})
        if known["state"] == "placed":
            return row_as_entry("recorded", known, intent)
        return (yield from take_up(known, deadline)) or row_as_entry("wait", known, intent)

    def take_up(known: dict[str, Any], deadline: float) -> Steps[Entry | None]:
        if (yield from locks.take(known, claim)) != "taken":
            return None
        taken.append(known["hold"])
        row = {**columns_of(intent), **named(known), "now": now}
        if known["hold"] == hold:
            return entry_of("send", (yield from _one(sql.renew, row)), intent, deadline)
        if known["state"] == "refused":  # no call was placed, so the entry begins anew
            return entry_of("send", (yield from _one(sql.begin_anew, row)), intent, deadline)
        return to_settle(known, (yield from _one(sql.take, row)), replace(intent, label=known["label"]))

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
            return row_as_entry("wait", known, intent_of(known)) if taking == "soon" else None
        taken.append(known["hold"])
        return to_settle(known, (yield from _one(sql.take, named(known))), intent_of(known))

    taken: list[int] = []
    return _write_locked(journal, change, taken)


def release(journal: Journal, entry: Entry) -> None:
    """Unlock an entry, so that the next thread or process may take it up."""
    journal.locks.release(entry.lock)


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
        return row_as_entry("send", row, entry.intent, deadline)

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
        anew = {**columns_of(entry.intent), "hold": entry.lock, "now": entry.since}
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
