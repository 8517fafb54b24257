"""Writing without a cluster: what is refused before anything is sent, and what becomes of a partition's rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from pyspark import cloudpickle
from pyspark.sql.types import StringType, StructField, StructType

from twsql.errors import AuthenticationFailed, Error, InputError, OutcomeUnknown, TwilioError
from twsql.sandbox import Sandbox

from .conftest import Source

COLUMNS = ("RequestKey", "ConferenceSid", "From", "To")
ROWS = [(f"k{number}", "room", "+15005550006", f"+1202555{number:04}") for number in range(8)]


def writer(source: Any, columns: tuple[str, ...] = COLUMNS, *, overwrite: bool = False) -> Any:
    """A writer as it comes to a task."""
    schema = StructType([StructField(name, StringType()) for name in columns])
    return cloudpickle.loads(cloudpickle.dumps(source.writer(schema, overwrite)))


def batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """Rows as Spark gives them."""
    return pa.RecordBatch.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in rows])


@pytest.fixture
def dialing(source: Source, sandbox: Sandbox, journal: str) -> Callable[..., Any]:
    """Makes sources that place calls on a sandbox."""

    def make(**options: object) -> Any:
        usual = {"procedure": "AddParticipants", "journal": journal, "recovery_grace": 0.5}
        return source(sandbox, **{**usual, **options})

    return make


@pytest.mark.parametrize(
    ("options", "columns", "words"),
    [
        ({}, COLUMNS[1:], "a column RequestKey is required: it names a call"),
        ({}, COLUMNS[:2], "a column From is required; a column To is required"),
        ({}, (*COLUMNS, "Labl"), "Labl is no input"),
        ({}, (*COLUMNS, "Conference"), "Conference is given twice"),
        ({"journal": ":memory:"}, COLUMNS, "executors need a journal that they share"),
        ({"journal": "calls.db"}, COLUMNS, "executors need a journal that they share"),
        ({"procedure": "EndConference"}, COLUMNS, "is one that is done once: AddParticipants"),
        ({"read_only": "1"}, COLUMNS, "read_only is set"),
    ],
)
def test_refused_before_anything_is_sent(
    dialing: Callable[..., Any], sandbox: Sandbox, options: dict[str, str], columns: tuple[str, ...], words: str
) -> None:
    """A job that could place a call twice, or none, is an error on the driver."""
    with pytest.raises(Error, match=words):
        writer(dialing(**options), columns)
    assert sandbox.counters.requests == 0


def test_rows_are_added_not_overwritten(dialing: Callable[..., Any]) -> None:
    """Spark's default mode is an error of Spark; overwrite is one of ours."""
    with pytest.raises(Error, match=r"write with .mode\('append'\)"):
        writer(dialing(), overwrite=True)


def test_a_row_without_a_key(dialing: Callable[..., Any], sandbox: Sandbox) -> None:
    """It keeps its whole partition from being sent, whatever came before it."""
    with pytest.raises(InputError, match="RequestKey is NULL in 1 rows; nothing of this partition was sent"):
        writer(dialing()).write(iter([batch(ROWS), batch([(None, *ROWS[0][1:])])]))
    assert sandbox.counters.requests == 0


def test_a_refused_row_does_not_end_the_others(dialing: Callable[..., Any], sandbox: Sandbox) -> None:
    """All are tried; the job then fails, and says how to go on. What it tries again are the failures only."""
    made = writer(dialing())
    sandbox.fail("error", method="POST", times=1, status=400, code=21211)
    outcome = made.write(iter([batch([*ROWS, ("bad", "room", "+15005550006", "nobody")])]))
    assert (outcome.placed, outcome.refused, outcome.unknown) == (7, 2, 0)
    with pytest.raises(TwilioError, match="7 placed, 2 refused, 0 unknown: twsql_journal has each row; run the job"):
        made.commit([outcome, None])
    writer(dialing(onError="ignore")).commit([outcome])
    again = made.write(iter([batch(ROWS)]))
    assert (again.placed, sandbox.counters.placed) == (8, 8)
    made.commit([again])


def test_an_unknown_row(dialing: Callable[..., Any], sandbox: Sandbox) -> None:
    """A call that may have been placed is not placed again; the job's error says that it is unknown."""
    made = writer(dialing())
    sandbox.fail("reset-after", method="POST", times=1)
    sandbox.fail("error", method="GET", status=503)
    outcome = made.write(iter([batch(ROWS[:1])]))
    with pytest.raises(OutcomeUnknown, match="0 placed, 0 refused, 1 unknown"):
        made.commit([outcome])
    sandbox.heal()
    assert made.write(iter([batch(ROWS[:1])])).placed == 1
    assert sandbox.counters.placed == 1


def test_what_concerns_all_rows_ends_the_task(dialing: Callable[..., Any], sandbox: Sandbox) -> None:
    """With wrong credentials the task fails at once, so that Spark tries it again."""
    rows = [(f"n{number}", "room", "+15005550006", f"+1202666{number:04}") for number in range(200)]
    with pytest.raises(AuthenticationFailed):
        writer(dialing(auth_token="wrong-wrong-wrong")).write(iter([batch(rows)]))
    assert sandbox.counters.requests < 100


def test_two_attempts_at_the_same_time(dialing: Callable[..., Any], sandbox: Sandbox) -> None:
    """A second attempt that Spark starts beside a slow one waits for its outcomes."""
    sandbox.change(latency=0.1)
    outcomes = []
    tasks = [
        threading.Thread(target=lambda: outcomes.append(writer(dialing()).write(iter([batch(ROWS)])))) for _ in range(2)
    ]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    assert [each.placed for each in outcomes] == [8, 8]
    assert sandbox.counters.placed == 8
