# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import subprocess
import sys
from pathlib import Path

from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import config

SCRIPT = Path(__file__).with_name("reload_script.py")


@tagged("post_install", "-at_install")
class TestLife(BaseCase):
    """Components exist while Odoo's registry exists, in any number of threads."""

    def run_script(self, scenario):
        """Run a scenario in a separate process, with a separate registry."""
        options = [
            f"--{name}={config[name]}"
            for name in ("db_host", "db_port", "db_user", "db_password")
            if config[name]
        ]
        options.append(f"--addons-path={','.join(config['addons_path'])}")
        done = subprocess.run(
            [sys.executable, str(SCRIPT), scenario, get_db_name(), *options],
            capture_output=True,
            text=True,
            timeout=500,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_lookups_work_while_other_threads_reload_the_registry(self):
        self.run_script("lookups_while_reloading")

    def test_components_go_with_the_registry(self):
        self.run_script("delete")

    def test_reload_signalled_by_another_process_rebuilds_components(self):
        self.run_script("signalled")
