"""The worker's main file: the extension starts it by its path, with the Python of its own environment."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def find_own_package() -> None:
    """Make `twsql` the package of this file, whatever else is installed.

    Python runs isolated (-I), so that neither the host's directory nor its PYTHONPATH matters. The package's own folder
    comes last in the path: after `pip install --user` it has the dependencies.
    """
    package = Path(__file__).resolve().parents[2]
    sys.path.append(str(package.parent))
    spec = spec_from_file_location("twsql", package / "__init__.py", submodule_search_locations=[str(package)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{package} is no package")
    sys.modules["twsql"] = module = module_from_spec(spec)
    spec.loader.exec_module(module)


if __name__ == "__main__":
    find_own_package()
    from twsql.hosts.loadable import worker

    worker.run(int(sys.argv[1]))
