# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Arrows point one way: connector_odoo → connector → component_event → component."""

import ast
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from devtools.addons import close_over, find_addons
from devtools.environment import CLONE

ADDONS = find_addons(CLONE)
# What other addons build on; each may know those before it.
ORDER = [
    "component",
    "component_event",
    "connector",
    "connector_odoo",
    "connector_odoo_sale",
]
# The rooms that know how the other system is spoken to: addons, and folders.
MAY_SPEAK = {"connector_odoo"}
SPEAKING_FOLDERS = {CLONE / "connector" / "rest"}
PROTOCOLS = {"vodoo", "httpx2", "requests"}
# What the picture shows besides our addons; the rest of Odoo's is "Odoo".
FOREIGN = {"vodoo": "vodoo", "queue_job": "queue_job", "base": "Odoo"}


def imported_names(path):
    """Yield the dotted names that a file imports, relative ones left out."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_by(folder):
    return {
        (path.relative_to(CLONE), name)
        for path in sorted(folder.rglob("*.py"))
        for name in imported_names(path)
    }


def imported_addons(folder):
    """Return the addons of this clone that the folder's files import, with the file."""
    found = set()
    for path, name in imported_by(folder):
        words = name.split(".")
        if words[:2] == ["odoo", "addons"]:
            found.update((path, word) for word in words[2:3] if word in ADDONS)
    return found


def test_addons_stand_in_the_order_of_the_arrows():
    assert set(ORDER) <= set(ADDONS)
    for position, name in enumerate(ORDER):
        ours_below = close_over(ADDONS, ADDONS[name].depends)
        assert ours_below <= set(ORDER[:position]), name


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
    if name not in MAY_SPEAK and not addon.is_test_only
)


@pytest.mark.parametrize("name", OTHERS)
def test_protocols_stay_in_their_room(name):
    against = [
        f"{path} imports {imported}"
        for path, imported in imported_by(ADDONS[name].path)
        if imported.split(".")[0] in PROTOCOLS
        and "tests" not in path.parts
        and (CLONE / path).parent not in SPEAKING_FOLDERS
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


def read_picture():
    """Return the arrows that docs/pictures/draw.py draws."""
    spec = spec_from_file_location("draw", CLONE / "docs" / "pictures" / "draw.py")
    draw = module_from_spec(spec)
    sys.modules["draw"] = draw
    spec.loader.exec_module(draw)
    return draw


def without_short_cuts(arrows):
    """Leave out what an arrow's end is reached by anyway, by way of others."""
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


def test_the_picture_shows_the_arrows_of_the_manifests():
    arrows = {
        (name, depended if depended in ORDER else FOREIGN.get(depended))
        for name in ORDER
        for depended in [*ADDONS[name].depends, *libraries(name)]
    }
    arrows = {(start, end) for start, end in arrows if end}
    assert without_short_cuts(arrows) == set(read_picture().ARROWS)


def libraries(name):
    manifest = ast.literal_eval((ADDONS[name].path / "__manifest__.py").read_text())
    return manifest.get("external_dependencies", {}).get("python", [])


def test_the_pictures_are_as_they_are_drawn():
    folder = CLONE / "docs" / "pictures"
    for name, text in read_picture().draw_all().items():
        assert (folder / name).read_text() == text, f"run {folder / 'draw.py'}"


def test_every_named_file_is_there():
    page = (CLONE / "docs" / "architecture.rst").read_text()
    sections = re.findall(r"^([a-z_]+)\n-+\n(.*?)(?=^\S+\n[-=]+\n)", page, re.M | re.S)
    assert {"component", "component_event", "connector"} <= {
        name for name, _ in sections
    }
    for addon, text in sections:
        for name in re.findall(r"``([\w/]+(?:\.py|/))``", text):
            found = list((CLONE / addon).rglob(name))
            assert found, f"{addon}: {name}"


def test_bootstrap_needs_the_standard_library_only():
    """What ./dev imports before the environment is there."""
    folder = CLONE / "setup" / "devtools"
    pending, seen = ["bootstrap"], set()
    outside = []
    while pending:
        module = pending.pop()
        if module in seen:
            continue
        seen.add(module)
        path = folder / f"{module}.py"
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                pending.append(node.module)
        outside += [
            f"{module} imports {name}"
            for name in imported_names(path)
            if name.split(".")[0] not in sys.stdlib_module_names
        ]
    assert {"home", "odoo_source", "python_env"} <= seen
    assert outside == []
