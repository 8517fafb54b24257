"""Plans: plain questions in, plain plans out, without SQLite."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from twsql.catalog import CATALOG
from twsql.schema import Column, Table
from twsql.vtab.plan import plan
from twsql.vtab.procedure_plan import ProcedurePlan
from twsql.vtab.question import Answer, Constraint, Question, from_json
from twsql.vtab.relation import Relation, relation
from twsql.vtab.table_plan import TablePlan

RELATIONS = {each.name: each for each in CATALOG.relations}


def number_of(on: Relation, name: str) -> int:
    """The number of a column."""
    return next(number for number, slot in enumerate(on.slots) if slot.name == name)


def planned(
    table: str, *constraints: tuple[str, str], order: str = "", used: str = "Sid", **flags: Any
) -> Answer | None:
    """The plan of constraints as (column, operator); `limit` has no column. `order` may end in ` DESC`."""
    on = RELATIONS[table]
    offered = tuple(
        Constraint(number_of(on, name) if name else -1, operator, **flags) for name, operator in constraints
    )
    terms = ((number_of(on, order.split()[0]), order.endswith("DESC")),) if order else ()
    columns = frozenset(min(number_of(on, name), 63) for name in used.split())
    return plan(on, Question(offered, terms, columns))


def spec(made: Answer | None, kind: type[TablePlan] | type[ProcedurePlan] = TablePlan) -> dict[str, Any]:
    """The text of a plan."""
    assert made is not None
    read: dict[str, Any] = json.loads(json.dumps(asdict(from_json(kind, made.plan))))
    return read


@pytest.mark.parametrize(
    ("constraints", "order", "args"),
    [
        ((), "", []),
        ((("", "limit"),), "", [["", "limit"]]),
        ((("Status", "="), ("", "limit"), ("", "offset")), "", [["Status", "="], ["", "limit"], ["", "offset"]]),
        ((("Status", "="), ("", "limit")), "DateCreated DESC", [["Status", "="], ["", "limit"]]),
        ((("Status", "="), ("", "limit")), "DateCreated", [["Status", "="]]),
        ((("Status", "="), ("", "limit")), "FriendlyName DESC", [["Status", "="]]),
        ((("Status", "other"), ("", "limit")), "", []),
        ((("Region", "="), ("", "limit")), "", []),
        ((("FriendlyName", "="), ("", "limit")), "", [["FriendlyName", "="]]),
        ((("DateCreated", ">="), ("", "limit")), "", [["DateCreated", ">="]]),
        ((("Status", "<"), ("", "limit")), "", []),
        ((("DateUpdated", "<"), ("DateUpdated", ">")), "", [["DateUpdated", "<"], ["DateUpdated", ">"]]),
    ],
)
def test_what_is_pushed(constraints: tuple[tuple[str, str], ...], order: str, args: list[list[str]]) -> None:
    """Filters go to the scan; LIMIT does so only where nothing else drops or sorts rows."""
    made = planned("conferences", *constraints, order=order)
    assert made is not None
    assert spec(made)["terms"] == args
    assert len(made.arguments) == len(args)
    assert made.omit == frozenset()


def test_other_collations() -> None:
    """A comparison with another collation may match more than Twilio's, so it is SQLite's alone."""
    assert spec(planned("conferences", ("FriendlyName", "="), collation="NOCASE"))["terms"] == []
    assert spec(planned("conferences", ("FriendlyName", "="), collation="binary"))["terms"] == [["FriendlyName", "="]]


def test_sets() -> None:
    """An IN whose values come all at once is asked for as one."""
    assert spec(planned("conferences", ("Status", "="), many=True))["terms"] == [["Status", "in"]]


@pytest.mark.parametrize(
    ("constraints", "order", "ordered"),
    [
        ((), "DateCreated DESC", True),
        ((("Status", "="),), "DateCreated DESC", True),
        ((), "DateCreated", False),
        ((), "DateUpdated DESC", False),
        ((("Sid", "="),), "DateCreated DESC", False),
    ],
)
def test_order(constraints: tuple[tuple[str, str], ...], order: str, ordered: bool) -> None:
    """Lists come newest first; conferences asked for one by one do not."""
    made = planned("conferences", *constraints, order=order)
    assert made is not None
    assert (made.ordered, spec(made)["ordered"]) == (ordered, ordered)


def test_costs() -> None:
    """One fetch is cheaper than a list, that than a fan-out, and any of them than a call without its inputs."""
    costs = [
        made.cost
        for made in (
            planned("participants", ("ConferenceSid", "="), ("CallSid", "="), used="CallSid"),
            planned("participants", ("ConferenceSid", "="), used="CallSid"),
            planned("participants", ("Muted", "="), used="CallSid"),
            planned("participants", used="CallSid"),
            planned("AddParticipants", ("From", "="), used="CallSid"),
        )
        if made
    ]
    assert costs == sorted(costs)
    assert len(costs) == 5


def test_a_list_by_another_tables_sid() -> None:
    """An `=` on a filter that references another table is one list, whatever the whole table costs."""
    columns = (
        Column("Sid", key=True),
        Column("ConferenceSid", filter="ConferenceSid", references="conferences.Sid", sid="CF"),
        Column("Source", filter="Source"),
    )
    tapes = relation(Table("tapes", "Recordings.", columns, lambda client, where: (), identity=("Sid",), pages=50))

    def made(column: int) -> Answer | None:
        return plan(tapes, Question((Constraint(column, "="),)))

    single, of_a_conference, filtered = made(0), made(1), made(2)
    assert single is not None
    assert of_a_conference is not None
    assert filtered is not None
    assert single.cost < of_a_conference.cost < filtered.cost / 10
    assert (single.unique, of_a_conference.unique, of_a_conference.rows) == (True, False, 10)
    assert of_a_conference.asks == "GET lists of tapes where ConferenceSid ="


def test_a_part_of_a_key() -> None:
    """An `=` on one of the columns that identify a row may leave several rows, so SQLite is not told otherwise."""
    columns = (Column("CallSid", key=True, references="calls.Sid"), Column("Ordinal", type="integer"))
    events = relation(Table("events", "Events.", columns, lambda client, where: (), identity=("CallSid", "Ordinal")))
    made = plan(events, Question((Constraint(0, "="),)))
    assert made is not None
    assert (made.unique, made.rows) == (False, 10)


BASE = (("Conference", "="), ("From", "="), ("To", "="))


def test_inputs_that_are_not_usable_yet() -> None:
    """An input that another table has yet to give makes SQLite try another order."""
    assert planned("AddParticipants", *BASE, used="CallSid", usable=False) is None
    on = RELATIONS["AddParticipants"]
    offered = [Constraint(number_of(on, name), operator) for name, operator in BASE]
    offered.append(Constraint(number_of(on, "Label"), "=", usable=False))
    assert plan(on, Question(tuple(offered))) is None


def test_missing_inputs() -> None:
    """Inputs that the statement does not mention make a plan that ends in an error, and costs more than any other."""
    made = planned("AddParticipants", ("To", "="), used="CallSid")
    assert spec(made, ProcedurePlan)["missing"] == ["Conference", "From"]
    assert spec(planned("AddParticipants", *BASE, used="CallSid"), ProcedurePlan)["missing"] == []
    alias = (("ConferenceSid", "="), *BASE[1:])
    assert spec(planned("AddParticipants", *alias, used="CallSid"), ProcedurePlan)["terms"][0] == ["Conference", "="]


@pytest.mark.parametrize(
    ("constraints", "used", "reads"),
    [
        (BASE, "Conference From To", False),
        (BASE, "CallSid", True),
        (BASE, "ConferenceSid", True),
        (BASE, "DateCreated", True),
        (BASE, "Label", True),
        ((*BASE, ("Label", "=")), "Label", False),
        ((*BASE[1:], ("ConferenceSid", "=")), "ConferenceSid From To", False),
        ((*BASE[1:], ("ConferenceSid", "=")), "ConferenceSid Status", True),
        ((*BASE, ("EmergencyAddress", "=")), "EmergencyAddress", False),
        ((*BASE, ("Status", "=")), "Status", True),
    ],
)
def test_what_counts_as_read(constraints: tuple[tuple[str, str], ...], used: str, reads: bool) -> None:
    """Only what Twilio's answer alone can tell, not what gives an input."""
    assert spec(planned("AddParticipants", *constraints, used=used), ProcedurePlan)["reads"] is reads


