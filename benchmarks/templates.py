# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The databases with the addon of a side, which are kept and copied for each run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.databases import Databases
from devtools.environment import Environment
from devtools.home import digest
from devtools.installation import install_addons, state_database


@contextmanager
def side_template(
    environment: Environment, addon: Path, base: str, addons_path: str
) -> Iterator[str]:
    """Yield the database of an addon as it is now; drop those of older states.

    :param addon: the folder of the addon
    :param base: the database with its dependencies
    :param addons_path: the option of Odoo
    """
    sources = sorted((*addon.rglob("*.py"), *addon.rglob("*.csv")))
    with state_database(
        environment,
        Databases(environment).name(f"{addon.name}_"),
        digest(base, *(path.read_text() for path in sources)),
        f"database with {addon.name}",
        lambda part: install_addons(
            environment, part, [addon.name], arguments=(addons_path,)
        ),
        base,
    ) as template:
        yield template
