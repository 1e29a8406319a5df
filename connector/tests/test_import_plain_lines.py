# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines that their record does not own, or that have no bindings."""

from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


class ChildrenMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.res.partner.import.mapper"

    children = [("contacts", "child_ids", PARTNER)]


class ContactChild(Component):
    _name = "test.contact.map.child"
    _inherit = ["test.connector", "base.map.child.import.update"]
    _apply_on = PARTNER


@tagged("post_install", "-at_install")
class TestLinesThatAreNotOwned(ImporterCase):
    __test__ = True

    def test_contact_stays_by_default(self):
        """The many2one of a contact to its company is neither required nor cascades."""
        self.build_components(ChildrenMapper, ContactChild)
        self.importer = self.component("record.importer", PARTNER)
        self.put(partner(2, contacts=[]))
        self.run_one(2)
        self.put(partner(1, updated_at=None, contacts=[partner(2, contacts=[])]))
        self.run_one(1)
        self.found(2).parent_id = self.found(1).odoo_id
        self.put(partner(1, updated_at=None, contacts=[]))
        self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)
        self.assertEqual(self.found(2).parent_id, self.found(1).odoo_id)


class PlainContactsMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.res.partner.import.mapper"

    children = [("contacts", "child_ids", "res.partner")]


class PlainContactMapper(Component):
    _name = "test.contact.import.mapper"
    _inherit = "test.import.mapper"
    _apply_on = "res.partner"

    direct = [("ref", "ref"), ("name", "name"), ("website", "website")]


class RefBinder(Component):
    """Use the reference as the external id: there is no binding."""

    _name = "test.ref.binder"
    _inherit = ["test.connector", "base.binder"]
    _apply_on = "res.partner"

    def prefetch(self, external_ids):
        pass

    def to_internal(self, external_id, unwrap=False):
        return self.model.search([("ref", "=", external_id)])


class PlainContactChild(Component):
    _name = "test.contact.map.child"
    _inherit = ["test.connector", "base.map.child.import.update"]
    _apply_on = "res.partner"
    _external_id_source = "ref"
    _absent_lines = "delete"


@tagged("post_install", "-at_install")
class TestLinesWithoutBindings(ImporterCase):
    """Their values are remembered with the record they belong to."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.build_components(
            PlainContactsMapper, PlainContactMapper, RefBinder, PlainContactChild
        )
        self.importer = self.component("record.importer", PARTNER)

    def put_contacts(self, *contacts):
        self.put(partner(1, updated_at=None, contacts=list(contacts)))

    def import_again(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.run_one(1).outcome

    def test_normalized_values_of_lines_are_written_once(self):
        ada = {"ref": "R1", "name": "Ada", "website": "ada.example"}
        bob = {"ref": "R2", "name": "Bob", "website": "bob.example"}
        self.put_contacts(ada)
        self.run_one(1)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        self.put_contacts(bob, ada)
        self.assertEqual(self.import_again(), Outcome.UPDATED)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        contacts = self.found(1).child_ids
        self.assertEqual(
            sorted(contacts.mapped("website")),
            ["http://ada.example", "http://bob.example"],
        )
        contacts[0].website = "http://mine.example"
        self.assertEqual(self.import_again(), Outcome.UPDATED)
        self.assertEqual(len(self.found(1).stored_differently), 2)
        contacts[0].unlink()
        self.put_contacts()
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_lines_without_bindings_are_never_absent(self):
        self.put_contacts({"ref": "R1", "name": "Ada", "website": False})
        self.run_one(1)
        self.put_contacts()
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        self.assertEqual(len(self.found(1).child_ids), 1)