@pytest.mark.parametrize(
    ("constraints", "order", "together"),
    [
        (BASE, "", True),
        ((*BASE, ("", "limit")), "", True),
        ((*BASE, ("Status", "=")), "", True),
        ((*BASE, ("Status", "="), ("", "limit")), "", False),
        ((*BASE, ("Status", "="), ("", "limit")), "CallSid", True),
        ((*BASE, ("To", "other")), "", False),
        ((*BASE, ("Label", "other")), "", False),
    ],
)
def test_what_is_dialled_ahead(constraints: tuple[tuple[str, str], ...], order: str, together: bool) -> None:
    """A set is dialled together only where each of its rows will be read."""
    assert (
        spec(planned("AddParticipants", *constraints, order=order, used="CallSid"), ProcedurePlan)["together"]
        is together
    )


def test_inputs_are_not_compared_again() -> None:
    """SQLite is told not to check inputs; the first sixteen it does not, later ones are named to the scan."""
    names = [slot.name for slot in RELATIONS["AddParticipants"].slots if slot.parameter][:20]
    made = planned("AddParticipants", *((name, "=") for name in names), used="CallSid")
    assert made is not None
    assert made.omit == frozenset(range(20))
    assert spec(made, ProcedurePlan)["checked"] == names[16:]


@pytest.mark.parametrize(
    ("table", "constraints", "used", "asks"),
    [
        ("conferences", (), "", "GET all lists of conferences"),
        ("conferences", (("", "limit"),), "", "GET all lists of conferences up to LIMIT"),
        ("conferences", (("Sid", "="),), "", "GET single conferences where Sid ="),
        (
            "conferences",
            (("Status", "="), ("DateCreated", ">="), ("Region", "=")),
            "",
            "GET all lists of conferences where Status =, DateCreated >= by day; compared here: Region",
        ),
        ("participants", (("ConferenceSid", "="),), "", "GET lists of participants where ConferenceSid ="),
        (
            "participants",
            (("ConferenceSid", "="), ("Label", "=")),
            "",
            "GET single participants where ConferenceSid =, Label =",
        ),
        ("participants", (("Muted", "="),), "", "GET all lists of participants where Muted ="),
        ("sys_tables", (("TableName", "="),), "", "nothing of Twilio"),
        ("AddParticipants", BASE, "CallSid", "one call placed for each row; inputs Conference, From, To"),
        ("AddParticipants", BASE, "From", "nothing of Twilio, but an error: no result is read"),
        ("AddParticipants", BASE[:1], "CallSid", "nothing of Twilio, but an error: without From and To"),
        ("EndConference", BASE[:1], "FriendlyName", "EndConference once for each row; inputs Conference"),
    ],
)
def test_what_is_asked_in_words(table: str, constraints: tuple[tuple[str, str], ...], used: str, asks: str) -> None:
    """EXPLAIN QUERY PLAN says what goes to Twilio, and what is compared here."""
    made = planned(table, *constraints, used=used)
    assert made is not None
    assert made.asks == asks
