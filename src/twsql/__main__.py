"""`python -m twsql` is the command `twsql`."""

from __future__ import annotations

import sys

from twsql.cli import main

if __name__ == "__main__":
    sys.exit(main())
