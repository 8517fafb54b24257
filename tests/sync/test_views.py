"""The views, on rows that are few enough to count by hand."""

from __future__ import annotations

import pytest
from tests.sync.conftest import File

from twsql.sync.views import VIEWS
from twsql.sync.writer import Writer

_ROWS = """
INSERT INTO sync_runs (Run, AccountSid, Started) VALUES (1, 'AC', '2026-01-03 00:00:00');
INSERT INTO conferences
  (Sid, FriendlyName, Status, ReasonConferenceEnded, DateCreated, DateUpdated, FirstSeen, LastSeen, Run) VALUES
  ('CF1', 'one', 'completed', 'last-participant-left', '2026-01-01 10:00:00', '2026-01-01 10:00:30', 'x', 'x', 1),
  ('CF2', 'two', 'completed', 'conference-ended-via-api', '2026-01-01 23:00:00', '2026-01-02 01:00:00', 'x', 'x', 1),
  ('CF3', 'two', 'completed', NULL, '2026-01-02 05:00:00', '2026-01-02 05:04:00', 'x', 'x', 1),
  ('CF4', 'now', 'in-progress', NULL, '2026-01-02 06:00:00', '2026-01-02 06:00:00', 'x', 'x', 1);
INSERT INTO participants (ConferenceSid, CallSid, DateCreated, JoinedAt, LeftAt) VALUES
  ('CF1', 'CA1', '2026-01-01 10:00:00', NULL, '2026-01-01 10:00:30'),
  ('CF1', 'CA2', '2026-01-01 10:00:10', NULL, '2026-01-01 10:00:20'),
  ('CF2', 'CA3', '2026-01-01 23:00:00', NULL, '2026-01-02 01:00:00'),
  ('CF2', 'CA4', NULL, '2026-01-01 23:30:00', '2026-01-02 00:30:00'),
  ('CF2', 'CA5', NULL, '2026-01-01 23:40:00', '2026-01-02 01:00:00'),
  ('CF2', 'CA6', NULL, NULL, '2026-01-02 01:00:00'),
  ('CF4', 'CA7', '2026-01-02 06:00:00', NULL, NULL);
INSERT INTO calls (Sid, Status, StartTime, Duration, Price, PriceUnit, AnsweredBy, FirstSeen, LastSeen, Run) VALUES
  ('CA1', 'completed', '2026-01-01 10:00:00', 30, -0.014, 'USD', 'human', 'x', 'x', 1),
  ('CA2', 'completed', '2026-01-01 10:00:10', 10, -0.014, 'USD', 'human', 'x', 'x', 1),
  ('CA3', 'completed', '2026-01-01 23:00:00', 7200, NULL, NULL, 'machine_start', 'x', 'x', 1),
  ('CA7', 'in-progress', '2026-01-02 06:00:00', NULL, NULL, 'USD', NULL, 'x', 'x', 1),
  ('CA8', 'busy', '2026-01-02 07:00:00', 0, NULL, NULL, NULL, 'x', 'x', 1),
  ('CA9', 'queued', NULL, NULL, NULL, NULL, NULL, 'x', 'x', 1);
INSERT INTO recordings (Sid, ConferenceSid, DateCreated, Price, PriceUnit, FirstSeen, LastSeen, Run) VALUES
  ('RE1', 'CF1', '2026-01-01 10:00:00', -0.0025, 'USD', 'x', 'x', 1),
  ('RE2', 'CF2', '2026-01-02 00:00:00', -0.3, 'USD', 'x', 'x', 1),
  ('RE3', 'CF4', '2026-01-02 06:00:00', NULL, NULL, 'x', 'x', 1);
"""

_EXPECTED = {
    "conferences_per_day": [("2026-01-01", 2, 2, 0, 120.5), ("2026-01-02", 2, 1, 1, 4.0)],
    "conference_durations": [
        ("CF1", "one", "2026-01-01", "2026-01-01 10:00:00", "2026-01-01 10:00:30", 30),
        ("CF2", "two", "2026-01-01", "2026-01-01 23:00:00", "2026-01-02 01:00:00", 7200),
        ("CF3", "two", "2026-01-02", "2026-01-02 05:00:00", "2026-01-02 05:04:00", 240),
    ],
    "duration_histogram": [
        (1, "< 1 min", 1),
        (2, "1-5 min", 1),
        (3, "5-15 min", 0),
        (4, "15-30 min", 0),
        (5, "30-60 min", 0),
        (6, "1-2 h", 0),
        (7, "2-4 h", 1),
        (8, "> 4 h", 0),
    ],
    # On the second day three were there at midnight; whose coming is not known is not counted.
    "peak_participants_per_day": [("2026-01-01", 3), ("2026-01-02", 3)],
    "participants_per_conference": [
        ("CF1", "one", "completed", "2026-01-01 10:00:00", 2, 0),
        ("CF2", "two", "completed", "2026-01-01 23:00:00", 4, 0),
        ("CF3", "two", "completed", "2026-01-02 05:00:00", 0, 0),
        ("CF4", "now", "in-progress", "2026-01-02 06:00:00", 1, 1),
    ],
    "reasons_for_ending": [
        ("conference-ended-via-api", 1, 33.3),
        ("last-participant-left", 1, 33.3),
        ("not told", 1, 33.3),
    ],
    "conference_costs": [
        ("CF1", "one", "2026-01-01 10:00:00", 2, 0.7, 0.028, "USD", 0),
        ("CF2", "two", "2026-01-01 23:00:00", 4, 120.0, None, None, 4),
        ("CF4", "now", "2026-01-02 06:00:00", 1, None, None, "USD", 1),
    ],
    "answered_by": [("human", 2, 50.0), ("machine_start", 1, 25.0), ("not told", 1, 25.0)],
    "calls_per_day": [("2026-01-01", 3, 3, 0, 120.7), ("2026-01-02", 2, 1, 1, 0.0)],
    "cost_per_day": [("2026-01-01", "USD", 0.028, 0.0025, 0.0305), ("2026-01-02", "USD", 0.0, 0.3, 0.3)],
}


@pytest.fixture
def filled(file: File) -> File:
    """Four conferences on two days."""
    Writer(file.path, "AC").close()
    file.run(_ROWS)
    return file


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_view_counts_right(filled: File, view: object) -> None:
    """Each view on its own, on SQLite without twsql."""
    name = getattr(view, "name", "")
    found = filled.rows(f"SELECT * FROM {name}")
    assert sorted(found) == sorted(_EXPECTED[name])
    if name.endswith("day") or name == "duration_histogram":
        assert found == _EXPECTED[name]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_view_of_an_empty_file(file: File, view: object) -> None:
    """Before anything is there, no view fails."""
    Writer(file.path, "AC").close()
    name = getattr(view, "name", "")
    assert sum(row[-1] for row in file.rows(f"SELECT * FROM {name}")) == 0
