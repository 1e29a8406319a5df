# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The models of connector_odoo are written as ./dev scaffold writes them."""

import ast

import pytest
from devtools.environment import CLONE
from devtools.scaffolding import Scaffold, render

#: models without anything beyond what is generated
PLAIN = {"res.partner.category", "product.category", "product.attribute"}
ADDONS = ("connector_odoo", "connector_odoo_sale")


def constant(node, name):
    """Return the constant that a class gives to an attribute, None if to none."""
    for line in node.body:
        if isinstance(line, ast.Assign) and line.targets[0].id == name:
            try:
                return ast.literal_eval(line.value)
            except ValueError:
                return None
    return None


def outline(node):
    """Return what a class is: its bases, its attributes in order, its methods."""
    attributes = [
        line.targets[0].id
        for line in node.body
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
    ]
    methods = [line.name for line in node.body if isinstance(line, ast.FunctionDef)]
    bases = [ast.unparse(base) for base in node.bases]
    return node.name, bases, constant(node, "_inherit"), attributes, methods


def outlines(addon):
    """Return ``{model: (outline of its binding, outline of its mapper)}``."""
    bindings, mappers = {}, {}
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.relative_to(addon).parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.ClassDef):
                continue
            if constant(node, "_inherits"):
                bindings[constant(node, "_name")] = outline(node)
            elif "odoo.import.mapper" in str(constant(node, "_inherit")):
                mappers[constant(node, "_apply_on")] = outline(node)
    return {
        name.removeprefix("odoo."): (bindings[name], mappers[name]) for name in bindings
    }


WRITTEN = {
    name: both for addon in ADDONS for name, both in outlines(CLONE / addon).items()
}


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    scaffold = Scaffold("connector_odoo_all", "odoo", "odoo", tuple(WRITTEN), "Nobody")
    return outlines(render(scaffold, [], tmp_path_factory.mktemp("scaffold")))


def test_every_model_is_generated(generated):
    assert PLAIN < WRITTEN.keys() == generated.keys()


@pytest.mark.parametrize("model", sorted(PLAIN))
def test_a_plain_model_is_exactly_what_is_generated(generated, model):
    assert WRITTEN[model] == generated[model]


@pytest.mark.parametrize("model", sorted(WRITTEN.keys() - PLAIN))
def test_a_model_begins_with_the_generated_lines(generated, model):
    for written, made in zip(WRITTEN[model], generated[model], strict=True):
        name, bases, inherit, attributes, _methods = written
        assert (name, bases) == made[:2]
        assert inherit == made[2] or made[2] in inherit
        optional = {"natural_key", "_sync_choice"}
        expected = [each for each in made[3] if each in attributes]
        assert [each for each in attributes if each in made[3]] == expected
        assert set(made[3]) - set(attributes) <= optional
