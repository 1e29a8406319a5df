# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two-way components, in a small connector without a protocol."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.component.core import Component

from ..components.defaults import TWO_WAY_COMPONENTS
from ..components.two_way.adapter import Version
from ..exception import InvalidDataError, MappingError
from .two_way_case import CATEGORY, DEFINITIONS, STOCK, Matcher, TwoWayCase

QUIET = {"connector_no_export": True}


class Importer(Component):
    _name = "test.two.way.importer"
    _inherit = ["test.folder.connector", "generic.two.way.importer"]
    _apply_on = [STOCK, CATEGORY]

    def _external_updated_at(self):
        return self.external_record.get("updated_at")


class BatchImporter(Component):
    _name = "test.two.way.batch.importer"
    _inherit = ["test.folder.connector", "generic.direct.parents.first.importer"]
    _apply_on = CATEGORY


class Exporter(Component):
    _name = "test.two.way.exporter"
    _inherit = ["test.folder.connector", "generic.two.way.exporter"]
    _apply_on = STOCK


class Resolver(Component):
    _name = "test.two.way.resolver"
    _inherit = ["test.folder.connector", "generic.conflict.resolver"]


class Check(Component):
    _name = "test.two.way.first.import.check"
    _inherit = ["test.folder.connector", "generic.first.import.check"]


class Listener(Component):
    _name = "test.two.way.listener"
    _inherit = ["test.folder.connector", "generic.export.listener"]
    _apply_on = [STOCK, "test.export.stock"]


DEFINITIONS += [Importer, BatchImporter, Exporter, Resolver, Check, Listener]


@tagged("post_install", "-at_install")
class TestRelations(TwoWayCase):
    __test__ = True

    def test_relations_of_a_chunk_are_matched_together(self):
        grace = self.env["res.partner"].create({"name": "Grace"})
        for number, contact in enumerate(("c1", "c2", "c1", "gone"), 1):
            self.put(number, place=f"A{number}", partner=contact)
        self.run_import(1, 2, 3, 4)
        owners = [self.binding(number).partner_id for number in range(1, 5)]
        self.assertEqual(owners, [self.ada, grace, self.ada, self.stand_in])
        self.assertEqual(Matcher.calls, [["c1", "c2", "gone"]])

    def test_the_rows_are_exported_from_right_to_left(self):
        stock = self.env["test.export.stock"].create(
            {"place": "B2", "note": "new", "partner_id": self.ada.id}
        )
        binding = self.env[STOCK].create(
            {"backend_id": self.backend.id, "odoo_id": stock.id}
        )
        self.run_export(binding)
        remote = dict(self.remote(int(binding.external_id)))
        self.assertEqual(remote.pop("id"), int(binding.external_id))
        expected = {"place": "B2", "note": "new", "quantity": 0.0, "partner": "c1"}
        self.assertEqual(remote, expected)

    def test_a_relation_without_a_match_stays_as_it_is_remotely(self):
        self.put()
        self.run_import(1)
        for contact in (self.stand_in, self.env["res.partner"].create({"name": "X"})):
            self.edit(self.binding(), partner_id=contact.id, note=contact.name)
            self.run_export(self.binding(), fields=["partner_id", "note"])
            self.assertEqual(self.remote()["partner"], "c1")
            self.assertEqual(self.remote()["note"], contact.name)

    def test_a_bound_relation_names_the_record_that_is_missing(self):
        mapper = self.component("import.mapper", CATEGORY)
        map_record = mapper.map_record({"name": "Child", "parent": 8})
        with self.assertRaisesRegex(MappingError, r"No record is bound to \[8\]"):
            map_record.values(for_create=True)


