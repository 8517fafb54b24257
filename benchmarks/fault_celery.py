"""Celery with acks_late over the official client: a worker for the fault campaign, and its broker, a private Redis.

A task is acknowledged after its call. If the worker is killed before, Redis delivers the task again once its visibility
timeout has passed; a call that fails is tried again. A few tasks get lost all the same when workers are killed, so a
worker ends when nothing is left to deliver. It needs `celery[redis]` of PyPI and Debian's redis-server.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_THREADS = 12
_VISIBLE_AGAIN = 5
"""Seconds after which a task that was not acknowledged is delivered again; a call takes less."""
_DONE, _TOTAL = "done", "total"
"""The keys of Redis with the SID of each number that was called, and with how many are to be called."""


@contextmanager
def broker() -> Iterator[str]:
    """A Redis on a free port of 127.0.0.1; gives its URL. It ends, and its data with it."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("no redis-server: apt-get install redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        if time.monotonic() > end:
            raise TimeoutError("Redis does not answer")
        time.sleep(0.05)


def fill(url: str, contacts: Sequence[tuple[str, str, int]]) -> None:
    """Send a task for each contact."""
    _redis(url).set(_TOTAL, len(contacts))
    app = _app(url)
    with app.connection_for_write() as connection, connection.Producer() as producer:
        for contact in contacts:
            app.send_task("call", contact, producer=producer)


def known(url: str, contacts: Sequence[tuple[str, str, int]]) -> list[tuple[str, str | None]]:
    """The number and the SID of each contact; None if its task is not done, or got no SID."""
    done = _redis(url).hgetall(_DONE)
    return [(number, done.get(number.encode(), b"").decode() or None) for _, number, _ in contacts]


def work(folder: Path, base_url: str, account: str, token: str) -> None:
    """Run a worker until all tasks are done, or Redis has had none for a while."""
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    from fault_clients import FROM, RETRIES, TIMEOUT

    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # Celery prints a banner
    url = os.environ["TWSQL_JOURNAL"]
    app, redis = _app(url), _redis(url)
    client = Client(account, token, http_client=TwilioHttpClient(timeout=TIMEOUT, max_retries=RETRIES))
    client.api.base_url = base_url

    @app.task(  # type: ignore[untyped-decorator]  # Celery has no types
        name="call",
        autoretry_for=(Exception,),
        retry_kwargs={"max_retries": None, "countdown": 0.1},
    )
    def call(room: str, number: str, seconds: int) -> None:
        made = client.conferences(room).participants.create(from_=FROM, to=number, time_limit=seconds)
        redis.hset(_DONE, number, made.call_sid or "")

    def end() -> None:
        idle = time.monotonic()
        while redis.hlen(_DONE) < int(redis.get(_TOTAL)) and time.monotonic() - idle < 4 * _VISIBLE_AGAIN:
            if redis.llen("celery") or redis.hlen("unacked"):
                idle = time.monotonic()
            time.sleep(0.2)
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
    flags = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "CRITICAL")
    app.worker_main(["worker", "--pool", "threads", "--concurrency", str(_THREADS), *flags])


def _app(url: str) -> Any:
    from celery import Celery

    app = Celery(broker=url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={"visibility_timeout": _VISIBLE_AGAIN},
        broker_connection_retry_on_startup=True,
    )
    return app


def _redis(url: str) -> Any:
    from redis import Redis

    return Redis.from_url(url)
