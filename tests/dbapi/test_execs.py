"""EXEC and CALL: every spelling of a call is read as that call, and what is wrong is told with its place."""

from __future__ import annotations

import contextlib
import math

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twsql.dbapi.execs import Exec, Placeholder, is_exec, parse
from twsql.dbapi.invocations import translate, understood
from twsql.errors import ProgrammingError
from twsql.schema import Value

from .procedures import ADD, KNOWN

SPELLED = {given.name: [word for word in (given.name, given.alias) if word] for given in ADD.inputs}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.binary(max_size=8),
)
SPACES = st.sampled_from([" ", "\n", "\t ", " /* ; ' */ ", "-- From = ']\n"])


def written(value: Value) -> str:
    """Write a value as a SQLite literal."""
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "true", False: "False"}[value]
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


@st.composite
def names(draw: st.DrawFn, name: str, *, is_input: bool = False) -> str:
    """Draw a spelling: any case, bare or quoted in one of SQLite's ways, an input perhaps with @ before it."""
    word = draw(st.sampled_from([name, name.lower(), name.upper(), name.swapcase()]))
    quotes = ["{}", '"{}"', "[{}]", "`{}`"] + (["@{}"] if is_input else [])
    return draw(st.sampled_from(quotes)).format(word)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Value], list[Value]]:
    """Draw a statement, the inputs that it means, and the parameters of its placeholders."""
    inputs = draw(st.dictionaries(st.sampled_from(sorted(SPELLED)), VALUES))
    params: list[Value] = []
    parts = []
    for name, value in inputs.items():
        spelled = draw(names(draw(st.sampled_from(SPELLED[name])), is_input=True))
        literal = written(value)
        if draw(st.booleans()):
            params.append(value)
            literal = draw(st.sampled_from(["?", f"?{len(params)}"]))
        parts.append(draw(SPACES).join([spelled, "=", literal]))
    catalog = draw(st.sampled_from(["", "main.", "[My CData].[x].", 'Twilio . "dbo" .']))
    name = catalog + draw(names("AddParticipants"))
    space = draw(SPACES)
    listed = f"{space},{space}".join(parts)
    verb = draw(st.sampled_from(["EXEC", "exec", "Execute", "CALL", "call"]))
    body = f"{name}({space}{listed})" if verb.upper() == "CALL" else f"{name}{space}{listed}"
    statement = draw(st.sampled_from(["", "-- a call\n"])) + f"{verb}{space}{body}"
    return statement + draw(st.sampled_from(["", ";", " ; -- done"])), inputs, params


@given(calls())
def test_spellings(call: tuple[str, dict[str, Value], list[Value]]) -> None:
    """Case, quotes, comments, prefixes, aliases and placeholders make no difference to what is called."""
    statement, inputs, params = call
    given = {name: value for name, value in inputs.items() if value is not None}
    sql, bindings = translate(statement, KNOWN, params)
    assert is_exec(statement)
    assert list(understood(statement, KNOWN).inputs) == list(inputs)
    assert bindings == tuple(given.values())
    assert [type(value) for value in bindings] == [
        int if isinstance(value, bool) else type(value) for value in given.values()
    ]
    assert sql.startswith('SELECT * FROM temp."AddParticipants"')
    assert [f'"AddParticipants"."{name}" = ?' in sql for name in ADD_NAMES] == [n in given for n in ADD_NAMES]


ADD_NAMES = [given.name for given in ADD.inputs]


def test_the_example_works_as_it_stands() -> None:
    """The statement that brought the procedure about, From and To unquoted, is taken letter by letter."""
    statement = "EXEC AddParticipants ConferenceSid = 'MyConference', From = '+18149044818', To = '919602968074'"
    assert translate(statement, KNOWN) == (
        'SELECT * FROM temp."AddParticipants" WHERE "AddParticipants"."Conference" = ?'
        ' AND "AddParticipants"."From" = ? AND "AddParticipants"."To" = ?',
        ("MyConference", "+18149044818", "919602968074"),
    )


