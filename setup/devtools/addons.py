# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addons of this clone and of other folders: their dependencies and files.

CONNECTOR_ADDONS names the folders of the others, separated as in PATH.
"""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import SetupError

TEST_ADDONS = Path("tests") / "addons"
# Folders whose files do not affect the database of an installed addon.
IGNORED_FOLDERS = {"tests", "__pycache__", "readme", "description"}


@dataclass(frozen=True)
class Addon:
    """Addon, as described by its folder and manifest."""

    name: str
    path: Path
    depends: tuple[str, ...]
    is_test_only: bool
    is_of_clone: bool = True


def find_addons(clone: Path) -> dict[str, Addon]:
    """Return the addons of the clone by name: at its top, and below tests/addons."""
    found = [
        read_addon(manifest.parent, is_test_only=folder != clone)
        for folder in (clone, clone / TEST_ADDONS)
        for manifest in sorted(folder.glob("*/__manifest__.py"))
    ]
    return {addon.name: addon for addon in found if addon is not None}


def find_usable_addons(clone: Path) -> dict[str, Addon]:
    """Return the addons of the clone, and those that CONNECTOR_ADDONS names.

    :raises SetupError: if it names another folder
    """
    addons = find_addons(clone)
    for path in addons_beside_the_clone():
        if path.parent in (clone, clone / TEST_ADDONS):
            continue
        if not is_addon(path):
            raise SetupError(
                f"{path} is not an addon: no __manifest__.py was found there.\n"
                "Name the folders of addons in arguments and in CONNECTOR_ADDONS."
            )
        addon = read_addon(path, is_of_clone=False)
        if addon is not None and addons.setdefault(addon.name, addon) != addon:
            raise SetupError(
                f"there are two addons called {addon.name}: {addons[addon.name].path} "
                f"and {path}. Rename one."
            )
    return addons


def is_addon(path: Path) -> bool:
    return (path / "__manifest__.py").is_file()


def find_addon_folder(path: Path) -> Path | None:
    """Return the addon of a file or folder."""
    path = path.absolute()
    return next((one for one in (path, *path.parents) if is_addon(one)), None)


def addons_beside_the_clone() -> list[Path]:
    words = filter(None, os.environ.get("CONNECTOR_ADDONS", "").split(os.pathsep))
    return [Path(word).expanduser().absolute() for word in words]


def use_addons_beside_the_clone(clone: Path, paths: Iterable[Path]) -> dict[str, Addon]:
    """Add addons for this process and its children; return all usable addons."""
    every = [*addons_beside_the_clone(), *(path.absolute() for path in paths)]
    os.environ["CONNECTOR_ADDONS"] = os.pathsep.join(dict.fromkeys(map(str, every)))
    return find_usable_addons(clone)


def read_addon(
    path: Path, is_test_only: bool = False, is_of_clone: bool = True
) -> Addon | None:
    """Return the addon of a folder, None if it is not installable."""
    content = ast.literal_eval((path / "__manifest__.py").read_text())
    if not content.get("installable", True):
        return None
    depends = tuple(content.get("depends", ()))
    return Addon(path.name, path, depends, is_test_only, is_of_clone)


def close_over(addons: dict[str, Addon], names: Iterable[str]) -> set[str]:
    """Return these addons of the clone with their dependencies in the clone."""
    closed: set[str] = set()
    pending = set(names)
    while pending:
        pending &= addons.keys() - closed
        closed |= pending
        pending = {needed for name in pending for needed in addons[name].depends}
    return closed


def outside_dependencies(addons: dict[str, Addon], names: Iterable[str]) -> set[str]:
    """Return the dependencies of these addons outside of this clone."""
    needed = {dependency for name in names for dependency in addons[name].depends}
    return needed - addons.keys()


def select_for_tests(addons: dict[str, Addon], names: Iterable[str]) -> set[str]:
    """Return the addons to install for the tests of these addons.

    Test-only addons that need nothing else come along, if the addons are of the clone.
    """
    selected = close_over(addons, names)
    if not any(addons[name].is_of_clone for name in names):
        return selected
    test_only = {name for name, addon in addons.items() if addon.is_test_only}
    needed = {name: close_over(addons, [name]) for name in test_only}
    return selected.union(
        *(names for names in needed.values() if names - test_only <= selected)
    )


def state_digest(addons: dict[str, Addon], names: Iterable[str]) -> str:
    """Return a digest of the files that an installation of these addons reads."""
    content = hashlib.sha256()
    for name in sorted(names):
        root = addons[name].path
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and not IGNORED_FOLDERS.intersection(relative.parts):
                content.update(f"{name}/{relative}\0".encode())
                content.update(path.read_bytes())
    return content.hexdigest()[:10]
