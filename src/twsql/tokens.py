"""SQLite's tokens: strings, quoted names, comments, parameters and so on; the only tokenizer of twsql."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from twsql.errors import ProgrammingError

SPACE = " \t\n\f\r\ufeff"
"""The characters that SQLite skips between tokens. Other white space, such as U+00A0, is a letter of a name."""

_DIGITS = "[0-9](?:_?[0-9])*"
_LETTER = "[A-Za-z_\x80-\U0010ffff]"
_LETTERS = "[A-Za-z0-9_$\x80-\U0010ffff]"

# A quote before another quote does not close: without (?!…) a string that never ends would be cut there.
_TOKEN = re.compile(
    rf"""
      (?P<space>       [{SPACE}]+ | --[^\n]* | /\*(?!\Z)(?:.*?\*/|.*) )
    | (?P<string>      '[^']*(?:''[^']*)*'(?!') )
    | (?P<blob>        [xX]'(?:[0-9A-Fa-f]{{2}})*' )
    | (?P<quoted>      "[^"]*(?:""[^"]*)*"(?!") | `[^`]*(?:``[^`]*)*`(?!`) | \[[^\]]*\] )
    | (?P<broken>      [xX]'[^']*'? | ['"`\[].* )
    | (?P<number>      0[xX][0-9A-Fa-f](?:_?[0-9A-Fa-f])*
                     | (?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})? )
    | (?P<parameter>   \?[0-9]* | [:@$](?:{_LETTERS}|::)+(?:\([^\s)]*\)?)? )
    | (?P<word>        {_LETTER}{_LETTERS}* )
    | (?P<punctuation> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A token; `kind` is a group of the pattern above, or `end`. `broken` is a quote that does not end."""

    kind: str
    text: str
    start: int

    @property
    def is_name(self) -> bool:
        """Whether the token can be a name; also a keyword can."""
        return self.kind in ("word", "quoted")

    @property
    def name(self) -> str:
        """The name without its quotes."""
        if self.kind != "quoted":
            return self.text
        quote = self.text[-1]
        return self.text[1:-1] if quote == "]" else self.text[1:-1].replace(quote * 2, quote)


class Text(str):
    """A statement whose tokens are read once, and only as far as needed."""

    __slots__ = ("_read", "_rest")

    def __init__(self, sql: str) -> None:
        self._read: list[Token] = []
        self._rest = _tokens(sql)

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens from the first on."""
        yield from self._read
        place = len(self._read)
        while True:
            if place == len(self._read):
                token = next(self._rest, None)
                if token is None:
                    return
                self._read.append(token)
            yield self._read[place]
            place += 1


def tokens(sql: str) -> Iterator[Token]:
    """Yield the tokens of a text, without white space and comments, in time linear in its length."""
    return sql.tokens() if isinstance(sql, Text) else _tokens(sql)


def _tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match.group(), match.start())


def first_word(sql: str) -> str:
    """Give the first word in upper case, SELECT for example; '' where there is none."""
    first = next(tokens(sql), None)
    return first.text.upper() if first and first.kind == "word" else ""


def readable(sql: str) -> str:
    """Return the text if SQLite can read all of it, else raise ProgrammingError."""
    if not isinstance(sql, str):
        raise ProgrammingError(f"a statement is a str, not {type(sql).__name__}")
    if "\0" in sql:
        raise ProgrammingError(f"a NUL character{place(sql, sql.index(chr(0)))}: pass it as a parameter")
    try:
        sql.isascii() or sql.encode()
    except UnicodeEncodeError as error:
        raise ProgrammingError(f"no text, half of a surrogate pair{place(sql, error.start)}") from error
    return sql


def place(sql: str, start: int) -> str:
    """The place of an error, ` at line 1, column 5`; both count from 1."""
    line = sql.count("\n", 0, start) + 1
    column = start - (sql.rfind("\n", 0, start) + 1) + 1
    return f" at line {line}, column {column}"
