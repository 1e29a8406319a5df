# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database of the OCA addons, whose packages are swapped (move_from_oca.rst).

Nothing is uninstalled in Odoo. The commands are those of how_to/install.rst.
"""

import re

import pytest
from devtools.databases import Databases
from devtools.environment import CLONE
from devtools.errors import SetupError
from devtools.installation import install_addons
from devtools.odoo_config import odoo_command
from devtools.odoo_server import run_in_shell
from devtools.processes import run_logged
from moved_database import ADDONS, CONNECTOR, MovedDatabase

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

OCA = "odoo-addon-connector==19.0.*"
SUITE = "odoo-connector-suite==19.0.*"
TOOLS = ("pip", "uv")


class Installed:
    """An environment and a database with the OCA addons, and data of a connector."""

    def __init__(self, fresh, database, tool):
        self.fresh, self.tool = fresh, tool
        self.databases = Databases(fresh)
        self.name = database
        self.run_tool("install", OCA)
        with fresh.odoo_packages():
            install_addons(fresh, database, [CONNECTOR])
        self.data = self.open().fill()

    def run_tool(self, *words):
        self.fresh.run_tool(self.tool, *words)

    def run_commands(self, text):
        """Run the commands of pip in a text; return their actions."""
        commands = re.findall(r"^ +(?:\$ )?pip (\w+) (.+)$", text, re.MULTILINE)
        for action, words in commands:
            words = re.sub(r"--find-links \S+|\"", "", words).split()
            self.run_tool(action, *words)
        return [action for action, _words in commands]

    def open(self, name=None):
        def run(script):
            with self.fresh.odoo_packages():
                return run_in_shell(self.fresh, name or self.name, script)

        return MovedDatabase(run)

    def update(self):
        command = odoo_command(
            self.fresh,
            f"--database={self.name}",
            "--update=component",
            "--stop-after-init",
            "--no-http",
        )
        log_path = self.fresh.home.log_folder / f"{self.name}-update.log"
        with self.fresh.odoo_packages():
            return run_logged(command, log_path, self.fresh.process_environ())

    def authors(self):
        """Return ``{addon: author}`` of the installed addons of both projects."""
        rows = self.databases.query(
            self.name,
            "SELECT name, author FROM ir_module_module WHERE state = 'installed' "
            "AND name IN ('component', 'component_event', 'connector')",
        )
        return dict(rows)

    def check_taken_over(self):
        assert set(self.authors().values()) == {"Connector Suite maintainers"}
        assert len(self.authors()) == 3
        self.open().check_taken_over(self.data)


@pytest.fixture
def installed(make_fresh, database, request):
    fresh = make_fresh(added_addons=(ADDONS,))
    installed = Installed(fresh, database, request.param)
    assert all("OCA" in author for author in installed.authors().values())
    return installed


def read_commands_of_page():
    """Return the commands of the section about the swap."""
    page = (CLONE / "docs" / "how_to" / "install.rst").read_text()
    section = page.partition(".. _swap_packages:")[2]
    assert "odoo --database=… --update=component --stop-after-init" in section
    return section


@pytest.mark.parametrize("installed", TOOLS, indirect=True)
def test_packages_are_swapped_under_a_database(installed):
    backup = f"{installed.name}_backup"
    installed.databases.create(backup, installed.name)
    try:
        assert installed.run_commands(read_commands_of_page()) == [
            "uninstall",
            "install",
        ]
        installed.update()
        installed.check_taken_over()
        # back: the backup and the OCA addons
        installed.run_tool("uninstall", "--yes", "odoo-connector-suite")
        installed.run_tool("install", OCA)
        restored = installed.open(backup)
        assert restored.read() == installed.data
        assert restored.run_jobs() == ["done"]
    finally:
        installed.databases.drop(backup)


@pytest.mark.parametrize("installed", TOOLS, indirect=True)
def test_the_suite_beside_the_oca_addons_changes_no_database(installed):
    installed.run_tool("install", SUITE)
    with pytest.raises(SetupError) as caught:
        installed.update()
    error = str(caught.value)
    for name in ("odoo-addon-connector", "odoo-connector-suite"):
        assert f"  {name} {installed.fresh.distributions()[name]}" in error
    assert all("OCA" in author for author in installed.authors().values())
    assert installed.run_commands(error) == ["uninstall", "install"]
    installed.update()
    installed.check_taken_over()
