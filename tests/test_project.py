"""What several files of the project say of the same thing, they say alike."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from twsql import __version__

ROOT = Path(__file__).parent.parent
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""Of https://keepachangelog.com, in its order."""


def read(path: str) -> str:
    """The text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def test_pythons() -> None:
    """CI tests the Pythons that the package says it supports; noxfile.py reads them."""
    supported = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', read("pyproject.toml"))
    tested = re.search(r"^ +python: \[(.*)\]$", read(".github/workflows/tests.yml"), re.M)
    assert tested is not None
    assert re.findall(r'"(3\.\d+)"', tested[1]) == supported
    minors = re.search(r"^  for minor in ([\d ]+); do$", read(".ci/run"), re.M)
    assert minors is not None
    assert [f"3.{minor}" for minor in minors[1].split()] == supported


def test_extras() -> None:
    """docs/installing.md tells what each extra is for."""
    extras = re.search(r"^\[project.optional-dependencies\]\n(.*?)^\[", read("pyproject.toml"), re.M | re.S)
    table = re.search(r"^\| extra \|.*?\n\n", read("docs/installing.md"), re.M | re.S)
    assert extras is not None
    assert table is not None
    told = [name for row in table[0].split("\n")[2:-2] for name in re.findall(r"`([a-z]+)`", row.split("|")[1])]
    assert sorted(told) == sorted(re.findall(r"^(\w+) = \[$", extras[1], re.M))


def test_changelog() -> None:
    """It begins with what is unreleased, and each release has sections that people know, once and in order."""
    releases = re.split(r"^## ", read("CHANGELOG.md"), flags=re.M)[1:]
    assert releases[0].startswith("[Unreleased]\n")
    for release in releases:
        found = re.findall(r"^### (.*)$", release, re.M)
        assert found == [each for each in SECTIONS if each in found]
    assert read(".gitattributes").splitlines() == ["CHANGELOG.md merge=union"]


def test_release_knows_the_version() -> None:
    """The release workflow finds the version where it looks for the tag's."""
    (command,) = re.findall(r"^ +(grep -qx .* src/\S+)$", read(".github/workflows/release.yml"), re.M)
    for version, found in ((__version__, 0), ("9.9.9", 1)):
        ran = subprocess.run(["sh", "-c", f"version={version}; {command}"], cwd=ROOT, check=False)
        assert ran.returncode == found


def test_what_contributing_names_is_there() -> None:
    """CONTRIBUTING.md names sessions of noxfile.py, and no others."""
    named = set(re.findall(r"nox -s (\w+)", read("CONTRIBUTING.md")))
    assert named == set(re.findall(r"^@nox\.session.*\ndef (\w+)", read("noxfile.py"), re.M))
