# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Python of the systems that tests connect to."""

from __future__ import annotations

from pathlib import Path

from devtools.environment import Environment
from devtools.python_env import ensure_python


def servers_python(environment: Environment) -> Path:
    """Return the Python of an environment with the servers, made if need be."""
    return ensure_python(environment.home, "servers", "Servers for tests")
