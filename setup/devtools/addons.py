# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addons of this clone: what each depends on, and what it consists of."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import SetupError

TEST_ADDONS = Path("tests") / "addons"
# What is no part of an installed addon's state in the database.
IGNORED_FOLDERS = {"tests", "__pycache__", "readme", "description"}


@dataclass(frozen=True)
class Addon:
    name: str
    path: Path
    depends: tuple[str, ...]
    is_test_only: bool


def find_addons(clone: Path) -> dict[str, Addon]:
    """Return the addons of the clone by name: at its top, and below tests/addons."""
    addons = {}
    for folder in (clone, clone / TEST_ADDONS):
        for manifest in sorted(folder.glob("*/__manifest__.py")):
            content = ast.literal_eval(manifest.read_text())
            if content.get("installable", True):
                name = manifest.parent.name
                addons[name] = Addon(
                    name=name,
                    path=manifest.parent,
                    depends=tuple(content.get("depends", ())),
                    is_test_only=folder != clone,
                )
    return addons


def addons_folders(clone: Path) -> list[Path]:
    """Return the folders of this clone to put on Odoo's addons path."""
    return sorted({addon.path.parent for addon in find_addons(clone).values()})


def close_over(addons: dict[str, Addon], names: Iterable[str]) -> set[str]:
    """Return these addons of the clone with all of it that they depend on."""
    closed: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in addons and name not in closed:
            closed.add(name)
            pending.extend(addons[name].depends)
    return closed


def outside_dependencies(addons: dict[str, Addon], names: Iterable[str]) -> set[str]:
    """Return what these addons need that is not of this clone."""
    return {
        dependency
        for name in names
        for dependency in addons[name].depends
        if dependency not in addons
    }


def select_for_tests(addons: dict[str, Addon], names: Iterable[str]) -> set[str]:
    """Return what has to be installed to run the tests of these addons.

    Test-only addons that need nothing else come along.
    """
    unknown = sorted(set(names) - set(addons))
    if unknown:
        raise SetupError(f"no such addon in this clone: {', '.join(unknown)}")
    selected = close_over(addons, names)
    while True:
        more = {
            addon.name
            for addon in addons.values()
            if addon.is_test_only
            and addon.name not in selected
            and close_over(addons, addon.depends) <= selected
        }
        if not more:
            return selected
        selected |= more


def state_digest(addons: dict[str, Addon], names: Iterable[str]) -> str:
    """Return a name for all that installing these addons reads."""
    content = hashlib.sha256()
    for name in sorted(names):
        root = addons[name].path
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and not IGNORED_FOLDERS.intersection(relative.parts):
                content.update(f"{name}/{relative}\0".encode())
                content.update(path.read_bytes())
    return content.hexdigest()[:10]
