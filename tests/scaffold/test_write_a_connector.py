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


def test_every_page_is_in_the_table_of_contents():
    assert {*pages(), PAGES / "index.rst"} == set(PAGES.glob("*.rst"))


def test_the_addon_of_all_pages_works(tmp_path):
    assert_works(build_addon(tmp_path, pages()), least_tests=16)


@pytest.mark.long
def test_the_addon_of_all_pages_is_clean(tmp_path):
    run_dev("lint", build_addon(tmp_path, pages()))


@pytest.mark.long
def test_the_addon_imports_before_it_exports(tmp_path):
    names = [page.stem for page in pages()]
    addon = build_addon(tmp_path, pages()[: names.index("importing") + 1])
    (addon / "tests" / "__init__.py").write_text("from . import test_first_import\n")
    (addon / "tests" / "test_first_import.py").write_text(FIRST_TEST)
    assert_works(addon, least_tests=1)
