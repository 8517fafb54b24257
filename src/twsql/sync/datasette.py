"""Metadata for Datasette: descriptions, labels, and a dashboard of charts.

Datasette takes it with `--metadata`; the dashboard needs its plugin datasette-dashboards.
https://docs.datasette.io/en/stable/metadata.html, https://github.com/rclement/datasette-dashboards
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from twsql.errors import OperationalError
from twsql.sync.layout import CALLS, CONFERENCES, PARTICIPANTS, RECORDINGS, SYNC_RUNS, TABLES
from twsql.sync.views import VIEWS

_COLOUR = "#2b6cb0"
_SORT = {
    CONFERENCES: "DateCreated",
    PARTICIPANTS: "DateCreated",
    CALLS: "StartTime",
    RECORDINGS: "DateCreated",
    SYNC_RUNS: "Run",
}


def write(path: str | os.PathLike[str], database: str | os.PathLike[str]) -> None:
    """Write the metadata of a synced file; a reader sees the old file or the new one. Raises OperationalError."""
    target = Path(path)
    passing = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        passing.write_text(json.dumps(metadata(Path(database).stem), indent=2, ensure_ascii=False) + "\n", "utf-8")
        passing.replace(target)
    except OSError as error:
        raise OperationalError(f"cannot write the metadata: {error.strerror}: {target}") from error


def metadata(database: str) -> dict[str, Any]:
    """The metadata of a file that Datasette serves under this name."""
    tables: dict[str, Any] = {}
    for each in (*TABLES, *VIEWS):
        columns = {column.name: column.description for column in each.columns}
        tables[each.name] = {"description": each.description, "columns": columns}
    for table, column in _SORT.items():
        tables[table.name]["sort_desc"] = column
    tables[CONFERENCES.name]["label_column"] = "FriendlyName"
    return {
        "title": "Twilio conferences",
        "description": "Kept up to date by twsql sync. Times are UTC.",
        "databases": {database: {"tables": tables}},
        "plugins": {"datasette-dashboards": {"conferences": _dashboard(database)}},
    }


def _dashboard(database: str) -> dict[str, Any]:
    charts = {
        "conferences-per-day": _chart(
            "Conferences a day",
            "SELECT Day, Conferences FROM conferences_per_day ORDER BY Day DESC LIMIT 365",
            _day(),
            _amount("Conferences"),
        ),
        "peak-participants": _chart(
            "Most participants at the same time",
            "SELECT Day, Peak FROM peak_participants_per_day ORDER BY Day DESC LIMIT 365",
            _day(),
            _amount("Peak"),
        ),
        "durations": _chart(
            "How long conferences last",
            "SELECT Duration, Conferences, Place FROM duration_histogram",
            {"field": "Duration", "type": "nominal", "title": None, "sort": {"field": "Place"}},
            _amount("Conferences"),
        ),
        "participants-per-conference": _chart(
            "Participants a conference",
            "SELECT Participants, count(*) AS Conferences FROM participants_per_conference GROUP BY 1",
            {"field": "Participants", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}},
            _amount("Conferences"),
        ),
        "reasons-for-ending": _chart(
            "Reasons for ending",
            "SELECT Reason, Conferences FROM reasons_for_ending",
            _amount("Conferences"),
            {"field": "Reason", "type": "nominal", "title": None, "sort": "-x", "axis": {"labelLimit": 300}},
        ),
        "calls-per-day": _chart(
            "Calls a day",
            "SELECT Day, Calls FROM calls_per_day ORDER BY Day DESC LIMIT 365",
            _day(),
            _amount("Calls"),
        ),
        "cost-per-day": _chart(
            "Cost a day",
            "SELECT Day, Cost FROM cost_per_day ORDER BY Day DESC LIMIT 365",
            _day(),
            {"field": "Cost", "type": "quantitative", "title": "Cost"},
        ),
    }
    layout = [["conferences-per-day"] * 2, ["peak-participants"] * 2]
    layout += [
        ["durations", "participants-per-conference"],
        ["reasons-for-ending"] * 2,
        ["calls-per-day", "cost-per-day"],
    ]
    return {
        "title": "Conferences",
        "layout": layout,
        "charts": {name: {**chart, "db": database} for name, chart in charts.items()},
    }


def _chart(title: str, query: str, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    mark = {"type": "bar", "tooltip": True, "color": _COLOUR}
    display = {"mark": mark, "encoding": {"x": x, "y": y}}
    return {"title": title, "query": query, "library": "vega-lite", "display": display}


def _day() -> dict[str, Any]:
    axis = {"format": "%b %d"}
    return {"field": "Day", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis}


def _amount(name: str) -> dict[str, Any]:
    return {"field": name, "type": "quantitative", "title": name, "axis": {"tickMinStep": 1, "tickCount": 8}}
