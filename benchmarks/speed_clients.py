"""What speed.py measures, one run of one client in a process of its own: `python speed_clients.py NAME`.

Each function gives the rows it got and the seconds it took, imports and preparations left out. A peer's is run by the
peers' Python, so everything is imported where it is used.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Result = dict[str, Any]

SERVER, ACCOUNT, TOKEN = (os.environ[name] for name in ("SERVER", "ACCOUNT", "TOKEN"))
PATH = f"{SERVER}/2010-04-01/Accounts/{ACCOUNT}"
STATUSES = ("init", "in-progress", "completed")
JOIN = "SELECT * FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress'"
LEFT = JOIN.replace("JOIN", "LEFT JOIN")
SET = "SELECT * FROM participants WHERE ConferenceSid IN (SELECT Sid FROM conferences WHERE Status = 'in-progress')"
CONFERENCES, EACH = 4, 250
"""Calls are placed into so many conferences, so many into each: Twilio's limit."""


def _measured(work: Callable[[], int]) -> Result:
    """Run it, and tell how long it took and how much of a processor."""
    begun, cpu = time.perf_counter(), time.process_time()
    rows = work()
    return {"rows": rows, "seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


# twsql


def _connection(**settings: Any) -> Any:
    import apsw

    from twsql.hosts.apsw import register

    importlib.import_module("twsql.twilio.client")  # else the first statement does it
    db = apsw.Connection(":memory:")
    register(db, base_url=SERVER, account_sid=ACCOUNT, auth_token=TOKEN, **settings)
    return db


def _queried(sql: str, **settings: Any) -> Result:
    db = _connection(**settings)
    return _measured(lambda: sum(1 for _ in db.execute(sql)))


def twsql_join() -> Result:
    """Rows of conferences with those of their participants, by JOIN."""
    return _queried(JOIN)


def twsql_join_48() -> Result:
    """The same with as many requests under way as the plain pool has."""
    return _queried(JOIN, max_in_flight=48)


def twsql_left_join() -> Result:
    """The same by LEFT JOIN."""
    return _queried(LEFT)


def twsql_in() -> Result:
    """The participants by IN."""
    return _queried(SET)


def twsql_history() -> Result:
    """Every conference."""
    return _queried("SELECT * FROM conferences")


def twsql_page() -> Result:
    """One page of a thousand conferences, every column."""
    return _queried("SELECT * FROM conferences WHERE Status = 'completed'")


def twsql_calls() -> Result:
    """A thousand calls, 250 to a conference, one statement for each conference."""
    db = _connection(journal=os.environ["JOURNAL"])
    mark = time.time_ns()
    sql = (
        'SELECT CallSid FROM AddParticipants WHERE Conference = ? AND "From" = \'+15005550006\' AND "To" IN'
        " (SELECT value FROM json_each(?))"
    )
    numbers = json.dumps([f"+1555{number:07}" for number in range(EACH)])
    return _measured(
        lambda: sum(len(db.execute(sql, (f"c{mark}-{n}", numbers)).fetchall()) for n in range(CONFERENCES))
    )


def twsql_million() -> Result:
    """Every conference; the memory after ten thousand rows, and at most."""
    db = _connection()
    memory = {}

    def read() -> int:
        count = 0
        for count, _ in enumerate(db.execute("SELECT * FROM conferences"), start=1):
            if count in (10_000, 100_000, 500_000):
                memory[f"{count:,}"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return count

    result = _measured(read)
    return {**result, "memory": {**memory, "at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}}


def small() -> Result:
    """Milliseconds of small statements beyond as many bare requests of the same things, one after the other in turn."""
    import requests

    session = requests.Session()

    def bare(*targets: str) -> float:
        begun = time.perf_counter()
        for target in targets:
            session.get(f"{PATH}/{target}", auth=(ACCOUNT, TOKEN), timeout=30).json()
        return time.perf_counter() - begun

    db = _connection()
    sid = next(db.execute("SELECT Sid FROM conferences WHERE Status = 'in-progress' LIMIT 1"))[0]
    page = "Conferences.json?Status={}&PageSize={}"
    cases = {
        "WHERE Sid = …": (f"SELECT * FROM conferences WHERE Sid = '{sid}'", [f"Conferences/{sid}.json"]),
        "LIMIT 1": ("SELECT * FROM conferences LIMIT 1", [page.format("init", 1), page.format("in-progress", 1)]),
        "count(*)": (
            "SELECT count(*) FROM conferences WHERE Status = 'in-progress'",
            [page.format("in-progress", 1000)],
        ),
    }
    found = {}
    for name, (sql, targets) in cases.items():
        pairs = []
        for _ in range(20):
            begun = time.perf_counter()
            db.execute(sql).fetchall()
            pairs.append((time.perf_counter() - begun, bare(*targets)))
        ours, theirs = (sorted(each)[len(each) // 2] * 1000 for each in zip(*pairs, strict=True))
        found[name] = {"ours": ours, "bare": theirs, "requests": len(targets)}
    return {"rows": 0, "seconds": 0.0, "cpu": 0.0, "cases": found}


# Peers


def _official() -> Any:
    from twilio.rest import Client

    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = SERVER
    return client


def official_join() -> Result:
    """The official client as its docs show it."""
    client = _official()

    def read() -> int:
        rows = 0
        for conference in client.conferences.stream(status="in-progress", page_size=1000):
            for _ in client.conferences(conference.sid).participants.stream(page_size=1000):
                rows += 1
        return rows

    return _measured(read)


def official_history() -> Result:
    """Every conference, status by status."""
    client = _official()
    return _measured(
        lambda: sum(1 for status in STATUSES for _ in client.conferences.stream(status=status, page_size=1000))
    )


def official_calls() -> Result:
    """A loop."""
    client = _official()
    mark = time.time_ns()

    def dial() -> int:
        for n in range(CONFERENCES):
            for number in range(EACH):
                client.conferences(f"o{mark}-{n}").participants.create(from_="+15005550006", to=f"+1555{number:07}")
        return CONFERENCES * EACH

    return _measured(dial)


def _session(threads: int) -> Any:
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.auth = (ACCOUNT, TOKEN)
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=threads))
    return session


def pool_join() -> Result:
    """A plain pool of 48 threads over requests."""
    session = _session(48)

    def one(conference: dict[str, Any]) -> list[Any]:
        url = f"{PATH}/Conferences/{conference['sid']}/Participants.json?PageSize=1000"
        rows: list[Any] = session.get(url, timeout=30).json()["participants"]
        return rows

    def read() -> int:
        url = f"{PATH}/Conferences.json?Status=in-progress&PageSize=1000"
        conferences = session.get(url, timeout=30).json()["conferences"]
        with ThreadPoolExecutor(48) as pool:
            return sum(len(rows) for rows in pool.map(one, conferences))

    return _measured(read)


def _addresses(session: Any) -> list[str]:
    """The addresses of all pages of all conferences."""
    found = []
    for status in STATUSES:
        address = f"/2010-04-01/Accounts/{ACCOUNT}/Conferences.json?Status={status}&PageSize=1000"
        while address:
            found.append(SERVER + address)
            address = session.get(found[-1], timeout=30).json()["next_page_uri"]
    return found


def _insert(db: sqlite3.Connection, body: bytes) -> int:
    rows = json.loads(body)["conferences"]
    if rows:
        names = [name for name in rows[0] if name != "subresource_uris"]
        db.execute(f"CREATE TABLE IF NOT EXISTS t ({', '.join(names)})")
        db.executemany(f"INSERT INTO t VALUES ({', '.join(':' + name for name in names)})", rows)
    return len(rows)


def pool_history() -> Result:
    """16 threads over pages whose addresses are known, json.loads, executemany."""
    session = _session(16)
    addresses = _addresses(session)
    db = sqlite3.connect(":memory:")

    def read() -> int:
        with ThreadPoolExecutor(16) as pool:
            return sum(
                _insert(db, body) for body in pool.map(lambda url: session.get(url, timeout=30).content, addresses)
            )

    return _measured(read)


def floor_page() -> Result:
    """One page by requests, json.loads and executemany."""
    session, db = _session(1), sqlite3.connect(":memory:")
    url = f"{PATH}/Conferences.json?Status=completed&PageSize=1000"
    return _measured(lambda: _insert(db, session.get(url, timeout=30).content))


def official_page() -> Result:
    """One page by the official client."""
    client = _official()
    return _measured(lambda: sum(1 for _ in client.conferences.stream(status="completed", page_size=1000)))


def shillelagh_page() -> Result:
    """One page by shillelagh's generic JSON adapter."""
    import base64

    from shillelagh.backends.apsw.db import connect

    login = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    options = {"cache_expiration": 0, "request_headers": {"Authorization": f"Basic {login}"}}
    db = connect(":memory:", adapters=["genericjsonapi"], adapter_kwargs={"genericjsonapi": options})
    url = f"{PATH}/Conferences.json?Status=completed&PageSize=1000#$.conferences[*]"
    return _measured(lambda: len(db.cursor().execute(f'SELECT * FROM "{url}"').fetchall()))


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
