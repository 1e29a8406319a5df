# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The listener exports the edits of values that a mapper reads, and no others."""

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
class TestComputedSources(ListenerCase):
    def assertExports(self, rows, values, fields, **own):
        """Assert the fields of the export of a record that is written."""
        self.listen(self.extend_mapper(*rows, **own))
        binding = self.silent()
        jobs = self.requested(lambda: binding.odoo_id.write(values))
        self.assertEqual(jobs, {binding: fields} if fields else {})
        return binding

    def test_a_stored_computed_field_is_exported_with_its_dependencies(self):
        self.assertExports(
            [("email_normalized", "mail")],
            {"email": "Ada@Example.com"},
            ["email", "email_normalized"],
        )

    def test_a_stored_field_of_the_binding(self):
        self.assertExports(
            [("test_stored", "x")], {"email": "a@b.c"}, ["email", "test_stored"]
        )

    def test_a_field_that_is_not_stored(self):
        self.assertExports(
            [("test_unstored", "x")], {"phone": "1"}, ["phone", "test_unstored"]
        )

    def test_a_field_computed_of_computed_fields(self):
        for name, value in (("email", "a@b.c"), ("phone", "1")):
            with self.subTest(name):
                self.assertExports(
                    [(none("test_of_computed"), "x")],
                    {name: value},
                    sorted([name, "test_of_computed"]),
                )

    def test_a_computed_field_that_a_method_names(self):
        @mapping
        @changed_by("test_stored")
        def method(self, record):
            return {"x": record.test_stored}

        self.assertExports([], {"email": "a"}, ["email", "test_stored"], method=method)

    def test_the_export_sends_the_computed_field(self):
        binding = self.assertExports(
            [("test_stored", "shout"), ("name", "name")],
            {"email": "a@b.c"},
            ["email", "test_stored"],
        )
        binding.with_context(connector_no_export=True).external_id = "1"
        mapper = self.component("export.mapper", binding._name)
        values = mapper.map_record(binding).values(fields=["email", "test_stored"])
        self.assertEqual(values, {"shout": "A@B.C"})

    def test_a_field_that_no_source_depends_on_is_not_exported(self):
        self.assertExports([("test_stored", "x")], {"phone": "1", "name": "B"}, None)

    def test_a_related_field_follows_the_other_record(self):
        self.listen(self.extend_mapper(("test_related", "x")))
        parent = self.env["res.partner"].create({"name": "Parent"})
        binding = self.silent(parent_id=parent.id)
        self.silent(name="Other")
        self.assertEqual(
            self.requested(lambda: parent.write({"phone": "1"})),
            {binding: ["test_related"]},
        )

    def test_a_field_that_depends_on_children_follows_them(self):
        self.listen(self.extend_mapper(("test_children", "x")))
        binding = self.silent()
        child = self.env["res.partner"].create(
            {"name": "Child", "parent_id": binding.odoo_id.id}
        )
        self.env.cr.precommit.clear()
        self.assertEqual(
            self.requested(lambda: child.write({"name": "B"})),
            {binding: ["test_children"]},
        )

    def test_a_new_and_a_deleted_child_change_fields_that_depend_on_children(self):
        self.listen(self.extend_mapper(("test_children", "x")))
        binding = self.silent()
        children = self.env["res.partner"]
        values = {"name": "Child", "parent_id": binding.odoo_id.id}
        self.assertEqual(
            self.requested(lambda: children.create(values)),
            {binding: ["test_children"]},
        )
        child = binding.odoo_id.child_ids
        self.assertEqual(self.requested(child.unlink), {binding: ["test_children"]})

    def test_a_field_that_depends_on_itself_in_the_parents_follows_all_levels(self):
        self.listen(self.extend_mapper(("test_path", "x")))
        top, middle, bottom = (self.silent(name=name) for name in "ABC")
        silent = {"connector_no_export": True}
        bottom.with_context(**silent).parent_id = middle.odoo_id
        middle.with_context(**silent).parent_id = top.odoo_id
        jobs = self.requested(lambda: top.odoo_id.write({"name": "Z"}))
        self.assertEqual(jobs.keys(), {top, middle, bottom})
        self.assertIn("test_path", jobs[bottom])

    def test_a_dotted_source_follows_the_other_record(self):
        self.listen(self.extend_mapper(("parent_id.name", "x")))
        parent = self.env["res.partner"].create({"name": "Parent"})
        binding = self.silent(parent_id=parent.id)
        self.assertEqual(
            self.requested(lambda: parent.write({"name": "Z"})),
            {binding: ["parent_id.name"]},
        )
        other = parent.copy()
        self.env.cr.precommit.clear()
        self.assertEqual(
            self.requested(lambda: binding.odoo_id.write({"parent_id": other.id})),
            {binding: ["parent_id", "parent_id.name"]},
        )

    def test_a_source_on_a_model_that_is_not_listened_to_needs_apply_on(self):
        rows = [("category_id.name", "tags")]
        tag = self.env["res.partner.category"].create({"name": "Tag"})
        self.listen(self.extend_mapper(*rows))
        binding = self.silent(category_id=[(6, 0, tag.ids)])
        self.assertEqual(self.requested(lambda: tag.write({"name": "A"})), {})
        self.listen(
            self.extend_mapper(*rows),
            models=["test.export.partner", "res.partner", "res.partner.category"],
        )
        self.assertEqual(
            self.requested(lambda: tag.with_env(self.env).write({"name": "B"})),
            {binding: ["category_id.name"]},
        )

    def test_access_logs_are_not_exported_even_if_a_computed_field_is_read(self):
        binding = self.assertExports([("test_stored", "x")], {"ref": "1"}, None)
        self.assertEqual(
            self.requested(lambda: binding.write({"external_fingerprint": "1"})), {}
        )

    def test_archived_bindings_are_found(self):
        self.listen(self.extend_mapper(("test_stored", "x")))
        binding = self.silent(active=False)
        jobs = self.requested(lambda: binding.odoo_id.write({"email": "a"}))
        self.assertEqual(jobs, {binding: ["email", "test_stored"]})

    def test_imports_are_not_exported(self):
        self.listen(self.extend_mapper(("test_stored", "x")))
        partner = self.silent().odoo_id.with_context(connector_no_export=True)
        self.assertEqual(self.requested(lambda: partner.write({"email": "a"})), {})

    def test_a_write_that_concerns_no_source_costs_no_query(self):
        self.listen(self.extend_mapper(("test_stored", "x"), ("parent_id.name", "y")))
        partners = self.silent().odoo_id + self.silent().odoo_id
        partners.write({"function": "A"})
        self.env.cr.flush()
        partners.write({"function": "B"})
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.env.cr.flush()

    def test_many_records_are_one_query(self):
        self.listen(self.extend_mapper(("test_stored", "x"), ("name", "name")))
        bindings = [self.silent() for __ in range(5)]
        partners = self.env["res.partner"].union(*(b.odoo_id for b in bindings))

        def listen_to(records):
            work = self.work_on("res.partner")
            listener = work.component_by_name("test.own.listener")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            listener._request_changes(records, frozenset({"email", "name"}))
            self.env.cr.precommit.clear()
            return self.env.cr.sql_log_count - before

        listen_to(partners)
        self.env.invalidate_all()
        one = listen_to(partners[:1])
        self.env.invalidate_all()
        self.assertEqual(listen_to(partners), one)


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
