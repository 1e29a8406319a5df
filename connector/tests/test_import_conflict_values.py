# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits of translations, images and lines; models that are only imported."""

import base64
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from .import_common import CATEGORY, PARTNER, ImporterCase, partner
from .test_import_conflicts import TwoWayCase, TwoWayExporter, TwoWayListener


@tagged("post_install", "-at_install")
class TestWhatIsOnlyImported(ImporterCase):
    __test__ = True

    def test_it_keeps_no_marks_and_asks_for_no_edits(self):
        self.put(partner(1))
        with patch.object(type(self.env["connector.unconfirmed.field"]), "_find") as f:
            self.run_one(1)
            self.run_one(1, force=True)
        f.assert_not_called()
        self.assertFalse(self.found(1).external_base)

    def test_a_chunk_asks_once_where_records_are_exported_too(self):
        self.build_components(TwoWayExporter, TwoWayListener)
        self.put(*(partner(key) for key in range(1, 9)))
        self.run_chunk(range(1, 9))
        self.put(*(partner(key, ref="R") for key in range(1, 9)))
        model = type(self.env["connector.unconfirmed.field"])
        find, asked = model._find, []

        def find_and_count(rows, bindings):
            asked.append(bindings)
            return find(rows, bindings)

        with patch.object(model, "_find", find_and_count):
            self.run_chunk(range(1, 9), force=True)
        self.assertEqual([len(bindings) for bindings in asked], [8])


@tagged("post_install", "-at_install")
class TestTranslationsAndImages(TwoWayCase):
    """Images and translations, which separate components import."""

    __test__ = True

    def unconfirmed(self, name):
        self.env["connector.unconfirmed.field"]._note({self.binding: [name]})

    def write_image(self):
        class Images(Component):
            _name = "test.partner.image.importer"
            _inherit = ["test.connector", "generic.image.importer"]
            _apply_on = PARTNER

        self.build_components(TwoWayExporter, TwoWayListener, Images)
        image = base64.b64decode(
            b"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
        )
        importer = self.component("image.importer", PARTNER)
        return importer._write_image(self.binding, image)

    def test_an_image_of_a_person_is_kept_until_it_is_exported(self):
        self.unconfirmed("image_1920")
        self.assertFalse(self.write_image())
        self.assertFalse(self.binding.image_1920)

    def test_another_edit_is_in_no_way_of_an_image(self):
        self.unconfirmed("name")
        self.assertTrue(self.write_image())

    def test_a_translation_of_a_person_is_kept_until_it_is_exported(self):
        class Translations(Component):
            _name = "test.tag.translation.importer"
            _inherit = ["test.connector", "generic.translation.importer"]
            _apply_on = CATEGORY

            def _languages(self):
                return {"fr_FR": "fr"}

            def _read_many(self, external_ids, language):
                row = {"name": "Étiquette", "parent": None}
                return {key: row for key in external_ids}

        class Listener(Component):
            _name = "test.tag.listener"
            _inherit = ["test.connector", "generic.export.listener"]
            _apply_on = CATEGORY

        self.env["res.lang"]._activate_lang("fr_FR")
        self.put_tag(3)
        self.build_components(Translations, Listener)
        self.component("record.importer", CATEGORY).run(3)
        tag = self.found(3, CATEGORY).with_context(lang="fr_FR")
        for is_edited in (True, False):
            rows = self.env["connector.unconfirmed.field"]
            rows._note({tag: ["name"]}) if is_edited else rows._forget(tag)
            translations = self.component("translation.importer", CATEGORY)
            translations.run(3, tag)
            self.assertEqual(tag.name, "Tag 3" if is_edited else "Étiquette")


@tagged("post_install", "-at_install")
class TestEditedLines(TwoWayCase):
    """Lines of a record are written by the import of the record."""

    __test__ = True

    def setUp(self):
        super().setUp()

        class Mapper(Component):
            _inherit = "test.res.partner.import.mapper"
            children = [("contacts", "child_ids", PARTNER)]

        class MapChild(Component):
            _name = "test.contact.map.child"
            _inherit = ["test.connector", "base.map.child.import.update"]
            _apply_on = PARTNER

        self.build_components(TwoWayExporter, TwoWayListener, Mapper, MapChild)
        child = {"parent_id": self.binding.odoo_id.id, "name": "Kid"}
        kid = self.env["res.partner"].with_context(connector_no_export=True)
        self.line = (
            self.env[PARTNER]
            .with_context(connector_no_export=True)
            .create(
                {
                    "odoo_id": kid.create(child).id,
                    "backend_id": self.backend.id,
                    "external_id": "7",
                }
            )
        )
        self.line = self.line.with_env(self.env)

    def read_lines(self, **values):
        line = partner(7, name="Kid", email=False, contacts=[], **values)
        self.change_remotely(contacts=[line])
        with self.trap_jobs() as trap:
            outcome = self.component("record.importer", PARTNER).run_chunk([1])
        self.assertFalse(outcome.failed, [item.error for item in outcome.failed])
        return outcome, trap.enqueued_jobs

    def test_the_edit_of_a_line_survives_the_import_of_its_record(self):
        with self.trap_jobs():
            self.line.odoo_id.name = "Our kid"
            self.env.cr.flush()
        outcome, jobs = self.read_lines(ref="L")
        self.assertEqual((self.line.name, self.line.ref), ("Our kid", "L"))
        self.assertIn("Our kid keeps its edits", str(outcome))
        self.assertIn(self.line, [job.recordset for job in jobs])

    def test_lines_without_edits_are_updated(self):
        self.read_lines(ref="L")
        self.assertEqual((self.line.name, self.line.ref), ("Kid", "L"))
