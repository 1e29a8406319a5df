# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each addon is a distribution that can be installed next to an installed Odoo."""

import os
import re
import subprocess
import sys

import pytest
from devtools.addons import find_addons, outside_dependencies
from devtools.commands.build import METAPACKAGE, build_wheels, find_distributions
from devtools.databases import Databases
from devtools.environment import CLONE, Environment
from devtools.installation import ensure_template, summarise_log

ADDONS = {
    name: addon for name, addon in find_addons(CLONE).items() if not addon.is_test_only
}


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def environment():
    return Environment.current()


@pytest.fixture(scope="module")
def wheels(environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    build_wheels(environment, find_distributions(CLONE), folder)
    return folder


@pytest.fixture(scope="module")
def fresh_python(environment, wheels, tmp_path_factory):
    """A new virtual environment that sees Odoo and its packages, and our wheels."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", folder])
    python = folder / "bin" / "python"
    site_packages = next(folder.glob("lib/python3*/site-packages"))
    ours = next(p for p in map(os.path.realpath, sys.path) if "site-packages" in p)
    (site_packages / "odoo.pth").write_text(f"{ours}\n{environment.odoo.path}\n")
    # Without pip's own look at the dependencies, which follows those of Odoo, too: it
    # asks for psycopg2, and does not take psycopg2-binary for it.
    install = [python, "-m", "pip", "install", "-q", "--no-index", "--no-deps"]
    subprocess.check_call(
        [*install, *sorted(wheels.glob("*.whl"))], env=clean_environ()
    )
    return python


def clean_environ():
    return {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}


def test_metapackage_lists_every_addon():
    text = (CLONE / METAPACKAGE / "pyproject.toml").read_text()
    assert 'name = "odoo-addons-connector-suite"' in text
    listed = re.findall(r'"odoo-addon-(\w+)==19\.0\.\*"', text)
    assert sorted(listed) == sorted(ADDONS)


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_addon_is_built_with_whool(name):
    text = (ADDONS[name].path / "pyproject.toml").read_text()
    assert 'requires = ["whool"]' in text
    assert 'build-backend = "whool.buildapi"' in text


def test_every_distribution_builds_into_a_wheel(wheels):
    built = {normalise(path.name.split("-")[0]) for path in wheels.glob("*.whl")}
    expected = {normalise(f"odoo-addon-{name}") for name in ADDONS}
    assert built == expected | {"vodoo", "odoo-addons-connector-suite"}


MISSING_REQUIREMENTS = """
import sys
from importlib.metadata import distribution, version
from packaging.requirements import Requirement

for name in sys.argv[1:]:
    for requirement in map(Requirement, distribution(name).requires or ()):
        needed = requirement.marker is None or requirement.marker.evaluate()
        if needed and version(requirement.name) not in requirement.specifier:
            print(f"{name} needs {requirement}, found {version(requirement.name)}")
"""


def test_what_the_wheels_need_is_there(fresh_python, environment):
    if not list(environment.odoo.path.glob("odoo*-info")):
        pytest.skip("a plain checkout of Odoo does not tell its version to pip")
    names = ["vodoo", *(f"odoo-addon-{name}" for name in ADDONS)]
    missing = subprocess.check_output(
        [fresh_python, "-c", MISSING_REQUIREMENTS, *names],
        cwd="/",
        env=clean_environ(),
        text=True,
    )
    assert missing == ""


def test_installed_wheels_do_not_come_from_this_clone(fresh_python):
    script = "import odoo.addons.component as c, vodoo"
    files = subprocess.check_output(
        [fresh_python, "-c", f"{script}; print(c.__file__, vodoo.__file__)"],
        cwd="/",
        env=clean_environ(),
        text=True,
    )
    assert str(CLONE) not in files
    assert files.count(str(fresh_python.parents[1])) == 2


def test_installed_wheels_load_in_odoo(environment, fresh_python, tmp_path):
    databases = Databases(environment)
    database = databases.name(f"wheels_{os.getpid()}")
    outside = outside_dependencies(ADDONS, ADDONS)
    databases.create(database, ensure_template(environment, outside))
    config = tmp_path / "odoo.conf"
    paths = ",".join(map(str, environment.odoo.addons_paths))
    config.write_text(
        f"[options]\naddons_path = {paths}\ndata_dir = {environment.data_folder}\n"
    )
    try:
        done = subprocess.run(
            [
                fresh_python,
                CLONE / "setup" / "bin" / "odoo",
                f"--config={config}",
                f"--database={database}",
                f"--init={','.join(ADDONS)}",
                "--stop-after-init",
                "--no-http",
            ],
            cwd="/",
            env=clean_environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, summarise_log(done.stdout)
        rows = databases.query(
            database, "SELECT name FROM ir_module_module WHERE state = 'installed'"
        )
        assert {name for (name,) in rows} >= set(ADDONS), summarise_log(done.stdout)
    finally:
        databases.drop(database)