@pytest.mark.parametrize(
    "statement", ["EXEC AddParticipants", "CALL AddParticipants()", "EXEC AddParticipants To = NULL"]
)
def test_no_inputs(statement: str) -> None:
    """No inputs, or only NULL, are passed on: the procedure itself says what it misses."""
    assert translate(statement, KNOWN) == ('SELECT * FROM temp."AddParticipants"', ())


@pytest.mark.parametrize(
    ("statement", "params", "values"),
    [
        ("CALL AddParticipants('c', ?, :to)", [1, 2], {"Conference": "c", "From": 1, "To": 2}),
        ("CALL AddParticipants(@a, NULL, @a)", {"a": "x"}, {"Conference": "x", "To": "x"}),
        ("CALL AddParticipants('c', To = $to)", {"to": "x"}, {"Conference": "c", "To": "x"}),
        ("CALL AddParticipants(?2, ?1, ?)", [1, 2, 3], {"Conference": 2, "From": 1, "To": 3}),
        ("EXEC AddParticipants @From = @From, @To = :From", {"From": 7}, {"From": 7, "To": 7}),
    ],
)
def test_positions_and_placeholders(statement: str, params: object, values: dict[str, Value]) -> None:
    """CALL takes values in declared order, then by name; placeholders are numbered as SQLite numbers them."""
    sql, bindings = translate(statement, KNOWN, params)
    assert bindings == tuple(values.values())
    assert sql.count(" = ?") == len(values)
    assert all(f'"{name}" = ?' in sql for name in values)


LITERALS = """
    0 -0 00012 1_000 9223372036854775807 -9223372036854775808 9223372036854775808 -9223372036854775809
    0x7fffffffffffffff 0xFFFFFFFFFFFFFFFF -0x10 1.5e3 .5 -1. 1e400 x'' X'00ff' '' '''x''' ';--' TRUE false null
"""


@pytest.mark.parametrize("literal", [*LITERALS.split(), "9" * 5000, "'two\nlines'"])
def test_literals_are_sqlites(literal: str) -> None:
    """A literal is the value that SQLite takes it for."""
    (argument,) = parse(f"EXEC P A = {literal}").arguments
    ((expected,),) = apsw.Connection(":memory:").execute(f"SELECT {literal}")
    assert argument.value == expected
    assert type(argument.value) is type(expected)


