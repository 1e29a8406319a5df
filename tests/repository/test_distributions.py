# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One distribution has all addons, and can be installed next to an installed Odoo."""

import ast
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution

import pytest
from devtools.environment import CLONE, Environment
from devtools.errors import SetupError
from devtools.python_env import REQUIREMENTS
from devtools.wheels import build_wheels, check_wheels, find_wheel_addons
from wheel_environment import WheelEnvironment, try_wheels

ADDONS = find_wheel_addons(CLONE)
LIBRARY = "connector-suite-vodoo"
SUITE = "odoo-connector-suite"
#: distribution in a manifest -> name of its import
IMPORT_NAMES = {LIBRARY: "vodoo"}
#: imports of the addons that Odoo depends on
BROUGHT_BY_ODOO = {
    "dateutil",
    "lxml",
    "markupsafe",
    "psycopg2",
    "requests",
    "urllib3",
    "werkzeug",
}
#: addon -> packages that it imports when a connector uses them
OPTIONAL = {"connector": {"fsspec", "paramiko", "prometheus_client"}}
#: sources of README.rst, which are not installed
README_PARTS = tuple(f"odoo/addons/{name}/readme/" for name in ADDONS)


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_manifest(name):
    return ast.literal_eval((ADDONS[name].path / "__manifest__.py").read_text())


@pytest.fixture(scope="module")
def fresh(environment, wheels, tmp_path_factory):
    """A new virtual environment that sees Odoo and its packages, and our wheels."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    return WheelEnvironment.make(environment, wheels, folder)


def ask(fresh, script, *arguments):
    """Return what a script prints in the new environment."""
    command = [fresh.python, "-c", script, *arguments]
    return subprocess.check_output(
        command, cwd="/", env=fresh.process_environ(), text=True
    )


# -- declarations -------------------------------------------------------------


def test_suite_has_every_addon_and_requires_no_other_project():
    text = (CLONE / "pyproject.toml").read_text()
    assert f'name = "{SUITE}"' in text
    for target in re.findall(r"^only-include = \[(.*?)\]", text, re.S | re.M):
        listed = re.findall(r'"(\w+)"', target)
        assert listed == sorted(ADDONS)
    (required,) = re.findall(r"^dependencies = \[(.*?)\]", text, re.S | re.M)
    names = re.findall(r'"([\w-]+)[=>]', required)
    assert names == ["odoo", "odoo-addon-queue-job", LIBRARY]
    readme = (CLONE / "setup" / "distribution" / "README.rst").read_text()
    assert set(ADDONS) <= set(re.findall(r"``(\w+)``", readme))


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_addon_is_built_with_whool(name):
    text = (ADDONS[name].path / "pyproject.toml").read_text()
    assert 'requires = ["whool"]' in text
    assert 'build-backend = "whool.buildapi"' in text


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_manifest_has_what_every_manifest_has(name):
    manifest = read_manifest(name)
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
    common = ("author", "license", "website")
    assert {key: manifest[key] for key in common} == {
        "author": "Connector Suite maintainers",
        "license": "LGPL-3",
        "website": "https://connector-suite.example",
    }
    assert manifest["name"] and manifest["summary"]


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_manifest_lists_every_file_of_data(name):
    path = ADDONS[name].path
    listed = read_manifest(name).get("data", [])
    found = {
        str(file.relative_to(path))
        for folder in ("data", "security", "views", "wizards", "report")
        for pattern in ("*.xml", "*.csv")
        for file in (path / folder).rglob(pattern)
    }
    assert sorted(listed) == sorted(found)


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_addon_declares_the_packages_that_it_imports(name):
    """Packages that Odoo does not depend on are in the manifest, or optional."""
    optional = OPTIONAL.get(name, set())
    known = {"odoo", *BROUGHT_BY_ODOO, *optional, *sys.stdlib_module_names}
    imported = {
        word.partition(".")[0]
        for path in ADDONS[name].path.rglob("*.py")
        if "tests" not in path.relative_to(ADDONS[name].path).parts
        for word in imported_modules(path)
    }
    declared = read_manifest(name).get("external_dependencies", {}).get("python", [])
    declared = [IMPORT_NAMES.get(word, word) for word in declared]
    assert sorted(imported - known) == sorted(declared)
    assert optional <= imported


def imported_modules(path):
    """Yield the modules that a file imports when it runs: not for types alone."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def test_packages_of_the_manifests_are_pinned_or_of_the_suite():
    pinned = (REQUIREMENTS / "odoo.txt").read_text()
    pins = {
        normalise(name) for name in re.findall(r"^([\w.-]+)==", pinned, re.MULTILINE)
    }
    libraries = {
        re.search(r'^name = "(.+)"', path.read_text(), re.MULTILINE)[1]
        for path in (CLONE / "libs").glob("*/pyproject.toml")
    }
    for name in ADDONS:
        needed = read_manifest(name).get("external_dependencies", {}).get("python", [])
        assert {normalise(word) for word in needed} <= pins | libraries, name


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_addons_of_others_are_pinned(name):
    """A manifest depends on addons of the suite, of Odoo, or of the group odoo."""
    odoo = Environment.current().odoo
    pinned = (REQUIREMENTS / "odoo.txt").read_text()
    others = {
        word
        for word in ADDONS[name].depends
        if word not in ADDONS
        and not any((folder / word).is_dir() for folder in odoo.addons_paths)
    }
    missing = [
        word
        for word in others
        if f"odoo-addon-{normalise(word)}==" not in pinned.lower()
    ]
    assert missing == []


