# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import traceback

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OdooConnectorCase
from .rights_common import SECRET, RightsCase


@tagged("post_install", "-at_install")
class TestSecret(RightsCase):
    """No user can read the key of a backend in any way."""

    def as_manager(self, records=None):
        return (self.backend if records is None else records).with_user(self.manager)

    def assert_refused(self, function):
        with self.assertRaises(AccessError):
            function()

    def test_it_is_kept(self):
        self.assertEqual(self.backend.sudo().secret, SECRET)

    def test_it_is_not_read(self):
        backend = self.as_manager()
        self.assert_refused(lambda: backend.secret)
        self.assert_refused(lambda: backend.read(["secret"]))
        self.assert_refused(lambda: backend.search_read([], ["secret"]))
        self.assert_refused(lambda: backend.web_read({"secret": {}}))
        self.assertNotIn(SECRET, str(backend.read()))
        self.assertNotIn(SECRET, str(backend.read(["api_key"])))

    def test_it_is_not_guessed_by_searching(self):
        backends = self.as_manager()
        for domain in (
            [("secret", "=", SECRET)],
            [("secret", "=like", "k%")],
            ["!", ("secret", "!=", False)],
        ):
            self.assert_refused(lambda domain=domain: backends.search(domain))
            self.assert_refused(lambda domain=domain: backends.search_count(domain))
            self.assert_refused(
                lambda domain=domain: backends.name_search("", domain=domain)
            )

    def test_it_is_not_guessed_through_a_relation(self):
        bindings = self.as_manager(self.binding)
        domain = [("backend_id.secret", "=like", "k%")]
        self.assert_refused(lambda: bindings.search(domain))
        self.assert_refused(lambda: bindings.export_data(["backend_id/secret"]))
        self.assert_refused(
            lambda: bindings.web_read({"backend_id": {"fields": {"secret": {}}}})
        )

    def test_it_is_not_sorted_or_grouped_by(self):
        backends = self.as_manager()
        self.assert_refused(lambda: backends.search([], order="secret"))
        self.assert_refused(
            lambda: backends.formatted_read_group([], ["secret"], ["__count"])
        )
        self.assert_refused(
            lambda: backends.formatted_read_group([], [], ["secret:array_agg"])
        )

    def test_it_is_not_exported_or_copied(self):
        backend = self.as_manager()
        self.assert_refused(lambda: backend.export_data(["secret"]))
        self.assertNotIn(SECRET, str(backend.export_data(["name", "api_key"])))
        self.assertFalse(backend.copy().sudo().secret)
        self.assertNotIn(SECRET, str(backend.copy_data()))

    def test_it_is_not_in_the_form_nor_told_by_an_onchange(self):
        backend = self.as_manager()
        self.assertNotIn("secret", backend.fields_get())
        views = backend.get_views([(False, "form"), (False, "list")])
        self.assertNotIn("secret", views["models"]["odoo.backend"]["fields"])
        spec = {"name": {}, "api_key": {}}
        told = backend.onchange({"name": "New"}, ["name"], spec)
        self.assertNotIn(SECRET, str(told))

    def test_it_is_not_written_past_the_field_of_the_form(self):
        self.assert_refused(lambda: self.as_manager().write({"secret": "another"}))

    def test_it_is_in_no_message_and_no_job(self):
        self.as_manager().import_changes()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT job::text FROM queue_job job WHERE model_name LIKE 'odoo.%'"
        )
        jobs = [text for (text,) in self.env.cr.fetchall()]
        self.assertTrue(jobs)
        self.assertNotIn(SECRET, "".join(jobs))
        self.assertNotIn(SECRET, "".join(self.backend.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestSecretOnTheWire(OdooConnectorCase):
    @mute_logger("odoo.http")
    def test_it_is_in_no_error_and_no_log(self):
        self.backend.write({"api_key": SECRET})
        with (
            self.assertLogs("", "DEBUG") as logs,
            self.assertRaises(Exception) as caught,  # noqa: B017
        ):
            self.env["odoo.res.partner"].import_record(self.backend, 1)
        # as it is kept in the job
        said = [*traceback.format_exception(caught.exception), *logs.output]
        # the test's own server logs the queries and requests that it receives
        said = [line for line in said if "odoo.sql_db" not in line]
        self.assertNotIn(SECRET, "\n".join(said))
