"""The README, followed from its top by somebody who knows nothing else; .ci/run does it on a machine without twsql."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from examples import in_ci_run

from .newcomer import follow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and an environment in which only twsql is installed."""
    for name in os.environ:
        if name.startswith(("TWSQL_", "TWILIO_")) and name != "TWSQL_JOURNAL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@in_ci_run
def test_the_readme_can_be_followed(home: Path) -> None:
    """Each block runs behind those above it, and the outputs are what it shows."""
    shutil.copy(ROOT / "README.md", home)
    shutil.copytree(ROOT / "sql", home / "sql")
    assert follow(home / "README.md", installed=True) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```sh\nexport A=1\n```\n```sh\ntest $A = 2\n```\n", "line 4 failed"),
        ("```console\n$ echo one\ntwo\n```\n", "line 1 shows"),
        ("```sql\nSELECT misspelt;\n```\n", "no such column: misspelt"),
        ("```python\nraise ValueError\n```\n", "ValueError"),
    ],
)
def test_a_page_that_is_wrong_is_told(home: Path, text: str, problem: str) -> None:
    """A block that fails, and an output that differs, are told with the line."""
    page = home / "page.md"
    page.write_text(text)
    assert problem in follow(page, installed=True)
