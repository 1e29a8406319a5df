# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers whose source fields are unknown, or those of children."""

import functools

from odoo.tests.common import tagged

from odoo.addons.component.core import Component

from ..components.mapper import (
    backend_field,
    changed_by,
    convert,
    mapping,
    none,
    only_create,
)
from .listener_common import ListenerCase


def read_phone(self, record, to_attr):
    return record.phone


class ReadPhone:
    def __call__(self, mapper, record, to_attr):
        return record.phone

    def method(self, mapper, record, to_attr):
        return record.phone


@mapping
def shown(self, record):
    return {"shown": record.phone}


@tagged("post_install", "-at_install")
class TestUnknownSources(ListenerCase):
    def exported(self, rows=(), values=None, **own):
        """Return the fields that are exported where ``phone`` is written."""
        self.listen(self.extend_mapper(*rows, **own))
        binding = self.silent()
        jobs = self.requested(lambda: binding.odoo_id.write(values or {"phone": "1"}))
        return jobs.get(binding)

    def test_any_callable_counts_as_reading_all(self):
        for source in (
            lambda self, record, to_attr: record.phone,
            read_phone,
            functools.partial(read_phone),
            ReadPhone(),
            ReadPhone().method,
            convert(lambda self, record, to_attr: record.phone, str),
            none(ReadPhone()),
        ):
            with self.subTest(source):
                self.assertEqual(self.exported([(source, "phone")]), ["phone"])

    def test_a_callable_that_names_its_field_reads_that_one(self):
        named = convert(read_phone, str, source_field="email")
        self.assertIsNone(self.exported([(named, "phone")]))
        self.assertEqual(self.exported([(named, "x")], {"email": "a"}), ["email"])

    def test_a_field_of_the_backend_is_not_a_source(self):
        self.assertIsNone(self.exported([(backend_field("name"), "shop")]))
        self.assertIsNone(self.exported([(none(backend_field("name")), "shop")]))

    def test_a_method_that_does_not_say_counts_as_reading_all(self):
        self.assertEqual(self.exported(shown=shown), ["phone"])

    def test_a_method_only_of_creations_does_not_count(self):
        @only_create
        @mapping
        def created(self, record):
            return {"created": record.phone}

        self.assertIsNone(self.exported(created=created))

    def test_a_method_that_an_extension_adds_counts(self):
        class Extension(Component):
            _inherit = "test.folder.partner.mapper"
            shown = shown

        self.listen(Extension)
        binding = self.silent()
        jobs = self.requested(lambda: binding.odoo_id.write({"function": "A"}))
        self.assertEqual(jobs, {binding: ["function"]})

    def test_a_mapper_built_on_two_others_has_the_sources_of_both(self):
        class Base(Component):
            _name = "test.base.mapper"
            _inherit = "test.folder.mapper"
            _apply_on = "test.export.category"
            direct = [("test_stored", "x")]

        class Own(Component):
            _name = "test.two.mapper"
            _inherit = ["test.folder.partner.mapper", "test.base.mapper"]
            _apply_on = "test.export.user"
            direct = [("name", "name"), *Base.direct]

            @mapping
            @changed_by("phone")
            def phone(self, record):
                return {"phone": record.phone}

        self.listen(Base, Own, models=["test.export.user", "res.users"])
        binding = self.silent("test.export.user", login="two")
        partner = binding.odoo_id.partner_id
        jobs = self.requested(lambda: partner.write({"phone": "1", "email": "a"}))
        self.assertEqual(jobs, {binding: ["email", "phone", "test_stored"]})

    def test_a_field_computed_of_nothing_counts_as_always(self):
        self.assertEqual(self.exported([("test_quantity", "stock")]), ["phone"])

    def test_computed_fields_are_exported_beside_written_fields(self):
        rows = [(read_phone, "phone"), ("test_unstored", "x")]
        self.assertEqual(self.exported(rows), ["phone", "test_unstored"])

    def test_access_logs_are_never_exported(self):
        self.listen(self.extend_mapper((read_phone, "phone")))
        binding = self.silent()
        partner = binding.odoo_id

        def bookkeep():
            binding.write({"external_id": "5", "sync_date": "2026-01-01 00:00:00"})
            binding.external_fingerprint = "x"
            partner.message_post(body="Hello")
            partner.message_subscribe(partner_ids=partner.ids)
            partner.activity_schedule("mail.mail_activity_data_todo")
            partner.write({"test_export_bind_ids": [(1, binding.id, {})]})

        self.assertEqual(self.requested(bookkeep), {})

    def test_an_ignored_field_is_not_exported(self):
        self.listen(
            self.extend_mapper((read_phone, "phone")), _ignored_fields=("function",)
        )
        binding = self.silent()
        write = binding.odoo_id.write
        self.assertEqual(self.requested(lambda: write({"function": "A"})), {})
        self.assertEqual(
            self.requested(lambda: write({"function": "B", "phone": "1"})),
            {binding: ["phone"]},
        )

    def test_the_unknown_rows_run_when_the_job_exports(self):
        rows = [(read_phone, "phone"), ("email", "m")]
        self.assertEqual(self.exported(rows), ["phone"])
        binding = self.env["test.export.partner"].search([], limit=1, order="id desc")
        mapper = self.component("export.mapper", binding._name)
        values = mapper.map_record(binding).values(fields=["phone"])
        self.assertEqual(values, {"phone": "1"})


@tagged("post_install", "-at_install")
class TestChildrenSources(ListenerCase):
    """A list of items is exported where the list or one of its items changes."""

    def setUp(self):
        super().setUp()
        self.listen(
            self.extend_mapper(
                ("name", "name"),
                children=[("child_ids", "contacts", "test.export.category")],
            )
        )
        self.binding = self.silent()
        self.child = self.env["res.partner"].create(
            {"name": "Child", "parent_id": self.binding.odoo_id.id}
        )
        self.env.cr.precommit.clear()

    def test_a_change_of_an_item_is_exported(self):
        # the mapper of the items reads their name
        self.assertEqual(
            self.requested(lambda: self.child.write({"name": "B"})),
            {self.binding: ["child_ids"]},
        )

    def test_a_field_that_the_mapper_of_items_does_not_read_is_not_exported(self):
        self.assertEqual(self.requested(lambda: self.child.write({"ref": "B"})), {})

    def test_a_new_and_a_deleted_item_are_exported(self):
        values = {"name": "New", "parent_id": self.binding.odoo_id.id}
        self.assertEqual(
            self.requested(lambda: self.env["res.partner"].create(values)),
            {self.binding: ["child_ids"]},
        )
        self.assertEqual(
            self.requested(self.child.unlink), {self.binding: ["child_ids"]}
        )
