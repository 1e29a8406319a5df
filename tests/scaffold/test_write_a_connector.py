# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addon of docs/write_a_connector works, built page by page from its code."""

import re

import pytest
from devtools.environment import CLONE
from scaffold_support import assert_works, run_dev

PAGES = CLONE / "docs" / "write_a_connector"
BLOCK = re.compile(
    r"^``(?P<path>shop/\S+)``\n\n\.\. code-block:: \w+\n\n"
    r"(?P<code>(?:    .*\n|\n)+)",
    re.MULTILINE,
)
FIRST_TEST = """
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.connector.tests.common import ConnectorCase


@tagged("post_install", "-at_install")
class TestFirstImport(ConnectorCase):
    backend_model = "shop.backend"
    backend_values = {"name": "Shop", "url": "http://localhost"}

    def test_customers_are_imported(self):
        records = Path(__file__).with_name("records.json")
        service = self.json_service({"customers": "shop.customer"}, records)
        self.backend.url = service.url
        self.backend.button_check_connection()
        with self.trap_jobs() as trap:
            self.backend.import_changes()
            self.run_jobs(trap)
        alan = self.env["shop.customer"].search([("name", "=", "Alan Turing")])
        self.assertEqual(alan.parent_id.name, "Bletchley Park")
"""
ANSWERS_TEST = """
from odoo.tests import tagged

from odoo.addons.connector.tests import service_rules
from odoo.addons.connector.tests.common import ConnectorCase


@tagged("post_install", "-at_install")
class TestAnswers(ConnectorCase):
    backend_model = "shop.backend"
    backend_values = {"name": "Shop", "url": "http://localhost"}

    def setUp(self):
        super().setUp()
        self.service = self.json_service({"customers": "shop.customer"})
        self.backend.url = self.service.url
        self.backend.state = "checked"
        self.customers = self.env["shop.customer"]

    def put(self, external_id, **values):
        customer = {"id": external_id, "fullname": "Ada", "mail": "a@example.com"}
        customer |= {"company": None, "modified": "2026-01-01T10:00:00", **values}
        self.service.system.put("shop.customer", customer)

    def imported(self, external_id):
        message = self.customers.import_record(self.backend, external_id)
        binding = self.component("binder", "shop.customer").to_internal(external_id)
        return binding, message

    def exports(self):
        with self.trap_jobs() as trap:
            self.env.cr.flush()
        return [job.recordset for job in trap.enqueued_jobs]

    def test_a_header_is_sent_with_each_request(self):
        rule = service_rules.requires_header("X-Shop-Version", "2026-01")
        self.service.rules.append(rule)
        self.put(1)
        self.assertTrue(self.imported(1)[0])

    def test_another_address_is_called(self):
        calls = []
        self.service.rules.append(lambda request: calls.append(request.target))
        adapter = self.component("backend.adapter", "shop.customer")
        with self.assertRaises(Exception):
            adapter.merge(1, 2)
        self.assertEqual(calls, ["/customers/1/merge"])

    def test_a_record_is_skipped_with_a_reason(self):
        self.put(1, closed=True)
        binding, message = self.imported(1)
        self.assertFalse(binding)
        self.assertEqual(message, "1 skipped: The account is closed.")
        self.env.cr.flush()
        row = self.env["connector.sync.change"].search([("external_id", "=", "1")])
        self.assertEqual(row.outcome, "skipped")
        self.assertEqual(row.reason, "The account is closed.")

    def test_an_unbound_contact_is_bound_once(self):
        values = {"name": "A", "email": "a@example.com"}
        partner = self.env["res.partner"].create(values)
        self.put(1)
        self.put(2)
        first, second = self.imported(1)[0], self.imported(2)[0]
        self.assertEqual(first.odoo_id, partner)
        self.assertTrue(second)
        self.assertNotEqual(second.odoo_id, partner)

    def test_a_value_is_set_once(self):
        self.put(1)
        binding = self.imported(1)[0]
        self.assertIn("Customer of Shop", binding.comment)
        binding.comment = "Edited"
        self.put(1, fullname="B", modified="2026-02-01T10:00:00")
        self.assertIn("Edited", self.imported(1)[0].comment)
        self.assertEqual(binding.name, "B")

    def test_a_new_company_is_exported_to_active_backends(self):
        Partner = self.env["res.partner"]
        Partner.create({"name": "Bombe", "is_company": True})
        self.assertFalse(self.exports())
        self.backend.state = "production"
        Partner.create({"name": "Joan"})
        company = Partner.create({"name": "Colossus", "is_company": True})
        self.assertEqual([one.odoo_id for one in self.exports()], [company])

    def test_edits_of_employees_are_not_exported(self):
        self.put(1)
        self.put(2, mail="b@example.com")
        ada, employee = self.imported(1)[0], self.imported(2)[0]
        users = self.env["res.users"].with_context(no_reset_password=True)
        users.create({"login": "b", "partner_id": employee.odoo_id.id})
        self.env.cr.flush()
        ada.odoo_id.name = employee.odoo_id.name = "Edited"
        self.assertEqual(self.exports(), [ada])

    def test_archived_contacts_are_skipped(self):
        self.put(1)
        binding = self.imported(1)[0]
        binding.odoo_id.active = False
        binding.export_record()
        with self.trap_jobs():
            self.assertIn("The contact is archived.", str(binding.export_record()))

    def test_a_step_of_a_workflow_exports(self):
        self.put(1)
        binding = self.imported(1)[0]
        with self.trap_jobs() as trap:
            self.assertIs(binding.odoo_id.action_send_to_shop(), True)
        self.assertEqual([job.recordset for job in trap.enqueued_jobs], [binding])

    def test_an_import_without_jobs(self):
        self.put(1)
        backend = self.backend.with_context(queue_job__no_delay=True)
        self.customers.import_changes(backend)
        self.assertTrue(self.customers.search([("backend_id", "=", self.backend.id)]))
"""


