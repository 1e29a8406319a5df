# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collect component definitions: the metaclass keeps the definitions of each addon.

A *definition* is a class in the source code of an addon. It defines a component or
extends one, is shared by all databases, and never changes. ``component_classes`` turns
definitions into the *component classes* of one database.
"""

from __future__ import annotations

import inspect
import sys
from collections import defaultdict
from typing import Any


def _get_addon_name(full_name: str) -> str:
    """Return the addon of a module, given the full name of the module."""
    parts = full_name.split(".")
    if parts[:2] == ["odoo", "addons"] and len(parts) > 2:
        return parts[2]
    return parts[0]


def is_in_tests(full_name: str) -> bool:
    """Return True if a module is in a package called ``tests``."""
    parts = full_name.split(".")
    if parts[:2] == ["odoo", "addons"]:
        parts = parts[3:]
    return "tests" in parts


class MetaComponent(type):
    """Metaclass that collects component definitions by addon.

    Definitions of test modules are not collected: the test builds them.
    """

    #: addon name -> definitions, in order of definition. The test cases replace this
    #: attribute: always read it through the class.
    _modules_components: dict[str, list[Any]] = defaultdict(list)

    _apply_on: Any
    _module: str

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]):
        super().__init__(name, bases, attrs)
        if not attrs.get("_register", True):
            return
        if "_module" not in attrs:
            cls._module = _get_addon_name(cls.__module__)
        if not is_in_tests(cls.__module__):
            by_addon = MetaComponent._modules_components
            by_addon.setdefault(cls._module, []).append(cls)

    @property
    def apply_on_models(cls) -> list[str] | None:
        """The names of the component's models; None: any model."""
        if cls._apply_on is None:
            return None
        if isinstance(cls._apply_on, str):
            return [cls._apply_on]
        return list(cls._apply_on)


def component_name(definition: Any) -> Any:
    """Return the name of the component that a definition defines or extends.

    None if it has neither a name nor exactly one parent.
    """
    if definition._name:
        return definition._name
    inherit = definition._inherit
    parents = [inherit] if isinstance(inherit, str) else list(inherit or ())
    return parents[0] if len(parents) == 1 else None


def source_of(definition: type) -> tuple[str, int | None]:
    """Return the file and the line of a definition.

    The line is None if the source cannot be read.
    """
    module = sys.modules.get(definition.__module__)
    path = getattr(module, "__file__", None) or definition.__module__
    try:
        return path, inspect.getsourcelines(definition)[1]
    except (OSError, TypeError):
        return path, None


def describe(definition: type) -> str:
    """Return the class, addon, file and line of a definition, for messages."""
    path, line = source_of(definition)
    addon = getattr(definition, "_module", None)
    place = f"{path}:{line}" if line else path
    return f"class {definition.__qualname__} of addon {addon!r} ({place})"
