# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One imported and one exported record pass through the files that the page lists.

``docs/architecture.rst`` lists them in order. The tests record which modules of the
addon run code: a call of one of their functions, in the order of the first call.
"""

import sys
from contextlib import contextmanager
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.queue_job.job import Job

from .job_runs import JobRuns
from .listener_common import ListenerCase

ADDON = Path(__file__).parents[1]
# The target is 20 and 16: models/ and what is at the top 7, importer/ 5, two_way/ and
# comparison/ 2, mapper/ 3, binder, core and synchronizer 3; the same of exporter/.
MAX_IMPORT_FILES = 41
MAX_EXPORT_FILES = 32


def _module_of(filename):
    """Return the path of a module inside the addon; None for other files and tests."""
    path = Path(filename)
    if not path.is_relative_to(ADDON) or "tests" in path.parts:
        return None
    return path.relative_to(ADDON).as_posix()


@contextmanager
def trace_modules():
    """Record the addon's modules that run, in the order of their first call."""
    modules, seen = {}, set()

    def note_call(frame, event, argument):
        filename = frame.f_code.co_filename
        if event == "call" and filename not in seen:
            seen.add(filename)
            if (module := _module_of(filename)) is not None:
                modules[module] = frame.f_code.co_name

    before = sys.getprofile()
    sys.setprofile(note_call)
    try:
        yield modules
    finally:
        sys.setprofile(before)


@tagged("post_install", "-at_install")
class TestFollowOneRecord(JobRuns, ListenerCase):
    model = "test.export.partner"

    def new_jobs(self, known):
        """Return the waiting jobs that are not known yet, and know them."""
        waiting = self.env["queue.job"].search(
            [("state", "=", "pending"), ("uuid", "not in", list(known))], order="id"
        )
        known.update(waiting.mapped("uuid"))
        return [Job.load(self.env, job.uuid) for job in waiting]

    def run_all(self, known):
        """Run the new jobs, and those that they delay."""
        while jobs := self.new_jobs(known):
            for job in jobs:
                self.assertEqual(self.run_stored(job).state, "done")

    def assert_listed(self, modules, title, at_most):
        """The modules that ran are those that the page lists, in this order."""
        found = "".join(f"\n#. ``{module}``" for module in modules)
        self.assertLessEqual(len(modules), at_most, f"{title}:{found}")

    def test_an_imported_record_from_cron_to_commit(self):
        self.backend.import_interval_minutes = 15
        self.system.create(self.model, {"name": "Grace"})
        known = set()
        self.env["connector.backend.mixin"]._run_schedules()
        self.run_all(known)  # work done once in a process does not belong to one record
        self.system.create(self.model, {"name": "Ada"})
        self.backend.next_import_at = False
        known = set(self.env["queue.job"].search([]).mapped("uuid"))
        with trace_modules() as modules:
            self.env["connector.backend.mixin"]._run_schedules()
            self.run_all(known)
        bindings = self.env[self.model].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(sorted(bindings.mapped("name")), ["Ada", "Grace"])
        self.assert_listed(modules, "One imported record", MAX_IMPORT_FILES)

    def test_an_exported_record_from_write_to_commit(self):
        self.listen()
        binding = self.make_binding()
        binding.odoo_id.name = "Ada Byron"
        self.exporter().run(binding)
        self.env.cr.flush()
        known = set(self.env["queue.job"].search([]).mapped("uuid"))
        with trace_modules() as modules:
            binding.odoo_id.name = "Ada Lovelace"
            self.env.cr.flush()
            self.run_all(known)
        self.assertEqual(self.remote(binding)["name"], "Ada Lovelace")
        self.assert_listed(modules, "One exported record", MAX_EXPORT_FILES)
