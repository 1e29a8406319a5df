# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.connector.tests.test_rights import methods_in_document
from odoo.addons.connector.wizards.component_mapping import find_collection

from .rights_common import MANAGER, RightsCase

#: of the methods that need more than the records
ARGUMENTS = {"decide_conflict": {"choices": {"name": "local"}, "version": "1"}}


@tagged("post_install", "-at_install")
class TestCompanies(RightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._user("stranger", MANAGER, cls.elsewhere)
        cls.reader = cls._user("reader", "base.group_user", cls.here)
        cls.foreign_reader = cls._user("foreign", "base.group_user", cls.elsewhere)
        cls.sync_run = cls.env["connector.sync.run"]._start(
            cls.backend, "odoo.res.partner"
        )
        cls.sync_run._note_outcome({"created": 1}, 0.0)
        cursors = cls.env["connector.cursor"]
        cls.cursor = cursors._ensure(cls.backend, "odoo.res.partner")
        cls.line = cls.env["connector.dry.run.line"].create(
            {"run_id": cls.sync_run.id, "outcome": "created"}
        )
        cls.env.flush_all()

    def kept(self):
        """Yield what is kept of the backend, the backend included."""
        yield from (
            self.backend,
            self.binding,
            self.sync_run,
            self.sync_run.outcome_ids,
        )
        yield from (self.cursor, self.line)

    def test_a_manager_of_the_company_sees_everything(self):
        for records in self.kept():
            with self.subTest(model=records._name):
                self.assertTrue(records)
                records = records.with_user(self.manager)
                self.assertEqual(records.search([("id", "in", records.ids)]), records)

    def test_a_manager_of_another_company_sees_nothing(self):
        for records in self.kept():
            with self.subTest(model=records._name):
                records = records.with_user(self.stranger)
                self.assertFalse(records.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    records.read()

    def test_a_manager_of_another_company_does_nothing(self):
        """Neither by a button, nor by any other method that is called over RPC."""
        called = set()
        for records in self.kept():
            for name in methods_in_document(self.env, records):
                kwargs = ARGUMENTS.get(name, {})
                with (
                    self.subTest(model=records._name, method=name),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    stranger = records.with_user(self.stranger)
                    call_kw(stranger, name, [records.ids], kwargs)
                called.add((records._name, name))
        self.assertIn(("odoo.backend", "button_import_now"), called)
        self.assertIn(("odoo.res.partner", "button_send"), called)
        self.assertIn(("odoo.res.partner", "decide_conflict"), called)
        self.assertIn(("connector.sync.run", "action_retry_failed_jobs"), called)

    def test_the_dashboard_shows_the_backends_of_ones_companies(self):
        dashboard = self.env["connector.dashboard"]
        card_id = f"odoo.backend,{self.backend.id}"
        for user, is_shown in ((self.manager, True), (self.stranger, False)):
            cards = dashboard.with_user(user).get_data()["cards"]
            self.assertEqual(card_id in [card["id"] for card in cards], is_shown)
        self.backend.active = False
        errors = self.env["connector.sync.error"]
        errors._note(
            "odoo.backend",
            self.backend.id,
            "odoo.res.partner import record:1",
            model_name="odoo.res.partner",
            cause="data",
            reason="No name",
        )
        data = dashboard.with_user(self.manager).get_data()
        self.assertNotIn(card_id, [card["id"] for card in data["cards"]])
        listed = errors.with_user(self.manager).search(
            data["band"]["failing_link"]["domain"]
        )
        self.assertEqual(data["band"]["failing"], len(listed))

    def test_a_user_sees_the_bindings_of_his_company(self):
        domain = [("id", "=", self.binding.id)]
        bindings = self.env["odoo.res.partner"]
        self.assertTrue(bindings.with_user(self.reader).search(domain))
        self.assertFalse(bindings.with_user(self.foreign_reader).search(domain))

    def test_a_backend_without_company_is_for_all(self):
        self.backend.company_id = False
        self.env.flush_all()
        for records in self.kept():
            with self.subTest(model=records._name):
                records = records.with_user(self.stranger)
                self.assertEqual(records.search([("id", "in", records.ids)]), records)

    def test_stored_edits_follow_the_backend_into_another_company(self):
        self.backend.company_id = self.elsewhere
        self.env.flush_all()
        for records in self.kept():
            with self.subTest(model=records._name):
                domain = [("id", "in", records.ids)]
                self.assertTrue(records.with_user(self.stranger).search(domain))
                self.assertFalse(records.with_user(self.manager).search(domain))

    # -- nor gives, nor takes -------------------------------------------------

    def test_a_backend_is_not_given_to_a_company_of_others(self):
        with self.assertRaises(AccessError):
            self.backend.with_user(self.manager).company_id = self.elsewhere

    def test_a_manager_of_both_companies_gives_it_from_within_one(self):
        self.manager.company_ids += self.elsewhere
        backend = self.backend.with_user(self.manager)
        backend.with_context(
            allowed_company_ids=self.here.ids
        ).company_id = self.elsewhere
        self.assertEqual(self.backend.company_id, self.elsewhere)

    def test_a_binding_is_not_moved_to_a_backend_of_another_company(self):
        theirs = self.backend.copy({"company_id": self.elsewhere.id})
        with self.assertRaises(AccessError):
            self.binding.with_user(self.manager).backend_id = theirs

    def test_a_cursor_stays_that_of_its_backend(self):
        """Moved there, it would say how far another company has come."""
        cursor = self.cursor.with_user(self.manager)
        for values in (
            {"backend_id": self.backend.copy().id},
            {"backend_model": "res.users", "backend_id": 1},
            {"model_name": "odoo.res.partner.category"},
            {"company_id": False},
            {"name": "export"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                cursor.write(values)
        cursor.position_text = '{"since": "2026-01-31 12:00:00"}'
        cursor.overlap_seconds = 5

    def test_the_component_browser_needs_a_backend_that_the_user_sees(self):
        backends = self.env["odoo.backend"]
        backends.search([]).company_id = self.here
        self.env.flush_all()
        values = {"collection": "odoo.backend", "usage": "binder"}
        for user, seen in ((self.manager, True), (self.stranger, False)):
            lookups = self.env["connector.component.lookup"].with_user(user)
            lookup = lookups.create({**values, "model_name": "odoo.res.partner"})
            found = find_collection(lookup.env, lookup.collection)
            self.assertEqual(bool(found.ids), seen)
            self.assertEqual(lookup.winner, "odoo.binder")
