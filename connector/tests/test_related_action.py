# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import MagicMock, patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import NoComponentError
from odoo.addons.queue_job.job import Job


@tagged("post_install", "-at_install")
class TestRelatedActionOfRecords(TransactionCase):
    """Open what a job is about, where it is no binding that wraps a record."""

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
