"""What Tab offers, without a terminal."""

from __future__ import annotations

import pytest

from twsql.cli import completion


@pytest.mark.parametrize(
    ("before", "token", "offered"),
    [
        ("EXEC ", "End", ["EndConference "]),
        ("exec ", "addp", ["addparticipants "]),
        ("CALL ", "Remove", ["RemoveParticipants("]),
        ("SELECT 1; EXEC ", "End", ["EndConference "]),
        ("EXEC twilio.api.EndConference ", "Conf", ["ConferenceSid = ", "Conference = "]),
        ("EXEC [AddParticipants] ", "Fr", ["From = "]),
        ("EXEC AddParticipants From = '+1', ", "Fr", []),
        ("EXEC AddParticipants From = '+1', ", "To", ["To = "]),
        ("EXEC AddParticipants ConferenceSid = 'x', ", "ConferenceS", ["ConferenceStatusCallback = "]),
        ("EXEC AddParticipants From = ", "T", []),
        ("EXEC AddParticipants From = '+1' ", "T", []),
        ("EXEC AddParticipants Label = 'a, ", "T", []),
        ("EXEC Nope ", "F", []),
        ("CALL RemoveParticipants(", "Par", ["Participant = "]),
    ],
)
def test_exec_is_completed_by_its_grammar(before: str, token: str, offered: list[str]) -> None:
    """A procedure after the verb, then inputs that are not given yet, nothing where a value belongs."""
    found = completion.in_exec(before, token)
    assert found is not None
    assert [each for each in found if "Method" not in each and "Event" not in each] == offered


@pytest.mark.parametrize("before", ["", "SELECT ", "EXPLAIN EXEC ", "EXEC EndConference; SELECT "])
def test_other_statements_are_left_to_the_shell(before: str) -> None:
    """They are not an EXEC."""
    assert completion.in_exec(before, "E") is None


@pytest.mark.parametrize("before", ["SELECT * FROM ", "SELECT 1; select a from t\njoin ", "INSERT INTO ", "UPDATE "])
def test_tables_stand_after_from_and_its_like(before: str) -> None:
    """Twilio's and the database's, and nothing else."""
    assert completion.is_table_next(before)
    assert not completion.is_table_next(before + "t ")
    assert completion.tables("Part", ["partial", "t"]) == ["Partial", "Participants"]


def test_columns_follow_a_table_and_a_dot() -> None:
    """The table as it was typed; letters as they were typed."""
    assert completion.columns("conferences.fri") == ["conferences.friendlyName"]
    assert completion.columns("AddParticipants.CallSidT") == ["AddParticipants.CallSidToCoach"]
    assert completion.columns("nope.Sid") == []
    assert completion.columns("Sid") == []


@pytest.mark.parametrize("name", ["conferences", "sys_procedureparameters", "EndConference", "EXECUTE ", "QueueTime"])
def test_every_name_of_ours_is_offered(name: str) -> None:
    """Tables, procedures, columns, and the words that begin an EXEC."""
    assert name in completion.names(name[:4])
