"""Scripts: several statements in one text."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from twsql.tokens import SPACE, readable, tokens


def split(script: str) -> Iterator[str]:
    """Yield each statement as written, without its semicolon, with the comments before it.

    SQLite tells where a statement ends, so triggers stay whole. The last one needs no semicolon; comments alone are no
    statement. Raises ProgrammingError for characters that SQLite cannot read: a NUL, half a surrogate pair.
    """
    readable(script)
    start = 0
    first = None
    said = ""
    inside_trigger = False
    for token in tokens(script):
        if token.text != ";":
            first = first or token
            said = token.text
            continue
        # A trigger ends only after END; to check at each of its semicolons would take quadratic time.
        if inside_trigger and said.upper() != "END":
            continue
        inside_trigger = first is not None and not apsw.complete(script[first.start : token.start + 1])
        if inside_trigger:
            continue
        if first:
            yield script[start : token.start].strip(SPACE)
        start, first, said = token.start + 1, None, ""
    if first:
        yield script[start:].strip(SPACE)
