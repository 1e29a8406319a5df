# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ask for the component registry of a database."""

from __future__ import annotations

from .core import ComponentRegistry, _component_databases


def get_component_registry(dbname: str) -> ComponentRegistry | None:
    """Return the component registry of a database, or None before it is built."""
    return _component_databases.get(dbname)


def is_component_registry_ready(dbname: str) -> bool:
    """Tell whether the components of a database are built and may be looked up."""
    return bool(getattr(get_component_registry(dbname), "ready", False))
