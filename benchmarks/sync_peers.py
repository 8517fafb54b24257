"""tap-twilio | target-sqlite, each in a virtual environment of its own, pointed at a local server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

TAP = ("tap-twilio==0.2.2",)
TARGET = ("target-sqlite==0.2.0",)
_NEWER = "SQLAlchemy==1.4.54"
"""What the target's own pin is too old for; it works with this one on today's Python."""

# The tap has no option for the server's address, and the target wants names that moved in Python 3.10.
_RUN_TAP = """
import os, tap_twilio, tap_twilio.client, tap_twilio.streams
server = os.environ["SERVER"]
tap_twilio.client.API_URL = server
def point(streams):
    for stream in streams.values():
        stream["api_url"] = server
        point(stream.get("children") or {})
point(tap_twilio.streams.STREAMS)
tap_twilio.main()
"""
_RUN_TARGET = """
import collections, collections.abc
for name in ("Mapping", "MutableMapping", "Sequence", "Iterable", "Callable"):
    setattr(collections, name, getattr(collections.abc, name))
from target_sqlite import main
main()
"""
_STREAMS = ("conferences", "conference_participants")


def install(folder: Path) -> tuple[Path, Path]:
    """Make both environments; give their interpreters."""
    tap, target = (_environment(folder / name, needs) for name, needs in (("tap", TAP), ("target", TARGET)))
    subprocess.run([target, "-m", "pip", "install", "--quiet", "--no-deps", _NEWER], check=True, capture_output=True)
    return tap, target


def run(folder: Path, pythons: tuple[Path, Path], server: str, account: str, token: str) -> tuple[float, Path]:
    """Load conferences and participants; give the seconds, and the SQLite file."""
    tap, target = pythons
    config, catalog, loaded = folder / "tap.json", folder / "catalog.json", folder / "peer.db"
    login = {"account_sid": account, "auth_token": token, "user_agent": "benchmark"}
    config.write_text(json.dumps({**login, "start_date": "2020-01-01T00:00:00Z", "date_window_days": 5000}))
    (folder / "target.json").write_text(json.dumps({"database": str(loaded)}))
    environment = {"SERVER": server, "PATH": "/usr/bin:/bin"}
    found = subprocess.run(
        [tap, "-c", _RUN_TAP, "-c", config, "--discover"], env=environment, check=True, capture_output=True, text=True
    )
    catalog.write_text(json.dumps(_selected(json.loads(found.stdout))))
    begun = time.monotonic()
    with (folder / "tap.log").open("w") as log, (folder / "target.log").open("w") as other:
        command = [tap, "-c", _RUN_TAP, "-c", config, "--catalog", catalog]
        reading = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log)
        command = [target, "-c", _RUN_TARGET, "-c", folder / "target.json"]
        writing = subprocess.run(command, stdin=reading.stdout, stdout=other, stderr=other, check=False, timeout=900)
        if reading.wait(timeout=60) or writing.returncode:
            sys.exit(f"the peer failed, see {folder}/tap.log and {folder}/target.log")
    return time.monotonic() - begun, loaded


def _environment(folder: Path, needs: tuple[str, ...]) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *needs], check=True, capture_output=True)
    return python


def _selected(catalog: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Select the two streams, all of their fields."""
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in _STREAMS
    return catalog
