# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dependencies: connector_odoo → connector → component_event → component → Odoo."""

import ast
import re
import sys
from importlib import import_module

import pytest
from devtools.addons import close_over, find_addons
from devtools.environment import CLONE
from import_graph import find_circles, imported_names, module_graph

ADDONS = find_addons(CLONE)
# Addons in the order of their dependencies.
ORDER = [
    "component",
    "component_event",
    "connector",
    "connector_odoo",
    "connector_odoo_sale",
]
# Addons and folders that may import libraries of protocols.
MAY_IMPORT_PROTOCOLS = {"connector_odoo"}
PROTOCOL_FOLDERS = {CLONE / "connector" / "http", CLONE / "connector" / "files"}
PROTOCOLS = {
    "aiohttp",
    "fsspec",
    "httpx",
    "httpx2",
    "paramiko",
    "requests",
    "vodoo",
    "xmlrpc",
}
# Section of the page -> folder of its files.
FOLDERS = {
    **{name: CLONE / name for name in ORDER},
    "vodoo": CLONE / "libs" / "vodoo" / "src" / "vodoo",
    "devtools": CLONE / "setup" / "devtools",
    "support": CLONE / "tests" / "support",
    "docs": CLONE / "docs",
    "benchmarks": CLONE / "benchmarks",
}
# Pure modules: they import nothing of Odoo but odoo.tools.
PURE = (
    "component/definitions.py",
    "component/resolution.py",
    "component/explanation.py",
    "component_event/merge.py",
    "connector/components/importer/items.py",
    "connector/timestamps.py",
    "connector/files/connection.py",
    "connector/files/errors.py",
    "connector/files/filesystem.py",
    "connector/files/folder.py",
    "connector/files/formats.py",
    "connector/files/info.py",
    "connector/files/records.py",
    "connector/files/sftp.py",
    "connector/files/xml_format.py",
    "connector/http/paging.py",
    "connector/http/paths.py",
    "connector/http/secrets.py",
)
# Foreign packages in the picture; Odoo's own addons are "Odoo".
FOREIGN = {"connector-suite-vodoo": "vodoo", "queue_job": "queue_job", "base": "Odoo"}


def imported_by(folder):
    return {
        (path.relative_to(CLONE), name)
        for path in sorted(folder.rglob("*.py"))
        for name in imported_names(path)
    }


def imported_addons(folder):
    """Return (file, addon of this clone) for each import in a folder."""
    found = set()
    for path, name in imported_by(folder):
        words = name.split(".")
        if words[:2] == ["odoo", "addons"]:
            found.update((path, word) for word in words[2:3] if word in ADDONS)
    return found


def test_addons_depend_on_addons_below_them():
    assert set(ORDER) <= set(ADDONS)
    for position, name in enumerate(ORDER):
        addons_below = close_over(ADDONS, ADDONS[name].depends)
        assert addons_below <= set(ORDER[:position]), name


@pytest.mark.parametrize("name", sorted(ADDONS))
def test_addon_imports_only_what_it_depends_on(name):
    allowed = close_over(ADDONS, [name])
    against = [
        f"{path} imports {imported}"
        for path, imported in imported_addons(ADDONS[name].path)
        if imported not in allowed
    ]
    assert against == []


OTHERS = sorted(
    name
    for name, addon in ADDONS.items()
    if name not in MAY_IMPORT_PROTOCOLS and not addon.is_test_only
)


@pytest.mark.parametrize("name", OTHERS)
def test_only_adapters_import_protocols(name):
    against = [
        f"{path} imports {imported}"
        for path, imported in imported_by(ADDONS[name].path)
        if imported.split(".")[0] in PROTOCOLS
        and "tests" not in path.parts
        and not PROTOCOL_FOLDERS.intersection((CLONE / path).parents)
    ]
    assert against == []


def test_client_library_imports_nothing_of_odoo():
    imported = imported_by(CLONE / "libs" / "vodoo" / "src")
    assert imported
    against = [
        f"{path} imports {name}"
        for path, name in imported
        if name.split(".")[0] == "odoo"
    ]
    assert against == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_use_no_database(name):
    against = [
        imported
        for imported in imported_names(CLONE / name)
        if imported.startswith(("odoo.", "psycopg2"))
        and not imported.startswith(("odoo.tools.", "odoo.addons."))
    ]
    assert against == []


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_imports_form_no_circle(name):
    assert find_circles(module_graph(FOLDERS[name])) == []


