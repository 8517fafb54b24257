"""The worker's main file: the extension starts it by its path, in the environment that it is installed in."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def find_own_package() -> None:
    """Make `twsql` the package that this file belongs to, whatever else is installed.

    Python runs isolated (-I), so that neither the host's directory nor its PYTHONPATH matters. What lies beside the
    package is found last: there the dependencies are where it was installed with `pip install --user`.
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
