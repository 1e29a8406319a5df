# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The workflows of GitHub run what a developer runs."""

import json
import re
import runpy

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


def read_matrix():
    return json.loads((CLONE / ".ci" / "matrix.json").read_text())


def test_addons_are_tested_on_each_python_that_dev_accepts():
    names = runpy.run_path(str(CLONE / "dev"), run_name="dev")
    (_, oldest), (_, newest) = names["OLDEST"], names["NEWEST"]
    accepted = [f"3.{minor}" for minor in range(oldest, newest + 1)]
    assert read_matrix()["addons"] == accepted


def test_client_is_tested_on_each_python_that_it_names():
    text = (CLONE / "libs" / "vodoo" / "pyproject.toml").read_text()
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", text)
    assert read_matrix()["client"] == named


@pytest.mark.parametrize("job, key", [("test", "addons"), ("client", "client")])
def test_jobs_run_the_scripts_of_ci_on_the_shared_matrix(job, key):
    path = CLONE / ".github" / "workflows" / "test.yml"
    job = yaml.safe_load(path.read_text())["jobs"][job]
    python = job["strategy"]["matrix"]["python"]
    assert python == f"${{{{ fromJSON(needs.matrix.outputs.matrix).{key} }}}}"
    script = f".ci/test-{key}"
    assert job["steps"][-1]["run"] == f"{script} ${{{{ matrix.python }}}}"
    assert script in (CLONE / ".ci" / "run").read_text().split()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_runs_commands_that_exist(path):
    jobs = yaml.safe_load(path.read_text())["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    scripts = "\n".join(step.get("run", "") for step in steps)
    for script in re.findall(r"\.ci/test-\w+", scripts):
        scripts += (CLONE / script).read_text()
    named = re.findall(r"\./dev (\w+)", scripts)
    assert named
    assert set(named) <= set(COMMANDS)
