"""twsql loadable-path: says where the extension for other SQLite hosts is, or builds it."""

from __future__ import annotations

import argparse
import sys

from twsql.errors import NotSupportedError
from twsql.hosts import loadable
from twsql.hosts.loadable import build


def run(arguments: argparse.Namespace) -> int:
    """Print the path. Raises NotSupportedError, which says what to install, where it is not or cannot be built."""
    if arguments.build:
        try:
            build.install()
        except build.BuildError as error:
            raise NotSupportedError(str(error)) from error
    sys.stdout.write(f"{loadable.loadable_path()}\n")
    return 0
