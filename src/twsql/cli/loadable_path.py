"""twsql loadable-path: prints the path of the extension for other SQLite hosts, or builds it."""

from __future__ import annotations

import argparse
import sys

from twsql.errors import NotSupportedError
from twsql.hosts import loadable
from twsql.hosts.loadable import build


def run(arguments: argparse.Namespace) -> int:
    """Print the path. If the extension is missing or cannot be built, NotSupportedError says what to install."""
    if arguments.build:
        try:
            build.install()
        except build.BuildError as error:
            raise NotSupportedError(str(error)) from error
    sys.stdout.write(f"{loadable.loadable_path()}\n")
    return 0
