# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev i18n [ADDON ...]"""

from __future__ import annotations

import argparse

from ..addons import Addon, close_over, find_addons
from ..databases import Databases
from ..environment import Environment
from ..installation import addons_database
from ..odoo_config import odoo_command
from ..postgres import running_postgres
from ..processes import run_logged
from ..translations import (
    LANGUAGES,
    find_problems,
    merged_translation,
    normalised_template,
    read_terms,
    template_path,
    translation_path,
)


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
    with running_postgres(environment):
        problems = 0
        for name in options.addons or own:
            # No other addons: they would add fields to the extended models.
            needed = close_over(addons, [name])
            with addons_database(environment, needed) as database:
                problems += update_addon(environment, own[name], database)
    return 1 if problems else 0


def update_addon(environment: Environment, addon: Addon, database: str) -> int:
    """Write template and translations; return the number of terms to check."""
    path = template_path(addon.path)
    options = [f"--database={database}", f"--output={path}"]
    command = odoo_command(environment, "i18n", "export", addon.name, *options)
    log_path = environment.home.log_folder / f"{addon.name}-i18n.log"
    run_logged(command, log_path, environment.process_environ())
    template = normalised_template(read_terms(path), addon.name)
    template.save(str(path))
    print(f"{addon.name}: {len(template)} terms")
    count = 0
    for language in LANGUAGES:
        path = translation_path(addon.path, language)
        of_odoo = odoo_translations(environment, database, language)
        translation = merged_translation(template, read_terms(path), language, of_odoo)
        translation.save(str(path))
        problems = find_problems(template, translation)
        count += len(problems)
        for problem in problems:
            print(f"  {language}: {problem}")
    return count


def odoo_translations(
    environment: Environment, database: str, language: str
) -> dict[str, str]:
    """Return ``{term: translation}`` of the addons of Odoo in a database."""
    found: dict[str, str] = {}
    for name in Databases(environment).installed_addons(database):
        for folder in environment.odoo.addons_paths:
            for entry in read_terms(translation_path(folder / name, language)):
                if entry.translated() and not entry.msgctxt:
                    found.setdefault(entry.msgid, entry.msgstr)
    return found
