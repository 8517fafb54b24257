"""What can be read, one file for each table; a new one is a file here and an entry in TABLES."""

from __future__ import annotations

from twsql.tables.conferences import CONFERENCES
from twsql.tables.participants import PARTICIPANTS

TABLES = (CONFERENCES, PARTICIPANTS)
