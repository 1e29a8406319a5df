# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the two records of an error are opened."""

from unittest.mock import patch

from odoo.exceptions import MissingError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TestConnectorCase
from .import_common import PARTNER

LOGGER = "odoo.addons.connector.models.sync_error_links"


class ErrorLinksCase(TestConnectorCase):
    __test__ = False

    def make_error(self, external_id=None, **values):
        subject = f"{PARTNER} import record:{external_id}"
        return self.env["connector.sync.error"].create(
            {
                "backend_model": self.backend._name,
                "backend_id": self.backend.id,
                "model_name": PARTNER,
                "subject": subject,
                "external_id": external_id,
                "cause": "data",
                **values,
            }
        )

    def bind(self, external_id, **values):
        return self.env[PARTNER].create(
            {
                "backend_id": self.backend.id,
                "external_id": external_id,
                "name": f"Partner {external_id}",
                **values,
            }
        )

    def use_pages(self, find_page):
        """Let the test connector know the pages of external records."""
        model = self.env.registry[PARTNER]
        self.enterContext(patch.object(model, "_external_url", find_page))


@tagged("post_install", "-at_install")
class TestErrorLinks(ErrorLinksCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.use_pages(lambda one: f"https://shop.example/{one.external_id}")

    def test_both_records_of_a_bound_one(self):
        partner = self.bind("7").odoo_id
        error = self.make_error("7")
        self.assertEqual(error.local_url, f"/odoo/res.partner/{partner.id}")
        self.assertEqual(error.remote_url, "https://shop.example/7")
        opened = error.action_open_local()
        self.assertEqual(
            (opened["res_model"], opened["res_id"]), ("res.partner", partner.id)
        )
        self.assertEqual(error.action_open_remote()["url"], "https://shop.example/7")

    def test_a_record_that_was_never_imported_opens_remotely_only(self):
        error = self.make_error("8")
        self.assertFalse(error.local_url)
        self.assertEqual(error.remote_url, "https://shop.example/8")
        with self.assertRaisesRegex(MissingError, "no record in Odoo"):
            error.action_open_local()
        self.assertFalse(self.env[PARTNER].search([("external_id", "=", "8")]))

    def test_a_record_that_was_never_exported_opens_locally_only(self):
        binding = self.bind(False)
        error = self.make_error(binding_id=binding.id, direction="export")
        self.assertEqual(error.local_url, f"/odoo/res.partner/{binding.odoo_id.id}")
        self.assertFalse(error.remote_url)
        with self.assertRaisesRegex(MissingError, self.backend.name):
            error.action_open_remote()

    def test_a_deleted_record_has_no_page(self):
        binding = self.bind("9")
        error = self.make_error("9", binding_id=binding.id)
        binding.odoo_id.unlink()
        error.invalidate_recordset()
        self.assertFalse(error.local_url)

    def test_an_archived_record_has_one(self):
        binding = self.bind("9")
        binding.odoo_id.active = False
        self.assertTrue(self.make_error("9").local_url)

    def test_errors_without_a_record_or_an_installed_model(self):
        for values in (
            {"model_name": False, "subject": "backend connection"},
            {"model_name": "lost.product"},
            {"backend_model": "lost.backend"},
            {"backend_id": self.backend.id + 1000},
        ):
            with self.subTest(values=values):
                error = self.make_error("1", **values)
                self.assertFalse(error.local_url)
                self.assertFalse(error.remote_url)
                self.assertTrue(error.backend_name)

    def test_a_record_that_the_user_may_not_read_has_no_page(self):
        binding = self.bind("7")
        binding.odoo_id.company_id = self.env["res.company"].create({"name": "Other"})
        self.env["ir.rule"].create(
            {
                "name": "test",
                "model_id": self.env["ir.model"]._get("res.partner").id,
                "domain_force": "[('company_id', 'in', [False, *company_ids])]",
            }
        )
        error = self.make_error("7")
        user = new_test_user(
            self.env, "operator", groups="connector.group_connector_manager"
        )
        self.assertFalse(error.with_user(user).local_url)
        self.assertEqual(error.with_user(user).remote_url, "https://shop.example/7")

    def test_only_addresses_of_pages_are_offered(self):
        for page in (None, "", "javascript:alert(1)", "ftp://shop.example/1", 5):
            with self.subTest(page=page):
                self.use_pages(lambda one, page=page: page)
                self.assertFalse(self.make_error("1", subject=str(page)).remote_url)

    def test_a_connector_that_fails_does_not_hide_the_error(self):
        def fail(one):
            raise KeyError("host")

        self.use_pages(fail)
        error = self.make_error("1")
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.assertFalse(error.remote_url)
        self.assertIn(PARTNER, logs.output[0])
        with mute_logger(LOGGER):
            self.assertEqual(len(error.read(["remote_url", "reason"])), 1)

    def test_the_queries_do_not_grow_with_the_errors(self):
        self.assertEqual(self.count_queries(2), self.count_queries(20))

    def count_queries(self, count):
        errors = self.env["connector.sync.error"]
        for number in range(count):
            external_id = f"{count}-{number}"
            self.bind(external_id)
            errors |= self.make_error(external_id)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertTrue(all(errors.mapped("local_url")))
        self.assertTrue(all(errors.mapped("remote_url")))
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestRetryingCount(ErrorLinksCase):
    __test__ = True

    def test_a_cause_counts_its_errors_that_are_retried(self):
        values = {"backend_model": self.backend._name, "backend_id": self.backend.id}
        causes = self.env["connector.sync.cause"].create(
            [{**values, "code": "data", "summary": text} for text in ("A", "B")]
        )
        for number, state in enumerate(("open", "retrying", "retrying", "ignored")):
            self.make_error(str(number), cause_id=causes[0].id, state=state)
        self.assertEqual(causes.mapped("retrying_count"), [2, 0])
        self.assertEqual(causes.mapped("error_count"), [3, 0])


@tagged("post_install", "-at_install")
class TestSearchBySubject(ErrorLinksCase):
    """Rows are found by the names that the screens show."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.backend.name = "Headquarters"
        self.error = self.make_error("1")
        self.gone = self.make_error(
            "1", backend_model="lost.backend", model_name="lost.product"
        )
        self.both = self.error | self.gone

    def find(self, *leaf):
        return self.both.search([leaf, ("id", "in", self.both.ids)])

    def test_the_backend(self):
        self.assertEqual(self.find("backend_name", "ilike", "headq"), self.error)
        self.assertEqual(self.find("backend_name", "=", "Headquarters"), self.error)
        self.assertEqual(self.find("backend_name", "ilike", "lost.b"), self.gone)
        self.assertFalse(self.find("backend_name", "ilike", "nowhere"))
        self.assertEqual(self.find("backend_name", "not ilike", "headq"), self.gone)

    def test_the_model(self):
        shown = self.error.model_description
        self.assertEqual(self.find("model_description", "ilike", shown), self.error)
        self.assertEqual(self.find("model_description", "=", shown), self.error)
        self.assertEqual(self.find("model_description", "ilike", "lost.p"), self.gone)
        self.assertEqual(self.find("model_description", "!=", shown), self.gone)
