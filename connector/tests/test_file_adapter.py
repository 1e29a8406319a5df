# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of the adapter of files, and its exports."""

from odoo.tests import tagged

from ..components.defaults import FILE_COMPONENTS
from ..exception import AccessRefused, InvalidDataError, NetworkRetryableError
from ..files import CSV, XML
from .file_case import CATEGORY, FileCase


@tagged("post_install", "-at_install")
class TestFileSettings(FileCase):
    __test__ = True

    def test_settings_that_are_missing_are_named(self):
        self.set(_url=None)
        with self.assertRaisesRegex(AccessRefused, "Fill in its field url"):
            self.adapter.find_files()
        self.set(_url=str(self.inbox), _format=None)
        self.put("a.csv")
        with self.assertRaisesRegex(ValueError, "set _format"):
            self.adapter.search()
        self.set(_url=f"{self.inbox}/none")
        with self.assertRaisesRegex(InvalidDataError, "does not exist"):
            self.adapter.find_files()
        self.set(_url="ftp://x/y")
        with self.assertRaisesRegex(InvalidDataError, "must begin with"):
            self.adapter.find_files()
        self.set(_url=str(self.inbox), _credentials={"password": "secret"})
        with self.assertRaisesRegex(ValueError, "names the field 'secret'"):
            self.adapter.find_files()

    def test_users_cannot_read_other_local_folders(self):
        self.set(_url=None, _url_field="name")
        for url, allowed in (
            ("/etc", ()),
            ("file:///etc", ("/srv/in",)),
            (f"{self.inbox}/../..", (str(self.inbox),)),
        ):
            self.backend.name = url
            self.set(_local_folders=allowed)
            with self.assertRaisesRegex(AccessRefused, "not below one of"):
                self.adapter.find_files()
        self.backend.name = str(self.inbox)
        self.set(_local_folders=(str(self.inbox.parent),))
        self.assertEqual(self.adapter.find_files(), [])

    def test_passwords_are_masked(self):
        self.set(_url="sftp://odoo:s3cr%20t@127.0.0.1:9/in")
        with self.assertRaises(NetworkRetryableError) as caught:
            self.adapter.find_files()
        self.assertNotIn("s3cr", str(caught.exception))
        self.assertIn("sftp://odoo@127.0.0.1:9/in", str(caught.exception))

    def test_xml(self):
        self.set(_format=XML("partner"), _pattern="*.xml", _id_field="head.number")
        (self.inbox / "a.xml").write_text(
            "<all><partner><head><number> 7 </number></head><name>X</name>"
            "<parent/></partner></all>"
        )
        self.assert_imported()
        self.assertEqual(self.names(), {"7": "X"})

    def test_every_default_component_has_its_usage(self):
        registry = self.work_on(CATEGORY).components_registry
        for usage, name in FILE_COMPONENTS.items():
            self.assertEqual(registry[name]._usage, usage)


@tagged("post_install", "-at_install")
class TestFileExport(FileCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.set(_export_name="stock_{sequence}.csv", _format=CSV(delimiter=";"))

    def content(self, name):
        return (self.inbox / name).read_text(encoding="utf-8-sig").splitlines()

    def test_batch_is_one_file_and_replaces_none(self):
        self.put("stock_1.csv", "of yesterday")
        rows = [{"number": 1, "name": "A"}, {"name": "B"}, {"number": 3, "name": None}]
        first, second, third = self.adapter.create_many(rows)
        self.assertEqual((first, third), (1, 3))
        self.assertIn("has no number", str(second))
        self.assertEqual(self.listed(), ["stock_1.csv", "stock_2.csv"])
        self.assertEqual(self.content("stock_2.csv"), ["number;name", "1;A", "3;"])
        answers = self.adapter.write_many({"1": {"name": "A2"}})
        self.assertEqual(answers, {"1": None})
        self.assertEqual(self.content("stock_3.csv"), ["number;name", "1;A2"])
        with self.assertRaisesRegex(InvalidDataError, "has no number"):
            self.adapter.create({"name": "B"})
        self.assertEqual(len(self.listed()), 3)

    def test_names_that_are_taken_and_missing_names(self):
        self.set(_export_name="stock.csv")
        self.adapter.create({"number": 1})
        with self.assertRaisesRegex(InvalidDataError, "Use {sequence} or {time}"):
            self.adapter.create({"number": 2})
        self.assertEqual(self.listed(), ["stock.csv"])
        self.set(_export_name=None)
        self.assertFalse(self.adapter.bulk_operations())
        with self.assertRaisesRegex(NotImplementedError, "set _export_name"):
            self.adapter.create({"number": 2})

    def test_file_without_bindings_is_published_after_the_commit(self):
        adapter = self.adapter
        with self.env.cr.savepoint() as savepoint:
            adapter.write_file([{"number": 1}])
            savepoint.rollback()
        self.assertFalse(self.jobs())
        adapter.write_file({"number": number} for number in range(3))
        self.assertEqual(adapter.find_files(), [])
        (job,) = self.jobs()
        self.assertEqual(self.run_stored(job).state, "done")
        self.assertEqual(self.content("stock_1.csv"), ["number", "0", "1", "2"])
        self.run_stored(job)
        self.assertEqual(len(adapter.find_files()), 1)
