"""The five formats, value by value."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twsql.cli.formats import FORMATS
from twsql.cli.formats.grid import SIZED
from twsql.cli.formats.text import visible, width
from twsql.schema import Value

VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(), st.binary())


def written(format_name: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """Give what a format makes of a result."""
    out = io.StringIO()
    FORMATS[format_name](columns, iter(rows), out)
    return out.getvalue()


def test_a_table_shows_null_blobs_and_escapes_and_aligns_numbers_right() -> None:
    """What stands in a cell never steers the terminal, and wide letters count twice."""
    rows = [(None, b"\x00\xff", "a\nb\x1b[31m\a"), (5, "日本", "x"), (12, "", "\u202e")]
    assert written("table", ["n", "t", "e"], rows) == (
        "   n  t        e\n"
        "----  -------  ----------------\n"
        "NULL  X'00FF'  a\\nb\\x1b[31m\\x07\n"
        "   5  日本     x\n"
        "  12           \\u202e\n"
    )


def test_markdown_escapes_what_markdown_would_read() -> None:
    """Bars, markup and line ends stay text; an underscore between letters needs no escape."""
    rows = [("a|b", 1.5), ("<i>*x*_y_</i> a_b", None), ("l\n`c`", -2)]
    assert written("markdown", ["n|m", "v"], rows) == (
        "| n\\|m                      |    v |\n"
        "| ------------------------- | ---: |\n"
        "| a\\|b                      |  1.5 |\n"
        "| \\<i\\>\\*x\\*\\_y\\_\\</i\\> a_b | NULL |\n"
        "| l\\\\n\\`c\\`                 |   -2 |\n"
    )


def test_csv_follows_rfc_4180_but_for_line_ends() -> None:
    """NULL is empty and the empty text quoted, and a quote is doubled. Lines end in LF, as shells expect."""
    rows = [(None, "", 'say "hi", you'), (b"\x0a\xff", 1.5, "a\r\nb"), (" x", "\x1b日", math.inf)]
    assert written("csv", ["a", "b,c", "d"], rows) == (
        'a,"b,c",d\n,"","say ""hi"", you"\n0AFF,1.5,"a\r\nb"\n" x",\x1b日,Inf\n'
    )


def test_csv_has_no_empty_line_for_a_row_of_one_null() -> None:
    """Readers skip empty lines, and the row would be lost."""
    assert written("csv", ["a"], [(None,), (1,)]) == 'a\n""\n1\n'


def test_json_keeps_types() -> None:
    """Numbers are numbers, NULL is null, a blob is hexadecimal, control characters are escaped."""
    rows = [(1, 1.5, None, b"\x0a\xff", 'q"\n\x1b日'), (-(2**63), math.inf, "", b"", "")]
    assert written("json", ["i", "r", "n", "b", "t"], rows) == (
        '[\n{"i": 1, "r": 1.5, "n": null, "b": "0AFF", "t": "q\\"\\n\\u001b日"},\n'
        '{"i": -9223372036854775808, "r": 9e999, "n": "", "b": "", "t": ""}\n]\n'
    )


def test_jsonl_is_an_object_a_line() -> None:
    """No brackets, no commas between."""
    assert written("jsonl", ["a"], [(1,), ("x",)]) == '{"a": 1}\n{"a": "x"}\n'


@pytest.mark.parametrize("format_name", ["json", "jsonl"])
def test_columns_of_one_name_are_told_apart(format_name: str) -> None:
    """An object holds a key once, so the second gets a number, as in SQLite's subqueries, that is not taken."""
    text = written(format_name, ["a", "a", "a:1", "a"], [(1, 2, 3, 4)])
    assert json.loads(text.strip("[]\n")) == {"a": 1, "a:2": 2, "a:1": 3, "a:3": 4}


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("table", "a  b\n-  -\n"),
        ("csv", "a,b\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("markdown", "| a | b |\n| --- | --- |\n"),
    ],
)
def test_no_rows_are_a_header_at_most(format_name: str, text: str) -> None:
    """A result without rows can be told from none."""
    assert written(format_name, ["a", "b"], []) == text


