"""Tokens are SQLite's: what SQLite takes as one token is one here."""

from __future__ import annotations

import subprocess
import sys

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.errors import ProgrammingError
from twsql.tokens import first_word, readable, tokens

SHARP = st.text(alphabet="'\"`[]();,.=-/*\n xX?:@$_aE019é\xa0", max_size=60)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'it''s'", "string"),
        ("''", "string"),
        ("x'00fF'", "blob"),
        ("x'0'", "broken"),
        ("'open", "broken"),
        ("'a''b", "broken"),
        ('"say ""x"""', "quoted"),
        ("[From]", "quoted"),
        ("`a``b`", "quoted"),
        ("[open", "broken"),
        ("12", "number"),
        ("1_000", "number"),
        ("1.", "number"),
        (".5e-3", "number"),
        ("0xFf", "number"),
        ("?", "parameter"),
        ("?12", "parameter"),
        (":from", "parameter"),
        ("@From", "parameter"),
        ("$a::b(c)", "parameter"),
        ("From", "word"),
        ("\xa0é$9", "word"),
    ],
)
def test_one_token(text: str, kind: str) -> None:
    """Each of these texts is one token of its kind."""
    assert [(token.kind, token.text, token.start) for token in tokens(text)] == [(kind, text, 0)]


@pytest.mark.parametrize("text", ["", " \t\r\n\f\ufeff", "-- to the end", "/* a ; b */", "/* never closed ;"])
def test_no_token(text: str) -> None:
    """White space and comments are no tokens, and a comment that is never closed goes on to the end."""
    assert list(tokens(text)) == []


@pytest.mark.parametrize(
    ("text", "name"), [('"a""b"', 'a"b'), ("`a``b`", "a`b"), ('[a"b]', 'a"b'), ("From", "From"), ('""', "")]
)
def test_name_without_quotes(text: str, name: str) -> None:
    """A name loses its quotes, and those that are doubled inside."""
    assert [token.name for token in tokens(text)] == [name]


@given(st.text() | SHARP)
def test_tokens_cover_the_text(text: str) -> None:
    """Every text has tokens: they are where they say, and between them is white space or comments only."""
    end = 0
    for token in tokens(text):
        assert text[token.start : token.start + len(token.text)] == token.text
        assert not list(tokens(text[end : token.start]))
        end = token.start + len(token.text)
    assert not list(tokens(text[end:]))


@given(st.lists(st.sampled_from(["'a''b'", '"a"', "[;]", "`b`", "x'00'", "1", "a", "?", "/*;*/", "--;\n", " "])))
def test_sqlite_agrees_on_where_text_is_open(parts: list[str]) -> None:
    """SQLite calls a text with a semicolon behind complete, so no quote or comment is open to it."""
    text = " ".join(["SELECT", *parts, ";"])
    assert apsw.complete(text)
    assert [token.text for token in tokens(text)].count(";") == 1


LONG = """
from twsql.dbapi.script import split
from twsql.tokens import tokens
trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN " + "SELECT 'no end';" * 30_000
quotes = ("'" * 400_001, "'a''" * 100_000, "[" * 400_000, "/*" * 200_000)
for text in (*quotes, "1_" * 200_000, "$a(" * 200_000, trigger):
    print(sum(len(token.text) for token in tokens(text)) <= len(text), len(list(split(text))) <= 1)
"""


def test_long_texts_end() -> None:
    """Nearly half a megabyte of one thing that is never closed is read in time linear in it."""
    run = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == ["True"] * 14


@pytest.mark.parametrize(
    ("text", "word"), [("-- why\n/**/ exec a", "EXEC"), ("", ""), ("[select]", ""), ("Select 1", "SELECT")]
)
def test_first_word(text: str, word: str) -> None:
    """The first word stands behind comments, and a quoted one is none."""
    assert first_word(text) == word


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT\n '\0'", "a NUL character at line 2, column 3: pass it as a parameter"),
        ("SELECT '\ud800'", "no text, half of a surrogate pair at line 1, column 9"),
        (b"SELECT 1", "a statement is a str, not bytes"),
    ],
)
def test_unreadable(text: str, message: str) -> None:
    """What SQLite would cut off or refuse is a ProgrammingError that says where."""
    with pytest.raises(ProgrammingError) as caught:
        readable(text)
    assert str(caught.value) == message
