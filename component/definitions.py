# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collect: the metaclass remembers the component definitions of each addon."""

from __future__ import annotations

import inspect
import sys
from collections import defaultdict
from typing import Any


def _get_addon_name(full_name: str) -> str:
    """Return the addon a module belongs to, from the module's full name."""
    parts = full_name.split(".")
    if parts[:2] == ["odoo", "addons"] and len(parts) > 2:
        return parts[2]
    return parts[0]


def is_in_tests(full_name: str) -> bool:
    """Tell whether a module stands in a package called ``tests``."""
    parts = full_name.split(".")
    if parts[:2] == ["odoo", "addons"]:
        parts = parts[3:]
    return "tests" in parts


class MetaComponent(type):
    """Remember every component definition, by addon.

    The definitions of test modules are left out: whoever defines them builds them.
    """

    #: addon name -> its definitions, in the order in which they were defined.
    #: The test cases replace this attribute as a whole: read it through the class.
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
        """The names of the models the component is for, None meaning any."""
        if cls._apply_on is None:
            return None
        if isinstance(cls._apply_on, str):
            return [cls._apply_on]
        return list(cls._apply_on)


def component_name(definition: Any) -> Any:
    """Return the name of the component that a definition makes or extends.

    None when it has neither a name nor exactly one parent.
    """
    if definition._name:
        return definition._name
    inherit = definition._inherit
    parents = [inherit] if isinstance(inherit, str) else list(inherit or ())
    return parents[0] if len(parents) == 1 else None


def source_of(definition: type) -> tuple[str, int | None]:
    """Return the file and the line at which a definition stands.

    The line is None where the source cannot be read.
    """
    module = sys.modules.get(definition.__module__)
    path = getattr(module, "__file__", None) or definition.__module__
    try:
        return path, inspect.getsourcelines(definition)[1]
    except (OSError, TypeError):
        return path, None


def describe(definition: type) -> str:
    """Say of a definition which class of which addon and file it is."""
    path, line = source_of(definition)
    addon = getattr(definition, "_module", None)
    place = f"{path}:{line}" if line else path
    return f"class {definition.__qualname__} of addon {addon!r} ({place})"
