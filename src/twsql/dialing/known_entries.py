"""What the journal knows of entries: read, and nothing written."""

from __future__ import annotations

import json
from collections.abc import Sequence

from twsql.dialing.entry import Entry, Intent, answer_of
from twsql.dialing.journal import Journal
from twsql.schema import Row


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
    return {row["request_key"]: answer_of(row) for row in rows if row["answer"]}, wrong


def unfinished(journal: Journal, intents: Sequence[Intent]) -> set[str]:
    """The keys whose calls may have been placed, while no outcome is recorded."""
    keys = json.dumps([list(each.key.values()) for each in intents if each.request_key is not None])
    rows = journal.read(journal.statements.by_keys, {"listed": keys})
    return {row["request_key"] for row in rows if row["state"] in ("sending", "unknown")}


def in_doubt(journal: Journal, account_sid: str, server: str) -> list[int]:
    """The entries of an account whose outcome is unknown, oldest first; a process may be working on some of them."""
    rows = journal.read(journal.statements.in_doubt, {"account_sid": account_sid, "server": server})
    return [row["id"] for row in rows]


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
