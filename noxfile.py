"""The sessions that people know: `nox -s test`, `lint`, `docs`, `wheel`, `bench`. `.ci/run` is all of it and more."""

from __future__ import annotations

import nox

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
"""The supported ones, as pyproject.toml's classifiers list them."""

nox.options.sessions = ["lint", "test", "docs"]
nox.options.error_on_missing_interpreters = False


@nox.session(python=PYTHONS)
def test(session: nox.Session) -> None:
    """Run the tests on each supported Python that is here; arguments go to pytest."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Lint, and check format and types."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", "--strict", "src")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site of the documentation in build/site; warnings are errors."""
    session.install(".[docs]")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, and run it in the sqlite3 shell where there is no compiler."""
    session.run(".ci/wheel", *session.posargs, external=True, env={"PYTHON": "python"})


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed beside other clients; arguments go to benchmarks/speed.py: `-- --only join`."""
    session.install("-e", ".[test]")
    session.run("python", "benchmarks/speed.py", *session.posargs)
