"""Builds the loadable extension into the wheel, where a C compiler and sqlite3ext.h are; without them, says so.

An old Python is refused before pip looks for what twsql needs.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import sysconfig
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface
from packaging.tags import platform_tags

PACKAGE = "twsql/hosts/loadable"
OLDEST = (3, 10)


class OldPython(MetadataHookInterface):
    """Refuses to describe the project to an old Python.

    pip 23 on Python 3.9 does not hold `requires-python` against a folder: it tries all versions of all dependencies.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        """Raise where the Python is too old; change nothing."""
        if sys.version_info < OLDEST:
            needed, here = (".".join(map(str, version[:2])) for version in (OLDEST, sys.version_info))
            raise RuntimeError(f"twsql needs Python {needed} or later, and this is {here}: see docs/installing.md")


class LoadableHook(BuildHookInterface):  # type: ignore[type-arg]
    """One wheel for every Python 3: there is no Python in the extension, only the system's C library."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build; an editable installation has the extension among the sources."""
        extension = _load(Path(self.root) / "src" / PACKAGE / "build.py")
        try:
            if version == "editable":
                extension.install()
                return
            self._folder = tempfile.TemporaryDirectory()
            target = Path(self._folder.name) / extension.NAME
            extension.build(target)
        except extension.BuildError as error:
            self.app.display_warning(f"{error}; everything else works without it")
            return
        build_data["force_include"][str(target)] = f"{PACKAGE}/{extension.NAME}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform(target)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was built on the way."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def _load(path: Path) -> Any:
    spec = spec_from_file_location("twsql_loadable_build", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no module")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _platform(extension: Path) -> str:
    """The wheel's platform: the oldest system that the extension runs on.

    manylinux_2_34 is the least for an extension that needs pthread_create of GLIBC_2.34 and nothing newer
    (https://peps.python.org/pep-0600/). musl, Alpine's C library, has no
    versions in its symbols: then it is the tag of the musl that is here.
    """
    if sys.platform == "darwin":  # not what Python was built for (universal2) but what the compiler builds for
        oldest = os.environ.get("MACOSX_DEPLOYMENT_TARGET") or platform.mac_ver()[0].partition(".")[0]
        major, _, minor = oldest.partition(".")
        return f"macosx_{major}_{minor or 0}_{platform.machine()}"
    newest = max((int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", extension.read_bytes())), default=None)
    if newest is None:
        return next(platform_tags())
    return f"manylinux_2_{newest}_{sysconfig.get_platform().partition('-')[2].replace('-', '_')}"
