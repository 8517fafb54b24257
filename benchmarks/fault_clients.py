"""The clients of the fault campaign, each a process that is killed and run again: twsql, and the official one twice.

    python fault_clients.py twsql|twsql-messages|official-sync|official-async|official-queue|celery
                            FOLDER BASE_URL ACCOUNT TOKEN

Each calls everybody in FOLDER/contacts.db, or sends them a message. The official client keeps what a careful program
would: a line for each call that was answered, on the disk before the next one; what has no line is dialled again.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import fault_celery
import fault_queue

if TYPE_CHECKING:
    from twsql.dbapi import Connection

FROM = "+15005550006"
TIMEOUT = 0.5
"""Seconds; short, as some answers never come."""
AT_A_TIME = 48
RETRIES = 3

CAMPAIGN = f"""
    SELECT CallSid, Status FROM AddParticipants WHERE OnError = 'row' AND "From" = '{FROM}' AND Batch = (
      SELECT json_group_array(json_object(
        'Conference', room, 'To', number, 'TimeLimit', seconds, 'RequestKey', 'spring-' || id))
      FROM contacts)"""

MESSAGES = f"""
    SELECT Sid, Status FROM SendMessage WHERE OnError = 'row' AND "From" = '{FROM}' AND Batch = (
      SELECT json_group_array(json_object('To', number, 'Body', body, 'RequestKey', 'spring-' || id)) FROM contacts)"""


def main() -> None:
    """Run the client that is named on the command line."""
    name, folder, *login = sys.argv[1:]
    CLIENTS[name](Path(folder), *login)


def contacts(folder: Path) -> list[tuple[str, str, int]]:
    """Whom to call: conference, number, how long at most."""
    with sqlite3.connect(folder / "contacts.db") as db:
        return db.execute("SELECT room, number, seconds FROM contacts ORDER BY id").fetchall()


def connected(folder: Path, base_url: str, account: str, token: str) -> Connection:
    """A connection of twsql's with the campaign's journal."""
    import twsql

    return twsql.connect(
        folder / "contacts.db",
        base_url=base_url,
        account_sid=account,
        auth_token=token,
        journal=os.environ["TWSQL_JOURNAL"],
        timeout=TIMEOUT,
        recovery_grace=0.2,
        max_calls=1_000_000,
        max_in_flight=AT_A_TIME,
    )


def ours(sql: str, folder: Path, *login: str) -> None:
    """One SQL statement with a RequestKey for each call or message."""
    connection = connected(folder, *login)
    for _ in connection.execute(sql):
        pass


def forking(sql: str, folder: Path, *login: str) -> None:
    """The same, gone into the background: a child goes on with the journal that its parent has placed a call with."""
    connection = connected(folder, *login)
    connection.execute(sql + " LIMIT 1").fetchall()
    if os.fork() == 0:
        for _ in connection.execute(sql):
            pass
    os._exit(0)  # the parent at once, so that the child is alone


class Record:
    """The lines that a careful program keeps: number and SID of each call that was answered."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "record.csv"
        self._lock = threading.Lock()
        self._file = self._path.open("a", encoding="ascii")

    def missing(self, folder: Path) -> Iterator[tuple[str, str, int]]:
        """Yield the contacts that have no line."""
        known = {line.split(",")[0] for line in self._path.read_text(encoding="ascii").splitlines()}
        yield from (contact for contact in contacts(folder) if contact[1] not in known)

    def add(self, number: str, sid: str) -> None:
        """Write a line, to the disk."""
        with self._lock:
            self._file.write(f"{number},{sid}\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def official(folder: Path, base_url: str, account: str, token: str) -> None:
    """The official client in threads, with its own retries."""
    from twilio.base.exceptions import TwilioException
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    http = TwilioHttpClient(timeout=TIMEOUT, max_retries=RETRIES)
    client = Client(account, token, http_client=http)
    client.api.base_url = base_url
    record = Record(folder)

    def call(contact: tuple[str, str, int]) -> None:
        room, number, seconds = contact
        try:
            made = client.conferences(room).participants.create(from_=FROM, to=number, time_limit=seconds)
        except (TwilioException, OSError, ValueError) as error:
            sys.stderr.write(f"{number}: {type(error).__name__}\n")
        else:
            record.add(number, str(made.call_sid))

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(call, [*record.missing(folder)]))


def official_async(folder: Path, base_url: str, account: str, token: str) -> None:
    """The official client with asyncio, with its own retries."""
    asyncio.run(_official_async(folder, base_url, account, token))


async def _official_async(folder: Path, base_url: str, account: str, token: str) -> None:
    from aiohttp import ClientError
    from twilio.base.exceptions import TwilioException
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client

    http = AsyncTwilioHttpClient(timeout=TIMEOUT, max_retries=RETRIES)
    client = Client(account, token, http_client=http)
    client.api.base_url = base_url
    record, turns = Record(folder), asyncio.Semaphore(AT_A_TIME)

    async def call(contact: tuple[str, str, int]) -> None:
        room, number, seconds = contact
        async with turns:
            try:
                made = await client.conferences(room).participants.create_async(
                    from_=FROM, to=number, time_limit=seconds
                )
            except (TwilioException, ClientError, OSError, ValueError) as error:
                sys.stderr.write(f"{number}: {type(error).__name__}\n")
            else:
                record.add(number, str(made.call_sid))

    await asyncio.gather(*map(call, record.missing(folder)))
    await http.session.close()


CLIENTS: dict[str, Callable[..., None]] = {
    "twsql": partial(ours, CAMPAIGN),
    "twsql-forking": partial(forking, CAMPAIGN),
    "twsql-messages": partial(ours, MESSAGES),
    "twsql-messages-forking": partial(forking, MESSAGES),
    "official-sync": official,
    "official-async": official_async,
    "official-queue": fault_queue.work,
    "celery": fault_celery.work,
}

if __name__ == "__main__":
    main()
