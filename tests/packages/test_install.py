# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Installation from an index of the suite and the OCA addons (how_to/install.rst)."""

import re

import pytest
from devtools.environment import CLONE
from devtools.errors import SetupError
from devtools.installation import install_addons
from devtools.odoo_server import run_in_shell
from devtools.wheels import find_wheel_addons
from moved_database import ensure_oca_addons
from wheel_environment import try_wheels

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

SUITE = "odoo-connector-suite"
LIBRARY = "connector-suite-vodoo"
OCA = ("odoo-addon-component", "odoo-addon-component-event", "odoo-addon-connector")
PUBLISHED = "odoo-addon-connector-importer"
ADDONS = tuple(find_wheel_addons(CLONE))
TOOLS = ("pip", "uv")


def check_suite_alone(fresh):
    installed = fresh.distributions()
    assert {SUITE, LIBRARY, "odoo-addon-queue-job", "openupgradelib"} <= set(installed)
    assert not set(OCA) & set(installed)
    assert fresh.load(*ADDONS) == ""


@pytest.mark.parametrize("tool", TOOLS)
def test_suite_brings_no_oca_addon(fresh, tool):
    fresh.run_tool(tool, "install", f"{SUITE}==19.0.*")
    check_suite_alone(fresh)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_clone_is_installed(fresh, tool):
    fresh.run_tool(tool, "install", CLONE / "libs" / "vodoo", CLONE)
    check_suite_alone(fresh)


def test_installed_addons_work_in_odoo(fresh):
    fresh.run_tool("pip", "install", SUITE)
    with fresh.odoo_packages():
        try_wheels(fresh)


def test_addons_path_works_in_odoo(make_fresh, database):
    fresh = make_fresh(added_addons=(CLONE,))
    library = CLONE / "libs" / "vodoo"
    fresh.run_tool("pip", "install", library, "odoo-addon-queue-job==19.0.*")
    script = "from odoo.addons import connector; print('loaded:', connector.__file__)"
    with fresh.odoo_packages():
        install_addons(fresh, database, ADDONS)
        assert f"loaded: {CLONE}/connector/" in run_in_shell(fresh, database, script)


def test_oca_addons_before_the_addons_path(make_fresh, database):
    """Odoo searches installed addons first; connector_odoo is found in the clone."""
    fresh = make_fresh(added_addons=(CLONE,))
    fresh.run_tool("pip", "install", LIBRARY, "odoo-addon-connector")
    with fresh.odoo_packages(), pytest.raises(SetupError) as caught:
        install_addons(fresh, database, ["connector_odoo"])
    assert "connector_odoo needs the addon component of odoo-conn" in str(caught.value)
    assert f"{fresh.site_packages}/odoo/addons/component, of another" in str(
        caught.value
    )


def install_in_order(fresh, tool, names):
    for name in names:
        fresh.run_tool(tool, "install", name)


def run_commands_of(error, fresh, tool):
    """Run the commands that an error tells; return their actions."""
    commands = re.findall(r"^  pip (\w+) (.+)$", error, re.MULTILINE)
    for action, words in commands:
        # pip asks nothing if its input is not a terminal
        fresh.run_tool(tool, action, *words.split())
    return [action for action, _words in commands]


@pytest.mark.parametrize(
    ("tool", "names"),
    [
        ("pip", (SUITE, "odoo-addon-connector")),
        ("uv", ("odoo-addon-connector", SUITE)),
        ("pip", (SUITE, "odoo-addon-component")),
        ("uv", ("odoo-addon-component-event", SUITE)),
    ],
)
def test_a_mix_is_refused_and_repaired(fresh, tool, names):
    install_in_order(fresh, tool, names)
    installed = fresh.distributions()
    mixed = [name for name in OCA if name in installed]
    addons = [name.removeprefix("odoo-addon-").replace("-", "_") for name in mixed]
    for addon in ("component", "connector", "connector_odoo"):
        # OCA's component has overwritten the check in the file of the suite
        error = fresh.load(addon)
        if addon == "component" and not error:
            assert names == (SUITE, *names[1:])
            continue
        assert f"{', '.join(addons)} in {fresh.site_packages}" in error
        for name in (*mixed, SUITE):
            assert f"\n  {name} {installed[name]}\n" in error
    assert run_commands_of(error, fresh, tool) == ["uninstall", "install"]
    check_suite_alone(fresh)


