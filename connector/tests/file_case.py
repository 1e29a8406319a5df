# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of imports and exports of files in a local folder."""

import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.addons.component.core import Component

from ..files import CSV
from .common import TestConnectorCase
from .job_runs import JobRuns

CATEGORY = "test.res.partner.category"


class FileCase(JobRuns, TestConnectorCase):
    """A backend whose adapter reads and writes CSV files."""

    def setUp(self):
        super().setUp()
        self.inbox = Path(self.enterContext(tempfile.TemporaryDirectory()))
        inbox = self.inbox

        class Adapter(Component):
            _name = "test.file.adapter"
            _inherit = ["test.connector", "generic.file.adapter"]
            _apply_on = CATEGORY
            _usage = "backend.adapter"
            _pattern = "*.csv"
            _format = CSV(delimiter=";")
            _id_field = "number"
            _settle_seconds = 0
            _url = str(inbox)

        class BatchImporter(Component):
            _name = "test.file.batch.importer"
            _inherit = ["test.connector", "generic.file.batch.importer"]
            _apply_on = CATEGORY

        class ChangesImporter(Component):
            _name = "test.file.changes.importer"
            _inherit = ["test.connector", "generic.file.changes.importer"]
            _apply_on = CATEGORY

        self.build_components(Adapter, BatchImporter, ChangesImporter)
        self.model = self.env[CATEGORY]
        self.files = self.env["connector.file"]
        self.backend.chunk_size = 3

    @property
    def adapter(self):
        return self.work_on(CATEGORY).component_by_name("test.file.adapter")

    def set(self, **attributes):
        self.enterContext(patch.multiple(type(self.adapter), **attributes))

    def put(self, name, *rows, header="number;name;parent"):
        (self.inbox / name).write_text("\n".join([header, *rows]))

    def listed(self, folder="."):
        return sorted(
            each.name for each in (self.inbox / folder).iterdir() if each.is_file()
        )

    def jobs(self):
        states = ("pending", "failed")
        return self.env["queue.job"].search(
            [("state", "in", states), ("model_name", "=", CATEGORY)], order="id"
        )

    def search_changes(self):
        return self.model.import_changes(self.backend)

    def run_all(self, at_most=60):
        """Run the pending jobs, and those that they delay; return the failed ones."""
        for _turn in range(at_most):
            pending = self.env["queue.job"].search(
                [("state", "=", "pending"), ("model_name", "=", CATEGORY)],
                order="id",
            )
            if not pending:
                break
            # the job that ends a file waits for the others
            ends = pending.filtered(lambda job: job.method_name == "finish_file")
            self.run_stored((pending - ends or pending)[0])
        return self.env["queue.job"].search(
            [("state", "=", "failed"), ("model_name", "=", CATEGORY)]
        )

    def import_all(self):
        self.search_changes()
        return self.run_all()

    def assert_imported(self, failed=None):
        failed = self.import_all() if failed is None else failed
        self.assertEqual(failed.mapped("exc_info"), [])

    def names(self):
        bindings = self.model.search([("backend_id", "=", self.backend.id)])
        return {each.external_id: each.name for each in bindings}
