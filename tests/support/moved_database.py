# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database of the OCA addons with a connector, before and after its move.

``fill`` makes the data with the OCA addons: bindings, an archived record, waiting jobs
of an import and of an export, and the date of the last import. ``check_taken_over``
reads and uses them with the addons of this clone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devtools.environment import CLONE, Environment
from devtools.python_env import ensure_packages

#: addons of the test, for the addons path
ADDONS = CLONE / "tests" / "end_to_end" / "addons"
CONNECTOR = "moved_connector"

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

TAKEN_OVER = {
    "names": {"1": "Ada Lovelace", "2": "Grace", "3": "Edith"},
    "archived": False,
    "shop": "Ada Lovelace",
    "found": ["3"],
    "cursor": "2026-02-01 00:00:00",
    "states": ["done"],
}


def ensure_oca_addons(environment: Environment) -> Path:
    """Return a folder with the published addons, for the addons path."""
    title = "Published addons of the OCA"
    packages = ensure_packages(environment.home, environment.python, "peer", title)
    return packages / "odoo" / "addons"


class MovedDatabase:
    """The database of a connector that was written for the OCA addons.

    :param run: runs a script in Odoo's shell, and returns what it prints
    """

    def __init__(self, run: Callable[[str], str]) -> None:
        self._run = run

    def fill(self) -> dict[str, Any]:
        """Make data with the OCA addons, and return what ``read`` returns."""
        self._run(MAKE_DATA)
        data = self.read()
        assert len(data["bindings"]) == 2
        assert [job[1:6] for job in data["jobs"]] == [
            ["pending", "import_record", "root.moved", 5, ["3"]],
            ["pending", "export_record", "root", 10, []],
        ]
        return data

    def read(self) -> dict[str, Any]:
        """Return bindings, jobs and the date of the last import."""
        return self._result_of(READ)

    def run_jobs(self) -> list[str]:
        """Run the waiting jobs; return the states of all jobs."""
        self._run(RUN_JOBS)
        return sorted({job[1] for job in self.read()["jobs"]})

    def check_taken_over(self, data: dict[str, Any]) -> None:
        """Check that the addons of this clone have the data, and use them."""
        assert self.read() == data
        self._run(RUN_JOBS)
        assert self._result_of(USE) == TAKEN_OVER

    def _result_of(self, script: str) -> dict[str, Any]:
        output = self._run(script)
        lines = [line for line in output.splitlines() if line.startswith("RESULT")]
        assert lines, output
        return json.loads(lines[-1].removeprefix("RESULT"))
