# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addons of the suite refuse to load mixed with OCA addons of the same names.

The folders have the first files of each addon: the check runs before Odoo is needed.
"""

import shutil
import subprocess
import sys

import pytest
from devtools.environment import CLONE

MANIFEST = '{"name": "Other", "author": "Other Project"}\n'
SHARED = ("component", "component_event", "connector")
SUITE_ADDONS = (*SHARED, "connector_odoo")
FIRST_FILES = ("__manifest__.py", "__init__.py", "_origin.py")


def write_suite(addons, names=SUITE_ADDONS):
    """Write the files of the addons that run first."""
    for name in names:
        (addons / name).mkdir(parents=True, exist_ok=True)
        for file in FIRST_FILES:
            shutil.copy(CLONE / name / file, addons / name / file)
        # Loading goes no further than the check.
        code = (addons / name / "__init__.py").read_text()
        end = code.index("\n", code.index("_origin")) + 1
        (addons / name / "__init__.py").write_text(code[:end])


def write_oca(addons, names=SHARED):
    for name in names:
        (addons / name).mkdir(parents=True, exist_ok=True)
        (addons / name / "__manifest__.py").write_text(MANIFEST)
        (addons / name / "__init__.py").write_text("")


def write_record(site, distribution, version, names):
    """Write what pip notes about an installed distribution."""
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {distribution}\nVersion: {version}\n")
    (info / "RECORD").write_text(
        "".join(f"odoo/addons/{name}/__manifest__.py,,\n" for name in names)
    )


def load(name, *sites):
    """Import an addon in a new process; return its output."""
    code = f"import logging; logging.basicConfig(); import odoo.addons.{name}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": ":".join(map(str, sites))},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


@pytest.fixture
def site(tmp_path):
    """An environment with all addons of the suite, as installed by pip."""
    folder = tmp_path / "site"
    write_suite(folder / "odoo" / "addons")
    write_record(folder, "odoo-connector-suite", "19.0.1.0.0", SUITE_ADDONS)
    return folder


@pytest.mark.parametrize("name", SUITE_ADDONS)
def test_addons_load_alone(site, name):
    assert load(name, site) == (0, "")


def check_refusal(error, site):
    addons = f"component, component_event, connector in {site}/odoo/addons"
    assert f"{addons} are a mix" in error
    assert "  odoo-addon-connector 19.0.1.0.0.5\n  odoo-connector-suite 19.0" in error
    assert (
        "pip uninstall --yes odoo-addon-component odoo-addon-component-event "
        "odoo-addon-connector odoo-connector-suite\n  pip install odoo-connector-suite"
    ) in error


def record_oca(site):
    for name in SHARED:
        write_record(site, f"odoo-addon-{name}", "19.0.1.0.0.5", [name])


@pytest.mark.parametrize("name", SUITE_ADDONS)
def test_suite_installed_over_oca(site, name):
    record_oca(site)
    code, error = load(name, site)
    assert code == 1
    check_refusal(error, site)


def test_oca_installed_over_the_suite(site):
    """They overwrite each file of the same name; only the suite has connector_odoo."""
    record_oca(site)
    write_oca(site / "odoo" / "addons")
    code, error = load("connector_odoo", site)
    assert code == 1
    check_refusal(error, site)


def test_oca_loads_a_package_of_the_suite(site):
    """Without connector_odoo: Python prefers a folder mapper to a file mapper.py."""
    record_oca(site)
    connector = site / "odoo" / "addons" / "connector"
    write_oca(connector.parent)
    mapper = connector / "components" / "mapper"
    shutil.copytree(CLONE / mapper.relative_to(connector.parents[0]), mapper)
    (connector / "components" / "mapper.py").write_text("")
    (connector / "components" / "__init__.py").write_text("from . import mapper")
    (connector / "__init__.py").write_text("from . import components")
    code, error = load("connector", site)
    assert code == 1
    check_refusal(error, site)


@pytest.mark.parametrize("name", ["component_event", "connector", "connector_odoo"])
def test_files_of_an_addon_were_deleted(site, name):
    """Uninstalling OCA's component has deleted the files that both have."""
    component = site / "odoo" / "addons" / "component"
    for file in ("__init__.py", "__manifest__.py"):
        (component / file).unlink()
    code, error = load(name, site)
    assert code == 1
    assert f"{component} has no __manifest__.py" in error
    assert "\n  pip install --force-reinstall --no-deps odoo-connector-suite\n" in error


@pytest.mark.parametrize("name", ["component_event", "connector", "connector_odoo"])
def test_another_component_comes_first(site, tmp_path, name):
    first = tmp_path / "first"
    write_oca(first / "odoo" / "addons", ["component"])
    code, error = load(name, first, site)
    assert code == 1
    assert f"{name} needs the addon component of odoo-connector-suite" in error
    assert f"found {first}/odoo/addons/component, of another project" in error


def test_another_connector_comes_first(site, tmp_path):
    first = tmp_path / "first"
    write_oca(first / "odoo" / "addons", ["connector"])
    code, error = load("connector_odoo", first, site)
    assert code == 1
    assert "connector_odoo needs the addon connector of odoo-connector-suite" in error
    assert f"{first}/odoo/addons/connector, of Other Project, first" in error


def test_others_that_come_later_are_logged(site, tmp_path):
    later = tmp_path / "later"
    write_oca(later / "odoo" / "addons")
    code, error = load("connector", site, later)
    assert code == 0
    for name in SHARED:
        assert (
            f"loads the addon {name} from {site}/odoo/addons/{name}, and ignores the "
            f"one of Other Project in {later}/odoo/addons/{name}"
        ) in error
