# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The list of bindings, their status, and the Connectors tab."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..binding_models import find_binding_models
from .import_common import CATEGORY, PARTNER, ImporterCase, partner

OPERATOR = "base.group_user,connector.group_connector_operator"


class BoundRecordCase(ImporterCase):
    __test__ = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "operator", groups=OPERATOR)

    def setUp(self):
        super().setUp()
        self.put(partner(1, name="Ada"), partner(2, name="Grace"))
        self.run_chunk([1, 2])
        self.ada, self.grace = self.found(1), self.found(2)
        self.rows = self.env["connector.bound.record"].with_user(self.operator)
        self.env.flush_all()

    def row(self, binding):
        return self.rows._find_row(binding)

    def search(self, *domain):
        self.env.flush_all()
        of_models = ("model_name", "in", [PARTNER, CATEGORY])
        return sorted(self.rows.search([of_models, *domain]).mapped("record_name"))

    def fail(self, binding, **values):
        """Open an error about a binding."""
        self.env["connector.sync.error"].create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": binding._name,
                "subject": f"{binding._name} export binding:{binding.id}",
                "direction": "export",
                "binding_id": binding.id,
                "cause": "data",
                "reason": "The name is too long",
                **values,
            }
        )

    def store_job(self, binding):
        binding.with_delay().export_record()
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestBoundRecord(BoundRecordCase):
    __test__ = True

    def test_a_row_has_the_record_and_its_backend(self):
        row = self.row(self.ada)
        self.assertEqual(
            (row.record_name, row.external_id, row.backend_name, row.status),
            ("Ada", "1", "Test", "in_sync"),
        )
        self.assertEqual(row.model_description, "Contact")
        self.assertEqual(
            (row.res_model, row.res_id), ("res.partner", self.ada.odoo_id.id)
        )

    def test_bindings_of_all_models_are_listed(self):
        self.put_tag(7)
        self.component("record.importer", CATEGORY).run(7)
        self.assertEqual(sorted(self.search()), ["Ada", "Grace", "Tag 7"])
        names = find_binding_models(self.registry)
        self.assertIn("test.res.partner.industry", names)  # without the mixin
        self.assertNotIn("test.binding", names)

    def test_they_are_found_by_name_id_and_backend(self):
        self.assertEqual(self.search(("record_name", "ilike", "ad")), ["Ada"])
        self.assertEqual(self.search(("external_id", "=", "2")), ["Grace"])
        self.assertEqual(self.search(("backend_name", "ilike", "nothing")), [])
        of_backend = [
            ("backend_model", "=", self.backend._name),
            ("backend_id", "=", self.backend.id),
        ]
        self.assertEqual(self.search(*of_backend), ["Ada", "Grace"])

    def test_the_worst_status_is_shown_and_found(self):
        edits = self.env["connector.unconfirmed.field"]
        self.assertEqual(self.search(("status", "=", "in_sync")), ["Ada", "Grace"])
        edits._note({self.ada: ["name"]})
        self.assertEqual(self.search(("status", "=", "waiting")), ["Ada"])
        self.assertEqual(self.row(self.ada).problem, "Name")
        edits._set_in_conflict(edits._find(self.ada)[self.ada.id].rows, True)
        self.assertEqual(self.search(("status", "=", "conflict")), ["Ada"])
        self.assertEqual(self.search(("status", "=", "waiting")), [])
        self.fail(self.ada)
        self.assertEqual(self.search(("status", "=", "failing")), ["Ada"])
        self.assertEqual(self.search(("is_in_conflict", "=", True)), ["Ada"])
        self.assertEqual(self.search(("status", "=", "in_sync")), ["Grace"])
        self.env.invalidate_all()
        row = self.row(self.ada)
        self.assertEqual((row.status, row.problem), ("failing", "The name is too long"))

    def test_an_import_error_is_found_by_the_external_id(self):
        subject = {"subject": "x", "direction": "import", "binding_id": False}
        self.fail(self.ada, external_id="1", **subject)
        self.assertEqual(self.search(("status", "=", "failing")), ["Ada"])
        self.assertEqual(self.row(self.ada).status, "failing")

    def test_records_of_a_failed_chunk_are_failing(self):
        subject = {"subject": "x", "direction": "import", "binding_id": False}
        self.fail(self.ada, external_ids=["2"], **subject)
        self.assertEqual(self.search(("status", "=", "failing")), ["Grace"])
        self.assertEqual(self.row(self.grace).status, "failing")

    def test_an_ignored_error_and_a_dry_run_fail_nothing(self):
        self.fail(self.ada, state="ignored")
        self.fail(self.grace, direction="dry_run")
        self.assertEqual(self.search(("status", "=", "failing")), [])
        self.assertEqual(self.row(self.ada).status, "in_sync")

    def test_a_pending_job_waits(self):
        self.store_job(self.ada)
        self.assertEqual(self.search(("status", "=", "waiting")), ["Ada"])
        self.assertEqual(self.row(self.ada).status, "waiting")

    def test_the_status_of_many_rows_takes_the_queries_of_one(self):
        self.put(*(partner(key) for key in range(3, 60)))
        self.run_chunk(range(3, 60))
        self.env.flush_all()
        rows = self.rows.search([("model_name", "=", PARTNER)])
        rows.mapped("record_name")
        with self.assertQueryCount(4):
            rows.mapped("status")

    def test_other_companies_see_no_rows(self):
        # test.backend has no company: all users see its rows
        self.assertEqual(self.search(), ["Ada", "Grace"])
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.rows.with_user(clerk).search([])


@tagged("post_install", "-at_install")
class TestBoundRecordActions(BoundRecordCase):
    __test__ = True

    def test_an_operator_updates_and_pushes_several_records(self):
        rows = self.row(self.ada) | self.row(self.grace)
        with self.trap_jobs() as trap:
            rows.action_update()
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.args[1], ["1", "2"])

    def test_only_a_manager_unbinds(self):
        rows = self.row(self.ada)
        with self.assertRaises(AccessError):
            rows.action_unbind()
        rows.sudo().action_unbind()
        self.assertFalse(self.ada.exists())
        self.assertEqual(self.search(), ["Grace"])

    def test_a_clerk_may_not_synchronize(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        for button in ("button_synchronize", "button_push"):
            with self.assertRaises(AccessError):
                getattr(self.ada.with_user(clerk), button)()

    def test_a_row_opens_its_record(self):
        action = self.row(self.ada).action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("res.partner", self.ada.odoo_id.id),
        )
