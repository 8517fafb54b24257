"""A queue that delivers at least once, as Celery's with acks_late does, and a worker of it with the official client.

A job is acknowledged after its call: if the worker is killed before, or the call fails, it is delivered again.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

_THREADS = 12
_TAKE = "SELECT id, room, number, seconds FROM jobs WHERE sid IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"


def fill(database: str, contacts: Sequence[tuple[str, str, int]]) -> None:
    """Make the queue, with a job for each contact."""
    import psycopg

    with psycopg.connect(database) as db:
        db.execute("CREATE TABLE jobs (id serial PRIMARY KEY, room text, number text, seconds int, sid text)")
        db.cursor().executemany("INSERT INTO jobs (room, number, seconds) VALUES (%s, %s, %s)", contacts)


def known(database: str) -> list[tuple[str, str | None]]:
    """The number and the SID of each job; None if it is not done."""
    import psycopg

    with closing(psycopg.connect(database)) as db:
        return [(number, sid) for number, sid in db.execute("SELECT number, sid FROM jobs ORDER BY id")]


def work(folder: Path, base_url: str, account: str, token: str) -> None:
    """Take jobs in threads until all are done."""
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    from fault_clients import RETRIES, TIMEOUT

    client = Client(account, token, http_client=TwilioHttpClient(timeout=TIMEOUT, max_retries=RETRIES))
    client.api.base_url = base_url
    with ThreadPoolExecutor(_THREADS) as pool:
        for each in [pool.submit(_work, client, os.environ["TWSQL_JOURNAL"]) for _ in range(_THREADS)]:
            each.result()


def _work(client: Any, database: str) -> None:
    """Work in session after session, as PostgreSQL restarts: what was not acknowledged is delivered again."""
    import psycopg

    is_over = False
    while not is_over:
        with suppress(psycopg.OperationalError), psycopg.connect(database) as db:
            while _job(client, db):
                pass
            is_over = True
        time.sleep(0.2)


def _job(client: Any, db: Any) -> bool:
    """Do one job; whether there may be more."""
    from twilio.base.exceptions import TwilioException

    from fault_clients import FROM

    job = db.execute(_TAKE).fetchone()
    if job is None:
        left = db.execute("SELECT count(*) FROM jobs WHERE sid IS NULL").fetchone()[0]
        db.commit()
        time.sleep(0.1)
        return left > 0
    number, room, to, seconds = job
    try:
        made = client.conferences(room).participants.create(from_=FROM, to=to, time_limit=seconds)
    except (TwilioException, OSError, ValueError) as error:
        sys.stderr.write(f"{to}: {type(error).__name__}\n")
        db.rollback()
    else:
        db.execute("UPDATE jobs SET sid = %s WHERE id = %s", (made.call_sid, number))
        db.commit()
    return True
