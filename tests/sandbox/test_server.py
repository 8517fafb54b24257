"""Starting and stopping, in a thread and in front; settings; what a seed makes."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType

import pytest
import requests

import twsql.sandbox
from twsql.sandbox import Readings, Sandbox
from waiting import until

from .raw import Http

SERVE = """
from twsql.sandbox import Sandbox, serve
sandbox = Sandbox(conferences=3)
serve(sandbox, started=lambda: print(sandbox.base_url, flush=True))
print("ended", flush=True)
"""

EVERY_STATUS = Readings(default_status="every")


def test_many_sandboxes_run_side_by_side(make: Callable[..., Sandbox]) -> None:
    """Each has a port of its own, chosen when it starts."""
    assert len({make().base_url for _ in range(5)}) == 5


def test_stop_is_prompt_while_clients_wait(connect: Callable[..., Http]) -> None:
    """Held, slow and idle connections do not delay the end; the clients see it at once."""
    with Sandbox() as sandbox:
        sandbox.fail("timeout-before", path="Calls")
        sandbox.fail("slow", path="Conferences")
        connect(sandbox).get(".json")
        ended: list[str] = []

        def ask(path: str) -> None:
            try:
                connect(sandbox).get(path, timeout=30)
            except requests.ConnectionError:
                ended.append(path)

        threads = [threading.Thread(target=ask, args=(path,)) for path in ("/Calls.json", "/Conferences.json")]
        for thread in threads:
            thread.start()
        until(lambda: sandbox.counters.under_way == 2)
        began = time.monotonic()
    assert time.monotonic() - began < 30  # the holds alone would last 60
    for thread in threads:
        thread.join(60)
    assert sorted(ended) == ["/Calls.json", "/Conferences.json"]


def test_the_state_outlives_the_server(connect: Callable[..., Http]) -> None:
    """A sandbox can be looked at after it has stopped, and started again with what it holds."""
    sandbox = Sandbox()
    with sandbox:
        connect(sandbox).add("team")
    assert sandbox.conference("team").status == "in-progress"
    assert sandbox.counters.placed == 1
    with sandbox:
        assert connect(sandbox).get("/Conferences.json").json()["conferences"][0]["friendly_name"] == "team"
    sandbox.stop()


def test_a_taken_port_is_told(make: Callable[..., Sandbox]) -> None:
    """The error names the address and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            Sandbox(port=port).start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_on_a_signal(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end a sandbox in front without an error, and nothing is printed but what is asked for."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        auth = (Sandbox.account_sid, Sandbox.auth_token)
        assert requests.get(f"{url}/2010-04-01/Accounts.json", auth=auth, timeout=60).status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("ended\n", "", 0)


def test_settings_have_bounds_and_names() -> None:
    """Numbers that no sandbox can have, and unknown names, are refused."""
    for settings in ({"conferences": -1}, {"participants": 251}, {"over": 2}):
        with pytest.raises(ValueError, match="participants 0 to 250"):
            Sandbox(**settings)
    with pytest.raises(TypeError, match="conference_count"):
        Sandbox(conference_count=3)


def test_a_seed_makes_the_same_world(make: Callable[..., Sandbox]) -> None:
    """Half of the conferences are over, spread over a year; the same seed gives the same SIDs and names."""
    first, second, other = (make(conferences=1000, participants=5, seed=seed) for seed in (7, 7, 8))
    conferences = first.conferences()
    assert conferences == second.conferences()
    assert not {one.sid for one in conferences} & {one.sid for one in other.conferences()}
    assert [one.status for one in conferences].count("completed") == 500
    assert {len(one.calls) for one in conferences} == {0, 5}
    assert len({one.name for one in conferences}) == 1000


def test_seeded_conferences_are_spread_over_the_days(
    make: Callable[..., Sandbox], connect: Callable[..., Http]
) -> None:
    """Twelve in twelve days: each day filter finds but a few; `over` is their exact share."""
    sandbox = make(conferences=120, days=12, over=0.25, readings=EVERY_STATUS)
    http = connect(sandbox)
    found = http.get("/Conferences.json?PageSize=1000").json()["conferences"]
    assert [one["status"] for one in found].count("completed") == 30
    assert 12 <= len({one["date_created"][:16] for one in found}) <= 13


def test_public_names_are_listed() -> None:
    """What the package offers is what `__all__` names."""
    offered = {name for name, value in vars(twsql.sandbox).items() if not isinstance(value, ModuleType)}
    assert {name for name in offered if name[0] != "_"} - {"annotations"} == set(twsql.sandbox.__all__)
