# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Workers that share the few requests that a backend allows."""

import fcntl
import json
import time
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from unittest.mock import patch

import pytest

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import _component_databases

from ..exception import NetworkRetryableError
from .export_common import Child, ProcessCase
from .job_worker import count_unfinished, perform_next

PARTNER = "test.export.partner"
ALLOWED, WINDOW_SECONDS = 60, 2
REQUESTS = 41


def ask(folder):
    """Count a request of any process; refuse it above the limit."""
    with (Path(folder) / "requests.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state = json.loads(file.read() or "[0, 0, 0, 0]")
        ends, in_window, asked, refused = state
        now = time.time()
        if now >= ends:
            ends, in_window = now + WINDOW_SECONDS, 0
        is_refused = in_window >= ALLOWED
        state = [ends, in_window + 1, asked + 1, refused + is_refused]
        file.truncate(0)
        file.write(json.dumps(state))
    if is_refused:
        raise NetworkRetryableError("429", seconds=ceil(ends - now), ignore_retry=True)


def work(env, backend_id, folder):
    """Perform the jobs of the backend until none is left; return the duration."""
    components = _component_databases.find(env)
    read = components["test.folder.adapter"].read

    def read_within_limits(adapter, external_id):
        ask(folder)
        return read(adapter, external_id)

    def read_more(importer):
        """Need more of the backend; the read records are lost with the job."""
        for __ in range(REQUESTS - 1):
            importer.backend_adapter.read(importer.external_id)

    begun = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(mute_logger("odoo.addons.queue_job.controllers.main"))
        stack.enter_context(
            patch.object(components["test.folder.adapter"], "read", read_within_limits)
        )
        stack.enter_context(
            patch.object(
                components["test.folder.importer"], "_before_import", read_more
            )
        )
        while count_unfinished(env, backend_id):
            perform_next(env, backend_id)
    return time.monotonic() - begun


# test_backend_pause.py has the same rule, in one process and without waiting
@pytest.mark.long
@tagged("post_install", "-at_install", "-standard", "long")
class TestWorkersOfOneBackend(ProcessCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self._delete_jobs)

    def _delete_jobs(self):
        with self.transaction() as env:
            of_backend = [
                ("sync_backend_model", "=", "test.export.backend"),
                ("sync_backend_id", "=", self.backend_id),
            ]
            env["queue.job"].search(of_backend).unlink()

    def delay_imports(self, count):
        """Delay imports of new external records; return the ids of these."""
        external_ids = [
            self.system.create(PARTNER, {"name": f"P{number}"})
            for number in range(count)
        ]
        with self.transaction() as env:
            backend = env["test.export.backend"].browse(self.backend_id)
            for external_id in external_ids:
                env[PARTNER].with_delay().import_record(backend, external_id)
        return external_ids

    def test_jobs_that_each_need_most_of_the_rate_limit_end(self):
        external_ids = self.delay_imports(4)
        children = [
            Child(
                self.registry.db_name,
                lambda env, parent: work(env, self.backend_id, self.folder),
            )
            for __ in range(3)
        ]
        for child in children:
            self.addCleanup(child.end)
        outcomes = [child.hear() for child in children]
        self.assertTrue(all(isinstance(each, float) for each in outcomes), outcomes)
        state = json.loads((Path(self.folder) / "requests.json").read_text())
        __, __, asked, refused = state
        with self.transaction() as env:
            imported = env[PARTNER].search([("backend_id", "=", self.backend_id)])
            self.assertEqual(set(imported.mapped("external_id")), set(external_ids))
            pauses = env["connector.backend.pause"]
            known = pauses._find(env["test.export.backend"].browse(self.backend_id))
            self.assertTrue(known)
        # each is begun again a few times at most, not until chance lets it end
        self.assertLess(asked, 4 * REQUESTS * 4)
        self.assertLess(refused, 16)
