# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No code evaluates text, or builds SQL from input."""

import ast

import pytest
from devtools.addons import find_addons
from devtools.environment import CLONE

ADDONS = [
    "component",
    "component_event",
    "connector",
    "connector_odoo",
    "connector_odoo_sale",
]
EVALUATING = {
    "eval",
    "exec",
    "compile",
    "safe_eval",
    "test_python_expr",
    "__import__",
    "pickle",
    "marshal",
    "shelve",
}
CURSORS = {"cr", "_cr"}
#: names of calls whose first argument is the text of a query
QUERIES = {"SQL", "Constraint", "Index", "UniqueIndex"}


def sources():
    folders = [CLONE / name for name in ADDONS] + [CLONE / "libs" / "vodoo" / "src"]
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if "tests" not in path.relative_to(CLONE).parts:
                yield path


def name_of(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def find_evaluating(tree):
    """Yield the lines that name something that makes code of data."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and name_of(node) in EVALUATING:
            # re.compile and its like make no code
            if not (isinstance(node, ast.Attribute) and node.attr == "compile"):
                yield node.lineno
        elif isinstance(node, ast.Import | ast.ImportFrom):
            words = {word for alias in node.names for word in alias.name.split(".")}
            if words & EVALUATING:
                yield node.lineno


def literal_constants(tree):
    """Return the names that only the module sets, once, to a literal text."""
    stored = [
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    ]
    stored += [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    return {
        line.targets[0].id
        for line in tree.body
        if isinstance(line, ast.Assign)
        and isinstance(line.targets[0], ast.Name)
        and is_literal_text(line.value)
        and not isinstance(line.value, ast.Call)
        and stored.count(line.targets[0].id) == 1
    }


def is_literal_text(node, constants=()):
    """Return True if an expression is a literal text, or a constant of the module."""
    if isinstance(node, ast.Call):
        return name_of(node.func) == "SQL"  # is checked separately
    if isinstance(node, ast.Name):
        return node.id in constants
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def find_built_sql(tree):
    """Yield the lines that send a query, or a part of one, that is not a literal."""
    constants = literal_constants(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name, function = name_of(node.func), node.func
        on_cursor = (
            name in ("execute", "executemany")
            and isinstance(function, ast.Attribute)
            and name_of(function.value) in CURSORS
        )
        if on_cursor or name in QUERIES or name == "execute_query":
            if not is_literal_text(node.args[0], constants):
                yield node.lineno


@pytest.mark.parametrize("find", [find_evaluating, find_built_sql])
def test_the_source_has_none(find):
    found = [
        f"{path.relative_to(CLONE)}:{line}"
        for path in sources()
        for line in find(ast.parse(path.read_text(), str(path)))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "eval(text)",
        "from odoo.tools.safe_eval import safe_eval",
        "import pickle",
        "builtins.exec(text)",
    ],
)
def test_evaluating_code_is_found(code):
    assert list(find_evaluating(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "cr.execute(f'SELECT {name}')",
        "self.env.cr.execute('SELECT ' + name)",
        "self._cr.execute('SELECT %s' % name)",
        "cr.execute(query)",
        "_ADD = 'SELECT ' + name\ncr.execute(_ADD)",
        "_ADD = 'SELECT 1'\n_ADD = name\ncr.execute(_ADD)",
        "def f():\n    query = 'SELECT 1'\n    query += name\n    cr.execute(query)",
        "_ADD = 'SELECT 1'\ndef f(_ADD):\n    cr.execute(_ADD)",
        "SQL('SELECT {}'.format(name))",
        "models.Constraint(f'CHECK ({name} > 0)', 'no')",
        "self.env.execute_query(text)",
    ],
)
def test_sql_that_is_built_is_found(code):
    assert list(find_built_sql(ast.parse(code)))


def test_sql_that_is_written_is_not():
    code = "cr.execute('SELECT %s', [name]); env.execute_query(SQL('SELECT 1'))"
    assert not list(find_built_sql(ast.parse(code)))
    code = "_ADD = 'SELECT %s'\nSQL(_ADD, name)"
    assert not list(find_built_sql(ast.parse(code)))


def routes():
    """Yield the route of each controller of the suite."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.Call) and name_of(node.func) == "route":
                yield from (
                    route.value
                    for arg in node.args
                    for route in (arg.elts if isinstance(arg, ast.List) else [arg])
                    if isinstance(route, ast.Constant)
                )


def test_every_route_is_in_the_document():
    document = (CLONE / "docs" / "rights.rst").read_text()
    found = list(routes())
    assert found
    assert [route for route in found if f"\n{route} " not in document] == []


def test_the_addons_of_the_suite_are_all_looked_at():
    assert set(ADDONS) <= set(find_addons(CLONE))
    at_top = {path.parent.name for path in CLONE.glob("*/__manifest__.py")}
    assert at_top == set(ADDONS)
