"""Random conditions, orders and limits over the columns of the live tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import apsw
from hypothesis import strategies as st

from twsql.catalog import CATALOG

CONFERENCES = [
    "Sid",
    "AccountSid",
    "FriendlyName",
    "Status",
    "Region",
    "ReasonConferenceEnded",
    "CallSidEndingConference",
    "DateCreated",
    "DateUpdated",
    "ApiVersion",
    "Uri",
    "SubresourceUris",
]
PARTICIPANTS = [
    "ConferenceSid",
    "CallSid",
    "AccountSid",
    "Label",
    "Status",
    "Muted",
    "Hold",
    "Coaching",
    "CallSidToCoach",
    "StartConferenceOnEnter",
    "EndConferenceOnExit",
    "QueueTime",
    "DateCreated",
    "DateUpdated",
    "Uri",
    "FriendlyName",
]
BOOLEANS = {"Muted", "Hold", "Coaching", "StartConferenceOnEnter", "EndConferenceOnExit"}
WHICH = ("conferences", "participants")
COLUMNS = {"conferences": CONFERENCES, "participants": PARTICIPANTS}
LIKELY = {
    "conferences": "Sid FriendlyName Status DateCreated DateUpdated",
    "participants": "ConferenceSid CallSid Label FriendlyName Muted Hold Coaching DateCreated",
    "calls": "Sid To From Status StartTime EndTime Price",
    "recordings": "Sid CallSid ConferenceSid DateCreated Status",
    "transcriptions": "Sid RecordingSid",
    "call_events": "CallSid Ordinal",
    "accounts": "Sid FriendlyName Status",
    "applications": "Sid FriendlyName VoiceUrl",
    "available_phone_numbers": "Type Region PhoneNumber Beta",
    "balance": "AccountSid",
    "incoming_phone_numbers": "Sid PhoneNumber FriendlyName Beta Origin VoiceApplicationSid",
    "outgoing_caller_ids": "Sid PhoneNumber FriendlyName",
    "queue_members": "QueueSid CallSid Position",
    "queues": "Sid FriendlyName CurrentSize",
    "usage_records": "Category StartDate EndDate Granularity",
    "usage_triggers": "Sid UsageCategory TriggerBy Recurring",
    "messages": "Sid From To Body DateSent Status NumMedia",
    "media": "Sid ParentSid DateCreated",
    "conference_summaries": "ConferenceSid FriendlyName Status EndReason MixerRegion CreateTime",
    "conference_participant_summaries": "ConferenceSid ParticipantSid Label CallSid To",
    "call_summaries": "CallSid CallState CallType StartTime",
}
DAYS = {
    "calls": "StartTime",
    "call_events": "",
    "messages": "DateSent",
    "media": "",
    "conference_summaries": "CreateTime",
    "conference_participant_summaries": "JoinTime",
    "call_summaries": "StartTime",
}
"""The column by which a table is listed, where that is not DateCreated."""
MORE = ("calls", "recordings", "transcriptions", "messages", "call_events", "media")
SUMMARIES = ("conference_summaries", "conference_participant_summaries", "call_summaries")
ACCOUNT = tuple(table for table in LIKELY if table not in (*WHICH, *MORE, *SUMMARIES))
PASSING = {"WaitTime", "AverageWaitTime", "AsOf"}
"""Columns whose values change while a test looks."""
EVERY = COLUMNS | {
    table.name: [column.name for column in table.columns if not column.is_input and column.name not in PASSING]
    for table in CATALOG.listed
    if table.name in LIKELY and table.name not in COLUMNS
}
"""The columns of all tables that random SQL is tried on: of the first two, and of those that are mere declarations."""
ODD = (
    "NULL", "0", "1", "-1", "5", "05", "5.0", "1.0", "0.5", "'0'", "'1'", "'true'", "''", "'5'", "x''", "x'35'",
    "'Sales'", "'SALES'", "'guest-1'", "'GUEST-1'", "'In-Progress'", "'in-progress'", "'init'", "'completed'",
    "'2026-03-01'", "'2026-02-25'", "'2026-02-25 12:00:00'", "'2026-02-25T12:00:00Z'", "'2026-02-30'", "'2026-3-1'",
    "'2026-02-2'", "'2026-03-01 25:61:61'", "'2026-03-01 00:00:00.5'", "'20260301'", "20260301", "'9999-12-31'",
    "'0001-01-01'", "'0000-00-00'", "2026", "'\uff12026-03-01'", "1e300", "9223372036854775807",
    "'CF00000000000000000000000000000000'", "'CA00000000000000000000000000000000'", "'a/b'", "'.'", "'..'",
    "date('2026-03-01', '-2 days')", "datetime('2026-03-01', '-2 days')",
)  # fmt: skip
COMPARE = ("=", "==", "<>", "<", "<=", ">", ">=", "IS", "IS NOT", "IS DISTINCT FROM")
PATTERNS = ("'S%'", "'%s%'", "'2026-02-2%'", "'_'", "'%'", "'CF%'", "'guest-_'", "NULL", "5")


@dataclass(frozen=True)
class Pair:
    """The live tables, plain tables of the same rows, and the values that there are in each column."""

    live: apsw.Connection
    plain: apsw.Connection
    values: dict[str, list[Any]] = field(repr=False)


def column_of(table: str) -> st.SearchStrategy[str]:
    """A column, more often one that Twilio filters."""
    return st.sampled_from(LIKELY[table].split() * 2 + EVERY[table])


def _literal(pair: Pair, table: str, column: str) -> st.SearchStrategy[str]:
    own = [_quoted(value) for value in pair.values[f"{table}.{column}"]]
    spelled = [text.upper() for text in own if text.startswith("'")] + [text[:12] + "'" for text in own]
    usual = st.sampled_from(own)
    return st.one_of(usual, usual, usual, st.sampled_from([s for s in spelled if s.count("'") == 2] or ["''"]),
                     st.sampled_from(ODD))  # fmt: skip


def _quoted(value: Any) -> str:
    return apsw.format_sql_value(value)


@st.composite
def _term(draw: st.DrawFn, pair: Pair, table: str, prefix: str) -> str:
    column = draw(column_of(table))
    name = f'{prefix}"{column}"'
    value = _literal(pair, table, column)
    collate = draw(st.sampled_from(("", "", "", "", " COLLATE NOCASE", " COLLATE RTRIM")))
    kind = draw(st.sampled_from(("compare",) * 6 + ("in", "in", "between", "null", "like", "or", "flip", "column")))
    if kind == "in":
        many = ", ".join(draw(st.lists(value, max_size=4)))
        return f"{name}{collate} {draw(st.sampled_from(('IN', 'IN', 'NOT IN')))} ({many})"
    if kind == "between":
        return f"{name}{collate} {draw(st.sampled_from(('', 'NOT ')))}BETWEEN {draw(value)} AND {draw(value)}"
    if kind == "null":
        return f"{name} {draw(st.sampled_from(('ISNULL', 'NOTNULL', 'IS NULL', 'IS NOT NULL')))}"
    if kind == "like":
        return f"{name} {draw(st.sampled_from(('LIKE', 'NOT LIKE', 'GLOB')))} {draw(st.sampled_from(PATTERNS))}"
    if kind == "or":
        return f"({name} = {draw(value)}{collate} OR {name} = {draw(value)})"
    if kind == "flip":
        return f"{draw(value)} {draw(st.sampled_from(COMPARE[:7]))} {name}{collate}"
    if kind == "column":
        return f'{name} {draw(st.sampled_from(COMPARE))} {prefix}"{draw(column_of(table))}"{collate}'
    return f"{name} {draw(st.sampled_from(COMPARE))} {draw(value)}{collate}"


def where_of(pair: Pair, table: str, prefix: str = "") -> st.SearchStrategy[str]:
    """A condition of up to five terms; `prefix` is an alias of the table with its dot."""
    return st.recursive(
        _term(pair, table, prefix),
        lambda inner: st.one_of(
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            st.builds("NOT {}".format, inner),
        ),
        max_leaves=5,
    )


@st.composite
def order_of(draw: st.DrawFn, table: str) -> list[str]:
    """The terms of ORDER BY."""
    day = DAYS.get(table, "DateCreated")
    if day in EVERY[table] and draw(st.booleans()):
        return draw(st.sampled_from(([f"{day} DESC"], [day], [f"{day} DESC", EVERY[table][1]])))
    columns = draw(st.lists(st.sampled_from(EVERY[table]), max_size=3, unique=True))
    ways = st.sampled_from(("", " DESC", " COLLATE NOCASE", " DESC NULLS FIRST", " NULLS LAST"))
    return [f'"{column}"{draw(ways)}' for column in columns]


LIMIT = st.one_of(
    st.just(""),
    st.builds("LIMIT {}".format, st.integers(-1, 12)),
    st.builds("LIMIT {} OFFSET {}".format, st.integers(-1, 12), st.integers(-2, 12)),
)
