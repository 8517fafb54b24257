"""The extension in what others choose: ADBC, Harlequin, Node. Java has Xerial's driver, in test_stored_loaded."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hosting import in_ci_hosts, lacking, program

from twsql.sandbox import Sandbox

pytestmark = in_ci_hosts

ADD = "SELECT Status FROM AddParticipants('MyConference', '+18149044818', '+919602968074')"
READ = "SELECT FriendlyName, Status FROM conferences"

ADBC = """
import sys
import adbc_driver_sqlite.dbapi as adbc
with adbc.connect(":memory:") as connection:
    connection.enable_load_extension(True)
    connection.load_extension(sys.argv[1])
    with connection.cursor() as cursor:
        for sql in sys.argv[2:]:
            cursor.execute(sql)
            print(cursor.fetch_arrow_table().to_pylist())
"""

HARLEQUIN = """
import asyncio, sys
from harlequin import Harlequin
from harlequin_sqlite import HarlequinSqliteAdapter

async def show(sql):
    app = Harlequin(HarlequinSqliteAdapter((":memory:",), no_init=True, extension=[sys.argv[1]]))
    async with app.run_test(size=(120, 36)) as pilot:
        while app.editor is None:
            await pilot.pause(0.1)
        app.editor.text = sql
        await pilot.press("ctrl+j")
        while not (table := app.results_viewer.get_visible_table()) or not table.row_count:
            await pilot.pause(0.1)
        print([table.get_row_at(number) for number in range(table.row_count)])

for sql in sys.argv[2:]:
    asyncio.run(show(sql))
"""

NODE_SQLITE = """
const { DatabaseSync } = require('node:sqlite');
const [extension, ...statements] = process.argv.slice(2);
const db = new DatabaseSync(':memory:', { allowExtension: true });
db.loadExtension(extension);
for (const sql of statements) console.log(JSON.stringify(db.prepare(sql).all()));
"""

BETTER_SQLITE3 = """
const Database = require('better-sqlite3');
const [extension, ...statements] = process.argv.slice(2);
const db = new Database(':memory:');
db.loadExtension(extension);
for (const sql of statements) console.log(JSON.stringify(db.prepare(sql).all()));
"""


def run(*command: str | Path, **environment: str) -> list[str]:
    """What a program prints, a line each."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(("package", "script"), [("adbc_driver_sqlite", ADBC), ("harlequin", HARLEQUIN)])
def test_python(extension: Path, world: Sandbox, package: str, script: str) -> None:
    """ADBC gives Arrow's tables; Harlequin, its screen and all, shows the rows. Each places one call."""
    if importlib.util.find_spec(package) is None:
        lacking(package, "pip install 'twsql[hosts]'")
    placed, read = run(sys.executable, "-c", script, extension, ADD, READ)
    assert "queued" in placed
    assert "MyConference" in read
    assert world.counters.placed == 1


@pytest.mark.parametrize(("package", "script"), [("node", NODE_SQLITE), ("better-sqlite3", BETTER_SQLITE3)])
def test_node(extension: Path, world: Sandbox, tmp_path: Path, package: str, script: str) -> None:
    """Node's own SQLite (from Node 22.5 on), and the package that most programs have. Each places one call."""
    modules = Path(os.environ.get("TEST_TWSQL_NODE_MODULES", "node_modules"))
    if not (modules / package).exists():
        lacking(package, f"npm install {package}, and set TEST_TWSQL_NODE_MODULES")
    (tmp_path / "door.js").write_text(script)
    node = modules / "node" / "bin" / "node" if package == "node" else program("node")
    placed, read = run(node, tmp_path / "door.js", extension, ADD, READ, NODE_PATH=str(modules.resolve()))
    assert placed == '[{"Status":"queued"}]'
    assert read == '[{"FriendlyName":"MyConference","Status":"in-progress"}]'
    assert world.counters.placed == 1
