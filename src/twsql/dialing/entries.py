"""The journal's entries: written before a call is sent, and when its outcome is known."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Literal, TypeVar

import apsw

from twsql.dialing.journal import Journal, rows_of
from twsql.dialing.journal_file import never
from twsql.errors import InputError, InternalError, OperationalError
from twsql.redaction import clean, clean_json
from twsql.schema import Checked, Procedure, Row
from twsql.schema.once import Record

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
    def key(self) -> tuple[str, str, str, str | None]:
        """The columns that identify a keyed entry."""
        return self.procedure, self.account_sid, self.server, self.request_key


@dataclass(frozen=True)
class Entry:
    """An entry, and what to do about it.

    - send: it has not been placed.
    - settle: an attempt may have been carried out. The first was at `started`, the last at `sent`, UTC by this
      machine's clock. `since` and `until` are Twilio's time of the first attempt, and of the last attempt or the loss
      of its response; None if Twilio's time was unknown.
    - recorded: `answer` is its result.
    - wait: another thread or process works on it.

    With send and settle this thread has the entry's lock, until `release`.
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


def digest(procedure: Procedure, checked: Checked) -> str:
    """A digest of the inputs that are sent, except secrets: a digest would allow to guess them."""
    sent = {p.name: checked[p.name] for p in procedure.inputs if p.name in checked and not p.secret and not p.ours}
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def recorded(journal: Journal, intents: Sequence[Intent]) -> tuple[dict[str, Row], set[str]]:
    """The results of the keys whose calls were placed, and the keys that were used with other inputs."""
    digests: dict[tuple[str, str, str, str | None], str] = {}
    wrong: set[str] = set()
    for each in intents:
        if each.request_key is not None:
            known = digests.setdefault(each.key, each.digest)
            wrong |= {each.request_key} if known != each.digest else set()
    keys = json.dumps([list(key) for key in digests])
    rows = journal.read(_BY_KEYS, (keys,)) if digests else []
    wrong |= {
        row["request_key"]
        for row in rows
        if row["digest"] != digests[row["procedure"], row["account_sid"], row["server"], row["request_key"]]
    }
    return {row["request_key"]: _answer(row) for row in rows if row["answer"]}, wrong


def other_inputs(keys: set[str]) -> InputError:
    """The error for keys that come with other inputs than before."""
    first, more = sorted(keys)[:5], len(keys) - 5
    named = ", ".join(map(repr, first)) + (f" and {more} more" if more > 0 else "")
    return InputError(
        f"RequestKey {named} stands for a call with other inputs: see twsql_journal, and give each call its own key;"
        " this was not sent"
    )


def claim(journal: Journal, intent: Intent, now: str | None, give_up: Callable[[], bool]) -> Entry:
    """Record a call before it is sent (`now` is Twilio's time), or take up the entry of its key.

    Raises InputError if the key was used with other inputs.
    """

    def change(connection: apsw.Connection) -> Entry:
        known = None if intent.request_key is None else _one(connection, _BY_KEY, intent.key)
        if known is None:
            lock = secrets.randbits(62)  # not the id, which SQLite may give again after a failed transaction
            taken.append(lock)
            journal.entry_locks.take(lock)
            return _entry("send", _one(connection, _INSERT, (*_columns(intent), lock, now, now)), intent)
        if known["digest"] != intent.digest:
            raise other_inputs({str(intent.request_key)})
        if known["state"] == "placed":
            return _entry("recorded", known, intent)
        if not journal.entry_locks.take(known["hold"]):
            return _entry("wait", known, intent)
        taken.append(known["hold"])
        if known["state"] == "refused":  # no call was placed, so the entry begins anew
            return _entry("send", _one(connection, _BEGIN_ANEW, (intent.label, now, now, known["id"])), intent)
        return _entry("settle", _one(connection, _TAKE, (known["id"],)), replace(intent, label=known["label"]))

    taken: list[int] = []
    return _write_locked(journal, change, taken, give_up)