def pages():
    """Return the pages in the order of the table of contents."""
    toctree = (PAGES / "index.rst").read_text().partition(".. toctree::")[2]
    names = re.findall(r"^   (\w+)$", toctree.partition("=\n")[0], re.MULTILINE)
    return [PAGES / f"{name}.rst" for name in names]


def build_addon(folder, pages):
    """Write the files that the pages name, and return the addon."""
    contents = {}
    for page in pages:
        for match in BLOCK.finditer(page.read_text()):
            # a method that is added stays indented
            code = re.sub(r"^    ", "", match["code"], flags=re.MULTILINE).rstrip("\n")
            contents.setdefault(match["path"], []).append(code)
    for path, codes in contents.items():
        joined = codes[0]
        for code in codes[1:]:
            joined += ("\n\n" if code.startswith(" ") else "\n\n\n") + code
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(joined + "\n")
    return folder / "shop"


def add_test(addon, name, code):
    """Add a file to the tests of an addon."""
    (addon / "tests" / f"{name}.py").write_text(code)
    with (addon / "tests" / "__init__.py").open("a") as imports:
        imports.write(f"from . import {name}\n")


def test_every_page_is_in_the_table_of_contents():
    assert {*pages(), PAGES / "index.rst"} == set(PAGES.glob("*.rst"))


def test_the_addon_of_all_pages_works(tmp_path):
    addon = build_addon(tmp_path, pages())
    add_test(addon, "test_answers", ANSWERS_TEST)
    assert_works(addon, least_tests=26)


@pytest.mark.long
def test_the_addon_of_all_pages_is_clean(tmp_path):
    run_dev("lint", build_addon(tmp_path, pages()))


@pytest.mark.long
def test_the_addon_imports_before_it_exports(tmp_path):
    names = [page.stem for page in pages()]
    addon = build_addon(tmp_path, pages()[: names.index("importing") + 1])
    add_test(addon, "test_first_import", FIRST_TEST)
    assert_works(addon, least_tests=1)
