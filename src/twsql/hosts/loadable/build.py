"""Builds the extension, for the package's own build and for `twsql loadable-path --build`.

It imports nothing of twsql, as the package's build runs it before twsql is installed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "c"
NAME = "twsql.dylib" if sys.platform == "darwin" else "twsql.so"
NOTE = "twsql.python"
"""The file beside the extension that names its Python, if the extension's folder does not (pip install -e)."""

REMEDY = (
    "install a C compiler and SQLite's headers (Debian: apt install gcc libsqlite3-dev; Fedora: dnf install gcc"
    " sqlite-devel; macOS: xcode-select --install and brew install sqlite), then run twsql loadable-path --build"
)
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wstrict-prototypes", "-Wvla")


class BuildError(Exception):
    """The extension cannot be built; the message has the reason and the remedy."""


def build(target: Path, flags: Sequence[str] = ()) -> None:
    """Compile the extension. Raises BuildError. Warnings are errors with the flag -Werror, as CI gives it."""
    if sys.platform not in ("linux", "darwin"):
        raise BuildError(f"the loadable extension is made for Linux and macOS, not {sys.platform}: use twsql.connect")
    if not os.access(target.parent, os.W_OK):
        raise BuildError(f"the loadable extension was not built: {target.parent} cannot be written to by this user")
    command = [
        *compiler(),
        *("-std=c11", "-O2", "-g", "-fPIC", "-fvisibility=hidden", "-D_GNU_SOURCE", *STRICT),
        f'-DTWSQL_VERSION="{_version()}"',
        *flags,
        *_headers(),
        *map(str, sorted(SOURCES.glob("*.c"))),
        *(("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared", "-pthread", "-ldl")),
        *("-o", str(target)),
    ]
    import subprocess  # `loadable-path` without --build does not need it

    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        raise BuildError(f"the loadable extension was not built: {(reasons or ['?'])[0]}; {REMEDY}")
    if done.stderr:
        sys.stderr.write(done.stderr)


def compiler() -> list[str]:
    """The command of the C compiler: CC, or cc. Raises BuildError if there is none."""
    command = shlex.split(os.environ.get("CC") or "cc")
    if not shutil.which(command[0]):
        raise BuildError(f"the loadable extension was not built: there is no C compiler ({command[0]}); {REMEDY}")
    return command


def install() -> Path:
    """Build beside this file, and note the Python for the worker; returns the extension's path."""
    target = HERE / NAME
    build(target)
    (HERE / NOTE).write_text(f"{sys.executable}\n", encoding="utf-8")
    _own((target, HERE / NOTE))
    return target


def _own(files: Sequence[Path]) -> None:
    """List files in the installed package's RECORD, so that `pip uninstall` removes them.

    Without size and digest, which may be left out (https://packaging.python.org/specifications/recording-installed-packages).
    An editable installation has no RECORD here: its extension is among the user's own sources.
    """
    site = HERE.parents[2]
    names = [file.relative_to(site).as_posix() for file in files]
    for record in site.glob("twsql-*.dist-info/RECORD"):
        others = [line for line in record.read_text(encoding="utf-8").splitlines() if line.split(",")[0] not in names]
        renewed = record.with_suffix(".new")
        renewed.write_text("\n".join([*others, *(f"{name},," for name in names)]) + "\n", encoding="utf-8")
        renewed.replace(record)


def _headers() -> list[str]:
    """The flags for Homebrew's SQLite headers: those of macOS lack sqlite3ext.h."""
    places = ("/opt/homebrew/opt/sqlite/include", "/usr/local/opt/sqlite/include")
    return [f"-I{place}" for place in places if sys.platform == "darwin" and os.path.isdir(place)]


def _version() -> str:
    text = (HERE.parents[1] / "_version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.M)
    return found[1] if found else "unknown"
