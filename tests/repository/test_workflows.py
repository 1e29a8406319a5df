# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The workflows of GitHub run what a developer runs."""

import re

import pytest
import yaml
from devtools.bootstrap import COMMANDS
from devtools.environment import CLONE

WORKFLOWS = sorted((CLONE / ".github" / "workflows").glob("*.yml"))


def test_lint_and_tests_have_a_workflow():
    assert {path.stem for path in WORKFLOWS} >= {"lint", "test"}


def test_the_long_tests_have_workflows():
    """They are those that ./dev test leaves out."""
    found = {path.stem: path.read_text() for path in WORKFLOWS}
    assert "./dev test --long --ignore=tests/faults\n" in found["long"]
    assert "./dev test faults" in found["faults"]
    assert "--long" in found["faults"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_runs_commands_that_exist(path):
    jobs = yaml.safe_load(path.read_text())["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    scripts = "\n".join(step.get("run", "") for step in steps)
    named = re.findall(r"\./dev (\w+)", scripts)
    assert named
    assert set(named) <= set(COMMANDS)
