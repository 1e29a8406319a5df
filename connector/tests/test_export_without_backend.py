# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A user saves, and looks at records, while the backend cannot be reached."""

import logging
from unittest.mock import patch

from odoo.tests.common import tagged

from odoo.addons.component.core import Component

from ..components.exporter.sources import describe_unknown_sources
from ..models import component_builder
from .listener_common import ListenerCase


def read(self, record, to_attr):
    return record.phone


@tagged("post_install", "-at_install")
class TestBackendThatIsDown(ListenerCase):
    def setUp(self):
        super().setUp()
        self.listen()
        self.binding = self.silent(external_id="7")
        self.enterContext(
            patch.object(
                type(self.backend), "work_on", side_effect=ConnectionError("down")
            )
        )

    def test_a_user_saves(self):
        partner = self.binding.odoo_id
        self.assertEqual(
            self.requested(lambda: partner.write({"name": "B"})),
            {self.binding: ["name"]},
        )

    def test_a_user_deletes(self):
        self.assertEqual(
            self.requested(self.binding.odoo_id.unlink), {"export_delete_record": None}
        )

    def test_a_job_opens_its_record(self):
        model = self.env[self.binding._name]
        jobs = (
            self.binding.with_delay().export_record(),
            model.with_delay().import_record(self.backend, "7"),
        )
        for job in jobs:
            self.assertTrue(job.related_action())


@tagged("post_install", "-at_install")
class TestMapperThatNeedsAClient(ListenerCase):
    def test_it_counts_as_reading_all(self):
        class Mapper(Component):
            _inherit = "test.folder.partner.mapper"

            @property
            def direct(self):
                return [(name, name) for name in self.work.client.fields]

        self.listen(Mapper)
        binding = self.silent()
        self.assertEqual(
            self.requested(lambda: binding.odoo_id.write({"function": "B"})),
            {binding: ["function"]},
        )

    def test_each_backend_is_asked_where_a_mapper_chooses(self):
        other = self.backend.copy({"name": "Other"})
        other.state = "production"

        class Mapper(Component):
            _name = "test.other.mapper"
            _inherit = "test.folder.mapper"
            _apply_on = "test.export.partner"
            direct = [("function", "function")]

            @classmethod
            def _component_match(cls, work, **kw):
                return work.collection.name == "Other"

        class Default(Component):
            _inherit = "test.folder.partner.mapper"

            @classmethod
            def _component_match(cls, work, **kw):
                return work.collection.name != "Other"

        self.listen(Mapper, Default)
        local = self.silent()
        remote = self.env["test.export.partner"].create(
            {"backend_id": other.id, "odoo_id": local.odoo_id.id}
        )
        self.env.cr.precommit.clear()
        write = local.odoo_id.write
        self.assertEqual(
            self.requested(lambda: write({"function": "B"})), {remote: ["function"]}
        )
        self.assertEqual(self.requested(lambda: write({"ref": "B"})), {local: ["ref"]})


@tagged("post_install", "-at_install")
class TestNamedMappers(ListenerCase):
    """The log and the component browser name mappers with unknown sources."""

    def build(self, *rows):
        """Return the registry with a mapper of these rows."""
        self.build_components(self.extend_mapper(*rows))
        return self.env.context["components_registry"]

    def unknown(self, *rows):
        registry = self.build(*rows)
        return {
            name: steps
            for name in registry
            if (steps := describe_unknown_sources(self.env, registry[name], registry))
        }

    def test_rows_and_fields_are_named(self):
        found = self.unknown((read, "phone"), ("test_quantity", "stock"))
        steps = found["test.folder.partner.mapper"]
        self.assertEqual(len(steps), 2)
        self.assertIn("row ? → phone", steps[0])
        self.assertIn("test_quantity", steps[1])

    def test_a_mapper_that_tells_all_is_not_named(self):
        found = self.unknown(("name", "name"), ("test_stored", "x"))
        self.assertNotIn("test.folder.partner.mapper", found)

    def test_the_log_has_one_line_for_each_mapper(self):
        registry = self.build((read, "a"), (read, "b"))
        with (
            patch.object(
                component_builder._component_databases, "find", return_value=registry
            ),
            self.assertLogs(component_builder.__name__, logging.INFO) as logs,
        ):
            self.env["component.builder"]._log_unknown_sources()
        lines = [line for line in logs.output if "test.folder.partner.mapper" in line]
        self.assertEqual(len(lines), 1)

    def test_the_browser_names_them(self):
        registry = self.build((read, "phone"))
        components = self.env["connector.component"]
        with patch.object(type(components), "_get_registry", return_value=registry):
            found = components._create_from_registry().filtered("unknown_sources")
        self.assertIn("test.folder.partner.mapper", found.mapped("name"))
