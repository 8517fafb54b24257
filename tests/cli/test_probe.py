"""`twsql doctor --probe`: it names the reading that the sandbox was set to, and nothing personal."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
import requests

from twsql.cli import probe
from twsql.sandbox import Sandbox
from twsql.sandbox.readings import Readings, each_reading
from twsql.twilio.settings import Settings

from .conftest import Run

UNTOLD = ("list_lag", "refusal_status", "label_reuse", "caller_id_from")
"""Readings that only placing a call can tell."""
OF_PRODUCTS = ("insights_since", "summaries_until", "call_summary", "price_type", "origin_prices")
"""Readings of Voice Insights and Pricing: see test_the_other_hosts."""
OF_THE_API = [one for one in each_reading() if all(getattr(one, n) == getattr(Readings(), n) for n in OF_PRODUCTS)]
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def login_to(sandbox: Sandbox) -> Settings:
    """Give the settings that lead to a sandbox."""
    return Settings.load({}, base_url=sandbox.base_url, account_sid=sandbox.account_sid, auth_token=sandbox.auth_token)


def probed(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Probe a sandbox; give the facts by name. Nothing but GET is sent."""
    sandbox.clear()
    assert probe.run(login_to(sandbox)) == 0
    assert set(sandbox.counters.by_method) == {"GET"}
    lines = capsys.readouterr().out.splitlines()[1:]
    return {line[:20].strip(): line[21:] for line in lines}


def called(sandbox: Sandbox) -> None:
    """Place two calls a minute ago, of which one waits in the queue."""
    path = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Conferences/queue/Participants.json"
    for _ in range(2):
        form = {"From": "+15550000000", "To": "+15550000001"}
        requests.post(path, form, auth=(sandbox.account_sid, sandbox.auth_token), timeout=60).raise_for_status()
    sandbox.advance(60)


@pytest.mark.parametrize("readings", OF_THE_API, ids=lambda readings: str(readings) or "defaults")
def test_it_names_the_reading(readings: Readings, capsys: pytest.CaptureFixture[str]) -> None:
    """Each reading that reads can tell; where one hides what another is seen by, that one cannot be told."""
    world = {"conferences": 300, "participants": 1, "days": 0.05, "calls_per_second": 0.001, "now": NOON}
    with Sandbox(**world, readings=readings) as sandbox:
        called(sandbox)
        found = probed(sandbox, capsys)
    for name, value in vars(readings).items():
        if name in UNTOLD:
            assert found[name] == "cannot tell without placing a call"
        elif name == "pages":
            assert found[name] == "cannot tell from lists that stand still"
        elif value != getattr(Readings(), name) or (readings == Readings() and name not in OF_PRODUCTS):
            assert found[name].startswith("filter ignores case" if value == "ignore case" else str(value)), name
        else:
            assert found[name].startswith((str(value), "cannot tell")), name
    assert found["unknown_conference"] == "HTTP 404, code 20404"


@pytest.mark.parametrize("readings", [*each_reading(*OF_PRODUCTS)], ids=lambda readings: str(readings) or "defaults")
def test_the_other_hosts(readings: Readings, capsys: pytest.CaptureFixture[str]) -> None:
    """Voice Insights and Pricing, of an account with calls of some days."""
    with Sandbox(conferences=20, participants=2, days=5, now=NOON, readings=readings) as sandbox:
        found = probed(sandbox, capsys)
    expected = {name: str(getattr(readings, name)) for name in OF_PRODUCTS}
    expected |= {"advanced_features": "there", "insights_envelope": "documented, absolute"}
    expected |= {"insights_statuses": "completed, in_progress", "insights_dates": "ISO 8601"}
    assert {name: found[name] for name in expected} == expected


def test_without_advanced_features(capsys: pytest.CaptureFixture[str]) -> None:
    """One line has what the account answers; prices are known all the same."""
    with Sandbox(conferences=4, participants=1, insights=False) as sandbox:
        found = probed(sandbox, capsys)
    assert found["advanced_features"] == "none: HTTP 401, code 17007"
    assert found["insights_since"] == "cannot tell: HTTP 401, code 17007"
    assert (found["price_type"], found["origin_prices"]) == ("number", "of the origin")


def test_an_empty_account(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Cannot tell most facts; pages, numbers for sale, prices and what "not found" looks like are the same for all."""
    found = probed(sandbox, capsys)
    told = {name for name, value in found.items() if not value.startswith("cannot tell")}
    of_products = {"advanced_features", "insights_envelope", "price_type", "origin_prices"}
    assert told == {"largest_page", "available_numbers", "unknown_conference", *of_products}


def test_nothing_personal(capsys: pytest.CaptureFixture[str]) -> None:
    """No SID, number, name or day is in the report, also when Twilio's errors name some."""
    with Sandbox(conferences=20, participants=2, days=0.05, readings=Readings(properties="more")) as sandbox:
        sandbox.fail("error", path=r"Participants", status=404, code=20404, message="CF1 of +15550000001 not found")
        assert probe.run(login_to(sandbox)) == 0
    out = capsys.readouterr().out
    assert not re.search(r"\b(AC|CF|CA)[0-9a-f]{6}|\+\d{5}|sales|board|guest|\d{4}-\d\d-\d\d", out)
    assert "not found (HTTP 404, code 20404)" in out


def test_the_command(twsql: Run, login: dict[str, str]) -> None:
    """The report alone is on standard output; refused credentials are one line on standard error."""
    done = twsql("doctor", "--probe", env=login)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == list(probe.FACTS)
    done = twsql("doctor", "--probe", env={**login, "TWILIO_AUTH_TOKEN": "wrong"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "run 'twsql doctor' to check the credentials" in done.stderr
