"""The commands of the command line, and their options."""

from __future__ import annotations

import argparse
import math
import re
from typing import Any, NoReturn

from twsql._version import __version__
from twsql.cli import settings
from twsql.cli.formats import FORMATS

_DESCRIPTION = "Twilio voice as SQL."
_CREDENTIALS = (
    "Credentials come from the environment only, as a command line is for all to see: TWILIO_ACCOUNT_SID with "
    "TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and TWILIO_API_SECRET."
)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like every other error of the command."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"twsql: {message}; see '{self.prog} --help'\n")


def parser() -> argparse.ArgumentParser:
    """Make the parser. Its errors exit by SystemExit, with status 2."""
    parser = _Parser(prog="twsql", description=_DESCRIPTION, epilog=_CREDENTIALS, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"twsql {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_shell(commands)
    _add_query(commands)
    _add_sync(commands)
    _add_journal(commands)
    _add_doctor(commands)
    _add_sandbox(commands)
    _add_loadable_path(commands)
    _add_init(commands)
    _add_odbc(commands)
    _add_mcp(commands)
    return parser


def _add(commands: Any, name: str, summary: str, description: str = "") -> argparse.ArgumentParser:
    text = f"{summary[0].upper()}{summary[1:]}. {description}".strip()
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=text, epilog=_CREDENTIALS, allow_abbrev=False
    )
    return parser


def _add_shell(commands: Any) -> None:
    parser = _add(commands, "shell", "SQL line by line", "Reads a script from standard input if that is no terminal.")
    parser.add_argument("database", nargs="?", metavar="DATABASE", help="a SQLite file; without one, in memory")
    settings.add_to(parser)


def _add_query(commands: Any) -> None:
    parser = _add(
        commands,
        "query",
        "run SQL and print what it gives",
        "Files first, then SQL in its order; each may have many statements, EXEC and CALL among them. The first error "
        "ends all. Without SQL and without -f, SQL is read from standard input.",
    )
    parser.add_argument("sql", nargs="*", default=[], metavar="SQL", help="statements, separated by semicolons")
    parser.add_argument("-f", "--file", action="append", default=[], metavar="FILE", help="a script; - is stdin")
    parser.add_argument("--database", metavar="FILE", default=":memory:", help="a SQLite file; without one, in memory")
    _add_format(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="the text that :NAME in the SQL stands for",
    )
    parser.add_argument("--stats", action="store_true", help="tell on standard error what each statement asked")
    settings.add_to(parser)


def _add_sync(commands: Any) -> None:
    parser = _add(
        commands,
        "sync",
        "build and keep up a SQLite file that other tools open",
        "The first run reads everything, a later one what can have changed. Who has left a conference is remembered.",
    )
    parser.add_argument("file", metavar="FILE", help="the SQLite file; made if it is not there")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        metavar="TABLES",
        help="some of conferences,participants,calls,recordings; participants bring conferences",
    )
    parser.add_argument("--since", metavar="DAY", help="begin with what ended on that UTC day or later, YYYY-MM-DD")
    parser.add_argument("--full", action="store_true", help="read everything once more")
    parser.add_argument("--every", type=_period, metavar="PERIOD", help="stay, and run every 10s, 5m or 1h")
    parser.add_argument(
        "--insights", action="store_true", help="ask Conference Insights who was in a conference that is over"
    )
    parser.add_argument("--metadata", metavar="FILE", help="write descriptions and charts for Datasette there")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bars and no summary")
    settings.add_to(parser)


def _add_journal(commands: Any) -> None:
    parser = _add(
        commands,
        "journal",
        "what is on record of each call and message",
        "settle finds out what became of those whose response was lost, sends none, and lists these. What it cannot "
        "find out you can decide: settle ID --placed CA…, or settle ID --not-placed.",
    )
    parser.add_argument("action", nargs="?", choices=("list", "settle"), default="list", help="list, or settle first")
    parser.add_argument("id", nargs="?", type=_count, metavar="ID", help="the entry to settle (all that are in doubt)")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument("--placed", type=_effect, metavar="SID", help="this is the entry's call or message")
    decision.add_argument(
        "--not-placed", action="store_true", help="the entry's call was not placed, or its message not sent"
    )
    _add_format(parser)
    settings.add_to(parser)


def _add_loadable_path(commands: Any) -> None:
    parser = _add(
        commands,
        "loadable-path",
        "print where the extension for other SQLite hosts is",
        "For .load in the sqlite3 shell, --load-extension of Datasette and sqlite-utils, and the like.",
    )
    parser.add_argument("--build", action="store_true", help="compile it first; needs a C compiler and sqlite3ext.h")


