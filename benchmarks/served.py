"""A sandbox in a process of its own, so that what it computes does not count as the client's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from twsql.sandbox import Sandbox

_SETTINGS = ("TWILIO_", "TWSQL_")
_SERVE = """
import json, sys
from twsql.sandbox import Sandbox, serve
sandbox = Sandbox(**json.loads(sys.argv[1]))
serve(sandbox, started=lambda: print(sandbox.base_url, flush=True))
"""


@dataclass(frozen=True)
class Server:
    """The sandbox at a URL."""

    base_url: str
    account_sid: str = Sandbox.account_sid
    auth_token: str = Sandbox.auth_token

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which twsql finds it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
        login = {"TWILIO_ACCOUNT_SID": self.account_sid, "TWILIO_AUTH_TOKEN": self.auth_token}
        return {**kept, **login, "TWSQL_BASE_URL": self.base_url}

    def control(self, method: str, action: str, **inputs: Any) -> Any:
        """Ask it for its counters, clear them, or change its settings."""
        response = requests.request(method, f"{self.base_url}/sandbox/{action}", json=inputs, timeout=120)
        response.raise_for_status()
        return response.json()


@contextmanager
def served(**settings: Any) -> Iterator[Server]:
    """Start a sandbox with these settings, and stop it."""
    command = [sys.executable, "-c", _SERVE, json.dumps(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process.stdout.readline().strip() if process.stdout else "")
        finally:
            process.terminate()
