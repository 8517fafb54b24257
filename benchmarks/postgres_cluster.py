"""A private PostgreSQL for tests and benchmarks: in a temporary folder, on a port of its own of 127.0.0.1.

    python benchmarks/postgres_cluster.py COMMAND…

runs a command that finds it in TEST_TWSQL_POSTGRES, and stops it afterwards. PostgreSQL does not run as root: started
by root it is the user postgres, or nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DEBIANS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
_SETTINGS = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n"
"""All else is PostgreSQL's default: fsync is on."""
_LONGEST = 60
"""Seconds for PostgreSQL to start or to stop."""


class Cluster:
    """One PostgreSQL server; `keywords` are libpq's, without a database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.keywords = f"host=127.0.0.1 port={self.port} user=postgres"

    def make(self) -> Cluster:
        """Make its files, and start it."""
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C")
        self._set(_SETTINGS)
        self.start()
        return self

    def standby(self, folder: Path) -> Cluster:
        """Make a standby of it; from then on a commit waits until both have it."""
        other = Cluster(folder)
        self._run("pg_basebackup", "--checkpoint=fast", "--write-recovery-conf", "--dbname", self.keywords, of=folder)
        other.start()
        self._set("synchronous_standby_names = '*'")
        self.restart()
        return other

    def start(self) -> None:
        """Start it."""
        self._control("-o", f"-p {self.port}", "start")

    def restart(self) -> None:
        """Restart it as after a crash: its sessions end, and what was committed is there."""
        self._control("-o", f"-p {self.port}", "restart", "-m", "immediate")

    def promote(self) -> None:
        """Make a standby the one that is written to."""
        self._control("promote")

    def stop(self) -> None:
        """Stop it as a crash does."""
        self._control("stop", "-m", "immediate")

    def _set(self, lines: str) -> None:
        with (self.folder / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(f"{lines}\n")

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-w", "-t", str(_LONGEST), "-l", str(self.folder / "log"), *words)

    def _run(self, program: str, *words: str, of: Path | None = None) -> None:
        user = _user()
        owner = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        command = [_found(program), "-D", str(of or self.folder), *words]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **owner,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}")


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster that ends with the block."""
    with folder() as place:
        cluster = Cluster(place).make()
        try:
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL may use."""
    place = Path(tempfile.mkdtemp(prefix="twsql-postgres-"))
    try:
        if (user := _user()) is not None:
            os.chown(place, user.pw_uid, user.pw_gid)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as, if it cannot be this user."""
    if os.geteuid() != 0:
        return None
    names = {each.pw_name: each for each in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _found(program: str) -> str:
    places = [str(path) for path in reversed(_DEBIANS)]
    found = shutil.which(program, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    if found is None:
        raise FileNotFoundError(f"PostgreSQL's {program} is not installed")
    return found


def main() -> int:
    """Run the command beside a PostgreSQL."""
    began = time.monotonic()
    with running() as cluster:
        print(f"PostgreSQL on port {cluster.port}, started in {time.monotonic() - began:.1f} s", flush=True)
        return subprocess.run(
            sys.argv[1:], env={**os.environ, "TEST_TWSQL_POSTGRES": cluster.keywords}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
