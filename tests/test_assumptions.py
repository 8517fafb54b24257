"""The page of assumptions is held to the code: its files exist, and each line of the probe is on it."""

from __future__ import annotations

import re
from dataclasses import fields

from reference import DOCS
from twsql.cli import probe
from twsql.sandbox import Readings

PAGE = (DOCS / "assumptions.md").read_text("utf-8")
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.*?)\|$", PAGE, re.M)
LINES = [row for row in ROWS if row[0] not in ("Assumption", "---")]


def test_each_reading_is_told() -> None:
    """A line for each line of the probe, of which each field of Readings is one."""
    told = {name for *_, line in LINES for name in re.findall(r"`(\w+)`", line)}
    assert told == set(probe.FACTS)
    assert told >= {field.name for field in fields(Readings)}


def test_files_exist() -> None:
    """Each line says which file relies on it, how sure we are, and what happens if it is wrong."""
    for assumption, sure, where, wrong, _ in LINES:
        files = re.findall(r"`([\w/]+\.py)`", where)
        assert files, assumption
        assert all((DOCS.parent / "src" / "twsql" / file).exists() for file in files), where
        assert re.match("documented|seen|open", sure), assumption
        assert wrong.strip(), assumption
    assert len(LINES) > 20
