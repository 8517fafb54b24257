"""The shell under the hands of somebody who has never seen it."""

from __future__ import annotations

import pytest

from cli.conftest import Open, Run


@pytest.mark.parametrize("word", ["exit", "quit", "exit;", " QUIT ;"])
def test_exit_and_quit_leave(terminal: Open, word: str) -> None:
    """As in every other shell; SQL has no such statement."""
    opened = terminal("shell")
    opened.wait_for("twsql> ")
    opened.type(f"{word}\n")
    assert opened.end() == 0
    assert "error" not in opened.shown


def test_a_line_of_a_statement_is_not_the_end(twsql: Run) -> None:
    """A name that is alone on its line leaves nothing."""
    done = twsql("shell", stdin="SELECT 7 AS\nexit\n;SELECT 8;\n")
    assert (done.returncode, done.stdout) == (0, "7\n8\n")


def test_an_empty_result_says_so(terminal: Open) -> None:
    """A query without rows does; a statement that gives none, and a query with rows, do not."""
    opened = terminal("shell")
    opened.wait_for("twsql> ")
    opened.type("CREATE TABLE t (x);\nINSERT INTO t VALUES (1);\nWITH a AS (SELECT 2) INSERT INTO t SELECT * FROM a;\n")
    opened.type("SELECT x FROM t WHERE x = 1;\nSELECT x FROM t WHERE x = 3;\nexit\n")
    assert opened.end() == 0
    assert opened.shown.count("no rows") == 1
    assert opened.shown.index("no rows") > opened.shown.index("x = 3")


@pytest.mark.parametrize(("mode", "shown"), [("box", "│ É日“ │"), ("table", "| É日“ |"), ("qbox", "│ 'É日“' │")])
def test_boxes_do_not_alter_text(twsql: Run, mode: str, shown: str) -> None:
    """Apsw's table writes dots for letters beyond ASCII, and its qbox their names."""
    assert shown in twsql("shell", stdin=f".mode {mode}\nSELECT 'É日“' AS a;\n").stdout


@pytest.mark.parametrize(
    ("mode", "box"),
    [
        ("box", "╭───┬───╮\n│ a │ b │\n╞═══╪═══╡\n│ 1 │ x │\n│ 2 │ y │\n╰───┴───╯\n"),
        ("table", "+---+---+\n| a | b |\n+===+===+\n| 1 | x |\n| 2 | y |\n+---+---+\n"),
    ],
)
def test_a_box_has_a_rule_under_its_header(twsql: Run, mode: str, box: str) -> None:
    """Without one the header reads like a row."""
    assert twsql("shell", stdin=f".mode {mode}\nSELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y';\n").stdout == box


def test_a_box_of_several_lines_has_one_rule(twsql: Run) -> None:
    """Where values are broken into lines apsw draws it."""
    done = twsql("shell", stdin=".mode box --width 20\nSELECT 'one two three four five' AS a;\n")
    assert done.stdout.count("╞") == 1


@pytest.mark.parametrize(("name", "hint"), [("Participant", ": did you mean participants?"), ("nope", "")])
def test_the_schema_of_nothing_is_an_error(twsql: Run, name: str, hint: str) -> None:
    """Nothing at all would look like a table without columns; a pattern that fits shows what it fits."""
    done = twsql("shell", stdin=f".schema {name}\nCREATE TABLE t_1 (x);\n.schema t_%\n.schema CALLS\n")
    assert done.stderr.strip().endswith(f"no table or procedure '{name}'{hint}")
    assert "CREATE TABLE t_1 (x);" in done.stdout
    assert '"PriceUnit" TEXT' in done.stdout
