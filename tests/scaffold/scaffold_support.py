# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run ./dev on an addon beside the clone."""

import re
import subprocess
import sys

from devtools.environment import CLONE


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
    assert "skipped" not in output, output
