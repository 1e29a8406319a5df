# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scaffolded addon is installed, and passes its tests and the linters, as it is."""

import re
import subprocess
import sys

import pytest
from devtools.environment import CLONE
from devtools.scaffolding import TEMPLATES


def run_dev(*words):
    """Run ./dev as a person does who has answered nothing; return its output."""
    done = subprocess.run(
        [sys.executable, CLONE / "dev", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def assert_works(addon, least_tests):
    """Check that the addon's tests pass, in a database where it is installed."""
    output = run_dev("test", addon, "-q")
    passed = re.search(r"(\d+) passed", output)
    assert passed and int(passed[1]) >= least_tests, output
    assert "skipped" not in output


def test_a_rest_connector_works_and_is_clean(tmp_path):
    run_dev("scaffold", "try_shop", tmp_path)
    assert_works(tmp_path / "try_shop", least_tests=14)
    run_dev("lint", tmp_path / "try_shop")


LONG = {
    "rest with several models": ["--model=res.partner", "--model=product.category"],
    "no protocol": ["--kind=none"],
    "no protocol, several models": [
        "--kind=none",
        "--backend=my_files",
        "--model=res.partner.category",
        "--model=product.template",
    ],
    "odoo": ["--kind=odoo"],
    "odoo with several models": [
        "--kind=odoo",
        "--model=crm.stage",
        "--model=res.partner.industry",
    ],
}


@pytest.mark.long
@pytest.mark.parametrize("case", LONG)
def test_each_kind_works_and_is_clean(tmp_path, case):
    run_dev("scaffold", "try_long", tmp_path, *LONG[case])
    assert_works(tmp_path / "try_long", least_tests=9)
    run_dev("lint", tmp_path / "try_long")


@pytest.mark.long
@pytest.mark.parametrize("template", ["connector", "odoo_models"])
def test_what_odoos_own_command_makes_works_and_is_clean(tmp_path, template):
    script = "from odoo.cli import main; main()"
    arguments = ["-t", TEMPLATES / template, "try_odoo_command", tmp_path]
    subprocess.check_call([sys.executable, "-c", script, "scaffold", *arguments])
    assert_works(tmp_path / "try_odoo_command", least_tests=9)
    run_dev("lint", tmp_path / "try_odoo_command")
