# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The published names of the addon, from the modules where they are explained."""

from .component import AbstractComponent, Component
from .definitions import MetaComponent, _get_addon_name
from .registry import (
    DEFAULT_CACHE_SIZE,
    ComponentDatabases,
    ComponentRegistry,
    _component_databases,
)
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
