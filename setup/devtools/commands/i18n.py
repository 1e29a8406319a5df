# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev i18n [ADDON ...]"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polib

from ..addons import Addon, close_over, find_addons, outside_dependencies
from ..environment import Environment
from ..installation import ensure_addons_database
from ..odoo_config import write_config
from ..postgres import running_postgres
from ..processes import run_logged
from ..translations import (
    LANGUAGES,
    find_problems,
    merged_translation,
    normalised_template,
    odoo_translations,
    template_path,
    translation_path,
)

SHOWN_PROBLEMS = 10


def main(environment: Environment, arguments: list[str]) -> int:
    addons = find_addons(environment.clone)
    own = {name: addon for name, addon in addons.items() if not addon.is_test_only}
    parser = argparse.ArgumentParser(
        prog="./dev i18n",
        description="Write the terms of the addons into i18n/ADDON.pot, and update the "
        "translations: new terms that Odoo translates are filled in, the "
        "rest is left to a person.",
    )
    parser.add_argument("addons", nargs="*", metavar="ADDON", help=", ".join(own))
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.addons) - own.keys())
    if unknown:
        parser.error(f"no addon {', '.join(unknown)}; there are: {', '.join(own)}")
    left = 0
    with running_postgres(environment):
        for name in options.addons or own:
            needed = close_over(addons, [name])
            # No other addons: they would add fields to the extended models.
            database = ensure_addons_database(environment, needed)
            outside = outside_dependencies(addons, needed)
            known = {
                language: odoo_translations(environment.odoo, outside, language)
                for language in LANGUAGES
            }
            left += update_addon(environment, own[name], database, known)
    return 1 if left else 0


def update_addon(
    environment: Environment,
    addon: Addon,
    database: str,
    known: dict[str, dict[str, str]],
) -> int:
    """Write template and translations; return the number of terms to check."""
    exported = export_template(environment, addon.name, database)
    template = normalised_template(exported, addon.name)
    template_path(addon.path).parent.mkdir(exist_ok=True)
    template.save(str(template_path(addon.path)))
    print(f"{addon.name}: {len(template)} terms")
    left = 0
    for language, of_odoo in known.items():
        path = translation_path(addon.path, language)
        old = polib.pofile(str(path)) if path.is_file() else []
        translation = merged_translation(template, old, language, of_odoo.get)
        translation.save(str(path))
        problems = find_problems(template, translation)
        left += len(problems)
        for problem in problems[:SHOWN_PROBLEMS]:
            print(f"  {language}: {problem}")
        if len(problems) > SHOWN_PROBLEMS:
            print(f"  {language}: and {len(problems) - SHOWN_PROBLEMS} more")
    return left


def export_template(
    environment: Environment, addon_name: str, database: str
) -> polib.POFile:
    """Return the terms of an addon that Odoo exports."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exported.pot"
        command = [
            *environment.start_command,
            "i18n",
            "export",
            f"--config={write_config(environment)}",
            f"--database={database}",
            "--languages=pot",
            f"--output={path}",
            addon_name,
        ]
        log_path = environment.home.log_folder / f"{addon_name}-i18n.log"
        run_logged(command, log_path, environment.process_environ())
        return polib.pofile(str(path))
