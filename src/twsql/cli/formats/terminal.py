"""Output with escapes for all characters that could steer the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO, cast

from twsql.cli.formats.text import UNSAFE

# What ends a line may stay: a record of csv may end with CR LF, and hold line ends.
_UNSAFE = re.compile(f"(?!\n|\r\n){UNSAFE.pattern}")


def escaped(out: TextIO, *, as_json: bool) -> TextIO:
    r"""An output that writes `\x1b` for ESC, and in JSON `\u001b`; `out` itself if it is no terminal."""
    return cast("TextIO", _Escaped(out, as_json)) if out.isatty() else out


def json_escaped(text: str) -> str:
    """Replace characters that steer a terminal by JSON's escapes, which mean the same within quotes."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


class _Escaped:
    def __init__(self, out: TextIO, as_json: bool) -> None:
        self._out = out
        self._as_json = as_json

    def write(self, text: str) -> int:
        return self._out.write(json_escaped(text) if self._as_json else _visible(text))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._out, name)


def _visible(text: str) -> str:
    return _UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)
