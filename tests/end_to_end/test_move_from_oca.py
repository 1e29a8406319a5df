# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database with the published OCA addons is updated to the addons of this clone."""

import json
import os
from pathlib import Path

import pytest
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import ensure_template, install_addons, upgrade_addons
from devtools.odoo_config import odoo_command
from devtools.processes import run_logged
from devtools.python_env import ensure_packages

pytestmark = pytest.mark.long

ADDON = Path(__file__).parent / "addons" / "moved_connector"
FRAMEWORK = ["component", "component_event", "connector"]

MAKE_DATA = """
shop = {
    "1": {"name": "Ada", "updated": "2026-01-01 00:00:00"},
    "2": {"name": "Grace", "updated": "2026-01-02 00:00:00"},
    "3": {"name": "Edith", "updated": "2026-03-01 00:00:00"},
}
backend = env["moved.backend"].create({"name": "Shop", "shop": shop})
bindings = env["moved.res.partner"].with_context(connector_no_export=True)
for key in ("1", "2"):
    bindings.import_record(backend, key)
first, second = bindings.search([], order="external_id")
first.note_of_backend = "kept"
second.odoo_id.with_context(connector_no_export=True).active = False
backend.import_partners_since = "2026-02-01 00:00:00"
bindings.with_delay(priority=5, description="of OCA").import_record(
    backend, "3", force=True
)
first.odoo_id.with_context(connector_no_export=False).name = "Ada Lovelace"
env.cr.commit()
"""

READ = """
import json
backend = env["moved.backend"].search([])
model = env["moved.res.partner"].with_context(active_test=False)
print("RESULT" + json.dumps({
    "bindings": [
        [b.external_id, b.odoo_id.id, b.sync_date.isoformat(), b.note_of_backend]
        for b in model.search([], order="external_id")
    ],
    "since": str(backend.import_partners_since),
    "jobs": [
        [j.uuid, j.state, j.method_name, j.channel, j.priority, j.args[1:], j.kwargs]
        for j in env["queue.job"].search([], order="id")
    ],
}))
"""

RUN_JOBS = """
from odoo.addons.queue_job.job import Job
for record in env["queue.job"].search([("state", "=", "pending")], order="id"):
    job = Job.load(env, record.uuid)
    job.perform()
    job.set_done()
    job.store()
env.cr.commit()
"""

USE = """
import json
backend = env["moved.backend"].search([])
with backend.work_on("moved.res.partner") as work:
    binder = work.component(usage="binder")
    names = {key: binder.to_internal(key, unwrap=True).name for key in "123"}
    archived = binder.to_internal("2").active
before = env["queue.job"].search([])
since = backend.import_partners_since
backend.import_partners()
found = (env["queue.job"].search([]) - before).mapped("args")
cursor = env["connector.cursor"]._ensure(backend, "moved.res.partner")
cursor._move_to(since)
print("RESULT" + json.dumps({
    "names": names,
    "archived": archived,
    "shop": backend.shop["1"]["name"],
    "found": [args[1] for args in found],
    "cursor": cursor.position["since"],
    "states": sorted(set(before.mapped("state"))),
}))
"""


class Stack:
    """A database, opened with the addons of one of the two stacks."""

    def __init__(self, environment, database):
        self.environment, self.database = environment, database
        home, python = environment.home, environment.python
        packages = ensure_packages(home, python, "peer", "Published addons of the OCA")
        paths = [*environment.odoo.addons_paths, packages / "odoo" / "addons"]
        joined = ",".join(map(str, [*paths, ADDON.parent]))
        self.oca = (f"--addons-path={joined}",)

    def run(self, script, *arguments):
        environment, name = self.environment, self.database
        command = odoo_command(
            environment,
            "shell",
            f"--database={name}",
            "--no-http",
            "--log-level=error",
            *arguments,
        )
        log_path = environment.home.log_folder / f"{name}-shell.log"
        environ = environment.process_environ()
        output = run_logged(command, log_path, environ, script=script)
        return next(
            (line[6:] for line in output.splitlines() if line.startswith("RESULT")),
            output,
        )


@pytest.fixture
def stack(monkeypatch):
    monkeypatch.setenv("CONNECTOR_ADDONS", str(ADDON))
    environment = Environment.current()
    databases = Databases(environment)
    name = databases.name(f"move_from_oca_{os.getpid()}")
    standard = {"contacts", "mail", "product", "rpc", "queue_job"}
    databases.create(name, ensure_template(environment, standard))
    yield Stack(environment, name)
    databases.drop(name)


def test_bindings_jobs_and_dates_of_an_oca_database_are_taken_over(stack):
    environment, database = stack.environment, stack.database
    install_addons(environment, database, ["moved_connector"], arguments=stack.oca)
    stack.run(MAKE_DATA, *stack.oca)
    before = json.loads(stack.run(READ, *stack.oca))
    assert len(before["bindings"]) == 2
    assert [job[1:6] for job in before["jobs"]] == [
        ["pending", "import_record", "root.moved", 5, ["3"]],
        ["pending", "export_record", "root", 10, []],
    ]

    upgrade_addons(environment, database, FRAMEWORK)
    assert json.loads(stack.run(READ)) == before
    stack.run(RUN_JOBS)
    used = json.loads(stack.run(USE))
    assert used == {
        "names": {"1": "Ada Lovelace", "2": "Grace", "3": "Edith"},
        "archived": False,
        "shop": "Ada Lovelace",
        "found": ["3"],
        "cursor": "2026-02-01 00:00:00",
        "states": ["done"],
    }
