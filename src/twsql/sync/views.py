"""The views made for charts. A new one is an entry in VIEWS; a file gets it at its next run.

SQLite up to 3.40, which DuckDB has, tells no type of an expression, and DuckDB takes what has no type for a BLOB. There
a view's types are those of its last SELECT, so each ends with one of columns that have types, and no rows. A later
SQLite wants both to agree, so each expression is CAST.
"""

from __future__ import annotations

from dataclasses import dataclass

from twsql.schema import Column, Type

_TYPED: dict[Type, str] = {"text": "AccountSid", "integer": "Run", "real": "Seconds", "datetime": "Started"}
"""A column of sync_runs with this type."""


@dataclass(frozen=True)
class View:
    """A view; `select` is its query, `columns` are its columns in order."""

    name: str
    description: str
    columns: tuple[Column, ...]
    select: str

    @property
    def sql(self) -> str:
        """The statement that creates the view, as SQLite stores it."""
        names = ", ".join(f'"{column.name}"' for column in self.columns)
        typed = ", ".join(_TYPED[column.type] for column in self.columns)
        head, end = f"CREATE VIEW {self.name} ({names}) AS", f"{typed} FROM sync_runs WHERE FALSE"
        return "\n".join((head, "SELECT * FROM (", self.select.strip(), ") UNION ALL SELECT", end))


