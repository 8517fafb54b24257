"""Follows a page from its top, and knows nothing but its blocks: `python tests/held_wrong/newcomer.py README.md`.

All blocks run in one bash, in their order, in the folder of the page: sh and console as they stand, sql by
`twsql query`, python by the `python` of then. What a console block shows must come. What stands above the first block
that installs is run behind it. `--installed` leaves out the blocks that install. A page's port, 8642, is a free one
here, so that two runs do not meet.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

_RUN = {"sql": "twsql query -f {}", "python": "python -W error {}", "sh": ". {}", "console": ". {}"}
_END = "trap 'for job in $(jobs -p); do kill \"$job\" 2>/dev/null || true; done' EXIT\n"
_PORT = "8642"
_INSTALLS = re.compile("^pip install ", re.MULTILINE)


def blocks(page: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the language and the text of each block that is to be run."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
        if match[1] in _RUN:
            yield text[: match.start()].count("\n") + 1, match[1], match[2]


def follow(page: Path, *, installed: bool) -> str:
    """Run every block; give what is wrong, '' where nothing is."""
    installs = [block for block in blocks(page) if _INSTALLS.search(block[2])]
    others = [block for block in blocks(page) if block not in installs]
    chosen = others if installed else installs[:1] + sorted(others + installs[1:])
    with tempfile.TemporaryDirectory() as folder:
        script = _script(chosen, Path(folder))
        # A process that is left behind would keep a pipe open, so standard error is a file.
        errors = Path(folder, "errors")
        with errors.open("w") as out:
            ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=page.parent, stderr=out, check=False)
        results = [Path(folder, f"{line}.out") for line, _, _ in chosen]
        done = [path.read_text() for path in results if path.exists()]
        if ran.returncode:
            line, _, code = chosen[len(done) - 1]
            return f"line {line} failed:\n{code}{done[-1]}{errors.read_text()}"
    return "".join(
        _compared(line, code, out) for (line, kind, code), out in zip(chosen, done, strict=True) if kind == "console"
    )


def _script(chosen: Sequence[tuple[int, str, str]], folder: Path) -> str:
    script, port = _END, _free_port()
    for line, language, code in chosen:
        file = folder / f"{line}.{language}"
        typed = "".join(re.findall(r"^\$ (.*\n)", code, re.M)) if language == "console" else code
        file.write_text(typed.replace(_PORT, port))
        script += f"{_RUN[language].format(file)} > {folder}/{line}.out\n"
    return script


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def _compared(line: int, code: str, output: str) -> str:
    shown = "".join(re.findall(r"^(?!\$ ).*\n", code, re.M))
    return "" if normal(output) == normal(shown) else f"line {line} shows:\n{shown}but this came:\n{output}"


def normal(text: str) -> str:
    """SIDs and times differ from run to run."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", re.sub(r"\b(C[AF])[0-9a-f]{32}\b", r"\1", text))


if __name__ == "__main__":
    problems = follow(Path(sys.argv[-1]).resolve(), installed="--installed" in sys.argv)
    sys.exit(problems or 0)
