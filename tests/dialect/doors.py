"""Other people's programs over the dialect, as a person would use them; `.ci/doors` installs and runs them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas
import polars
import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from twsql.sandbox import Sandbox

JOIN = """SELECT c.FriendlyName, c.DateCreated, count(p.CallSid) AS n FROM conferences c
    JOIN participants p ON p.ConferenceSid = c.Sid GROUP BY c.Sid"""


@pytest.fixture
def engine(sandbox: Sandbox, tmp_path: Path) -> Iterator[Engine]:
    ...