@pytest.mark.parametrize("order", [("oca", "clone"), ("clone", "oca")])
def test_order_of_the_addons_path(environment, make_fresh, order):
    folders = {"oca": ensure_oca_addons(environment), "clone": CLONE}
    fresh = make_fresh(added_addons=tuple(folders[name] for name in order))
    fresh.run_tool("uv", "install", LIBRARY, "odoo-addon-queue-job==19.0.*")
    found = fresh.load("connector_odoo", with_warnings=True)
    if order[0] == "oca":
        assert "connector_odoo needs the addon component of odoo-conn" in found
        assert f"found {folders['oca']}/component, of another project, first" in found
    else:
        for name in ("component", "component_event", "connector"):
            assert f"loads the addon {name} from {CLONE}/{name}, and ignores" in found
        assert "Error" not in found


def test_suite_before_oca_addons_on_the_addons_path(environment, make_fresh):
    oca = ensure_oca_addons(environment)
    fresh = make_fresh(added_addons=(oca,))
    fresh.run_tool("uv", "install", SUITE)
    found = fresh.load(*ADDONS, with_warnings=True)
    site = fresh.site_packages / "odoo" / "addons"
    for name in ("component", "component_event", "connector"):
        assert f"loads the addon {name} from {site}/{name}, and ignores" in found
        assert f"in {oca}/{name}: remove it from the addons path" in found
    assert "Error" not in found


def test_odoo_reports_a_mix(fresh, database):
    """A connector of the index brings the OCA addons over the suite."""
    install_in_order(fresh, "pip", [SUITE, PUBLISHED])
    with fresh.odoo_packages(), pytest.raises(SetupError) as caught:
        install_addons(fresh, database, ["connector_importer"])
    assert f"pip uninstall --yes {' '.join((*OCA, SUITE))}" in str(caught.value)


def test_uninstalling_only_the_oca_addons_is_repaired(fresh):
    install_in_order(fresh, "pip", ["odoo-addon-connector", SUITE])
    fresh.run_tool("pip", "uninstall", "--yes", *OCA)
    addons = fresh.site_packages / "odoo" / "addons"
    assert not (addons / "connector" / "__manifest__.py").exists()
    error = fresh.load("connector_odoo")
    assert f"{addons}/component has no __manifest__.py" in error
    assert run_commands_of(error, fresh, "pip") == ["install"]
    check_suite_alone(fresh)


def test_published_connector_by_pip(fresh):
    fresh.run_tool("pip", "install", SUITE, "chardet", "pytz", "pyyaml")
    fresh.run_tool("pip", "install", "--no-deps", PUBLISHED)
    check_suite_alone(fresh)
    assert fresh.load("connector_importer") == ""


def test_published_connector_by_uv(fresh, tmp_path):
    excluded = tmp_path / "excluded.txt"
    excluded.write_text("\n".join(OCA))
    fresh.run_tool("uv", "install", "--excludes", excluded, SUITE, PUBLISHED)
    check_suite_alone(fresh)
    assert {"chardet", "pytz"} <= set(fresh.distributions())
    assert fresh.load("connector_importer") == ""


@pytest.mark.parametrize("tool", TOOLS)
def test_published_connector_with_single_addons(fresh, single_wheels, tool):
    fresh.run_tool(tool, "install", *single_wheels, PUBLISHED)
    installed = fresh.distributions()
    built = {path.name.split("-")[0]: path.name.split("-")[1] for path in single_wheels}
    for name in OCA:
        assert installed[name] == built[name.replace("-", "_")]
    assert fresh.load("connector_importer", *ADDONS) == ""
