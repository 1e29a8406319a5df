# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two databases of the demo, kept from run to run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from devtools.addons import (
    close_over,
    find_addons,
    find_usable_addons,
    outside_dependencies,
    state_digest,
)
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import (
    addons_database,
    ensure_database,
    ensure_template,
    upgrade_addons,
)
from devtools.progress import step
from passlib.hash import pbkdf2_sha512

CONNECTOR = "connector_odoo_sale"
LOGIN = "admin"
PASSWORD = "admin"
# As the model res.users.apikeys of Odoo 14 to 19 writes and reads them.
KEY_BYTES, KEY_ROUNDS, INDEX_DIGITS = 20, 6000, 8
ADD_KEY = """
    INSERT INTO res_users_apikeys (name, user_id, scope, key, index)
    SELECT 'demo', res_id, 'rpc', %s, %s
    FROM ir_model_data WHERE module = 'base' AND name = 'user_admin'
"""
FIND_COLUMN = """
    SELECT 1 FROM information_schema.columns
    WHERE table_name = 'res_company' AND column_name = 'iap_enrich_auto_done'
"""
# No request to Odoo's services, which may be out of reach.
ENRICH_NOTHING = "UPDATE res_company SET iap_enrich_auto_done = true"
STATE_PARAMETER = "connector_suite.dev.state"


class DemoDatabase:
    """A database of this clone with an API key of its administrator."""

    def __init__(self, environment: Environment, purpose: str):
        self.environment = environment
        self.databases = Databases(environment)
        self.name = self.databases.name(purpose)

    @property
    def key_path(self) -> Path:
        return self.environment.clone_folder / f"{self.name}.key"

    def drop(self) -> None:
        self.databases.drop(self.name)
        self.key_path.unlink(missing_ok=True)

    def ensure_key(self) -> str:
        """Return an API key of the administrator.

        It is written by SQL: Odoo's shell would load all addons first.
        """
        if not self.key_path.is_file():
            part = self.key_path.with_suffix(".part")
            part.unlink(missing_ok=True)
            with open(part, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
                out.write(self._add_key())
            part.replace(self.key_path)
        return self.key_path.read_text()

    def _add_key(self) -> str:
        key = secrets.token_hex(KEY_BYTES)
        stored = pbkdf2_sha512.using(rounds=KEY_ROUNDS).hash(key)
        self.databases.query(self.name, ADD_KEY, (stored, key[:INDEX_DIGITS]))
        if self.databases.query(self.name, FIND_COLUMN):
            self.databases.query(self.name, ENRICH_NOTHING)
        return key

    def _ensure_copy(self, title: str, template: str) -> None:
        if not self.databases.exists(self.name):
            # The key of a deleted database is invalid.
            self.key_path.unlink(missing_ok=True)
        ensure_database(self.environment, self.name, title, lambda part: None, template)


class SourceDatabase(DemoDatabase):
    """Odoo with demo data, of the series of its environment.

    :param modules: connectors of this clone, whose models they import from are
        installed, and modules of Odoo
    """

    def __init__(
        self,
        environment: Environment,
        purpose: str = "demo_source",
        modules: Iterable[str] = (CONNECTOR,),
    ):
        super().__init__(environment, purpose)
        self.wanted = set(modules)

    def ensure(self) -> None:
        if not self.databases.exists(self.name):
            template = ensure_template(self.environment, self.modules, with_demo=True)
            self._ensure_copy("source database", template)

    @property
    def modules(self) -> set[str]:
        """The addons of Odoo whose records the connectors import."""
        addons = find_addons(self.environment.clone)
        closed = close_over(addons, self.wanted)
        own = {"queue_job"}
        needed = outside_dependencies(addons, closed)
        wanted = {"contacts", "rpc", *needed, *(self.wanted - addons.keys())} - own
        return {name for name in wanted if self.environment.odoo.has_addon(name)}


class TargetDatabase(DemoDatabase):
    """Odoo with addons of this clone.

    :param wanted: these and what they need; without, all but the test-only ones
    """

    def __init__(
        self,
        environment: Environment,
        purpose: str = "demo_target",
        wanted: Iterable[str] | None = (CONNECTOR,),
    ):
        super().__init__(environment, purpose)
        is_target = purpose.startswith("demo_target")
        self.title = "target database" if is_target else f"database {purpose}"
        self.wanted = wanted

    def ensure(self) -> None:
        """Install or update the addons as their files are now."""
        addons = find_usable_addons(self.environment.clone)
        if self.wanted is None:
            wanted = [name for name, one in addons.items() if not one.is_test_only]
        else:
            wanted = list(self.wanted)
        names = sorted(close_over(addons, wanted))
        state = state_digest(addons, names)
        if not self.databases.exists(self.name):
            with addons_database(self.environment, names) as template:
                self._ensure_copy(self.title, template)
            self._remember(state)
        elif self._remembered() != state:
            with step(f"upgrade of the {self.title}: addons have changed"):
                upgrade_addons(self.environment, self.name, names)
            self._remember(state)

    def _remembered(self) -> str | None:
        statement = "SELECT value FROM ir_config_parameter WHERE key = %s"
        rows = self.databases.query(self.name, statement, (STATE_PARAMETER,))
        return rows[0][0] if rows else None

    def _remember(self, state: str) -> None:
        self.databases.query(
            self.name,
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (STATE_PARAMETER, state),
        )
