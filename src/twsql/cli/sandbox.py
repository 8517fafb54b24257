"""twsql sandbox: a local Twilio in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from twsql.dialing.opening import forget_sandbox
from twsql.errors import DataError, SettingError

if TYPE_CHECKING:
    from twsql.sandbox import Sandbox

INSTALL = "pip install 'twsql[sandbox]'"

_SETTINGS = (
    "conferences",
    "participants",
    "messages",
    "over",
    "seed",
    "latency",
    "max_concurrent",
    "retry_after",
    "ring_after",
    "answer_after",
    "hang_up_after",
    "calls_per_second",
)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; both are a normal end."""
    try:
        from twsql.sandbox import Readings, Sandbox, serve
        from twsql.sandbox.readings import parsed
    except ImportError as error:
        if (error.name or "").startswith("twsql"):
            raise
        raise SettingError(f"the sandbox needs {error.name}: {INSTALL}") from error
    given = {name: value for name in _SETTINGS if (value := getattr(arguments, name)) is not None}
    try:
        readings = Readings(**{name: value for each in arguments.reading for name, value in parsed(each).items()})
        sandbox = Sandbox(**given, readings=readings)
    except ValueError as error:
        raise DataError(str(error)) from error
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the server has its own
    with suppress(KeyboardInterrupt):
        serve(sandbox, arguments.port or 0, started=lambda: _announce(sandbox))
    forget_sandbox(sandbox.base_url)
    return 0


def _announce(sandbox: Sandbox) -> None:
    """Print the variables for another shell; it unsets an API key, which would override the token."""
    forget_sandbox(sandbox.base_url)  # of one that was killed
    lines = (
        "# a local Twilio until Ctrl-C; for another shell:",
        f"export TWSQL_BASE_URL={sandbox.base_url}",
        f"export TWILIO_ACCOUNT_SID={sandbox.account_sid}",
        f"export TWILIO_AUTH_TOKEN={sandbox.auth_token}",
        "unset TWILIO_API_KEY TWILIO_API_SECRET",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