def take(journal: Journal, number: int, account_sid: str, server: str) -> Entry | None:
    """Take up an entry to settle it; None if it is not in doubt, or another thread or process works on it.

    Raises InputError if the account has no such entry on this server.
    """

    def change(connection: apsw.Connection) -> Entry | None:
        known = _one(connection, _BY_ID, (number, account_sid, server))
        if known is None:
            raise InputError(f"the journal has no entry {number} of account {account_sid} at {server}")
        if known["state"] not in ("sending", "unknown") or not journal.entry_locks.take(known["hold"]):
            return None
        taken.append(known["hold"])
        intent = _intent(known)
        return _entry("settle", _one(connection, _TAKE, (number,)), intent)

    taken: list[int] = []
    return _write_locked(journal, change, taken)


def release(journal: Journal, entry: Entry) -> None:
    """Unlock an entry, so that the next thread or process may take it up."""
    journal.entry_locks.release(entry.lock)


def in_doubt(journal: Journal, account_sid: str, server: str) -> list[int]:
    """The entries of an account whose outcome is unknown, oldest first; a process may be working on some of them."""
    return [row["id"] for row in journal.read(_IN_DOUBT, (account_sid, server))]


def sending(journal: Journal, entry: Entry, now: str | None, give_up: Callable[[], bool]) -> Entry:
    """Record a further attempt before it is sent; `now` is Twilio's time."""

    def change(connection: apsw.Connection) -> Entry:
        return _entry("send", _one(connection, _COUNT, (entry.since, now, entry.number)), entry.intent)

    return journal.write(change, give_up)


def placed(journal: Journal, entry: Entry, sid: str | None, answer: Row, give_up: Callable[[], bool]) -> None:
    """Record that the call was placed, its SID, and Twilio's JSON."""
    values = (None if sid is None else clean(sid), clean_json(answer), entry.number)
    journal.write(lambda connection: _one(connection, _PLACED, values), give_up)


def failed(
    journal: Journal,
    entry: Entry,
    state: Literal["refused", "unknown"],
    message: str,
    code: int | None,
    give_up: Callable[[], bool],
) -> None:
    """Record that the call was refused, or that its outcome is unknown, and why; a placed call stays placed."""
    values = (state, code, message, entry.since, entry.until, entry.number)
    journal.write(lambda connection: _one(connection, _FAILED, values), give_up)


def has_digest(journal: Journal, intent: Intent, digest: str) -> bool:
    """Whether the entry of the intent's key has this digest."""
    return bool(journal.read(f"{_BY_KEY} AND digest = ?", (*intent.key, digest)))


def is_known(journal: Journal, intent: Intent, sid: str) -> bool:
    """Whether a SID is the result of an entry already."""
    return bool(journal.read(_KNOWN, (sid, intent.account_sid, intent.server)))


def rivals(journal: Journal, entry: Entry) -> list[str | None]:
    """The details of the other open entries of the same kind between the same numbers."""
    return [row["details"] for row in journal.read(_RIVALS, (entry.number,))]


def foreign(journal: Journal, intent: Intent, calls: Sequence[tuple[str, str]]) -> set[str]:
    """The SIDs of `calls`, pairs of SID and recipient, that belong to no entry: neither a placed nor an open one."""
    owner = (intent.account_sid, intent.server)
    bindings = (json.dumps(calls), *owner, intent.kind, *owner)
    return {row["sid"] for row in journal.read(_FOREIGN, bindings)}


_RECORD = tuple(each.name for each in fields(Record))


def _columns(intent: Intent) -> tuple[Any, ...]:
    """The values of an intent's columns, in the order of `_INSERT`."""
    return (*intent.key, intent.kind, intent.digest, intent.label, *astuple(intent.record))


def _intent(row: Mapping[str, Any]) -> Intent:
    """The intent of an entry."""
    own = {each.name: row[each.name] for each in fields(Intent) if each.name != "record"}
    return Intent(**own, record=Record(**{name: row[name] for name in _RECORD}))


