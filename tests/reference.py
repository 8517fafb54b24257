"""The reference in docs/, made from the declarations: `python tests/reference.py` writes it anew.

A table or procedure has a page of its own, which people write; what is generated stands between
`<!-- NAME from the declarations -->` and `<!-- end -->`. A page that is missing is begun. mkdocs.yml lists them all,
and docs/llms.txt, which is for language models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from twsql.catalog import CATALOG
from twsql.catalog.sys_tables import filter_text
from twsql.schema import Parameter, Procedure, Table
from twsql.vtab.relation import DECLARED

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"<!-- (?P<name>\w+) from the declarations -->\n.*?<!-- end -->", re.DOTALL)
_SITE = DOCS.parent / "mkdocs.yml"
_NAV = re.compile(r"  # from the declarations\n.*?  # end\n", re.DOTALL)
TABLES = tuple(table for table in CATALOG.tables if not table.alias_of)
_ROOMS: Mapping[str, Sequence[Table | Procedure]] = {"tables": TABLES, "procedures": CATALOG.procedures}


def pages() -> Mapping[Path, str]:
    """The files with generated parts, and their text as it should be."""
    paths = {DOCS / room / f"{each.name}.md": _begun(each) for room, named in _ROOMS.items() for each in named}
    paths |= {DOCS / room / "index.md": f"# {room.title()}\n\n{_marked(room)}" for room in _ROOMS}
    made = {path: _rewritten(path.read_text(encoding="utf-8") if path.exists() else new) for path, new in paths.items()}
    nav = f"  # from the declarations\n{''.join(_nav())}  # end\n"
    site = _NAV.sub(lambda _: nav, _SITE.read_text(encoding="utf-8"))
    return {**made, _SITE: site, DOCS / "llms.txt": _llms(site)}


def write() -> None:
    """Write every page that is not as it should be."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


def _nav() -> Iterator[str]:
    for room, named in _ROOMS.items():
        yield f"  - {room.title()}:\n      - {room}/index.md\n"
        yield from (f"      - {each.name}: {room}/{each.name}.md\n" for each in named)


def _llms(site: str) -> str:
    """The site's pages as https://llmstxt.org has it; a page's address is its path without `.md`."""
    described = {f"{room}/{each.name}.md": f": {each.description}" for room, named in _ROOMS.items() for each in named}
    sentence = (DOCS / "index.md").read_text(encoding="utf-8").split("\n")[2]
    lines = ["# twsql\n", f"> {sentence}\n", "## Documentation\n"]
    for title, path in re.findall(r"^ +- (?:(.+): )?(\S+\.md)$", site, re.M):
        address = path.removesuffix("index.md").removesuffix(".md")
        room = path.partition("/")[0].title()
        lines.append(f"- [{title or room}]({address or '.'}){described.get(path, '')}")
    return "\n".join(lines) + "\n"


def _begun(each: Table | Procedure) -> str:
    return f"# {each.name}\n\n{each.description}\n\n{_marked(each.name)}"


def _marked(name: str) -> str:
    return f"<!-- {name} from the declarations -->\n<!-- end -->\n"


def _rewritten(text: str) -> str:
    blocks = {"tables": _tables, "procedures": _procedures}
    blocks |= {table.name: lambda table=table: _columns(table) for table in TABLES}
    blocks |= {procedure.name: lambda procedure=procedure: _inputs(procedure) for procedure in CATALOG.procedures}

    def block(match: re.Match[str]) -> str:
        lines = "\n".join(blocks[match["name"]]())
        return f"<!-- {match['name']} from the declarations -->\n{lines}\n<!-- end -->"

    return _BLOCK.sub(block, text)


def _tables() -> Iterator[str]:
    yield "| table | what a row is | INSERT | UPDATE | DELETE |\n| --- | --- | --- | --- | --- |"
    for table in TABLES:
        effects = " | ".join("yes" if effect else "" for effect in (table.insert, table.update, table.delete))
        yield f"| [`{table.name}`]({table.name}.md) | {table.description}{_aliases(table)} | {effects} |"


def _aliases(table: Table) -> str:
    names = " and ".join(f"`{name}`" for name in table.aliases)
    return f" {names} is the same table." if names else ""


def _procedures() -> Iterator[str]:
    yield "| procedure | what it does | required inputs |\n| --- | --- | --- |"
    for procedure in CATALOG.procedures:
        required = ", ".join(f"`{parameter.name}`" for parameter in procedure.inputs if parameter.required)
        yield f"| [`{procedure.name}`]({procedure.name}.md) | {procedure.description} | {required} |"


def _columns(table: Table) -> Iterator[str]:
    yield "| column | type | Twilio filters | what it holds |\n| --- | --- | --- | --- |"
    for column in table.columns:
        name = f"`{column.name}`" + (" (hidden)" if column.hidden else "")
        filters = filter_text(column).replace("|", "\\|")
        yield f"| {name} | {DECLARED[column.type]} | {f'`{filters}`' if filters else ''} | {column.description} |"


def _inputs(procedure: Procedure) -> Iterator[str]:
    yield "| input | kind | what it is |\n| --- | --- | --- |"
    for parameter in procedure.inputs:
        required = ", required" if parameter.required else ""
        names = " or ".join(f"`{name}`" for name in (parameter.name, parameter.alias) if name)
        yield f"| {names} | {parameter.kind}{required} | {' '.join(_told(parameter))} |"


def _told(parameter: Parameter) -> Iterator[str]:
    yield parameter.description
    if parameter.kind in ("enum", "array"):
        yield (
            f"One of {', '.join(parameter.values)}."
            if parameter.kind == "enum"
            else (f"Any of {', '.join(parameter.values)}.")
        )
    if parameter.most is not None:
        unit = "" if parameter.kind == "integer" else " characters"
        yield f"{parameter.least or 1} to {parameter.most}{unit}."
    if parameter.default:
        yield f"Default {parameter.default}."


if __name__ == "__main__":
    write()
