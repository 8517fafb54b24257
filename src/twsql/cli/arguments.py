"""Parses a command line, and checks the arguments that depend on each other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from twsql.cli import options


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line. Exits by SystemExit: 2 if it is wrong, 0 after --help and --version."""
    parser = options.parser()
    arguments, rest = parser.parse_known_args(argv)
    if arguments.command == "query" and not any(each.startswith("-") for each in rest):
        arguments.sql += rest  # before Python 3.12 argparse takes no operands after an option that follows operands
    elif rest:
        # Only the names: a value may be a secret that somebody tried to pass.
        unknown = [each.partition("=")[0] for each in rest if each.startswith("-")] or ["more than one operand"]
        parser.error(f"{', '.join(unknown)}: not understood (secrets are taken from the environment only)")
    if arguments.command == "query" and not (arguments.sql or arguments.file):
        if sys.stdin is None or sys.stdin.isatty():
            parser.error("no SQL: give it as an argument, in a file with -f, or on standard input")
        arguments.file = ["-"]
    if arguments.command == "journal":
        is_decision = arguments.placed or arguments.not_placed
        if (is_decision and arguments.id is None) or (arguments.id is not None and arguments.action == "list"):
            parser.error("an ID goes with settle, and --placed and --not-placed with an ID")
    is_csv = getattr(arguments, "format", "csv") == "csv"
    if not is_csv and (arguments.crlf or arguments.escape_formulas):
        parser.error("--crlf and --escape-formulas are for --format csv")
    if arguments.command == "mcp" and arguments.http is not None and arguments.allow_calls:
        parser.error("--allow-calls is not for --http: every program and user of this machine could place calls")
    if getattr(arguments, "journal", None) is not None:
        from twsql.twilio.journal_address import has_password  # few commands need it

        if has_password(arguments.journal):
            parser.error("a password in --journal is for all to see: put it in TWSQL_JOURNAL, PGPASSWORD or ~/.pgpass")
    if getattr(arguments, "sandbox", None) and arguments.base_url:
        parser.error("--sandbox and --base-url lead to different places: give one of them")
    return arguments