def _write_locked(
    journal: Journal, change: Callable[[apsw.Connection], T], taken: list[int], give_up: Callable[[], bool] = never
) -> T:
    """Write a change; if that fails, release the locks that it has `taken`."""
    try:
        return journal.write(change, give_up)
    except BaseException:
        for lock in taken:
            journal.entry_locks.release(lock)
        raise


def _one(connection: apsw.Connection, sql: str, bindings: tuple[Any, ...]) -> dict[str, Any] | None:
    rows = rows_of(connection.execute(sql, bindings))
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


def _entry(todo: Todo, row: dict[str, Any] | None, intent: Intent) -> Entry:
    if row is None:
        raise InternalError("an entry of the journal has gone")
    answer = _answer(row) if todo == "recorded" else None
    times = (row["started"], row["sent"])
    return Entry(row["id"], todo, row["hold"], *times, intent, row["since"], row["until"], answer)


# Times are UTC with milliseconds, in SQLite's own form.
_BY_ID = "SELECT * FROM effects WHERE id = ? AND account_sid = ? AND server = ?"
_BY_KEY = "SELECT * FROM effects WHERE procedure = ? AND account_sid = ? AND server = ? AND request_key = ?"
_BY_KEYS = """
    SELECT procedure, account_sid, server, request_key, digest, answer FROM effects
    WHERE (procedure, account_sid, server, request_key)
       IN (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?))"""
_INSERT = """
    INSERT INTO effects (procedure, account_sid, server, request_key, kind, digest, label,
                         sender, recipient, conference, shown, details,
                         hold, since, until, state, attempts, started, sent, changed)
    SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'sending', 1, now, now, now
    FROM (SELECT strftime('%Y-%m-%d %H:%M:%f') AS now)
    RETURNING *"""
_BEGIN_ANEW = """
    UPDATE effects SET state = 'sending', label = ?, attempts = attempts + 1, code = NULL, message = NULL,
                       since = ?, until = ?, started = now, sent = now, changed = now
    FROM (SELECT strftime('%Y-%m-%d %H:%M:%f') AS now) WHERE id = ? RETURNING *"""
_TAKE = "UPDATE effects SET state = 'sending' WHERE id = ? RETURNING *"
_COUNT = """
    UPDATE effects SET attempts = attempts + 1, since = ?, until = ?, sent = now, changed = now
    FROM (SELECT strftime('%Y-%m-%d %H:%M:%f') AS now) WHERE id = ? RETURNING *"""
_IN_DOUBT = """
    SELECT id FROM effects WHERE account_sid = ? AND server = ? AND state IN ('sending', 'unknown') ORDER BY id"""
_PLACED = """
    UPDATE effects SET state = 'placed', sid = ?, answer = ?, code = NULL, message = NULL,
                       changed = strftime('%Y-%m-%d %H:%M:%f')
    WHERE id = ?"""
_FAILED = """
    UPDATE effects SET state = ?, code = ?, message = ?, since = ?, until = ?, changed = strftime('%Y-%m-%d %H:%M:%f')
    WHERE id = ? AND state <> 'placed'"""
_KNOWN = "SELECT 1 FROM effects WHERE sid = ? AND account_sid = ? AND server = ?"
_RIVALS = """
    SELECT effects.details FROM effects JOIN effects AS mine USING (account_sid, server, kind)
    WHERE mine.id = ? AND effects.id <> mine.id AND effects.state IN ('sending', 'unknown')
      AND ltrim(lower(effects.recipient), '+') = ltrim(lower(mine.recipient), '+')
      AND (effects.sender IN (mine.sender, mine.shown) OR effects.shown IN (mine.sender, mine.shown))"""
_FOREIGN = """
    SELECT listed.sid FROM (SELECT value ->> 0 AS sid, value ->> 1 AS number FROM json_each(?)) AS listed
    WHERE NOT EXISTS (SELECT 1 FROM effects WHERE effects.sid = listed.sid AND account_sid = ? AND server = ?)
      AND NOT EXISTS (SELECT 1 FROM effects WHERE kind = ? AND account_sid = ? AND server = ?
                      AND state IN ('sending', 'unknown')
                      AND ltrim(lower(recipient), '+') = ltrim(lower(number), '+'))"""
