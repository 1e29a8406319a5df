# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import TransactionCase, tagged

from odoo.addons.component.exception import NoComponentError


@tagged("post_install", "-at_install")
class TestCollection(TransactionCase):
    """A model is a collection of components by inheriting ``collection.base``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = cls.env["test.component.backend"].create({"name": "Shop"})

    def test_work_on_is_a_context_manager_of_a_work_context(self):
        with self.backend.work_on("res.partner", hello="world") as work:
            self.assertEqual(work.collection, self.backend)
            self.assertEqual(work.model, self.env["res.partner"])
            self.assertEqual(work.hello, "world")
            self.assertIs(work.env, self.backend.env)

    def test_work_on_can_be_overridden_to_share_values(self):
        with self.backend.work_on("res.partner") as work:
            greeter = work.component("test.greeter", model_name="res.users")
            self.assertIs(greeter.work.client, work.client)
            self.assertTrue(work.client.is_open)
        self.assertFalse(work.client.is_open)

    def test_work_on_closes_what_was_opened_when_the_work_fails(self):
        with self.assertRaises(ZeroDivisionError), self.backend.work_on("m") as work:
            1 / 0  # noqa: B018 pylint: disable=pointless-statement
        self.assertFalse(work.client.is_open)

    def test_work_on_needs_exactly_one_record(self):
        backends = self.backend | self.backend.copy()
        for records in (backends, self.backend.browse()):
            with self.assertRaises(ValueError), records.work_on("res.partner"):
                pass

    def test_component_of_the_model_is_found_before_that_of_any(self):
        self.assertEqual(
            self.backend.greet("res.partner"), ["Dear partner: Hello from Shop"]
        )
        self.assertEqual(self.backend.greet("res.users"), ["Hello from Shop"])

    def test_component_acts_as_the_user_of_the_collection(self):
        user = self.env.ref("base.user_admin")
        with self.backend.with_user(user).work_on("res.partner") as work:
            self.assertEqual(work.component("test.greeter").env.user, user)

    def test_component_of_another_collection_is_not_found(self):
        with (
            self.backend.work_on("res.partner") as work,
            self.assertRaisesRegex(NoComponentError, "'test.component.backend'"),
        ):
            work.component("record.importer")
