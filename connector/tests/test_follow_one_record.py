# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One imported and one exported record pass through the files that the page lists.

``docs/architecture.rst`` lists them in the order of the first call. The tests trace a
real import and export, and leave out helpers: a module that calls no other module of
the addon, or only such modules, answers a question and does not pass the record on.
"""

import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.component.core import Component, ComponentRegistry
from odoo.addons.component.tests.common import _in_front
from odoo.addons.queue_job.job import Job

from .export_common import ExportCase
from .job_runs import JobRuns

ADDON = Path(__file__).parents[1]
# components of other connectors in the database would take part
ADDONS = ("component", "component_event", "connector", "test_connector_export")
MAX_IMPORT_FILES = 20
MAX_EXPORT_FILES = 17


@cache
def module_of(code):
    """Return the path of the module of some code inside the addon, None for others."""
    path = Path(code.co_filename)
    if not path.is_relative_to(ADDON) or "tests" in path.parts:
        return None
    return path.relative_to(ADDON).as_posix()


def calling_module(frame):
    """Return the module of the addon that a call came from, through other code too."""
    while (frame := frame.f_back) is not None:
        if (module := module_of(frame.f_code)) is not None:
            return module
    return None


@contextmanager
def trace_calls():
    """Record the addon's modules that run, and which of them each of them calls."""
    calls = {}

    def note_call(frame, event, argument):
        code = frame.f_code
        if event != "call" or (module := module_of(code)) is None:
            return
        if code.co_name.startswith("<"):
            return  # a generator runs where its values are consumed
        calls.setdefault(module, set())
        caller = calling_module(frame)
        if caller not in (None, module):
            calls.setdefault(caller, set()).add(module)

    before = sys.getprofile()
    sys.setprofile(note_call)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def without_helpers(calls):
    """Return the modules that pass the record on, in the order of the first call."""
    leaves = {module for module, called in calls.items() if not called}
    return [module for module, called in calls.items() if called - leaves]


def listed_files(title):
    """Return the files of the numbered list below a title of the page."""
    page = (ADDON.parent / "docs" / "architecture.rst").read_text()
    section = page.split(f"\n{title}\n{'-' * len(title)}\n")[1]
    lines = section.split("\n\n\n")[0].splitlines()
    return [line.split("``")[1] for line in lines if line.startswith("#. ``")]


@tagged("post_install", "-at_install")
class TestFollowOneRecord(JobRuns, ExportCase):
    model = "test.export.partner"

    def setUp(self):
        super().setUp()

        class Listener(Component):
            _name = "test.own.listener"
            _inherit = ["test.folder.connector", "generic.export.listener"]
            _apply_on = [self.model, "res.partner"]

        registry = ComponentRegistry()
        for addon in ADDONS:
            registry.load_components(addon)
        Listener._build_component(registry)
        registry.ready = True
        self.enterContext(_in_front(self, registry))
        self.backend = self.backend.with_env(self.env)

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

    def test_a_module_that_calls_only_leaves_is_a_helper(self):
        calls = {"flow": {"helper", "step"}, "helper": {"leaf"}, "leaf": set()}
        calls["step"] = {"helper"}
        self.assertEqual(without_helpers(calls), ["flow", "step"])

    def assert_listed(self, calls, title, at_most):
        """The page lists the files through which the record went, in this order."""
        passed = without_helpers(calls)
        found = "".join(f"\n#. ``{module}``" for module in passed)
        self.assertEqual(passed, listed_files(title), f"{title}:{found}")
        self.assertLessEqual(len(passed), at_most)

    def test_an_imported_record_from_cron_to_commit(self):
        self.backend.import_interval_minutes = 15
        self.system.create(self.model, {"name": "Grace"})
        known = set()
        self.env["connector.backend.mixin"]._run_schedules()
        self.run_all(known)  # a process compiles mappers once
        self.system.create(self.model, {"name": "Ada"})
        self.backend.next_import_at = False
        known = set(self.env["queue.job"].search([]).mapped("uuid"))
        with trace_calls() as calls:
            self.env["connector.backend.mixin"]._run_schedules()
            self.run_all(known)
        bindings = self.env[self.model].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(sorted(bindings.mapped("name")), ["Ada", "Grace"])
        self.assert_listed(calls, "One imported record", MAX_IMPORT_FILES)

    def test_an_exported_record_from_write_to_commit(self):
        binding = self.make_binding()
        known = set()
        binding.odoo_id.name = "Ada Byron"
        self.env.cr.flush()
        self.run_all(known)  # a process compiles mappers once
        with trace_calls() as calls:
            binding.odoo_id.name = "Ada Lovelace"
            self.env.cr.flush()
            self.run_all(known)
        self.assertEqual(self.remote(binding)["name"], "Ada Lovelace")
        self.assert_listed(calls, "One exported record", MAX_EXPORT_FILES)
