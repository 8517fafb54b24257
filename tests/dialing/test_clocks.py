"""This machine's time of day may be wrong, and may step: Twilio's decides, and waiting is measured by neither."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from dialing.conftest import KEYED, Connect, Run, asked, in_files
from twsql.errors import OutcomeUnknown
from twsql.sandbox import Readings, Sandbox
from waiting import until

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from wall_clock import WallClock


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    """A time of day that steps, for processes that have its `environ`."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the time of day is changed by LD_PRELOAD, which Linux has")
    folder = tmp_path / "clock"
    folder.mkdir()
    return WallClock(folder)


@pytest.fixture
def apart(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A Twilio whose clock is so many seconds from this machine's."""
    now = datetime.now(timezone.utc) + timedelta(seconds=request.param)
    with Sandbox(now=now) as running:
        yield running


def _call(connect: Connect, twilio: Sandbox, **settings: Any) -> list[Any]:
    return connect(base_url=twilio.base_url, timeout=0.5, **settings).execute(KEYED).fetchall()


@pytest.mark.parametrize("apart", [-86400, -600, -2, 2, 600, 86400], indirect=True)
@pytest.mark.parametrize("hang_up_after", [0.0, None])
@pytest.mark.parametrize("kind", ["500-before", "500-after", "timeout-after"])
def test_clocks_apart(apart: Sandbox, connect: Connect, kind: str, hang_up_after: float | None) -> None:
    """However wrong this machine's clock is, a call is found, over or not, by Twilio's own time."""
    apart.change(hang_up_after=hang_up_after)
    apart.fail(kind, method="POST", times=1)
    assert _call(connect, apart) == [(call.sid,) for call in apart.calls()]
    assert apart.counters.placed == 1


@pytest.mark.parametrize("apart", [-120, 3600], indirect=True)
def test_killed_with_a_wrong_clock(apart: Sandbox, connect: Connect, run: Run, environ: dict[str, str]) -> None:
    """A process that was killed before it heard any time of Twilio's: its clock was as wrong as it is now."""
    apart.change(hang_up_after=0.0)
    apart.fail("timeout-after", method="POST", times=1)
    process = run(f'show("""{KEYED}""")', env={**environ, "TWSQL_BASE_URL": apart.base_url})
    until(lambda: asked(apart) and apart.counters.placed)
    process.kill()
    process.wait()
    assert _call(connect, apart) == [(call.sid,) for call in apart.calls()]
    assert apart.counters.placed == 1


@pytest.mark.parametrize("step", [-20.0, 20.0])
@pytest.mark.parametrize("kind", ["500-before", "500-after"])
def test_a_step_while_it_is_looked_for(
    run: Run, environ: dict[str, str], sandbox: Sandbox, clock: WallClock, step: float, kind: str
) -> None:
    """A step of the clock neither shortens nor lengthens the grace: one call, after about that time."""
    sandbox.change(hang_up_after=0.0, readings=Readings(list_lag=1.0))
    sandbox.fail(kind, method="POST", times=1)
    variables = {**environ, **clock.environ, "TWSQL_RECOVERY_GRACE": "1.5"}
    process = run(f'show("""{KEYED}""")', env=variables)
    until(lambda: sandbox.counters.by_method.get("GET", 0))
    began = time.monotonic()
    clock.step(step)
    assert process.communicate(timeout=60)[0] == str([(call.sid,) for call in sandbox.calls()]) + "\n"
    assert time.monotonic() - began < 20
    assert sandbox.counters.placed == 1


@pytest.mark.parametrize("step", [-400.0, 400.0])
def test_a_step_between_two_runs(
    run: Run, environ: dict[str, str], connect: Connect, sandbox: Sandbox, clock: WallClock, step: float
) -> None:
    """What a killed process has sent is dated by Twilio's clock, so that a clock set right later changes nothing."""
    clock.step(step)
    sandbox.change(hang_up_after=0.0)
    sandbox.fail("timeout-after", path="/room/", method="POST", times=1)
    first = KEYED.replace("'k'", "'first'").replace("'room'", "'elsewhere'")
    process = run(f'show("""{first}"""); show("""{KEYED}""")', env={**environ, **clock.environ})
    until(lambda: asked(sandbox) and sandbox.counters.placed == 2)
    process.kill()
    process.wait()
    assert connect().execute(KEYED).fetchall() == [(sandbox.calls()[1].sid,)]
    assert sandbox.counters.placed == 2


@in_files
def test_a_step_after_a_kill_before_any_answer(
    run: Run, environ: dict[str, str], connect: Connect, sandbox: Sandbox, clock: WallClock
) -> None:
    """If only a clock that has been set since dates a call, a call of any date may be it: unknown, not two calls."""
    clock.step(2400)
    sandbox.change(hang_up_after=0.0)
    sandbox.fail("timeout-after", method="POST", times=1)
    process = run(f'show("""{KEYED}""")', env={**environ, **clock.environ})
    until(lambda: asked(sandbox) and sandbox.counters.placed)
    process.kill()
    process.wait()
    with pytest.raises(OutcomeUnknown, match=sandbox.calls()[0].sid):
        connect().execute(KEYED).fetchall()
    assert sandbox.counters.placed == 1
