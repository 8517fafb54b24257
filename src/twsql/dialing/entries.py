"""The journal's entries: what is written when a call is about to be sent, and when its outcome is known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Literal

import apsw

from twsql.dialing.journal import Journal, rows_of
from twsql.errors import InputError, InternalError, TwilioError
from twsql.schema import Checked, Procedure, Row

Todo = Literal["send", "settle", "recorded", "wait"]


@dataclass(frozen=True)
class Intent:
    """A call as the journal knows it; `digest` tells whether another has the same inputs (secret ones left out)."""

    account_sid: str
    request_key: str | None
    digest: str
    conference: str
    caller: str
    called: str
    label: str | None


@dataclass(frozen=True)
class Entry:
    """An entry and what there is to do about it.

    send: it has not been placed. settle: an earlier attempt, begun at `started` (UTC), may have been done. recorded:
    `answer` is its result. wait: a process that is alive is about it.
    """

    number: int
    todo: Todo
    started: str
    intent: Intent
    answer: Row | None = None


def digest(procedure: Procedure, checked: Checked) -> str:
    """A fingerprint of what is sent, without secrets: they could be guessed from it."""
    sent = {p.name: checked[p.name] for p in procedure.inputs if p.name in checked and not p.secret and not p.ours}
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def claim(journal: Journal, intent: Intent) -> Entry:
    """Put a call on record before it is sent, or take up the entry that its key has.

    Raises InputError where the key was used with other inputs.
    """
    owner = journal.owner()

    def change(connection: apsw.Connection) -> Entry:
        key = (intent.account_sid, intent.request_key)
        known = None if intent.request_key is None else _one(connection, _BY_KEY, key)
        if known is None:
            return _entry("send", _one(connection, _INSERT, (*astuple(intent), owner)), intent)
        if known["digest"] != intent.digest:
            raise InputError(
                f"RequestKey {intent.request_key!r} stands for a call with other inputs, see twsql_journal;"
                " nothing was sent"
            )
        if known["state"] == "placed":
            return _entry("recorded", known, intent)
        if known["state"] == "sending" and journal.alive(known["owner"]):
            return _entry("wait", known, intent)
        if known["state"] == "refused":  # nothing was placed, so it begins anew
            return _entry("send", _one(connection, _BEGIN_ANEW, (owner, intent.label, known["id"])), intent)
        return _entry("settle", _one(connection, _TAKE, (owner, known["id"])), replace(intent, label=known["label"]))

    return journal.write(change)


def take(journal: Journal, number: int) -> Entry | None:
    """Take up an entry that was left behind, to settle it; None where it is settled, or a live process is about it.

    Raises InputError where there is no such entry.
    """
    owner = journal.owner()

    def change(connection: apsw.Connection) -> Entry | None:
        known = _one(connection, "SELECT * FROM calls WHERE id = ?", (number,))
        if known is None:
            raise InputError(f"the journal has no entry {number}")
        if known["state"] not in ("sending", "unknown") or (
            known["state"] == "sending" and journal.alive(known["owner"])
        ):
            return None
        intent = Intent(**{each.name: known[each.name] for each in fields(Intent)})
        return _entry("settle", _one(connection, _TAKE, (owner, number)), intent)

    return journal.write(change)


def in_doubt(journal: Journal) -> list[int]:
    """The entries whose outcome is not known, oldest first; some may be in the hands of a live process."""
    return [row["id"] for row in journal.read("SELECT id FROM calls WHERE state IN ('sending', 'unknown') ORDER BY id")]


def sending(journal: Journal, entry: Entry) -> None:
    """Count a further attempt, before it is sent."""
    journal.write(lambda connection: _one(connection, _COUNT, (entry.number,)))


def placed(journal: Journal, entry: Entry, answer: Row) -> None:
    """Record that the call was placed, and Twilio's answer."""
    values = (answer.get("call_sid"), json.dumps(answer), entry.number)
    journal.write(lambda connection: _one(connection, _PLACED, values))


def failed(journal: Journal, entry: Entry, state: Literal["refused", "unknown"], error: BaseException) -> None:
    """Record that the call was refused, or that its outcome is unknown, and why."""
    code = error.code if isinstance(error, TwilioError) else None
    values = (state, code, str(error) or type(error).__name__, entry.number)
    journal.write(lambda connection: _one(connection, _FAILED, values))


def is_known(journal: Journal, call_sid: str) -> bool:
    """Whether a call is the result of an entry already."""
    return bool(journal.read("SELECT 1 FROM calls WHERE call_sid = ?", (call_sid,)))


def has_rival(journal: Journal, entry: Entry) -> bool:
    """Whether another open entry could have made the same call: from and to the same numbers."""
    return bool(journal.read(_RIVALS, (entry.number,)))


def _one(connection: apsw.Connection, sql: str, bindings: tuple[Any, ...]) -> dict[str, Any] | None:
    rows = rows_of(connection.execute(sql, bindings))
    return rows[0] if rows else None


def _entry(todo: Todo, row: dict[str, Any] | None, intent: Intent) -> Entry:
    if row is None:
        raise InternalError("an entry of the journal has gone")
    answer = json.loads(row["answer"]) if todo == "recorded" else None
    return Entry(row["id"], todo, row["started"], intent, answer)


# Times are UTC with milliseconds, in SQLite's own form.
_BY_KEY = "SELECT * FROM calls WHERE account_sid = ? AND request_key = ?"
_INSERT = """
    INSERT INTO calls (account_sid, request_key, digest, conference, caller, called, label, owner, state, attempts,
                       started, changed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sending', 1, strftime('%Y-%m-%d %H:%M:%f'), strftime('%Y-%m-%d %H:%M:%f'))
    RETURNING *"""
_BEGIN_ANEW = """
    UPDATE calls SET state = 'sending', owner = ?, label = ?, attempts = attempts + 1, code = NULL, message = NULL,
                     started = strftime('%Y-%m-%d %H:%M:%f'), changed = strftime('%Y-%m-%d %H:%M:%f')
    WHERE id = ? RETURNING *"""
_TAKE = "UPDATE calls SET state = 'sending', owner = ? WHERE id = ? RETURNING *"
_COUNT = "UPDATE calls SET attempts = attempts + 1, changed = strftime('%Y-%m-%d %H:%M:%f') WHERE id = ?"
_PLACED = """
    UPDATE calls SET state = 'placed', call_sid = ?, answer = ?, code = NULL, message = NULL,
                     changed = strftime('%Y-%m-%d %H:%M:%f')
    WHERE id = ?"""
_FAILED = "UPDATE calls SET state = ?, code = ?, message = ?, changed = strftime('%Y-%m-%d %H:%M:%f') WHERE id = ?"
_RIVALS = """
    SELECT 1 FROM calls JOIN calls AS mine USING (account_sid, caller, called)
    WHERE mine.id = ? AND calls.id <> mine.id AND calls.state IN ('sending', 'unknown')"""
