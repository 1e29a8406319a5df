# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The API reference has every published name, and all components and models."""

import ast
import importlib
import zlib

import pytest
from devtools.environment import CLONE

REFERENCE = CLONE / "docs" / "reference"
# An application, connector_odoo has nobody that imports each of its mappers.
ADDONS = ("component", "component_event", "connector")
LIBRARIES = ("vodoo", "odoo.addons.connector.api", "odoo.addons.connector.http")


def read_published_names():
    """Yield each published name as (module, dotted name in it)."""
    module = None
    for line in (REFERENCE / "published_names.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            module = line
            continue
        owner, colon, members = line.partition(":")
        if colon:
            yield module, owner.strip()
            yield from ((module, f"{owner.strip()}.{name}") for name in members.split())
        else:
            yield from ((module, name) for name in line.split())


PUBLISHED = sorted(set(read_published_names()))


@pytest.fixture(scope="module")
def described(site):
    """The names that the built site describes: its inventory, for other sites."""
    inventory = (site / "objects.inv").read_bytes()
    header = b"# The remainder of this file is compressed using zlib.\n"
    lines = zlib.decompress(inventory.partition(header)[2]).decode().splitlines()
    return {line.split()[0] for line in lines if " py:" in line}


def test_published_names_are_listed():
    assert len(PUBLISHED) > 200


def test_published_names_exist():
    missing = []
    for module, name in PUBLISHED:
        found = importlib.import_module(module)
        owner, _, member = name.rpartition(".")
        for word in owner.split(".") if owner else ():
            found = getattr(found, word)
        # Those of an instance are made by its constructor.
        if not (hasattr(found, member) or is_set_on_self(found, member)):
            missing.append(f"{module}.{name}")
    assert missing == []


def is_set_on_self(owner, member):
    annotated = [vars(parent).get("__annotations__", {}) for parent in owner.__mro__]
    codes = [vars(parent).get("__init__") for parent in owner.__mro__]
    names = {name for one in annotated for name in one}
    for function in filter(None, codes):
        names.update(getattr(getattr(function, "__code__", None), "co_names", ()))
    return member in names


def test_every_published_name_is_in_the_reference(described):
    missing = {f"{module}.{name}" for module, name in PUBLISHED} - described
    assert sorted(missing) == []


def defined_classes(addon):
    """Yield the components and models of an addon: (file, class)."""
    for path in sorted((CLONE / addon).rglob("*.py")):
        if "tests" in path.parts or "wizards" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and is_definition(node):
                yield path, node.name


def is_definition(node):
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    return bool(bases & {"AbstractComponent", "Component", "AbstractModel", "Model"})


@pytest.mark.parametrize("addon", ADDONS)
def test_every_component_and_model_is_in_the_reference(addon, described):
    names = {name.rpartition(".")[2] for name in described}
    missing = [
        f"{path.relative_to(CLONE)}: {name}"
        for path, name in defined_classes(addon)
        if name not in names
    ]
    assert missing == []


@pytest.mark.parametrize("module", LIBRARIES)
def test_everything_a_library_offers_is_in_the_reference(module, described):
    offered = {f"{module}.{name}" for name in importlib.import_module(module).__all__}
    names = {name.rpartition(".")[2] for name in described}
    assert {name for name in offered if name.rpartition(".")[2] not in names} == set()
