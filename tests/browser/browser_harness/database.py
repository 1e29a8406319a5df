# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database of the browser tests: all addons, users of each role, French.

A template with the users, the translations and the generated assets is made once per
state of the addons' files. Each run of the tests copies it, and drops the copy.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from devtools.addons import find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.home import digest
from devtools.installation import addons_database, state_database
from devtools.odoo_server import OdooServer, run_in_shell

OPERATOR = "connector.group_connector_operator"
MANAGER = "connector.group_connector_manager"
SALES = ("base.group_partner_manager", "sales_team.group_sale_manager")
# login (it is the password, too) → groups, language
ROLES: dict[str, tuple[tuple[str, ...], str]] = {
    "manager": ((MANAGER, *SALES), "en_US"),
    "manager_fr": ((MANAGER, *SALES), "fr_FR"),
    "operator": ((OPERATOR, *SALES), "en_US"),
    "user": (SALES, "en_US"),
}
FILL = """
import json, os
env["res.lang"]._activate_lang("fr_FR")
translated = json.loads(os.environ["TRANSLATED"])
domain = [("name", "in", translated), ("state", "=", "installed")]
env["ir.module.module"].search(domain)._update_translations("fr_FR")
for login, (groups, lang) in json.loads(os.environ["ROLES"]).items():
    found = [env.ref(one, raise_if_not_found=False) for one in groups]
    env["res.users"].create({
        "name": login.replace("_", " ").capitalize(),
        "login": login,
        "password": login,
        "email": f"{login}@example.com",
        "lang": lang,
        "tz": "Europe/Brussels",
        "group_ids": [(4, group.id) for group in found if group],
    })
bundle = env["ir.qweb"]._get_asset_bundle("web.assets_web", css=True, js=True)
bundle.js()
bundle.css()
env.cr.commit()
"""


@contextmanager
def running_server(environment: Environment) -> Iterator[OdooServer]:
    """Serve a temporary database; jobs run one at a time, scheduled actions do not."""
    databases = Databases(environment)
    name = databases.name(f"browser_{os.getpid()}")
    with browser_template(environment) as template:
        databases.create(name, template)
    try:
        with OdooServer(environment, name, with_jobs=True, channels="root:1") as server:
            yield server
    finally:
        databases.drop(name)


@contextmanager
def browser_template(environment: Environment) -> Iterator[str]:
    """Yield the template, made first if the addons' files have changed."""
    with (
        addons_database(environment, find_addons(environment.clone)) as addons,
        state_database(
            environment,
            Databases(environment).name("browser_template_"),
            digest(addons, ROLES, FILL),
            "database of the browser tests",
            lambda part: _fill(environment, part),
            addons,
        ) as template,
    ):
        yield template


def _fill(environment: Environment, database: str) -> None:
    translated = ["base", "web", "mail", "queue_job", *find_addons(environment.clone)]
    run_in_shell(
        environment,
        database,
        FILL,
        ROLES=json.dumps(ROLES),
        TRANSLATED=json.dumps(translated),
    )
