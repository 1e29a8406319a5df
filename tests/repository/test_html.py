# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hold that no text of a person or a backend becomes HTML.

Every place of the addons that writes HTML builds it by ``Markup("…%s…") % values``:
the template is a literal, and Markup escapes the values. Read from the source, so
that a new place is held, too.
"""

import ast
import re

import pytest
from sources import CLONE, FOLDERS

#: arguments of these methods, and values of these fields, are HTML
HTML_ARGUMENTS = {"note", "body", "feedback", "body_html"}
HTML_METHOD = re.compile(r"^_?(message|activity)_|^_message_log|^_notify_")
#: functions that escape their argument
ESCAPING = {"escape", "plaintext2html", "html_table"}
#: of the templates and scripts of the web client
LIVE_HTML = re.compile(
    r"t-raw|\bmarkup\(|\.(inner|outer)HTML|insertAdjacentHTML|\.html\(|"
    r'widget="(html|html_raw)"|sanitize=False|unsafeHTML'
)


def files(*suffixes):
    for folder in FOLDERS:
        for path in sorted((CLONE / folder).rglob("*")):
            inside = path.relative_to(CLONE / folder).parts[:-1]
            if "tests" in inside or "description" in inside:
                continue
            if path.name.removesuffix(".template").endswith(suffixes):
                yield path


def trees():
    for path in files(".py"):
        try:
            yield path.relative_to(CLONE), ast.parse(path.read_text())
        except SyntaxError:  # a template
            continue


def name_of(node):
    return getattr(node, "attr", getattr(node, "id", ""))


def is_literal(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def assigned_values(function):
    """Return ``{name: expressions}`` of the assignments in a function."""
    values = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
            for each, value in pairs:
                values.setdefault(getattr(each, "id", None), []).append(value)
    return values


def is_safe(node, variables=None):
    """Return whether an expression is HTML that holds no unescaped text."""
    if isinstance(node, ast.Name):
        found = (variables or {}).get(node.id, ())
        return bool(found) and all(map(is_safe, found))
    if isinstance(node, ast.Constant):
        return node.value is None or not re.search("[<&]", str(node.value))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        left = is_safe(node.left)
        return left if isinstance(node.op, ast.Mod) else left and is_safe(node.right)
    if isinstance(node, ast.Call):
        if name_of(node.func) == "Markup":
            return len(node.args) == 1 and is_literal(node.args[0])
        return name_of(node.func) in ESCAPING
    return False


def find_unescaped(tree):
    """Yield the line of each place that may write text as HTML."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    variables = {}
    for function in functions:  # the innermost comes last
        known = assigned_values(function)
        variables.update({id(node): known for node in ast.walk(function)})
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = name_of(node.func)
        if name == "Markup" and not is_safe(node):
            yield node.lineno
        elif name == "Html" and name_of(getattr(node.func, "value", None)) == "fields":
            if "compute" not in {keyword.arg for keyword in node.keywords}:
                yield node.lineno
        elif HTML_METHOD.match(name):
            for keyword in node.keywords:
                known = variables.get(id(node))
                if keyword.arg in HTML_ARGUMENTS and not is_safe(keyword.value, known):
                    yield node.lineno


def test_every_place_that_writes_html_escapes_what_it_writes():
    found = [
        f"{path}:{line}" for path, tree in trees() for line in find_unescaped(tree)
    ]
    assert not found, 'Write Markup("…%s…") % text, with a literal template'


def test_the_places_are_found():
    """Else the test above would hold nothing."""
    calls = {
        name_of(node.func)
        for _path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert {"activity_schedule", "Markup", "Html"} <= calls


def test_screens_and_scripts_show_text_only():
    found = [
        f"{path.relative_to(CLONE)}:{number}"
        for path in files(".xml", ".js", ".py")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if LIVE_HTML.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "record.activity_schedule('x', note=question)",
        "record.activity_schedule('x', note=self.env._('%s', name))",
        "record.message_post(body=f'<p>{name}</p>')",
        "record.message_post(body='<p>%s</p>' % name)",
        "record.message_post(body=Markup(text))",
        "Markup(f'<p>{name}</p>')",
        "answer = Markup('<p>%s</p>' % name)",
        "note = fields.Html()",
        "def f(note):\n    record.message_post(body=note)",
        "def f():\n    note = self.name\n    record.message_post(body=note)",
        "def f():\n    a, b = escape(x), x\n    record.message_post(body=b)",
    ],
)
def test_unescaped_text_is_found(code):
    assert list(find_unescaped(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "record.activity_schedule('x', note=Markup('<p>%s</p>') % question)",
        "record.message_post(body=plaintext2html(text))",
        "def f():\n    a, b = x, escape(x)\n    record.message_post(body=b)",
        "record.message_post(body='It is done.')",
        "answer = Markup('<p>%s</p>') % name",
        "answer = fields.Html(compute='_compute_answer')",
    ],
)
def test_escaped_text_is_not_found(code):
    assert not list(find_unescaped(ast.parse(code)))