VIEWS = (
    View(
        name="conferences_per_day",
        description="How many conferences were created on each UTC day, and how many of them are over.",
        columns=(
            Column("Day", "The UTC day."),
            Column("Conferences", "How many were created on it.", type="integer"),
            Column("Completed", "How many of those are over.", type="integer"),
            Column("NotOver", "How many of those are not.", type="integer"),
            Column("Minutes", "How long those that are over lasted in all.", type="real"),
        ),
        select="""
SELECT CAST(substr(DateCreated, 1, 10) AS TEXT), CAST(count(*) AS INTEGER),
       CAST(sum(Status = 'completed') AS INTEGER), CAST(sum(Status <> 'completed') AS INTEGER),
       CAST(
         round(1440 * sum(CASE WHEN Status = 'completed' THEN julianday(DateUpdated) - julianday(DateCreated) END), 1)
         AS REAL)
FROM conferences WHERE DateCreated IS NOT NULL GROUP BY 1 ORDER BY 1
""",
    ),
    View(
        name="conference_durations",
        description="How long each conference that is over lasted; it is last updated when it ends.",
        columns=(
            Column("ConferenceSid", "The conference."),
            Column("FriendlyName", "Its name."),
            Column("Day", "The UTC day on which it was created."),
            Column("Started", "When it was created, UTC.", type="datetime"),
            Column("Ended", "When it ended, UTC.", type="datetime"),
            Column("Seconds", "How long it lasted.", type="integer"),
        ),
        select="""
SELECT Sid, FriendlyName, CAST(substr(DateCreated, 1, 10) AS TEXT), DateCreated, DateUpdated,
       CAST(round(86400 * (julianday(DateUpdated) - julianday(DateCreated))) AS INTEGER)
FROM conferences WHERE Status = 'completed'
""",
    ),
    View(
        name="duration_histogram",
        description="How many of the conferences that are over lasted how long.",
        columns=(
            Column("Place", "The order of the durations, from 1.", type="integer"),
            Column("Duration", "From and to, in minutes or hours."),
            Column("Conferences", "How many lasted so long.", type="integer"),
        ),
        select="""
WITH bounds(place, low, high, name) AS (VALUES
  (1, -1e9, 60, '< 1 min'), (2, 60, 300, '1-5 min'), (3, 300, 900, '5-15 min'), (4, 900, 1800, '15-30 min'),
  (5, 1800, 3600, '30-60 min'), (6, 3600, 7200, '1-2 h'), (7, 7200, 14400, '2-4 h'), (8, 14400, 1e9, '> 4 h')),
lengths(seconds, times) AS (SELECT Seconds, count(*) FROM conference_durations GROUP BY 1)
SELECT CAST(place AS INTEGER), CAST(name AS TEXT), CAST(coalesce(sum(times), 0) AS INTEGER)
FROM bounds LEFT JOIN lengths ON seconds >= low AND seconds < high
GROUP BY place ORDER BY place
""",
    ),
    View(
        name="peak_participants_per_day",
        description="The most participants who were in conferences at the same time, on each UTC day on which anybody"
        " came or left.",
        columns=(
            Column("Day", "The UTC day."),
            Column("Peak", "The most participants at one time, over all conferences.", type="integer"),
        ),
        select="""
WITH changes(moment, change) AS (
  SELECT coalesce(JoinedAt, DateCreated), count(*) FROM participants GROUP BY 1
  UNION ALL SELECT LeftAt, -count(*) FROM participants WHERE coalesce(JoinedAt, DateCreated) IS NOT NULL GROUP BY 1),
levels(moment, change, level) AS (
  SELECT moment, sum(change), sum(sum(change)) OVER (ORDER BY moment) FROM changes
  WHERE moment IS NOT NULL GROUP BY moment)
SELECT CAST(substr(moment, 1, 10) AS TEXT), CAST(max(max(level, level - change)) AS INTEGER)
FROM levels GROUP BY 1 ORDER BY 1
""",
    ),
    View(
        name="participants_per_conference",
        description="How many participants each conference had, as far as runs found them.",
        columns=(
            Column("ConferenceSid", "The conference."),
            Column("FriendlyName", "Its name."),
            Column("Status", "init, in-progress or completed."),
            Column("Started", "When it was created, UTC.", type="datetime"),
            Column("Participants", "How many were found in it, in all runs together.", type="integer"),
            Column("Present", "How many of those have not left.", type="integer"),
        ),
        select="""
SELECT Sid, FriendlyName, Status, DateCreated,
       CAST((SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid) AS INTEGER),
       CAST((SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid AND p.LeftAt IS NULL) AS INTEGER)
FROM conferences c
""",
    ),
    View(
        name="reasons_for_ending",
        description="Why the conferences that are over ended.",
        columns=(
            Column("Reason", "Twilio's word for it; 'not told' where there is none."),
            Column("Conferences", "How many ended so.", type="integer"),
            Column("Percent", "Their share of all that are over.", type="real"),
        ),
        select="""
SELECT CAST(coalesce(ReasonConferenceEnded, 'not told') AS TEXT), CAST(count(*) AS INTEGER),
       CAST(round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS REAL)
FROM conferences WHERE Status = 'completed' GROUP BY 1 ORDER BY 2 DESC
""",
    ),
    View(
        name="conference_costs",
        description="What the calls of each conference cost, as far as runs found who was in it.",
        columns=(
            Column("ConferenceSid", "The conference."),
            Column("FriendlyName", "Its name."),
            Column("Started", "When it was created, UTC.", type="datetime"),
            Column("Calls", "How many calls were found in it.", type="integer"),
            Column("Minutes", "How long they lasted in all.", type="real"),
            Column("Cost", "What Twilio charged for them, a positive number; NULL: nothing is known.", type="real"),
            Column("Currency", "The currency of Cost: USD."),
            Column("Unpriced", "How many of the calls have no price yet, or none at all.", type="integer"),
        ),
        select="""
SELECT c.Sid, c.FriendlyName, c.DateCreated, CAST(count(*) AS INTEGER),
       CAST(round(sum(calls.Duration) / 60.0, 1) AS REAL), CAST(round(-sum(calls.Price), 5) AS REAL),
       CAST(max(calls.PriceUnit) AS TEXT), CAST(count(*) - count(calls.Price) AS INTEGER)
FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid LEFT JOIN calls ON calls.Sid = p.CallSid
GROUP BY c.Sid
""",
    ),
    View(
        name="answered_by",
        description="Who answered the calls that were answered: people or machines.",
        columns=(
            Column("AnsweredBy", "Twilio's word for it; 'not told' where MachineDetection was off."),
            Column("Calls", "How many calls.", type="integer"),
            Column("Percent", "Their share of all that were answered.", type="real"),
        ),
        select="""
SELECT CAST(coalesce(AnsweredBy, 'not told') AS TEXT), CAST(count(*) AS INTEGER),
       CAST(round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS REAL)
FROM calls WHERE Status IN ('in-progress', 'completed') GROUP BY 1 ORDER BY 2 DESC
""",
    ),
    View(
        name="calls_per_day",
        description="How many calls began on each UTC day, and what became of them.",
        columns=(
            Column("Day", "The UTC day."),
            Column("Calls", "How many began on it.", type="integer"),
            Column("Answered", "How many of those were answered.", type="integer"),
            Column("Unanswered", "How many were busy, were not answered, were canceled or failed.", type="integer"),
            Column("Minutes", "How long they lasted in all.", type="real"),
        ),
        select="""
SELECT CAST(substr(StartTime, 1, 10) AS TEXT), CAST(count(*) AS INTEGER),
       CAST(sum(Status IN ('in-progress', 'completed')) AS INTEGER),
       CAST(sum(Status IN ('busy', 'no-answer', 'canceled', 'failed')) AS INTEGER),
       CAST(round(total(Duration) / 60.0, 1) AS REAL)
FROM calls WHERE StartTime IS NOT NULL GROUP BY 1 ORDER BY 1
""",
    ),
    View(
        name="cost_per_day",
        description="What the calls that began, and the recordings that were made, on each UTC day cost.",
        columns=(
            Column("Day", "The UTC day."),
            Column("Currency", "The currency: USD."),
            Column("Calls", "What Twilio charged for calls, a positive number.", type="real"),
            Column("Recordings", "What it charged for recordings.", type="real"),
            Column("Cost", "Both together.", type="real"),
        ),
        select="""
WITH costs(day, currency, calls, recordings) AS (
  SELECT substr(StartTime, 1, 10), PriceUnit, -Price, 0 FROM calls WHERE Price IS NOT NULL
  UNION ALL SELECT substr(DateCreated, 1, 10), PriceUnit, 0, -Price FROM recordings WHERE Price IS NOT NULL)
SELECT CAST(day AS TEXT), CAST(currency AS TEXT), CAST(round(sum(calls), 5) AS REAL),
       CAST(round(sum(recordings), 5) AS REAL), CAST(round(sum(calls) + sum(recordings), 5) AS REAL)
FROM costs WHERE day IS NOT NULL GROUP BY day, currency ORDER BY day, currency
""",
    ),
)
