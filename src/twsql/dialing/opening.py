"""Chooses and opens the journal of a client."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from twsql import forks
from twsql.dialing.journal import Journal
from twsql.dialing.sqlite_journal import SqliteJournal, shared
from twsql.errors import OperationalError
from twsql.twilio.journal_address import JournalAddress

if TYPE_CHECKING:
    from twsql.twilio.client import Client
    from twsql.twilio.settings import Settings

_MEMORY = ":memory:"
_SANDBOX = re.compile("AC0{31}[12]")
"""The accounts that every sandbox has."""

_opened: WeakKeyDictionary[Client, Journal] = WeakKeyDictionary()


class _Lock:
    """One thread at a time opens a journal, in each process."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.lock = threading.Lock()


_one = _Lock()
forks.renew_in_children(_one)


def journal_of(client: Client) -> Journal:
    """The journal of a client, opened at its first use. Raises OperationalError if that fails.

    It is the file or the PostgreSQL database of the setting `journal`, else in memory for a connection with its own
    sandbox, else a file in the user's state folder. Each `twsql sandbox` has a file of its own there.
    """
    with _one.lock:
        if client not in _opened:
            _opened[client] = _journal(client.settings)
        return _opened[client]


def _journal(settings: Settings) -> Journal:
    if isinstance(settings.journal, JournalAddress):
        from twsql.dialing.postgres_journal import shared as in_postgres

        return in_postgres(settings.journal)
    return SqliteJournal(_MEMORY) if settings.journal == _MEMORY else shared(place(settings))


def place(settings: Settings) -> str:
    """The path of the journal, or `:memory:`, or a PostgreSQL database without its password."""
    in_memory = settings.journal == _MEMORY or (settings.sandbox and not settings.journal)
    if in_memory:
        return _MEMORY
    if isinstance(settings.journal, JournalAddress):
        return settings.journal
    if settings.journal:
        return str(Path(settings.journal).resolve())
    if settings.is_local and _SANDBOX.fullmatch(settings.account_sid or ""):
        return str(_of_sandbox(settings.server))
    return str(_folder() / "journal.db")


def forget_sandbox(server: str) -> None:
    """Delete the journal of a sandbox: its calls have ended with it, so their RequestKeys must be free again."""
    try:
        path = _of_sandbox(server)
    except OperationalError:  # without a folder there is no journal
        return
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink(missing_ok=True)


def _of_sandbox(server: str) -> Path:
    return _folder() / f"sandbox-{urlsplit(server).port}.db"


def _folder() -> Path:
    """The user's state folder. Raises OperationalError for a user without a home, as in some containers."""
    from platformdirs import user_state_path  # only a statement that places calls needs it

    try:
        return user_state_path("twsql")
    except RuntimeError as error:
        raise OperationalError(
            "no home folder for the journal; nothing was sent: set HOME, or name a file with journal or TWSQL_JOURNAL"
        ) from error
