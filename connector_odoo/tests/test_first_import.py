# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.connector.exception import InvalidDataError
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import OdooConnectorCase

QUIET = {"connector_no_export": True}
MODEL = "odoo.res.partner"


@tagged("post_install", "-at_install")
class TestFirstImport(OdooConnectorCase):
    """After a reinstallation nothing is bound, and nothing must be doubled."""

    def setUp(self):
        super().setUp()
        self.backend.first_import = "ask"
        self.partners = self.env["res.partner"].create(
            [
                {"name": f"Imported {number}", "email": f"{number}@example.com"}
                for number in range(20)
            ]
        )
        self.env.flush_all()

    def _import_changes(self):
        """Run the search, and the jobs that it delays; return its answer."""
        with trap_jobs() as trap:
            answer = self.env[MODEL].import_changes(self.backend)
            if not self.backend._find_reason_to_pause():
                trap.perform_enqueued_jobs()
        return answer

    def _reinstall(self):
        """Lose the bindings and the cursors."""
        model = self.env[MODEL].with_context(active_test=False, **QUIET)
        model.search([]).unlink()
        self.env["connector.cursor"].search([]).unlink()
        self.backend.first_import = "ask"

    def _count(self):
        return self.env["res.partner"].search_count([("name", "like", "Imported %")])

    def test_without_similar_records_nobody_is_asked(self):
        self._import_changes()
        self.assertFalse(self.backend._find_reason_to_pause())
        self.assertEqual(self._count(), 40)

    def test_a_person_is_asked_before_records_are_duplicated(self):
        self._import_changes()
        self._reinstall()
        # contacts that other tests committed count, too
        self.assertRegex(
            self._import_changes(), r"exist in Odoo: Contact: \d+ of the first \d+\."
        )
        self.assertRegex(self.backend._find_reason_to_pause(), "would duplicate them")
        self.assertEqual(self._count(), 40)

    def test_the_search_is_repeated_when_the_backend_is_resumed(self):
        self._import_changes()
        self._reinstall()
        run = self.env["connector.sync.run"]._start(self.backend, MODEL)
        with trap_jobs() as trap:
            self.env[MODEL].import_batch(self.backend, run=run)
            (job,) = trap.enqueued_jobs
            self.assertEqual(job.method_name, "import_batch")
            self.backend.first_import = "bind"
            self.backend.button_resume()
            trap.perform_enqueued_jobs()  # the search
            trap.perform_enqueued_jobs()  # the jobs of the search
        self.assertEqual(self._count(), 40)
        self.assertTrue(self.env[MODEL].search_count([]))

    def test_records_that_are_alike_are_bound(self):
        self._import_changes()
        self._reinstall()
        self.backend.first_import = "bind"
        self._import_changes()
        self.assertEqual(self._count(), 40)
        bindings = self.env[MODEL].search([("name", "like", "Imported %")])
        self.assertEqual(len(bindings), 40)
        for binding in bindings:
            there = self.env["res.partner"].browse(int(binding.external_id))
            self.assertEqual(binding.email, there.email)

    def test_new_records_are_created_where_a_person_wants_that(self):
        self._import_changes()
        self._reinstall()
        self.backend.first_import = "create"
        self._import_changes()
        self.assertEqual(self._count(), 80)

    def test_several_that_are_alike_and_differ_are_bound_to_nothing(self):
        self.backend.first_import = "bind"
        there = self.partners[0]
        there.copy({"name": there.name, "email": there.email, "city": "London"})
        there.with_context(**QUIET).city = "Paris"
        there.copy({"name": there.name, "email": there.email, "city": "Rome"})
        self.env.cr.execute(
            "UPDATE res_partner SET city = 'Oslo' WHERE id = %s", (there.id,)
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(InvalidDataError, "like several records"):
            with self.backend.work_on(MODEL) as work:
                importer = work.component(usage="record.importer")
                row = importer._read_many([there.id])[there.id]
                importer.run(there.id, record={**row, "city": "Berlin"})
        self.assertFalse(self.env[MODEL].search([("city", "=", "Berlin")]))

    def test_one_that_is_the_same_in_all_is_bound(self):
        self.backend.first_import = "bind"
        there = self.partners[0]
        there.copy({"name": there.name, "email": there.email, "city": "London"})
        self.env.flush_all()
        self.env[MODEL].import_record(self.backend, there.id)
        self.assertEqual(self.env[MODEL].search([]).odoo_id, there)

    def test_a_record_of_an_addon_is_never_bound(self):
        self.backend.first_import = "bind"
        root = self.env.ref("base.partner_admin")
        self.env[MODEL].import_record(self.backend, root.id)
        self.assertNotEqual(self.env[MODEL].search([]).odoo_id, root)

    def test_a_record_of_another_backend_is_not_taken(self):
        there = self.partners[0]
        self._import(MODEL, there)
        other = self.backend.copy(
            {"first_import": "bind", "api_key": self._make_api_key(self.admin)}
        )
        other.state = "checked"
        taken = self.env[MODEL].search([("backend_id", "=", self.backend.id)]).odoo_id
        self.env[MODEL].import_record(other, there.id)
        bound = self.env[MODEL].search([("backend_id", "=", other.id)]).odoo_id
        self.assertNotIn(bound, taken)

    def test_once_anything_is_bound_nobody_is_asked(self):
        self._import_changes()
        self._reinstall()
        self.env[MODEL].with_context(**QUIET).create(
            {
                "backend_id": self.backend.id,
                "odoo_id": self.partners[0].id,
                "external_id": str(self.partners[0].id),
            }
        )
        self._import_changes()
        self.assertFalse(self.backend._find_reason_to_pause())
