# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log lines of a job name its backend, model, run and job; no other line does."""

import logging
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.queue_job.job import Job

from ..controllers.run_job import RunLoadableJobController
from ..exception import InvalidDataError
from ..jobs.job_logging import install, log_values, logging_as
from ..read_ahead import read_ahead
from . import job_runs
from .common import TestConnectorCase
from .export_common import ExportCase
from .import_common import PARTNER, partner
from .job_runs import JobRuns

#: of odoo.netsvc
FORMAT = "%(levelname)s %(dbname)s %(name)s: %(message)s %(perf_info)s"
_logger = logging.getLogger(__name__)


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT))
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def texts(self):
        return [self.format(record) for record in self.records]


class LogCase(BaseCase):
    __test__ = False

    @contextmanager
    def lines(self, logger=_logger):
        lines, level, propagate = Lines(), logger.level, logger.propagate
        logger.addHandler(lines)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        try:
            yield lines
        finally:
            logger.removeHandler(lines)
            logger.setLevel(level)
            logger.propagate = propagate


@tagged("post_install", "-at_install")
class TestLogging(LogCase):
    __test__ = True

    def test_outside_of_a_job_nothing_is_added(self):
        with self.lines() as lines:
            _logger.info("Before")
            with logging_as("uuid", "model", None):
                _logger.info("100 %% of %s", "all")
            _logger.info("After")
        before, inside, after = lines.texts()
        self.assertTrue(before.endswith(": Before "))
        self.assertTrue(after.endswith(": After "))
        self.assertTrue(inside.endswith(": 100 % of all model=model job=uuid"), inside)
        self.assertFalse(hasattr(lines.records[2], "connector_job"))
        self.assertEqual(lines.records[1].connector_job, "uuid")

    def test_an_error_ends_it(self):
        with self.assertRaises(KeyError), logging_as("uuid", "model", 1):
            raise KeyError
        self.assertIsNone(log_values())

    def test_it_is_installed_once(self):
        factory = logging.getLogRecordFactory()
        install()
        self.assertIs(logging.getLogRecordFactory(), factory)

    def test_a_thread_that_reads_ahead_names_the_job(self):
        def pages():
            _logger.info("Page")
            yield 1

        with self.lines() as lines:
            with logging_as("uuid", "model", None):
                self.assertEqual(list(read_ahead(pages(), 2)), [1])
            self.assertEqual(list(read_ahead(pages(), 2)), [1])
        inside, outside = lines.records
        self.assertEqual(inside.connector_job, "uuid")
        self.assertFalse(hasattr(outside, "connector_job"))


@tagged("post_install", "-at_install")
class TestLogOfJobs(LogCase, JobRuns, TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.system.put(PARTNER, partner(1), partner(2))
        importer_class = type(self.component("record.importer", PARTNER))
        original = importer_class.run

        def run(importer, external_id, *args, **kwargs):
            _logger.info("Importing %s", external_id)
            if external_id == 2:
                raise InvalidDataError("Nobody can import this")
            return original(importer, external_id, *args, **kwargs)

        self.enterContext(patch.object(importer_class, "run", run))
        # the controller that the route calls, and its lines
        self.enterContext(
            patch.object(job_runs, "RunJobController", RunLoadableJobController)
        )
        self.enterContext(patch.object(job_runs, "RUNNER_LOGGERS", ()))

    def run_import(self, external_id, **kwargs):
        model = self.env[PARTNER]
        return self.run_stored(
            model.with_delay().import_record(self.backend, external_id, **kwargs)
        )

    def test_lines_name_the_job(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        with self.lines() as lines:
            first = self.run_import(1, run=run)
            _logger.info("Between")
            second = self.run_import(1)
        inside, between, other = lines.records
        self.assertEqual(
            (inside.connector_backend, inside.connector_model, inside.connector_run),
            (f"{self.backend._name},{self.backend.id}", PARTNER, run.id),
        )
        self.assertEqual(inside.connector_job, first.uuid)
        self.assertFalse(hasattr(between, "connector_job"))
        self.assertEqual(other.connector_job, second.uuid)
        self.assertIsNone(other.connector_run)
        self.assertIn(f"run={run.id} job={first.uuid}", lines.texts()[0])
        self.assertNotIn("run=", lines.texts()[2])

    def test_the_traceback_of_a_failure_names_the_job(self):
        controller = logging.getLogger("odoo.addons.queue_job.controllers.main")
        with self.lines(), self.lines(controller) as lines:
            job = self.run_import(2)
            self.assertEqual(job.state, "failed")
        failures = [each for each in lines.records if each.levelno == logging.ERROR]
        self.assertIn("Nobody can import this", failures[0].getMessage())
        self.assertEqual({each.connector_job for each in lines.records}, {job.uuid})
        self.assertIsNone(log_values())

    def test_a_job_of_another_addon_is_named_without_a_backend(self):
        category = self.env["res.partner.category"]

        def log_line(records):
            _logger.info("Logging")

        self.enterContext(
            patch.object(type(category), "log_line", log_line, create=True)
        )
        with self.lines() as lines:
            job = self.run_stored(category.with_delay().log_line())
        (record,) = lines.records
        self.assertEqual(record.connector_job, job.uuid)
        self.assertIsNone(record.connector_backend)
        self.assertIn(f" model=res.partner.category job={job.uuid}", lines.texts()[0])


@tagged("post_install", "-at_install")
class TestNameOfBackend(LogCase, ExportCase):
    __test__ = True

    def test_a_name_stays_in_its_line(self):
        self.backend.name = 'Shop "1"\nroot: logged in'
        binding = self.make_binding()
        job = binding.with_delay().export_record()
        original = type(binding).export_record

        def export_record(records, *args, **kwargs):
            _logger.info("Exporting")
            return original(records, *args, **kwargs)

        with (
            self.lines() as lines,
            patch.object(type(binding), "export_record", export_record),
        ):
            Job.load(self.env, job.uuid).perform()
        (text,) = lines.texts()
        self.assertNotIn("\n", text)
        self.assertIn('backend_name="Shop \\"1\\"\\nroot: logged in" model=', text)
