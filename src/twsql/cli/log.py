"""-v: the log of requests on standard error."""

from __future__ import annotations

import logging

from twsql.cli.formats.text import visible


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def to_stderr() -> None:
    """Write a line for each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("twsql: %(message)s"))
    log = logging.getLogger("twsql")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
