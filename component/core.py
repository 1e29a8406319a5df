# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The names for authors of components.

Besides them, ``exception`` has the errors, ``explanation`` what ``work.explain()``
returns, ``utils`` access to a registry, and ``tests.common`` the test cases. All other
modules are private.
"""

from .component import AbstractComponent, Component
from .databases import ComponentDatabases, _component_databases
from .definitions import MetaComponent, _get_addon_name
from .registry import DEFAULT_CACHE_SIZE, ComponentRegistry
from .work import WorkContext

__all__ = [
    "DEFAULT_CACHE_SIZE",
    "AbstractComponent",
    "Component",
    "ComponentDatabases",
    "ComponentRegistry",
    "MetaComponent",
    "WorkContext",
    "_component_databases",
    "_get_addon_name",
]
