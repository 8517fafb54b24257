"""Where the extension is built, and that it goes with the package."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import distributions
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from hosting import in_ci_hosts, lacking

from twsql.hosts.loadable import build

pytestmark = in_ci_hosts


def installed(site: Path) -> ModuleType:
    """The build of a package that pip has installed into a folder without the extension."""
    here = site / build.HERE.relative_to(build.HERE.parents[2])
    shutil.copytree(build.SOURCES, here / "c")
    shutil.copy(build.HERE / "build.py", here)
    for module in build.HERE.parents[1].glob("*.py"):
        shutil.copy(module, site / "twsql")
    (site / "twsql-0.1.0.dist-info").mkdir()
    (site / "twsql-0.1.0.dist-info/METADATA").write_text("Metadata-Version: 2.4\nName: twsql\nVersion: 0.1.0\n")
    (site / "twsql-0.1.0.dist-info/RECORD").write_text(
        f"twsql/hosts/loadable/{build.NAME},sha256=old,1\ntwsql/__init__.py,,\n"
    )
    spec = spec_from_file_location("built_elsewhere", here / "build.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_what_is_built_later_is_uninstalled_too(tmp_path: Path) -> None:
    """`twsql loadable-path --build` lists its files where pip looks for what it is to remove, each once."""
    elsewhere = installed(tmp_path)
    try:
        target = elsewhere.install()
    except elsewhere.BuildError as error:
        lacking("a C compiler or sqlite3ext.h", str(error))
    assert (target.parent / build.NOTE).read_text() == f"{sys.executable}\n"
    (distribution,) = distributions(path=[str(tmp_path)])
    files = distribution.files or []
    expected = ["twsql/__init__.py", f"twsql/hosts/loadable/{build.NAME}", f"twsql/hosts/loadable/{build.NOTE}"]
    assert sorted(map(str, files)) == sorted(expected)
    assert all(Path(distribution.locate_file(file)).exists() for file in files)