@pytest.mark.parametrize(
    "second",
    [
        "from . import first",
        "if TYPE_CHECKING:\n    from . import first",
        "def function():\n    from .first import answer",
    ],
)
def test_a_circle_of_imports_is_found(tmp_path, second):
    (tmp_path / "__init__.py").write_text("from . import first\n")
    (tmp_path / "first.py").write_text("from .second import answer\n")
    (tmp_path / "second.py").write_text(second)
    assert find_circles(module_graph(tmp_path)) == [["first", "second"]]


def read_picture():
    """Return the module docs/pictures/draw.py."""
    folder = str(CLONE / "docs" / "pictures")
    if folder not in sys.path:
        sys.path.append(folder)
    return import_module("draw")


def without_shortcuts(arrows):
    """Drop arrows whose end is reachable through other arrows."""
    known = {
        name: {end for start, end in arrows if start == name} for name, _ in arrows
    }

    def reachable(name):
        ends = known.get(name, set())
        return ends.union(*map(reachable, ends))

    return {
        (start, end)
        for start, ends in known.items()
        for end in ends
        if not any(end in reachable(other) for other in ends)
    }


def test_the_picture_shows_the_dependencies_of_the_manifests():
    arrows = {
        (name, depended if depended in ORDER else FOREIGN.get(depended))
        for name in ORDER
        for depended in [*ADDONS[name].depends, *libraries(name)]
    }
    arrows = {(start, end) for start, end in arrows if end}
    assert without_shortcuts(arrows) == set(read_picture().ARROWS)


def libraries(name):
    manifest = ast.literal_eval((ADDONS[name].path / "__manifest__.py").read_text())
    return manifest.get("external_dependencies", {}).get("python", [])


def test_the_pictures_are_up_to_date():
    folder = CLONE / "docs" / "pictures"
    for name, text in read_picture().draw_all().items():
        assert (folder / name).read_text() == text, f"run {folder / 'draw.py'}"


def read_sections():
    """Return ``{section: names of files, and of folders with a final slash}``."""
    page = (CLONE / "docs" / "architecture.rst").read_text()
    sections = re.findall(r"^([a-z_]+)\n-+\n(.*?)(?=^\S+\n[-=]+\n)", page, re.M | re.S)
    return {
        name: re.findall(r"``([\w/]+(?:\.py|/))``", text) for name, text in sections
    }


def test_every_named_file_exists():
    sections = read_sections()
    assert sections.keys() == FOLDERS.keys() - {"connector_odoo_sale"}
    for section, names in sections.items():
        for name in names:
            assert list(FOLDERS[section].rglob(name)), f"{section}: {name}"


def test_every_file_has_a_row():
    for section, names in read_sections().items():
        folder = FOLDERS[section]
        shown = {path for name in names for path in folder.rglob(name.rstrip("/"))}
        missing = [
            str(path.relative_to(folder))
            for path in sorted(folder.rglob("*.py"))
            if not path.name.startswith("__")
            and not shown.intersection((path, *path.parents))
        ]
        # tests need no row, nor does the site that ./dev docs has built
        missing = [
            name for name in missing if not name.startswith(("tests/", "_build/"))
        ]
        assert missing == [], section


def test_bootstrap_needs_the_standard_library_only():
    """``./dev`` creates the environment with these modules."""
    folder = CLONE / "setup" / "devtools"
    pending, seen = ["bootstrap"], set()
    outside = []
    while pending:
        module = pending.pop()
        if module in seen:
            continue
        seen.add(module)
        path = folder / f"{module.replace('.', '/')}.py"
        package = module.split(".")[:-1]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level:
                above = package[: len(package) + 1 - node.level]
                target = ".".join([*above, node.module])
                is_package = (folder / target.replace(".", "/")).is_dir()
                names = [alias.name for alias in node.names]
                pending += [f"{target}.{n}" for n in names] if is_package else [target]
        outside += [
            f"{module} imports {name}"
            for name in imported_names(path)
            if name.split(".")[0] not in sys.stdlib_module_names
        ]
    assert {"home", "odoo_source", "python_env", "commands.lint"} <= seen
    assert outside == []