# -- builds -------------------------------------------------------------------


def test_every_distribution_builds_into_a_wheel(wheels):
    built = {normalise(path.name.split("-")[0]) for path in wheels}
    assert built == {LIBRARY, SUITE}


def list_addon_files(wheel):
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
    return {name for name in names if name.startswith("odoo/addons/")}


@pytest.mark.long
def test_suite_has_the_files_of_the_single_addons(environment, wheels, tmp_path):
    build_wheels(environment, [addon.path for addon in ADDONS.values()], tmp_path)
    single = {path.name.split("-")[0]: path for path in tmp_path.glob("*.whl")}
    assert single.keys() == {f"odoo_addon_{name}" for name in ADDONS}
    files = set().union(*map(list_addon_files, single.values()))
    (suite,) = (path for path in wheels if path.name.startswith("odoo_connector_suite"))
    assert list_addon_files(suite) == {
        name for name in files if not name.startswith(README_PARTS)
    }


def test_a_package_index_would_take_the_wheels(environment, wheels):
    check_wheels(environment, wheels)


def test_a_wheel_that_a_package_index_rejects_is_reported(
    environment, wheels, tmp_path
):
    poor = tmp_path / wheels[0].name
    with zipfile.ZipFile(wheels[0]) as whole, zipfile.ZipFile(poor, "w") as written:
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith(".dist-info/METADATA"):
                content = b"\n".join(content.splitlines()[:3]) + b"\n"
            written.writestr(name, content)
    with pytest.raises(SetupError, match="long_description. missing"):
        check_wheels(environment, [poor])


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


def test_dependencies_of_the_wheels_are_installed(fresh, environment):
    if not list(environment.odoo.path.glob("odoo*-info")):
        pytest.skip("a plain checkout of Odoo does not tell its version to pip")
    assert ask(fresh, MISSING_REQUIREMENTS, LIBRARY, SUITE) == ""


def test_installed_wheels_do_not_come_from_this_clone(fresh):
    script = (
        "import odoo.addons.component as c, vodoo; print(c.__file__, vodoo.__file__)"
    )
    files = ask(fresh, script)
    assert str(CLONE) not in files
    assert files.count(str(fresh.folder)) == 2


def test_odoo_finds_the_library_where_it_is_not_installed():
    """Nothing of the clone is: its folder has the name and the version for Odoo."""
    source = CLONE / "libs" / "vodoo" / "src"
    (metadata,) = source.glob("*.dist-info/METADATA")
    found = PathDistribution(metadata.parent)
    release = (source / "vodoo" / "_release.py").read_text()
    assert found.metadata["Name"] == LIBRARY
    assert f'VERSION = "{found.version}"' in release


@pytest.mark.long  # ./dev build does the same
def test_installed_wheels_work_in_odoo(fresh):
    try_wheels(fresh)
