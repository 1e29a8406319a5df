# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hold that what a button or an RPC calls returns something that can be sent.

XML-RPC cannot marshal None: a client that pressed such a button over RPC gets a
fault, after the work was done and committed.
"""

import ast

import pytest
from sources import CLONE, FOLDERS

#: methods of Odoo's models, whose results are those of Odoo
OF_ODOO = {"create", "write", "unlink", "copy", "init", "default_get", "export_data"}
#: private in the model that it extends
PRIVATE = {"build_registry"}


def is_model(node):
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Attribute)
        and base.attr in ("Model", "AbstractModel", "TransientModel")
        for base in node.bases
    )


def names_in(decorators):
    nodes = [d.func if isinstance(d, ast.Call) else d for d in decorators]
    return {getattr(n, "attr", getattr(n, "id", "")) for n in nodes}


def public_methods(tree):
    """Yield the methods of models that a button or an RPC may call."""
    for model in filter(is_model, ast.walk(tree)):
        for method in model.body:
            if not isinstance(method, ast.FunctionDef) or method.name.startswith("_"):
                continue
            # ``related_action_*`` are called by queue_job, which takes None for "none"
            if method.name in OF_ODOO | PRIVATE:
                continue
            if method.name.startswith("related_action_"):
                continue
            if names_in(method.decorator_list) & {
                "autovacuum",
                "contextmanager",
                "private",
                "property",
            }:
                continue
            yield method


def returns_of(method):
    """Yield the return statements of a function, not those of functions in it."""
    pending = list(method.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Return):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(node)


def always_returns(body):
    """Return whether the end of a body is never reached."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and all(map(always_returns, (last.body, last.orelse)))
    if isinstance(last, ast.With):
        return always_returns(last.body)
    if isinstance(last, ast.Try):
        ends = [last.orelse or last.body, *(h.body for h in last.handlers)]
        return all(map(always_returns, ends))
    return False


def may_return_none(method):
    values = [node.value for node in returns_of(method)]
    return not always_returns(method.body) or any(
        value is None or (isinstance(value, ast.Constant) and value.value is None)
        for value in values
    )


def find_methods():
    for folder in FOLDERS:
        for path in sorted((CLONE / folder).rglob("*.py*")):
            if path.suffix not in (".py", ".template"):
                continue
            if "tests" in path.relative_to(CLONE / folder).parts[:-1]:
                continue
            try:
                tree = ast.parse(path.read_text())
            except SyntaxError:  # a template
                continue
            for method in public_methods(tree):
                yield path.relative_to(CLONE), method


def test_public_methods_return_an_action_or_a_value():
    found = list(find_methods())
    assert sum(m.name.startswith(("button_", "action_")) for _p, m in found) > 20
    returning_none = [
        f"{path}:{method.lineno} {method.name}"
        for path, method in found
        if may_return_none(method)
    ]
    assert not returning_none, "Return an action or True"


@pytest.mark.parametrize(
    "body",
    [
        "self.x = 1",
        "return",
        "return None",
        "if self:\n            return True",
        "for x in self:\n            return True",
        "try:\n            return 1\n        except KeyError:\n            pass",
    ],
)
def test_a_method_that_may_return_none_is_found(body):
    source = f"class A(models.Model):\n    def button_a(self):\n        {body}\n"
    (method,) = public_methods(ast.parse(source))
    assert may_return_none(method)


def test_a_method_that_returns_on_every_path_is_not_found():
    source = (
        "class A(models.Model):\n"
        "    def button_a(self):\n"
        "        def nothing():\n"
        "            return None\n"
        "        if self:\n"
        "            raise ValueError\n"
        "        else:\n"
        "            return True\n"
    )
    (method,) = public_methods(ast.parse(source))
    assert not may_return_none(method)
