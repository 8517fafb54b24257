"""What `import twsql` offers."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import twsql
from twsql import errors


def test_public_is_what_all_lists() -> None:
    """Every public name of the package is in `__all__`, and nothing else is."""
    names = {
        name for name, value in vars(twsql).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert names - {"annotations"} | {"__version__"} == set(twsql.__all__)


def test_every_error_is_public() -> None:
    """Whoever imports twsql can name every error that it raises."""
    every = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert every <= set(twsql.__all__)


def test_import_is_light() -> None:
    """Importing twsql loads neither an HTTP client nor the sandbox's server."""
    heavy = ("requests", "urllib3", "tenacity", "uvicorn", "asyncio", "twsql.sandbox")
    code = f"import sys, twsql; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
