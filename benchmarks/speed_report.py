"""Writes what speed.py has measured into README.md, with a chart beside it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twsql.twilio.settings import Settings

README = Path(__file__).with_name("README.md")
CHART = Path(__file__).with_name("speed.svg")
_SECTION = re.compile(r"<!-- speed.py -->\n.*?<!-- end -->", re.DOTALL)
LATENCY, IN_FLIGHT = 0.05, Settings.max_in_flight

WORKS = {
    "join": "1,000 conferences in progress ⋈ 5 participants each",
    "history": "50,000 conferences over a year, all statuses",
    "WHERE Sid = …": "`WHERE Sid = …`",
    "LIMIT 1": "`LIMIT 1`",
    "count(*)": "`count(*) … WHERE Status = 'in-progress'`, 1,000 rows",
    "calls": "1,000 calls into four conferences",
    "page": "a page of 1,000, all columns, no latency",
    "scan": "10,000 conferences, all columns, no latency",
    "start": "from the start of Python to the first answer",
    "million": "1,000,000 conferences, half in progress, no latency",
}
AIMS = (
    ("join", "official client", 30),
    ("join", "tap-twilio, target-sqlite", 40),
    ("join", "48 threads over requests", 1),
    ("history", "official client", 3),
    ("history", "16 threads, addresses known", 1),
    ("calls", "official client, a loop", 15),
    ("page", "shillelagh", 1.5),
    ("page", "json.loads, executemany", 1),
    ("scan", "official client", 1),
)
"""What is compared: how many times longer the other is to take at least."""

_CHART = """
import json, sys
import matplotlib
matplotlib.use("svg")
from matplotlib import pyplot
bars = json.load(sys.stdin)
figure, axes = pyplot.subplots(figsize=(9, 0.36 * len(bars) + 1))
names = [f"{b['work']}: {b['client']}" for b in bars]
colours = ["#c8102e" if b["client"].startswith("twsql") else "#8a8f98" for b in bars]
axes.barh(names, [b["seconds"] for b in bars], color=colours)
axes.set_xscale("log")
axes.invert_yaxis()
axes.set_xlabel("seconds, median (logarithmic)")
for place, b in enumerate(bars):
    axes.text(b["seconds"], place, f" {b['seconds']:.2f}", va="center", fontsize=8)
axes.spines[["top", "right"]].set_visible(False)
axes.margins(x=0.15)
figure.tight_layout()
figure.savefig(sys.argv[1], metadata={"Date": None})
"""


def write(lines: list[dict[str, Any]], about: str, python: Path) -> None:
    """Write the section, and the chart with the peers' matplotlib."""
    text = "\n".join(["<!-- speed.py -->", *_section(lines, about), "<!-- end -->"])
    page = README.read_text(encoding="utf-8")
    README.write_text(_SECTION.sub(lambda _: text, page), encoding="utf-8")
    bars = [line for line in lines if line["work"] in ("join", "history", "calls", "page")]
    subprocess.run([python, "-c", _CHART, CHART], input=json.dumps(bars), text=True, check=True)


def _section(lines: list[dict[str, Any]], about: str) -> Iterator[str]:
    yield f"{about}.\n"
    yield "![seconds of each client](speed.svg)\n"
    yield "| work | client | seconds | times twsql's | requests | rows a second | limit |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for line in lines:
        times = line["seconds"] / _ours(lines, line["work"])["seconds"]
        rate = f"{line['rows'] / line['seconds']:,.0f}" if line["rows"] else ""
        cells = (
            WORKS[line["work"]],
            line["client"],
            f"{line['seconds']:.3f}",
            f"{times:.2f}",
            f"{line['requests']:,}",
            rate,
            _limit(line),
        )
        yield f"| {' | '.join(cells)} |"
    yield "\n| beside | is to be, times | is | |\n| --- | ---: | ---: | --- |"
    for work, client, least in AIMS:
        other = next(each for each in lines if each["work"] == work and each["client"] == client)
        times = other["seconds"] / _ours(lines, work)["seconds"]
        yield f"| {WORKS[work]}: {client} | {least} | {times:.2f} | {'' if times >= least else 'short'} |"
    notes = [f"{each['work']}, {each['client']}: {each['note']}" for each in lines if each["note"]]
    yield "\n" + ". ".join(notes) + "."


def _ours(lines: list[dict[str, Any]], work: str) -> dict[str, Any]:
    """The first line of a work, which is twsql's."""
    return next(each for each in lines if each["work"] == work)


def _limit(line: dict[str, Any]) -> str:
    """The least that so many requests can take: latency times requests by those under way, or their processor time."""
    if not line["client"].startswith("twsql") or line["work"] not in ("join", "history", "calls"):
        return ""
    waiting = LATENCY * line["requests"] / (48 if line["client"].endswith("48") else IN_FLIGHT)
    limit = max(waiting, line["cpu"])
    return f"{limit:.2f} s ({waiting:.2f} waiting, {line['cpu']:.2f} CPU); {line['seconds'] / limit:.2f} times it"
