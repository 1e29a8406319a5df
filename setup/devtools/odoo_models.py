# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addon that defines a model, found in the source of the addons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CLASS = re.compile(r"^(?=class )", re.MULTILINE)
NAME = re.compile(r"""^ {4}_name *= *["']([a-z][\w.]+)["']""", re.MULTILINE)
INHERIT = re.compile(r"^ {4}_inherit *= *(\[[^\]]*\]|.*)", re.MULTILINE)
#: Keywords of fields that users need not fill
FILLED = {"default", "compute", "related", "delegate"}


@dataclass(frozen=True)
class FoundModel:
    """A model, and the file of the addon that defines it."""

    name: str
    addon: str
    path: Path


def find_models(addons: Iterable[Path]) -> dict[str, FoundModel]:
    """Return the models that addons define, by name."""
    found: dict[str, FoundModel] = {}
    for addon in addons:
        for path in [*sorted(addon.glob("models/**/*.py")), addon / "models.py"]:
            if path.is_file():
                for name in names_defined(path.read_text()):
                    found.setdefault(name, FoundModel(name, addon.name, path))
    return found


def names_defined(source: str) -> list[str]:
    """Return the models that a file defines, without extended ones."""
    names = []
    for block in CLASS.split(source):
        name, inherited = NAME.search(block), INHERIT.search(block)
        if name and not (inherited and name[1] in re.split("[\"']", inherited[1])):
            names.append(name[1])
    return names


def required_fields(model: FoundModel) -> list[str]:
    """Return the required fields of a model.

    Only of the class that defines it: other addons may require more.
    """
    for node in ast.parse(model.path.read_text()).body:
        values = {
            target.id: line.value
            for line in getattr(node, "body", ())
            if isinstance(line, ast.Assign)
            for target in line.targets
            if isinstance(target, ast.Name)
        }
        if getattr(values.get("_name"), "value", None) == model.name:
            parents = getattr(values.get("_inherits"), "values", ())
            delegates = {parent.value for parent in parents}
            required = [name for name, value in values.items() if is_required(value)]
            return [name for name in required if name not in delegates]
    return []


def is_required(value: ast.expr) -> bool:
    """Return whether the value of a class attribute is a field that users fill."""
    match value:
        case ast.Call(ast.Attribute(ast.Name("fields"), kind), _, keywords):
            options = {word.arg: word.value for word in keywords}
            is_required = getattr(options.get("required"), "value", False)
            is_x2many = kind in ("One2many", "Many2many")
            return bool(is_required) and not is_x2many and not FILLED & options.keys()
    return False
