# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import BaseCase, TransactionCase

from ..components.comparison.changes import (
    changed_values,
    fingerprint,
    imported_fingerprint,
    linked_ids,
)


class TestLinkedIds(BaseCase):
    def test_commands_are_followed_in_order(self):
        for commands, expected in (
            ([], {1, 2}),
            (None, {1, 2}),
            ([Command.set([2, 3])], {2, 3}),
            ([Command.clear()], set()),
            ([Command.link(3)], {1, 2, 3}),
            ([Command.unlink(1)], {2}),
            ([Command.unlink(7)], {1, 2}),
            ([Command.clear(), Command.link(1)], {1}),
            ([3], {1, 2, 3}),
        ):
            self.assertEqual(linked_ids([1, 2], commands), expected, commands)

    def test_commands_that_change_a_line_lead_nowhere_certain(self):
        for command in (
            Command.create({"name": "new"}),
            Command.update(1, {"name": "changed"}),
            Command.delete(1),
        ):
            self.assertIsNone(linked_ids([1], [command]))


@tagged("post_install", "-at_install")
class TestChangedValues(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tags = cls.env["res.partner.category"].create([{"name": c} for c in "abc"])
        cls.country = cls.env.ref("base.be")
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Azure",
                "email": False,
                "color": 3,
                "active": True,
                "type": "contact",
                "partner_latitude": 1.5,
                "country_id": cls.country.id,
                "category_id": [Command.set(cls.tags[:2].ids)],
                "comment": "<p>Hello</p>",
                "image_1920": base64.b64encode(cls._pixel()),
            }
        )

    @staticmethod
    def _pixel():
        return base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
            "awAAAABJRU5ErkJggg=="
        )

    def assertSame(self, **values):
        self.assertEqual(changed_values(self.partner, values), {})

    def assertChanged(self, **values):
        self.assertEqual(changed_values(self.partner, values), values)

    def test_values_that_are_there_are_no_change(self):
        self.assertSame(name="Azure", color=3, active=True, type="contact")
        self.assertSame(country_id=self.country.id, partner_latitude=1.5)
        self.assertSame(category_id=[Command.set(self.tags[:2].ids)])
        self.assertSame(comment="<p>Hello</p>")

    def test_the_ways_to_say_nothing_are_the_same(self):
        self.assertSame(email=False)
        self.assertSame(email=None)
        self.assertSame(parent_id=None)

    def test_other_values_are_a_change(self):
        self.assertChanged(name="Other")
        self.assertChanged(color=0)
        self.assertChanged(active=False)
        self.assertChanged(country_id=self.env.ref("base.fr").id)
        self.assertChanged(partner_latitude=1.25)
        self.assertChanged(category_id=[Command.link(self.tags[2].id)])

    def test_only_what_changed_is_left(self):
        self.assertEqual(
            changed_values(self.partner, {"name": "Azure", "color": 4}), {"color": 4}
        )

    def test_numbers_as_text_are_the_same(self):
        self.assertSame(color="3")

    def test_image_that_is_there_is_no_change(self):
        self.partner.flush_recordset()
        self.partner.invalidate_recordset()
        same = self.partner.with_context(bin_size=False).image_1920
        self.assertSame(image_1920=same)
        self.assertChanged(image_1920=base64.b64encode(b"another"))

    def test_unknown_field_is_left_for_odoo_to_complain_about(self):
        self.assertChanged(no_such_field=1)


@tagged("post_install", "-at_install")
class TestImportedFingerprint(TransactionCase):
    """Fingerprint of mapped values, independent of the lines in Odoo."""

    def fingerprint(self, **values):
        return imported_fingerprint(values, self.env["res.partner"])

    def test_a_line_counts_by_its_values(self):
        ada, bob = {"name": "Ada"}, {"name": "Bob", "parent_id": False}
        created = [Command.create(ada), Command.create(bob)]
        same = self.fingerprint(child_ids=created)
        for commands in (
            [Command.update(5, ada), Command.update(6, {**bob, "parent_id": 3})],
            [Command.create(bob), Command.update(7, ada)],
            [*created, Command.delete(8), Command.unlink(9)],
            [[0, 0, ada], [1, 6, bob]],
        ):
            self.assertEqual(self.fingerprint(child_ids=commands), same, commands)
        for commands in (
            created[:1],
            [*created, Command.create(ada)],
            [created[0], Command.create({"name": "Eve"})],
            [*created, Command.link(4)],
        ):
            self.assertNotEqual(self.fingerprint(child_ids=commands), same, commands)

    def test_lines_of_lines_count_as_well(self):
        def nested(command):
            return [Command.create({"name": "Ada", "child_ids": [command]})]

        created = nested(Command.create({"name": "Bob"}))
        updated = nested(Command.update(5, {"name": "Bob"}))
        other = nested(Command.update(5, {"name": "Eve"}))
        self.assertEqual(
            self.fingerprint(child_ids=created), self.fingerprint(child_ids=updated)
        )
        self.assertNotEqual(
            self.fingerprint(child_ids=created), self.fingerprint(child_ids=other)
        )

    def test_other_values_count_as_they_are(self):
        for values in (
            {"category_id": [Command.set([2, 1])], "name": "A"},
            {"category_id": [1, 2], "country_id": 5},
            {"unknown": [(0, 0, {"a": 1})]},
            {"properties": [{"name": "a"}]},
            {"child_ids": []},
        ):
            self.assertEqual(self.fingerprint(**values), fingerprint(values))

    def test_lines_that_are_all_deleted_count_as_none(self):
        self.assertEqual(
            self.fingerprint(child_ids=[Command.delete(5)]),
            self.fingerprint(child_ids=[]),
        )