@pytest.mark.parametrize("format_name", FORMATS)
def test_rows_before_an_error_are_written(format_name: str) -> None:
    """They may be of calls that were placed."""

    def rows() -> Iterator[Sequence[Value]]:
        yield ("CA1",)
        raise ValueError("the second one fails")

    out = io.StringIO()
    with pytest.raises(ValueError, match="the second one fails"):
        FORMATS[format_name](["CallSid"], rows(), out)
    assert "CA1" in out.getvalue()


@pytest.mark.parametrize("format_name", ["table", "markdown"])
def test_an_error_before_the_first_row_leaves_no_header(format_name: str) -> None:
    """A header alone would look like a result without rows."""

    def rows() -> Iterator[Sequence[Value]]:
        raise ValueError("none")
        yield ()

    out = io.StringIO()
    with pytest.raises(ValueError, match="none"):
        FORMATS[format_name](["CallSid"], rows(), out)
    assert out.getvalue() == ""


def test_half_a_json_result_cannot_be_read() -> None:
    """Nobody takes it for the whole."""

    def rows() -> Iterator[Sequence[Value]]:
        yield (1,)
        raise ValueError("the second one fails")

    out = io.StringIO()
    with pytest.raises(ValueError, match="the second one fails"):
        FORMATS["json"](["a"], rows(), out)
    with pytest.raises(json.JSONDecodeError):
        json.loads(out.getvalue())


@pytest.mark.parametrize("format_name", ["table", "markdown"])
def test_only_the_first_rows_are_held_back(format_name: str) -> None:
    """A row far down is written as it comes, and pushes its line out if it is wider."""
    taken = 0

    def rows() -> Iterator[Sequence[Value]]:
        nonlocal taken
        for number in range(SIZED + 10):
            taken += 1
            yield ("x" * 50 if number > SIZED else "x",)
            assert taken <= SIZED or out.getvalue().count("x") >= number

    out = io.StringIO()
    FORMATS[format_name](["a"], rows(), out)
    assert out.getvalue().count("\n") == SIZED + 12


@given(st.lists(st.tuples(VALUES, VALUES)))
def test_csv_is_read_back_by_python(rows: list[tuple[Value, Value]]) -> None:
    """Whatever is in the values, a reader finds the same fields."""
    text = written("csv", ["a", "b"], rows)
    assume("\0" not in text)  # Python's reader takes none before 3.11
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [["a", "b"], *map(_fields, rows)]


def _fields(row: tuple[Value, Value]) -> list[str]:
    return [_field(value) for value in row]


def _field(value: Value) -> str:
    if isinstance(value, bytes):
        return value.hex().upper()
    return "" if value is None else {"inf": "Inf", "-inf": "-Inf"}.get(str(value), str(value))


@given(st.lists(st.tuples(VALUES, VALUES)))
def test_json_and_jsonl_say_the_same(rows: list[tuple[Value, Value]]) -> None:
    """Both are read back as the values they were made of."""
    expected = [{"a": _plain(a), "b": _plain(b)} for a, b in rows]
    assert json.loads(written("json", ["a", "b"], rows)) == expected
    # Not splitlines(): some letters that end lines there are not escaped in JSON.
    assert [json.loads(line) for line in written("jsonl", ["a", "b"], rows).split("\n")[:-1]] == expected


def _plain(value: Value) -> Value:
    return value.hex().upper() if isinstance(value, bytes) else value


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1))
def test_a_table_has_a_line_for_each_row_and_nothing_that_steers(rows: list[tuple[Value, Value]]) -> None:
    """Whatever is in the values."""
    for format_name in ("table", "markdown"):
        text = written(format_name, ["a", "b"], rows)
        lines = text.split("\n")
        assert len(lines) == len(rows) + 3
        assert all(line == visible(line) for line in lines)


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👨‍👩‍👧", 2), ("é", 1), ("", 0)]
)
def test_width_is_that_of_a_terminal(text: str, columns: int) -> None:
    """East Asian letters and emoji take two columns, combining marks none."""
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("\u2028\u2066\u200f", "\\u2028\\u2066\\u200f"),
        ("שלום é 日 👍🏽 \\n", "שלום é 日 👍🏽 \\n"),
    ],
)
def test_visible_escapes_only_what_steers(text: str, shown: str) -> None:
    """Control characters of both sets, and the marks that change the order of letters."""
    assert visible(text) == shown
