# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refuse to load together with addons of the same name of another project.

The public package index offers ``odoo-addon-component``, ``odoo-addon-component-event``
and ``odoo-addon-connector`` of another project. Its addons have the same names:

- Installed into the same environment, both write into ``odoo/addons/component``. The
  last one wins, file by file. Odoo would load a mix: this is refused, with the names of
  the distributions.
- In two folders of the addons path, Odoo loads the first one of each name. An addon
  that is loaded on another project's ``component`` is refused. An addon that comes
  later is ignored by Odoo, and logged.
- Uninstalled afterwards, the other project's distribution takes the files with it that
  both had: an addon without its manifest is refused.

Each addon that depends on others of the suite imports its ``_origin`` first.
``connector/components/mapper`` imports it, too: it is a folder, which Python prefers to
the file ``mapper.py`` of the other project, even if all else was overwritten.
"""

from __future__ import annotations

import ast
import logging
from functools import lru_cache
from importlib import import_module
from importlib.metadata import Distribution, distributions
from pathlib import Path

_logger = logging.getLogger(__name__)

DISTRIBUTION = "odoo-connector-suite"
AUTHOR = "Connector Suite maintainers"
PAGE = "docs/how_to/install.rst"
#: the addons whose names another project uses, too
SHARED_NAMES = ("component", "component_event", "connector")


def check_addons(name: str, *dependencies: str) -> None:
    """Check where an addon and its dependencies come from.

    :raises ImportError: if files of two distributions are mixed, or if an addon is of
        another project
    """
    for addon in (name, *dependencies):
        folder = Path(import_module(f"odoo.addons.{addon}").__path__[0])
        refuse_mixed_files(folder.parent)
        refuse_other_author(name, folder)
    log_ignored_addons(name)


@lru_cache
def refuse_mixed_files(folder: Path) -> None:
    """Raise if two distributions installed an addon into a folder of addons."""
    owners = {addon: find_owners(folder / addon) for addon in SHARED_NAMES}
    mixed = [addon for addon, found in owners.items() if len(found) > 1]
    if not mixed:
        return
    found = {name_of(d): d.version for addon in SHARED_NAMES for d in owners[addon]}
    lines = [f"  {name} {version}" for name, version in sorted(found.items())]
    raise ImportError(
        f"the addons {', '.join(mixed)} in {folder} are a mix of files of several "
        "distributions:\n"
        + "\n".join(lines)
        + "\nUninstall all of them, then install the one that you need:\n"
        f"  pip uninstall --yes {' '.join(sorted(found))}\n"
        f"  pip install {DISTRIBUTION}\n"
        f"For an addon that requires one of the others, see {PAGE}."
    )


def find_owners(folder: Path) -> list[Distribution]:
    """Return the distributions that installed an addon, in its environment."""
    if folder.parts[-3:-1] != ("odoo", "addons"):
        return []
    line = f"odoo/addons/{folder.name}/__manifest__.py,"
    found = distributions(path=[str(folder.parents[2])])
    return [d for d in found if line in (d.read_text("RECORD") or "")]


def name_of(distribution: Distribution) -> str:
    """Return the name as package indexes write it."""
    return distribution.metadata["Name"].replace("_", "-")


def refuse_other_author(name: str, folder: Path) -> None:
    if not (folder / "__manifest__.py").is_file():
        raise ImportError(
            f"{folder} has no __manifest__.py: some of its files were deleted, as by "
            "the uninstallation of a distribution with an addon of this name. Install "
            f"{DISTRIBUTION} again:\n"
            f"  pip install --force-reinstall --no-deps {DISTRIBUTION}\n"
            f"See {PAGE}."
        )
    author = read_author(folder)
    if author != AUTHOR:
        raise ImportError(
            f"{name} needs the addon {folder.name} of {DISTRIBUTION}. Odoo found "
            f"{folder}, of {author or 'no author'}, first. Uninstall it or remove it "
            f"from the addons path, or put the folder of {DISTRIBUTION} before it: see "
            f"{PAGE}."
        )


def read_author(folder: Path) -> str | None:
    """Return the author of an addon, None if there is no addon."""
    try:
        text = (folder / "__manifest__.py").read_text(encoding="utf-8")
        return str(ast.literal_eval(text).get("author"))
    except (OSError, ValueError, SyntaxError):
        return None


def log_ignored_addons(name: str) -> None:
    """Log the addons of this name that come later on the addons path."""
    folders = [Path(path, name) for path in import_module("odoo.addons").__path__]
    authors = {folder.resolve(): read_author(folder) for folder in folders}
    first, *others = [folder for folder, author in authors.items() if author]
    for folder in others:
        _logger.warning(
            "Odoo loads the addon %s from %s, and ignores the one of %s in %s: remove "
            "it from the addons path.",
            name,
            first,
            authors[folder],
            folder,
        )


check_addons("component")
