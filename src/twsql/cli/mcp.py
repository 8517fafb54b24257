"""twsql mcp: serves assistants, over standard input and output or HTTP on this machine."""

from __future__ import annotations

import argparse
import sys

from twsql.cli.settings import settings
from twsql.errors import NotSupportedError


def run(arguments: argparse.Namespace) -> int:
    """Serve until the client leaves, or Ctrl-C."""
    try:
        from twsql.mcp.server import run_http, run_stdio, serving  # an optional dependency
    except ImportError as error:
        raise NotSupportedError(f"twsql mcp needs {error.name}: pip install 'twsql[mcp]'") from error
    with serving(arguments.database or ":memory:", arguments.allow_calls, settings(arguments)) as server:
        if arguments.http is None:
            run_stdio(server)
        else:
            run_http(server, arguments.http, _started)
    return 0


def _started(url: str) -> None:
    sys.stderr.write(f"twsql: MCP at {url}; Ctrl-C ends it\n")
    sys.stderr.flush()