@tagged("post_install", "-at_install")
class TestExistingRecords(TwoWayCase):
    __test__ = True

    def test_an_import_binds_the_record_with_the_natural_key(self):
        stock = self.env["test.export.stock"].create(
            {"place": "A1", "partner_id": self.ada.id}
        )
        self.put(1)
        self.put(2, place="A2")
        self.run_import(1, 2)
        self.assertEqual(self.binding(1).odoo_id, stock)
        self.assertEqual(stock.note, "old")
        self.assertNotEqual(self.binding(2).odoo_id, stock)

    def test_an_export_binds_the_record_with_the_natural_key(self):
        self.put(7, place="C3")
        stock = self.env["test.export.stock"].create(
            {"place": "C3", "note": "new", "partner_id": self.ada.id}
        )
        binding = self.env[STOCK].create(
            {"backend_id": self.backend.id, "odoo_id": stock.id}
        )
        self.run_export(binding)
        self.assertEqual(binding.external_id, "7")
        self.assertEqual(self.remote(7)["note"], "new")

    def put_categories(self, *names):
        for number, name in enumerate(names, 1):
            record = {"id": number, "name": name, "parent": None}
            self.remote_system.put(CATEGORY, record)
        return list(range(1, len(names) + 1))

    def test_a_person_is_asked_before_records_are_duplicated(self):
        check = self.component("first.import.check", CATEGORY)
        self.put_categories("Gold", "Silver")
        self.assertFalse(check.find_question())
        self.env["res.partner.category"].create([{"name": "Gold"}])
        self.assertIn("1 of the first 2", check.find_question())

    def test_records_that_are_alike_are_bound_where_a_person_chose_so(self):
        gold = self.env["res.partner.category"].create([{"name": "Gold"}])
        external_ids = self.put_categories("Gold", "Silver")
        self.set_on_backend("first_import", "bind")
        self.run_import(*external_ids, model=CATEGORY)
        self.assertEqual(self.binding(1, CATEGORY).odoo_id, gold)
        self.assertEqual(self.binding(2, CATEGORY).name, "Silver")

    def test_several_records_that_are_alike_are_left_to_a_person(self):
        self.env["res.partner.category"].create([{"name": "Gold", "color": 1}])
        self.env["res.partner.category"].create([{"name": "Gold", "color": 2}])
        (external_id,) = self.put_categories("Gold")
        self.set_on_backend("first_import", "bind")
        mapper = self.component("import.mapper", CATEGORY)
        mapped = {"name": "Gold", "parent_id": self.ada.id}
        with patch.object(type(mapper), "finalize", lambda *args: mapped):
            (item,) = self.run_import(external_id, model=CATEGORY).failed
        self.assertIsInstance(item.error, InvalidDataError)
        self.assertIn("several records", str(item.error))

    def test_parents_are_imported_before_children(self):
        for number, parent in enumerate((3, None, None), 1):
            record = {"id": number, "name": f"Tag {number}", "parent": parent}
            self.remote_system.put(CATEGORY, {**record, "is_child": bool(parent)})
        importer = self.component("direct.batch.importer", CATEGORY)
        pages = list(importer._search_pages(None))
        self.assertEqual([key for page in pages for key in page], [2, 3, 1])
        searched = self.remote_system.called("search_pages")
        self.assertTrue(searched[0].args[0]["is_child"], "The children come first")


@tagged("post_install", "-at_install")
class TestVersions(TwoWayCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put()
        self.run_import(1)
        self.forget_what_was_read()

    def forget_what_was_read(self):
        self.remote_system.forget_calls()

    def written(self):
        calls = self.remote_system.called("write", STOCK)
        return [sorted(call.args[1]) for call in calls]

    def test_only_edited_fields_are_sent_where_others_changed(self):
        self.edit(self.binding(), note="local edit")
        self.put(minute=5, quantity=8.0)
        self.run_export(self.binding())
        self.assertEqual(self.written(), [["note"]])
        self.assertEqual(self.remote()["quantity"], 8.0)

    def test_a_conflict_is_decided_by_the_policy(self):
        for policy, note, jobs in (
            ("local", "local edit", []),
            ("remote", "remote edit", None),
        ):
            self.set_on_backend("conflict_policy", policy)
            self.edit(self.binding(), note="local edit")
            self.put(minute=5 if policy == "local" else 9, note="remote edit")
            delayed = self.run_export(self.binding(), fields=["note"])
            self.assertEqual(self.remote()["note"], note, policy)
            expected = ["import_record"] if jobs is None else jobs
            self.assertEqual(delayed, expected, policy)

    def test_the_next_import_recognizes_what_an_export_left(self):
        self.edit(self.binding(), note="local edit")
        self.run_export(self.binding(), fields=["note"])
        binding = self.binding()
        self.assertTrue(binding.known_fingerprint)
        self.assertEqual(self.run_import(1).counts, {"unchanged": 1})
        # the date is kept once no other version can have it
        self.assertFalse(binding.known_fingerprint)
        self.put(quantity=9.0)
        self.assertEqual(self.run_import(1).counts, {"unchanged": 1})
        self.put(minute=1, quantity=9.0)
        self.assertEqual(self.run_import(1).counts, {"updated": 1})

    def test_a_change_before_the_next_import_is_imported(self):
        self.edit(self.binding(), note="local edit")
        self.run_export(self.binding(), fields=["note"])
        self.remote()["quantity"] = 9.0
        self.assertEqual(self.run_import(1).counts, {"updated": 1})
        self.assertEqual(self.binding().quantity, 9.0)


class TestVersion(BaseCase):
    def fingerprint(self, **values):
        return Version.of({"id": 1, **values}, None, without=["date"]).fingerprint()

    def test_ids_in_another_order_are_the_same_version(self):
        whole = self.fingerprint(tag_ids=[3, 20])
        self.assertEqual(whole, self.fingerprint(tag_ids=[20, 3]))
        self.assertNotEqual(whole, self.fingerprint(tag_ids=[3]))

    def test_a_child_that_changed_makes_another_version(self):
        mug, plate = {"id": 7, "quantity": 2}, {"id": 8, "quantity": 3}
        whole = self.fingerprint(line_ids=[mug, plate])
        self.assertEqual(whole, self.fingerprint(line_ids=[plate, mug]))
        more = {**plate, "quantity": 4}
        self.assertNotEqual(whole, self.fingerprint(line_ids=[mug, more]))

    def test_a_date_is_not_a_value(self):
        self.assertEqual(self.fingerprint(date=1), self.fingerprint(date=2))


@tagged("post_install", "-at_install")
class TestDefaults(TwoWayCase):
    __test__ = True

    def test_every_default_component_has_its_usage(self):
        registry = self.work_on(STOCK).components_registry
        for usage, name in TWO_WAY_COMPONENTS.items():
            self.assertEqual(registry[name]._usage, usage)
