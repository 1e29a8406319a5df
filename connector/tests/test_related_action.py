# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from unittest.mock import MagicMock, patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.component.core import Component, WorkContext
from odoo.addons.component.exception import NoComponentError
from odoo.addons.queue_job.job import Job

from .import_common import PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestRelatedActionOfRecords(TransactionCase):
    """Open the subject of a job that is not a binding that wraps a record."""

    def _open(self, records):
        job = Job(records.read)
        job.store()
        return job.db_record().related_action_unwrap_binding()

    def test_records_of_a_model_without_backend_open_themselves(self):
        partner = self.env["res.partner"].create({"name": "a"})
        action = self._open(partner)
        self.assertEqual(
            (action["res_model"], action["res_id"]), (partner._name, partner.id)
        )

    def test_a_binding_that_cannot_be_unwrapped_opens_itself(self):
        binding = MagicMock(_fields={"backend_id": "a field"}, backend_id=self.env.user)
        for error in (KeyError("odoo_id"), ValueError(), NoComponentError()):
            with patch.object(WorkContext, "component", side_effect=error) as component:
                self.assertIsNone(self.env["queue.job"]._unwrap(binding, "binder"))
            component.assert_called_once_with(usage="binder")

    def test_a_backend_id_of_another_model_counts_as_none(self):
        binding = MagicMock(_fields={"backend_id": "a number"}, backend_id=1)
        self.assertIsNone(self.env["queue.job"]._unwrap(binding, "binder"))

    def test_a_job_that_imports_nothing_opens_nothing(self):
        partner = self.env["res.partner"].create({"name": "a"})
        for args in ((), (1,), (1, 2)):
            job = Job(partner.read, args=args)
            job.store()
            self.assertIsNone(job.db_record().related_action_imported_bindings())

    def test_several_records_open_nothing(self):
        partners = self.env["res.partner"].create([{"name": "a"}, {"name": "b"}])
        self.assertIsNone(self._open(partners))

    def test_deleted_records_open_nothing(self):
        partner = self.env["res.partner"].create({"name": "a"})
        job = Job(partner.read)
        job.store()
        record = job.db_record()
        partner.unlink()
        self.assertIsNone(record.related_action_unwrap_binding())


@tagged("post_install", "-at_install")
class TestRelatedActionOfImports(ImporterCase):
    """Open the records of an import job, by positional or keyword arguments."""

    __test__ = True

    def test_arguments_may_be_given_by_name(self):
        self.put(partner(1), partner(2))
        self.run_chunk([1, 2])
        backend, delayed = self.backend, self.env[PARTNER].with_delay
        for job, external_ids in (
            (delayed().import_record(backend, 1), [1]),
            (delayed().import_record(backend, external_id=1), [1]),
            (delayed().import_record(external_id=1, backend=backend), [1]),
            (delayed().import_chunk(backend=backend, external_ids=[1, 2]), [1, 2]),
        ):
            action = job.db_record().related_action_imported_bindings()
            ids = [action["res_id"]] if "res_id" in action else action["domain"][0][2]
            self.assertEqual(ids, [self.found(key).id for key in external_ids])

    def test_binder_may_be_chosen_by_an_addition_of_work_on(self):
        class Binder(Component):
            _inherit = "test.binder"

            @classmethod
            def _component_match(cls, work, **kw):
                return work.client == "client"

        work_on_backend = type(self.backend).work_on

        @contextmanager
        def work_on(backend, model_name):
            with work_on_backend(backend, model_name, client="client") as work:
                yield work

        self.put(partner(1))
        self.run_chunk([1])
        binding = self.found(1)
        job = binding.with_delay().export_record().db_record()
        self.build_components(Binder)
        with patch.object(type(self.backend), "work_on", work_on):
            action = job.with_env(self.env).related_action_unwrap_binding()
        self.assertEqual(action["res_model"], "res.partner")
