# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addon that defines a model, found in the source of the addons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLASS = re.compile(r"^(?=class )", re.MULTILINE)
NAME = re.compile(r"""^ {4}_name *= *["']([a-z][\w.]+)["']""", re.MULTILINE)
INHERIT = re.compile(r"^ {4}_inherit *= *(\[[^\]]*\]|.*)", re.MULTILINE)


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

    As far as the class says that defines it: other addons may require more.
    """
    tree = ast.parse(model.path.read_text())
    return [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and _says(node, "_name") == model.name
        for name, keywords in _fields(node).items()
        if getattr(keywords.get("required"), "value", False)
        and not {"default", "compute", "related", "delegate"} & keywords.keys()
        and name not in (_says(node, "_inherits") or {}).values()
    ]


def _says(node: ast.ClassDef, attribute: str) -> Any:
    """Return the constant that a class gives to an attribute, if it does."""
    for line in node.body:
        if isinstance(line, ast.Assign):
            if getattr(line.targets[0], "id", None) == attribute:
                return ast.literal_eval(line.value)
    return None


def _fields(node: ast.ClassDef) -> dict[str, dict[str, ast.expr]]:
    """Return the keywords of each field, without x2many fields."""
    found = {}
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
            function, (target, *_) = line.value.func, line.targets
            if (
                isinstance(function, ast.Attribute)
                and isinstance(target, ast.Name)
                and getattr(function.value, "id", None) == "fields"
                and function.attr not in ("One2many", "Many2many")
            ):
                found[target.id] = {
                    word.arg: word.value for word in line.value.keywords if word.arg
                }
    return found
