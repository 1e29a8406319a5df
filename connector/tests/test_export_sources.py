# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The listener exports the edits of values that a mapper reads, and no others."""

from odoo.tests.common import tagged

from ..components.mapper import (
    changed_by,
    mapping,
    none,
)
from .listener_common import ListenerCase


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
