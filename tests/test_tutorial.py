"""docs/adding-a-table.md: its files, in a folder of their own, pass their own tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from reference import DOCS

MOST_LINES = 30
"""A table is one file of some 30 lines."""


def test_tutorial(tmp_path: Path) -> None:
    """Whoever copies the files has a table, a join side by side, and a procedure that happens once."""
    page = (DOCS / "adding-a-table.md").read_text(encoding="utf-8")
    files = dict(re.findall(r'^```python title="(\w+\.py)"\n(.*?)^```$', page, re.M | re.S))
    assert len(files) == page.count("```python")
    assert len(files["phone_calls.py"].splitlines()) < MOST_LINES
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error"]
    ran = subprocess.run([*command, tmp_path], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert re.search(r"^3 passed", ran.stdout, re.M), ran.stdout