def _add_init(commands: Any) -> None:
    parser = _add(
        commands,
        "init",
        "list the live tables in a SQLite file",
        "ODBC, JDBC, Datasette and .tables then show them. Whoever loads the extension reads them from Twilio, and "
        "cannot change them; the file holds no rows.",
    )
    parser.add_argument("file", metavar="FILE", help="the SQLite file; made if it is not there")


def _add_odbc(commands: Any) -> None:
    parser = _add(
        commands,
        "odbc",
        "print a data source for unixODBC",
        "Append it to ~/.odbc.ini; it needs SQLite's ODBC driver (Debian: libsqliteodbc).",
    )
    parser.add_argument("--name", default="twsql", help="the name of the data source (twsql)")
    parser.add_argument("--database", default=":memory:", metavar="FILE", help="the SQLite file (none: in memory)")


def _add_mcp(commands: Any) -> None:
    parser = _add(
        commands,
        "mcp",
        "serve assistants by the Model Context Protocol",
        "On standard input and output. Their SQL only reads: see the setting safe.",
    )
    parser.add_argument("database", nargs="?", metavar="DATABASE", help="a SQLite file; without one, in memory")
    parser.add_argument(
        "--allow-calls", type=_count, default=0, metavar="N", help="let the assistant place up to N calls in all (none)"
    )
    parser.add_argument("--http", type=_port, metavar="PORT", help="serve at http://127.0.0.1:PORT/mcp; 0: a free one")
    settings.add_to(parser)


def _add_doctor(commands: Any) -> None:
    parser = _add(
        commands, "doctor", "check settings, network and credentials", "Says what is wrong, and what to do about it."
    )
    parser.add_argument(
        "--probe",
        action="store_true",
        help="report how this account reads what Twilio's documentation leaves open; only reads, nothing personal",
    )
    settings.add_to(parser)


def _add_sandbox(commands: Any) -> None:
    parser = _add(commands, "sandbox", "run a local Twilio until Ctrl-C", "Prints what another shell needs to use it.")
    for name, kind, metavar, text in (
        ("port", _port, "N", "the port on 127.0.0.1 (a free one)"),
        ("conferences", _count, "N", "how many conferences there are at the start (0)"),
        ("participants", _count, "N", "how many participants each of those has (0)"),
        ("messages", _count, "N", "how many messages there are at the start (0)"),
        ("over", _amount, "SHARE", "the share of those conferences that is over, 0 to 1 (0.5)"),
        ("seed", _count, "N", "another number gives other conferences (0)"),
        ("latency", _amount, "SECONDS", "how long each answer takes (0)"),
        ("max-concurrent", _count, "N", "answer 429 beyond N requests at a time (no limit)"),
        ("retry-after", _amount, "SECONDS", "the Retry-After of each 429 (none)"),
        ("ring-after", _amount, "SECONDS", "how long before a call rings (0)"),
        ("answer-after", _amount, "SECONDS", "how long it rings (0)"),
        ("hang-up-after", _amount, "SECONDS", "how long it lasts (for ever)"),
        ("calls-per-second", _amount, "N", "calls beyond this rate are queued (no limit)"),
    ):
        parser.add_argument(f"--{name}", type=kind, metavar=metavar, help=text)
    parser.add_argument(
        "--reading",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="how to read what Twilio's documentation leaves open, such as upper_bound='day excluded'",
    )


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=tuple(FORMATS), default="table", help="how results are printed (table)")
    parser.add_argument("--crlf", action="store_true", help="csv: end lines in CR LF, as RFC 4180 has it")
    parser.add_argument(
        "--escape-formulas",
        action="store_true",
        help="csv: put ' before text that begins with = + - @, which a spreadsheet would compute",
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value


def _effect(text: str) -> str:
    if not re.fullmatch("(CA|SM|MM)[0-9a-fA-F]{32}", text):
        raise argparse.ArgumentTypeError("must be the SID of a call or message: CA, SM or MM and 32 hexadecimal digits")
    return text


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("must be a whole number, 0 or more")
    return int(text)


def _port(text: str) -> int:
    number = _count(text)
    if number > 65535:
        raise argparse.ArgumentTypeError("must be a port, 0 to 65535")
    return number


def _period(text: str) -> float:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)([smh]?)", text)
    seconds = float(match[1]) * {"h": 3600, "m": 60}.get(match[2], 1) if match else 0
    if not 1 <= seconds <= 86400:
        raise argparse.ArgumentTypeError("must be a second to a day, such as 10s, 5m or 1h")
    return seconds


def _amount(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError("must be a number, 0 or more")
    return number
