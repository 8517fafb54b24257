"""A number in a script or on a page rings nobody: with an account set and `--sandbox` forgotten it would be called."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "sql").glob("*.sql"))]
SOURCES = [*sorted((ROOT / "src").rglob("*.py")), *sorted((ROOT / "benchmarks").glob("*.py"))]

# Twilio's test numbers, and those set aside for fiction: in the area of Washington, mobile in Britain, in London.
NOBODY = re.compile(r"\+1500555\d{4}|\+120255501\d\d|\+447700900\d{3}|\+442079460\d{3}")
EXAMPLE = ("+18149044818", "+919602968074", "919602968074")
MARK = "the example of the page that twsql began with"


def numbers(text: str) -> list[str]:
    """Every phone number, with or without its plus."""
    return re.findall(r"\+\d{8,15}\b|(?<=['\"])\d{10,15}(?=['\"])", text)


def test_numbers_are_nobody_s() -> None:
    """Numbers are Twilio's or fictitious, apart from the example, which is marked and runs on the sandbox."""
    for path in [*PAGES, *SOURCES]:
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            is_marked = MARK in " ".join(paragraph.split())
            for line in paragraph.splitlines():
                real = {number for number in numbers(line) if not NOBODY.fullmatch(number)}
                allowed = EXAMPLE if is_marked or "--sandbox" in line else ()
                assert real <= set(allowed), f"{path.relative_to(ROOT)}: {line}"


def test_a_number_is_found() -> None:
    """The check sees numbers in each way in which they are written."""
    assert numbers("""To = '+14155550123', From="4155550123" 2026110112 +1 500""") == ["+14155550123", "4155550123"]
