"""twsql doctor: checks everything that twsql needs, and says how to repair it."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import apsw

from twsql._version import __version__
from twsql.cli import probe
from twsql.cli.findings import Finding, good, wrong
from twsql.cli.formats.text import visible
from twsql.cli.reach import reach
from twsql.cli.sandbox import INSTALL
from twsql.cli.settings import settings as on_command_line
from twsql.dbapi import connect
from twsql.dialing.opening import place
from twsql.errors import Error, NotSupportedError, SettingError
from twsql.hosts import local
from twsql.hosts.loadable import loadable_path
from twsql.redaction import clean
from twsql.twilio.settings import OTHER_VARIABLES, VARIABLES, Settings

_CALLS = "SELECT count(*), count(*) FILTER (WHERE State = 'unknown') FROM temp.twsql_journal"
_SECRETS = ("auth_token", "api_secret")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings as they come; returns 1 if anything is wrong. With --probe, print the report of `probe`."""
    if arguments.probe:
        loaded = Settings.load(**on_command_line(arguments))
        return probe.run(local.settings(loaded) if loaded.sandbox else loaded)
    status = 0
    for finding in _findings(on_command_line(arguments)):
        sys.stdout.write(f"{'ok   ' if finding.well else 'wrong'}  {visible(clean(finding.text))}\n")
        sys.stdout.flush()
        status = status if finding.well else 1
    return status


def _findings(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Check settings, then the network, then the account; the checks after a failure cannot run."""
    yield from _versions()
    found = list(_settings(given))
    yield from found
    if all(finding.well for finding in found):
        yield _journal(given)
        loaded = Settings.load(**given)
        yield from reach(local.settings(loaded) if loaded.sandbox else loaded)


def _versions() -> Iterator[Finding]:
    yield good(f"twsql {__version__}, python {platform.python_version()} on {platform.system()}")
    yield good(f"apsw {apsw.apsw_version()}, sqlite {apsw.sqlite_lib_version()}")
    try:
        yield good(f"extension for other SQLite hosts: {loadable_path()}")
    except NotSupportedError as error:
        yield good(f"extension for other SQLite hosts: none; everything else works without it; {error}")
    try:
        importlib.import_module("twsql.sandbox")
    except ImportError as error:
        yield good(f"local sandbox: not installed, {error.name} is missing; to do without an account: {INSTALL}")
    else:
        yield good("local sandbox: installed")


def _settings(given: Mapping[str, Any]) -> Iterator[Finding]:
    """Check each setting by itself, then those that depend on each other."""
    problems = []
    for name, variable in VARIABLES.items():
        finding = _setting(name, variable, given)
        problems += [finding] if finding and not finding.well else []
        if finding:
            yield finding
    yield from _misspelled()
    if not problems:
        try:
            Settings.load({name: os.environ[name] for name in VARIABLES.values() if name in os.environ}, **given)
        except SettingError as error:
            yield wrong(str(error))


def _setting(name: str, variable: str, given: Mapping[str, Any]) -> Finding | None:
    """The value of a setting and where it comes from; None for a setting without a value.

    A malformed value is not shown, as it may be a secret.
    """
    text = given.get(name, os.environ.get(variable, "").strip() or None)
    try:
        value = getattr(Settings.load({}, **{name: text, **_EDGE.get(name, {})}), name)
    except SettingError as error:
        return wrong(str(error))
    if text is None:
        return None if value is None else good(f"{name}: {value}, the default ({variable})")
    source = f"--{name.replace('_', '-')}" if name in given else variable
    return good(f"{name}: {'set, not shown' if name in _SECRETS else value} (from {source})")


def _journal(given: Mapping[str, Any]) -> Finding:
    """Open the journal, without which no call is placed, and report its path and contents."""
    try:
        with closing(connect(**given)) as connection:
            counted: Any = connection.execute(_CALLS).fetchall()
    except Error as error:
        return wrong(f"{error} (journal, TWSQL_JOURNAL)")
    calls, unknown = counted[0]
    where = place(Settings.load(**given)).replace(":memory:", "in memory, so it ends with the program")
    doubt = f"; of {unknown} it is not known whether they were placed: run 'twsql journal settle'" if unknown else ""
    return good(f"journal: {where}; calls on record: {calls}{doubt}")


_EDGE = {"region": {"edge": "dublin"}}
"""Settings that need another one; `Settings.load` checks them together in the end."""


def _misspelled() -> Iterator[Finding]:
    known = {*VARIABLES.values(), *OTHER_VARIABLES}
    for name in sorted(os.environ):
        if name.startswith("TWSQL_") and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f": did you mean {near[0]}?" if near else ": unset it"
            yield wrong(f"{name} is set, and there is no such setting{hint}")
