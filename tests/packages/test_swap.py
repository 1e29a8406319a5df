# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database of the OCA addons works with the suite after a swap of the packages."""

import pytest
from devtools.databases import Databases
from devtools.installation import install_addons, upgrade_addons
from devtools.odoo_server import run_in_shell

pytestmark = pytest.mark.long

OCA = ("odoo-addon-component", "odoo-addon-component-event", "odoo-addon-connector")
CREATE = """
backend = env["import.backend"].create({"name": "Kept", "version": "1.0"})
env["import.recordset"].create({"backend_id": backend.id, "name": "Rows"})
env.cr.commit()
"""
LOOK_UP = """
from odoo.addons import connector
print("loaded:", connector.__file__)
backend = env["import.backend"].search([("name", "=", "Kept")])
print("kept:", backend.recordset_ids.mapped("name"))
with backend.work_on("import.recordset") as work:
    print("found:", work.component(usage="recordset.importer")._name)
print("suite:", "connector.sync.run" in env)
"""


def read_modules(fresh, database):
    rows = Databases(fresh).query(
        database,
        "SELECT name, state, author FROM ir_module_module "
        "WHERE name LIKE 'component%%' OR name LIKE 'connector%%'",
    )
    return {name: author for name, state, author in rows if state == "installed"}


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_packages_are_swapped_under_a_database(fresh, database, tool):
    fresh.run_tool(tool, "install", "odoo-addon-connector-importer")
    with fresh.odoo_packages():
        install_addons(fresh, database, ["connector_importer"])
        before = read_modules(fresh, database)
        assert "OCA" in before["connector"]
        output = run_in_shell(fresh, database, CREATE + LOOK_UP)
    assert "suite: False" in output

    fresh.run_tool(tool, "uninstall", "--yes", *OCA)
    fresh.run_tool(tool, "install", "odoo-connector-suite==19.0.*")
    with fresh.odoo_packages():
        upgrade_addons(fresh, database, ["component"])
        after = read_modules(fresh, database)
        output = run_in_shell(fresh, database, LOOK_UP)
    assert after.keys() == before.keys()
    assert after["connector"] == after["component"] == "Connector Suite maintainers"
    assert f"loaded: {fresh.site_packages}/odoo/addons/connector" in output
    assert "kept: ['Rows']" in output
    assert "found: importer.recordset" in output
    assert "suite: True" in output
