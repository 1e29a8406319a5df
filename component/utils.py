# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access to the component registry of a database."""

from __future__ import annotations

from .core import ComponentRegistry, _component_databases


def get_component_registry(dbname: str) -> ComponentRegistry | None:
    """Return the component registry of a database, or None if it is not built."""
    return _component_databases.get(dbname)


def is_component_registry_ready(dbname: str) -> bool:
    """Return True if the components of a database can be looked up."""
    return bool(getattr(get_component_registry(dbname), "ready", False))