@pytest.mark.parametrize(
    ("statement", "params", "message"),
    [
        ("EXEC", (), "expected a procedure's name instead of the end at line 1, column 5"),
        ("EXEC 'x'", (), "expected a procedure's name instead of a string at line 1, column 6"),
        ("EXEC a.b.c.d", (), "expected at most catalog.schema.name instead of d at line 1, column 12"),
        (
            "EXEC Addparticipant To = 'x'",
            (),
            "no procedure 'Addparticipant' at line 1, column 6: did you mean AddParticipants?"
            " procedures are AddParticipants, HangUp",
        ),
        (
            "CALL Unlike()",
            (),
            "no procedure 'Unlike' at line 1, column 6: procedures are AddParticipants, HangUp",
        ),
        (
            "EXEC AddParticipants\n  Form = 'x'",
            (),
            "AddParticipants has no input 'Form' at line 2, column 3: did you mean From?"
            " inputs are Conference, ConferenceSid, From, To, Label, WaitTime, Record, Trim",
        ),
        (
            "EXEC AddParticipants Conference = 'x', conferencesid = 'x'",
            (),
            "AddParticipants is given Conference a second time at line 1, column 40: keep one",
        ),
        (
            "EXEC AddParticipants 'x'",
            (),
            "expected Input = value (values by position go into CALL Name(value, …)) instead of a string"
            " at line 1, column 22",
        ),
        ("EXEC AddParticipants To 'x'", (), "expected = after To instead of a string at line 1, column 25"),
        (
            "EXEC AddParticipants To = +1555",
            (),
            "expected a value, text such as a phone number in single quotes, instead of + at line 1, column 27",
        ),
        (
            'EXEC AddParticipants To = "x"',
            (),
            "expected a value, text such as a phone number in single quotes, instead of a quoted name at line 1",
        ),
        (
            "EXEC AddParticipants To = 'x",
            (),
            "expected a value, text such as a phone number in single quotes, instead of a quote ' that is not",
        ),
        (
            "EXEC AddParticipants To = 'x' From = 'y'",
            (),
            "expected a comma or the end instead of From at line 1, column 31",
        ),
        ("EXEC HangUp; SELECT 1", (), "expected the end instead of SELECT at line 1, column 14"),
        (
            "CALL HangUp CallSid = 'x'",
            (),
            "expected ( after the name of a procedure that is called instead of CallSid",
        ),
        ("CALL HangUp('x'", (), "expected a comma or ) instead of the end at line 1, column 16"),
        ("CALL HangUp('x', 'y')", (), "one value too many at line 1, column 18: HangUp has 1 inputs"),
        (
            "CALL AddParticipants(To = 'x', 'y')",
            (),
            "a value by position after one by name at line 1, column 32: put it first, or name it",
        ),
        (
            "CALL HangUp(0x10000000000000000)",
            (),
            "expected a hexadecimal number of 64 bits instead of 0x1000",
        ),
        ("CALL HangUp(?)", (), "the statement has 1 parameter, and 0 given"),
        ("CALL AddParticipants(?, ?5)", (1, 2), "the statement has 5 parameters, and 2 given"),
        ("CALL HangUp(?0)", (1,), "?0 is no parameter: they go from ?1 to ?32766"),
        (
            "CALL HangUp(?)",
            {"a": 1},
            "? takes its value from a sequence, and a mapping is given: write :name",
        ),
        ("CALL HangUp(:b)", {"a": 1}, "no value for the parameter b: the mapping has a"),
        ("CALL HangUp(?)", "x", "parameters are a sequence or a mapping, not str"),
    ],
)
def test_what_is_wrong(statement: str, params: object, message: str) -> None:
    """The message says what was expected, or what is allowed with the nearest name first, and where."""
    with pytest.raises(ProgrammingError) as caught:
        translate(statement, KNOWN, params)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "statement", ["EXEC HangUp 'secret'", "EXEC HangUp CallSid = 'a' 'secret'", 'CALL HangUp("secret")']
)
def test_errors_repeat_no_values(statement: str) -> None:
    """What may be a secret does not get into an error, and so not into a log."""
    with pytest.raises(ProgrammingError) as caught:
        translate(statement, KNOWN)
    assert "secret" not in str(caught.value)


WORDS = "EXEC AddParticipants HangUp CallSid From = , ( ) . ; 'x' ' \" [ ] - 1 0x ? ?99999999999 @To :a $a( NULL"
PIECES = [*WORDS.split(), "call ", "--", "/*", "*/", "\n", " ", "\0", "\ud800", "é"]


@given(
    st.sampled_from(["{}", "EXEC {}", "CALL HangUp({}", "EXEC HangUp CallSid = {}"]),
    st.lists(st.sampled_from(PIECES)).map("".join) | st.text(),
)
def test_garbage(frame: str, text: str) -> None:
    """Whatever stands behind EXEC, it is read, or it is a ProgrammingError."""
    with contextlib.suppress(ProgrammingError):
        assert translate(frame.format(text), KNOWN, ())[0].startswith("SELECT")


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        *[(statement, True) for statement in ("/* x */ eXeC P", "CALL P()", "EXECUTE")],
        *[(statement, False) for statement in ("SELECT 1", "EXECS", "'EXEC'", "", "[EXEC] P", "EXPLAIN EXEC P")],
    ],
)
def test_is_exec(statement: str, answer: bool) -> None:
    """The first word alone decides, whatever comments stand before it."""
    assert is_exec(statement) is answer


def test_parse() -> None:
    """A statement is read into a name, and arguments with literals told from placeholders."""
    read = parse("CALL a.B(1, C = :c)")
    assert (read.name, [(argument.name, argument.value) for argument in read.arguments]) == (
        "B",
        [(None, 1), ("C", Placeholder(":c"))],
    )
    assert parse("EXEC B") == Exec("B", (), " at line 1, column 6")
    assert math.isinf(parse("EXEC B C = 1e999").arguments[0].value)
