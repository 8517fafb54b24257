"""EXEC and CALL as they are written: a statement's text in, a procedure's name and its arguments out.

    EXEC | EXECUTE  [catalog.][schema.]Name  [ [@]Input = value [, …] ]  [;]
    CALL            [catalog.][schema.]Name  ( [ value | [@]Input = value [, …] ] )  [;]

A value is a literal as SQLite writes it or a placeholder (?, ?1, :name, @name, $name). Names may be quoted in
each of SQLite's ways, and no keyword needs to be: From and To are names here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twsql.errors import ProgrammingError
from twsql.schema import Value
from twsql.tokens import Token, first_word, place, readable, tokens

WORDS = ("EXEC", "EXECUTE", "CALL")

_CONSTANTS: dict[str, Value] = {"NULL": None, "TRUE": 1, "FALSE": 0}


@dataclass(frozen=True)
class Placeholder:
    """Where a parameter goes, as it is written: `?`, `?1`, `:name`, `@name` or `$name`."""

    text: str


@dataclass(frozen=True)
class Argument:
    """One argument; `name` is None for a positional one, `where` is its place, for messages."""

    name: str | None
    value: Value | Placeholder
    where: str = ""


@dataclass(frozen=True)
class Exec:
    """One EXEC or CALL: the procedure's name without catalog and schema, and the arguments as they come."""

    name: str
    arguments: tuple[Argument, ...] = ()
    where: str = ""


def is_exec(statement: str) -> bool:
    """Whether a statement is an EXEC, EXECUTE or CALL: SQL knows none of them, so everything else is SQL."""
    return first_word(statement) in WORDS


def parse(statement: str) -> Exec:
    """Read one EXEC or CALL. Raises ProgrammingError that says where, and what was expected there."""
    reader = Reader(statement)
    verb = reader.take()
    if verb.text.upper() not in WORDS:
        raise reader.wrong(verb, "EXEC, EXECUTE or CALL")
    start = reader.next
    name = _procedure_name(reader)
    arguments = _in_parentheses(reader) if verb.text.upper() == "CALL" else _listed(reader)
    reader.took(";")
    if reader.next.kind != "end":
        raise reader.wrong(reader.next, "a comma or the end" if arguments else "the end")
    return Exec(name, arguments, reader.where(start))


class Reader:
    """The tokens of one statement, one after the other, and the words for what is wrong with one."""

    def __init__(self, statement: str) -> None:
        self._statement = readable(statement)
        self._tokens = [*tokens(statement), Token("end", "", len(statement))]
        self._at = 0

    @property
    def next(self) -> Token:
        """What comes next; the last token, `end`, stays next for ever."""
        return self._tokens[self._at]

    @property
    def after_next(self) -> Token:
        """The token after the next one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Take the next token."""
        token = self.next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def took(self, mark: str) -> bool:
        """Take the next token if it is this punctuation mark, and say whether it was."""
        return self.next.text == mark and bool(self.take())

    def where(self, token: Token) -> str:
        """Tell where a token stands."""
        return place(self._statement, token.start)

    def wrong(self, token: Token, expected: str) -> ProgrammingError:
        """Make the error for a token out of place; it never repeats a string, which may be a secret."""
        return ProgrammingError(f"expected {expected} instead of {_described(token)}{self.where(token)}")


def _procedure_name(reader: Reader) -> str:
    parts = [_name(reader, "a procedure's name")]
    while reader.took("."):
        if len(parts) == 3:
            raise reader.wrong(reader.next, "at most catalog.schema.name")
        parts.append(_name(reader, "a procedure's name"))
    return parts[-1]


def _name(reader: Reader, expected: str) -> str:
    token = reader.take()
    if not token.is_name:
        raise reader.wrong(token, expected)
    return token.name


def _listed(reader: Reader) -> tuple[Argument, ...]:
    """Read the arguments of EXEC: none, or Input = value with commas between."""
    if reader.next.kind == "end" or reader.next.text == ";":
        return ()
    return tuple(_separated(reader, positional=False))


def _in_parentheses(reader: Reader) -> tuple[Argument, ...]:
    """Read the arguments of CALL."""
    if not reader.took("("):
        raise reader.wrong(reader.next, "( after the name of a procedure that is called")
    if reader.took(")"):
        return ()
    arguments = tuple(_separated(reader, positional=True))
    if not reader.took(")"):
        raise reader.wrong(reader.next, "a comma or )")
    return arguments


def _separated(reader: Reader, *, positional: bool) -> Iterator[Argument]:
    yield _argument(reader, positional=positional)
    while reader.took(","):
        yield _argument(reader, positional=positional)


def _argument(reader: Reader, *, positional: bool) -> Argument:
    token = reader.next
    where = reader.where(token)
    if positional and reader.after_next.text != "=":
        return Argument(None, _value(reader), where)
    is_at_name = token.kind == "parameter" and token.text.startswith("@")
    if not (token.is_name or is_at_name):
        raise reader.wrong(token, "Input = value (values by position go into CALL Name(value, …))")
    reader.take()
    if not reader.took("="):
        raise reader.wrong(reader.next, f"= after {_described(token)}")
    return Argument(token.text[1:] if is_at_name else token.name, _value(reader), where)


def _value(reader: Reader) -> Value | Placeholder:
    token = reader.take()
    if token.kind == "parameter":
        return Placeholder(token.text)
    if token.kind == "string":
        return token.text[1:-1].replace("''", "'")
    if token.kind == "blob":
        return bytes.fromhex(token.text[2:-1])
    if token.kind == "word" and token.text.upper() in _CONSTANTS:
        return _CONSTANTS[token.text.upper()]
    if token.kind == "number":
        return _number(reader, token)
    if token.text == "-" and reader.next.kind == "number":
        return _number(reader, reader.take(), sign=-1)
    raise reader.wrong(token, "a value, text such as a phone number in single quotes,")


def _number(reader: Reader, token: Token, sign: int = 1) -> int | float:
    """Read a number as SQLite does: what does not fit into 64 bits is a real."""
    digits = token.text.replace("_", "")
    if digits[:2] in ("0x", "0X"):
        bits = int(digits, 16)
        value = sign * (bits - 2**64 if bits >= 2**63 else bits)
        if bits >= 2**64 or value == 2**63:
            raise reader.wrong(token, "a hexadecimal number of 64 bits")
        return value
    # The length comes first: Python refuses to parse an integer of thousands of decimal digits.
    whole = digits.isdigit() and len(digits.lstrip("0")) < 20
    if whole and -(2**63) <= sign * int(digits) < 2**63:
        return sign * int(digits)
    return sign * float(digits)


def _described(token: Token) -> str:
    if token.kind == "end":
        return "the end"
    if token.kind == "broken":
        return f"a quote {token.text[0]} that is not closed"
    if token.kind in ("string", "blob", "quoted"):
        return "a quoted name" if token.kind == "quoted" else f"a {token.kind}"
    return token.text
