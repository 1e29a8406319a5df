# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The databases with the addon of a side, which are kept and copied for each run."""

from __future__ import annotations

from pathlib import Path

from devtools.environment import Environment
from devtools.home import digest
from devtools.installation import ensure_database, install_addons
from two_odoos.databases import DemoDatabase


def ensure_side_template(
    environment: Environment, addon: Path, base: str, addons_path: str
) -> DemoDatabase:
    """Return the database of an addon as it is now; drop those of older states.

    :param addon: the folder of the addon
    :param base: the database with its dependencies
    :param addons_path: the option of Odoo
    """
    sources = sorted((*addon.rglob("*.py"), *addon.rglob("*.csv")))
    state = digest(base, *(path.read_text() for path in sources))
    template = DemoDatabase(environment, f"{addon.name}_{state}")
    databases = template.databases
    if not databases.exists(template.name):
        for outdated in databases.list_names(databases.name(f"{addon.name}_")):
            databases.drop(outdated)
        template.drop()
    ensure_database(
        environment,
        template.name,
        f"database with {addon.name}",
        lambda part: install_addons(
            environment, part, [addon.name], arguments=(addons_path,)
        ),
        base,
    )
    return template
