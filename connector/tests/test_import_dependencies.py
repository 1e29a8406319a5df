# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..components.importer.hooks import GenericImporter
from ..exception import MappingError
from .import_common import CATEGORY, IMPORTER_LOGGER, INDUSTRY, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestImportDependencies(ImporterCase):
    __test__ = True

    def test_dependencies_are_imported_first_and_linked(self):
        self.put_tag(5, 6)
        self.put_industry(7)
        self.put(partner(1, parent=2, industry=7, tags=[5, 6]), partner(2))
        self.run_one(1)
        binding = self.found(1)
        self.assertEqual(binding.parent_id, self.found(2).odoo_id)
        self.assertEqual(binding.industry_id.name, "Industry 7")
        self.assertEqual(binding.category_id.mapped("name"), ["Tag 5", "Tag 6"])

    def test_bound_dependencies_are_not_read_again(self):
        self.put_industry(7)
        self.put(partner(1, industry=7), partner(2, industry=7))
        self.run_one(1)
        self.system.forget_calls()
        self.run_one(2)
        self.assertFalse(self.system.called(table=INDUSTRY))

    def test_always_imports_a_bound_dependency(self):
        self.put_industry(7)
        self.put(partner(1, industry=7), partner(2, industry=7))
        self.run_one(1)
        self.put({"id": 7, "name": "Renamed"}, table=INDUSTRY)

        def always(importer):
            importer._import_dependency(7, INDUSTRY)
            importer._import_dependency(7, INDUSTRY, always=True)
            importer._import_dependency(7, INDUSTRY)

        with self.hooked(_import_dependencies=always):
            self.run_one(2)
        self.assertEqual(self.found(7, INDUSTRY).name, "Renamed")

    def test_references_of_the_mapper_are_imported_first(self):
        self.put_industry(7)
        self.put(partner(1, parent=2, industry=7), partner(2))
        generic = GenericImporter._import_dependencies
        with self.hooked(_import_dependencies=generic, _imports_references=True):
            self.run_chunk([1])
        self.assertEqual(self.found(1).parent_id, self.found(2).odoo_id)
        self.assertEqual(self.found(1).industry_id.name, "Industry 7")

    def test_dependencies_of_a_chunk_are_read_in_one_call(self):
        self.put_tag(*range(1, 21))
        self.put(*(partner(key, tags=[key, 21 - key]) for key in range(1, 21)))
        self.run_chunk(range(1, 21))
        (call,) = self.system.called(table=CATEGORY)
        self.assertEqual(call.operation, "read_many")
        self.assertEqual(sorted(call.args[0]), list(range(1, 21)))

    def test_record_whose_dependency_fails_is_not_imported(self):
        self.put({"id": 7, "nothing": "known"}, table=INDUSTRY)
        self.put(partner(1, industry=7))
        with mute_logger(IMPORTER_LOGGER, "odoo.sql_db"):
            with self.assertRaises(MappingError) as caught:
                with self.env.cr.savepoint():
                    self.importer.run(1)
        self.assertIn("name", str(caught.exception))
        self.assertFalse(self.found(1))

    def test_missing_dependency_fails_with_the_id_that_is_missing(self):
        self.put(partner(1, industry=404))
        with self.assertRaisesRegex(MappingError, "404"):
            self.importer.run(1)

    def test_parents_far_up_are_imported_from_the_top(self):
        self.put_tag(1)
        for key in range(2, 6):
            self.put_tag(key, parent=key - 1)
        self.put(partner(1, tags=[5]))
        self.run_one(1)
        tags = [self.found(5, CATEGORY).odoo_id]
        while tags[-1].parent_id:
            tags.append(tags[-1].parent_id)
        self.assertEqual(
            [tag.name for tag in tags], [f"Tag {key}" for key in (5, 4, 3, 2, 1)]
        )

    def test_importer_of_a_dependency_can_be_given(self):
        imported = []

        class Own:
            def run(self, external_id):
                imported.append(external_id)

        def own(importer):
            importer._import_dependency(9, INDUSTRY, importer=Own())

        self.put(partner(1))
        with self.hooked(_import_dependencies=own):
            self.run_one(1)
        self.assertEqual(imported, [9])
